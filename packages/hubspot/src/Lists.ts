/**
 * Lists of records, and who is on them.
 *
 * @since 0.1.0
 */
import type { ApiError } from "effect-resilience/ApiError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { BatchResult } from "./BatchResult.ts"
import type { BatchSettings, Settings } from "./CrmObject.ts"
import type { HubSpotClient } from "./HubSpotClient.ts"
import * as Calls from "./internal/calls.ts"
import * as Chunks from "./internal/chunks.ts"
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
 * A record on a list.
 *
 * @since 0.1.0
 * @category models
 */
export const Member = Schema.Struct({ recordId: Wire.Id, membershipTimestamp: Wire.maybe(Wire.Instant) })

/**
 * @since 0.1.0
 * @category models
 */
export type Member = typeof Member.Type

/**
 * A list that a record is on.
 *
 * @since 0.1.0
 * @category models
 */
export const Membership = Schema.Struct({
  listId: Wire.Id,
  listVersion: Wire.maybe(Schema.Number),
  firstAddedTimestamp: Wire.maybe(Wire.Instant),
  lastAddedTimestamp: Wire.maybe(Wire.Instant)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Membership = typeof Membership.Type

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
 * What became of a record that was to be put on a list, or taken off: `missing` is one that is not there at all, and
 * `unchanged` one that was on the list before, or was not.
 *
 * @since 0.1.0
 * @category models
 */
export type Change = "added" | "removed" | "unchanged" | "missing"

/**
 * @since 0.1.0
 * @category models
 */
export type ChangeInput = { readonly add: string } | { readonly remove: string }

/**
 * Makes a list. A create whose outcome is unknown is not repeated; a name that is taken is refused.
 *
 * @example
 * ```ts
 * import { Lists } from "effect-hubspot"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const list = yield* Lists.create({ name: "Invited", objectTypeId: "0-1", processingType: "MANUAL" })
 *   const { failed } = yield* Lists.add(list.listId, ["6001", "6002"]) // any number
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
  { additionalProperties, listIds, processingTypes, query, ...settings }: Search & Settings = {}
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

/**
 * Everyone on a list, page by page as they are asked for.
 *
 * @since 0.1.0
 * @category memberships
 */
export const members = (id: string, settings: Settings = {}): Stream.Stream<Member, ApiError, HubSpotClient> =>
  Calls.paged(`${one}/memberships`, { id }, Member, { ...settings, query: { limit: 100 } })

/**
 * The lists that a record is on.
 *
 * @since 0.1.0
 * @category memberships
 */
export const ofRecord = (
  objectTypeId: string,
  recordId: string,
  settings: Settings = {}
): Effect.Effect<ReadonlyArray<Membership>, ApiError, HubSpotClient> =>
  Calls.send(
    "GET",
    `${Paths.lists}/records/{type}/{id}/memberships`,
    { type: objectTypeId, id: recordId },
    Wire.Results(Membership),
    settings
  )

/**
 * Puts any number of records on a list.
 *
 * @since 0.1.0
 * @category memberships
 */
export const add = (
  id: string,
  recordIds: ReadonlyArray<string>,
  settings: BatchSettings = {}
): Effect.Effect<BatchResult<string, Change>, never, HubSpotClient> =>
  changed(recordIds, settings, (body, settings) => change(`${one}/memberships/add`, id, body, settings))

/**
 * Takes any number of records off a list.
 *
 * @since 0.1.0
 * @category memberships
 */
export const removeMembers = (
  id: string,
  recordIds: ReadonlyArray<string>,
  settings: BatchSettings = {}
): Effect.Effect<BatchResult<string, Change>, never, HubSpotClient> =>
  changed(recordIds, settings, (body, settings) => change(`${one}/memberships/remove`, id, body, settings))

/**
 * Puts records on a list and takes others off, any number, in as few calls as it takes.
 *
 * @since 0.1.0
 * @category memberships
 */
export const addAndRemove = (
  id: string,
  inputs: ReadonlyArray<ChangeInput>,
  { concurrency, ...settings }: BatchSettings = {}
): Effect.Effect<BatchResult<ChangeInput, Change>, never, HubSpotClient> =>
  Chunks.run({ inputs, size: batchSize, concurrency }, (inputs) => {
    const body = {
      recordIdsToAdd: inputs.flatMap((input) => "add" in input ? [input.add] : []),
      recordIdsToRemove: inputs.flatMap((input) => "remove" in input ? [input.remove] : [])
    }
    return Effect.map(
      change(`${one}/memberships/add-and-remove`, id, body, settings),
      (changes) => inputs.map((input) => changes("add" in input ? input.add : input.remove))
    )
  })

/**
 * Takes everyone off a list.
 *
 * @since 0.1.0
 * @category memberships
 */
export const clear = (id: string, settings: Settings = {}): Effect.Effect<void, ApiError, HubSpotClient> =>
  Calls.tell("DELETE", `${one}/memberships`, { id }, settings)

const one = `${Paths.lists}/{id}`

const One = Schema.Struct({ list: List })

const Found = Schema.Struct({
  lists: Schema.Array(List),
  offset: Wire.maybe(Schema.Number),
  hasMore: Wire.maybe(Schema.Boolean)
})

/** HubSpot names the first of them so. */
const Changes = Schema.Struct({
  recordsIdsAdded: Wire.list(Wire.Id),
  recordIdsAdded: Wire.list(Wire.Id),
  recordIdsRemoved: Wire.list(Wire.Id),
  recordIdsMissing: Wire.list(Wire.Id)
})

/** HubSpot names no limit; this many ids keep a request well below any limit on bodies. */
const batchSize = 1000

/** What an answer says of each record. */
const change = (template: string, id: string, body: unknown, settings: Settings) =>
  Effect.map(
    Calls.send("PUT", template, { id }, Changes, { ...settings, kind: "batch", body }),
    ({ recordIdsAdded, recordIdsMissing, recordIdsRemoved, recordsIdsAdded }) => {
      const said = new Map<string, Change>([
        ...[...recordsIdsAdded, ...recordIdsAdded].map((id) => [id, "added"] as const),
        ...recordIdsRemoved.map((id) => [id, "removed"] as const),
        ...recordIdsMissing.map((id) => [id, "missing"] as const)
      ])
      return (id: string): Change => said.get(id) ?? "unchanged"
    }
  )

const changed = (
  recordIds: ReadonlyArray<string>,
  { concurrency, ...settings }: BatchSettings,
  send: (body: ReadonlyArray<string>, settings: Settings) => ReturnType<typeof change>
) =>
  Chunks.run(
    { inputs: recordIds, size: batchSize, concurrency },
    (ids) => Effect.map(send(ids, settings), (changes) => ids.map(changes))
  )
