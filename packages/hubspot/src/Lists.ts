/**
 * Lists of records. Who is on them is in `ListMemberships`.
 *
 * @since 0.1.0
 */
import type { ApiError } from "effect-resilience/ApiError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { Settings } from "./CrmObject.ts"
import type { HubSpotClient } from "./HubSpotClient.ts"
import * as Calls from "./internal/calls.ts"
import * as Paths from "./internal/paths.ts"
import * as Wire from "./internal/wire.ts"

/**
 * A list. `MANUAL` ones hold whom programs and people put there, `DYNAMIC` ones whom their filters find, `SNAPSHOT` ones
 * whom their filters found at the start.
 *
 * @since 0.1.0
 * @category models
 */
export const List = Schema.Struct({
  listId: Wire.Id,
  name: Wire.maybe(Schema.String),
  objectTypeId: Wire.maybe(Schema.String),
  processingType: Wire.maybe(Schema.String),
  processingStatus: Wire.maybe(Schema.String),
  listVersion: Wire.maybe(Schema.Number),
  size: Wire.maybe(Schema.Number),
  /** Where it was asked for. */
  filterBranch: Schema.optional(Schema.Unknown),
  /** What a search was asked for beside the rest, such as `hs_list_size`. */
  additionalProperties: Wire.maybe(Schema.Record({ key: Schema.String, value: Schema.NullOr(Wire.Text) })),
  createdAt: Wire.maybe(Wire.Instant),
  updatedAt: Wire.maybe(Wire.Instant),
  filtersUpdatedAt: Wire.maybe(Wire.Instant),
  deletedAt: Wire.maybe(Wire.Instant)
})

/**
 * @since 0.1.0
 * @category models
 */
export type List = typeof List.Type

/**
 * @since 0.1.0
 * @category models
 */
export type ProcessingType = "MANUAL" | "DYNAMIC" | "SNAPSHOT"

/**
 * @since 0.1.0
 * @category models
 */
export interface Input {
  readonly name: string
  /** The id of a type, such as `0-1` for contacts. */
  readonly objectTypeId: string
  readonly processingType: ProcessingType
  /** Whom a dynamic list or a snapshot finds, in HubSpot's own form. */
  readonly filterBranch?: unknown
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Detail {
  /** Whether the answer has the filters. Default: false. */
  readonly includeFilters?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Search {
  /** A part of the name. Default: all lists. */
  readonly query?: string | undefined
  readonly processingTypes?: ReadonlyArray<ProcessingType> | undefined
  readonly listIds?: ReadonlyArray<string> | undefined
  /** More to know of each list, such as `hs_list_size`. */
  readonly additionalProperties?: ReadonlyArray<string> | undefined
}

/**
 * Makes a list. A create whose outcome is unknown is not repeated; a name that is taken is refused.
 *
 * @example
 * ```ts
 * import { ListMemberships, Lists } from "effect-hubspot"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const list = yield* Lists.create({ name: "Invited", objectTypeId: "0-1", processingType: "MANUAL" })
 *   const { failed } = yield* ListMemberships.add(list.listId, ["6001", "6002"]) // any number
 *   return failed.length
 * })
 * ```
 *
 * @since 0.1.0
 * @category calls
 */
export const create = (input: Input, settings: Settings = {}): Effect.Effect<List, ApiError, HubSpotClient> =>
  Effect.map(Calls.send("POST", Paths.lists, {}, One, { ...settings, body: input }), ({ list }) => list)

/**
 * @since 0.1.0
 * @category calls
 */
export const get = (
  id: string,
  { includeFilters, ...settings }: Detail & Settings = {}
): Effect.Effect<List, ApiError, HubSpotClient> =>
  Effect.map(Calls.send("GET", one, { id }, One, { ...settings, query: { includeFilters } }), ({ list }) => list)

/**
 * The list of a name. Names are taken once in each type of object.
 *
 * @since 0.1.0
 * @category calls
 */
export const byName = (
  objectTypeId: string,
  name: string,
  { includeFilters, ...settings }: Detail & Settings = {}
): Effect.Effect<List, ApiError, HubSpotClient> =>
  Effect.map(
    Calls.send("GET", `${Paths.lists}/object-type-id/{type}/name/{name}`, { type: objectTypeId, name }, One, {
      ...settings,
      query: { includeFilters }
    }),
    ({ list }) => list
  )

/**
 * The lists that fit, page by page as they are asked for.
 *
 * @since 0.1.0
 * @category calls
 */
export const search = (
  // None is all: where paths are dated, HubSpot wants the two lists, even empty.
  { additionalProperties, listIds = [], processingTypes = [], query, ...settings }: Search & Settings = {}
): Stream.Stream<List, ApiError, HubSpotClient> =>
  Calls.pages(`${Paths.lists}/search`, (after) =>
    Effect.map(
      Calls.send("POST", `${Paths.lists}/search`, {}, Found, {
        ...settings,
        body: { additionalProperties, listIds, processingTypes, query, offset: Number(after ?? 0), count: 100 }
      }),
      ({ hasMore, lists, offset }) => [lists, hasMore === true && offset !== undefined ? String(offset) : undefined]
    ))

/**
 * Gives a list another name.
 *
 * @since 0.1.0
 * @category calls
 */
export const rename = (
  id: string,
  name: string,
  settings: Settings = {}
): Effect.Effect<void, ApiError, HubSpotClient> =>
  Calls.tell("PUT", `${one}/update-list-name`, { id }, { ...settings, query: { listName: name } })

/**
 * Gives a dynamic list other filters.
 *
 * @since 0.1.0
 * @category calls
 */
export const updateFilters = (
  id: string,
  filterBranch: unknown,
  settings: Settings = {}
): Effect.Effect<void, ApiError, HubSpotClient> =>
  Calls.tell("PUT", `${one}/update-list-filters`, { id }, { ...settings, body: { filterBranch } })

/**
 * Deletes a list. HubSpot can restore it for ninety days.
 *
 * @since 0.1.0
 * @category calls
 */
export const remove = (id: string, settings: Settings = {}): Effect.Effect<void, ApiError, HubSpotClient> =>
  Calls.tell("DELETE", one, { id }, settings)

/**
 * Brings a deleted list back.
 *
 * @since 0.1.0
 * @category calls
 */
export const restore = (id: string, settings: Settings = {}): Effect.Effect<void, ApiError, HubSpotClient> =>
  Calls.tell("PUT", `${one}/restore`, { id }, settings)

const one = `${Paths.lists}/{id}`

const One = Schema.Struct({ list: List })

const Found = Schema.Struct({
  lists: Schema.Array(List),
  offset: Wire.maybe(Schema.Number),
  hasMore: Wire.maybe(Schema.Boolean)
})
