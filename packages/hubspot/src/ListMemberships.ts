/**
 * Who is on a list.
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
 * Everyone on a list, page by page as they are asked for.
 *
 * @since 0.1.0
 * @category calls
 */
export const stream = (id: string, settings: Settings = {}): Stream.Stream<Member, ApiError, HubSpotClient> =>
  Calls.paged(all, { id }, Member, { ...settings, query: { limit: 100 } })

/**
 * The lists that a record is on.
 *
 * @since 0.1.0
 * @category calls
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
 * @category calls
 */
export const add = (
  id: string,
  recordIds: ReadonlyArray<string>,
  settings: BatchSettings = {}
): Effect.Effect<BatchResult<string, Change>, never, HubSpotClient> =>
  changed(recordIds, settings, (body, settings) => change(`${all}/add`, id, body, settings))

/**
 * Takes any number of records off a list.
 *
 * @since 0.1.0
 * @category calls
 */
export const remove = (
  id: string,
  recordIds: ReadonlyArray<string>,
  settings: BatchSettings = {}
): Effect.Effect<BatchResult<string, Change>, never, HubSpotClient> =>
  changed(recordIds, settings, (body, settings) => change(`${all}/remove`, id, body, settings))

/**
 * Puts records on a list and takes others off, any number, in as few calls as it takes.
 *
 * @since 0.1.0
 * @category calls
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
      change(`${all}/add-and-remove`, id, body, settings),
      (changes) => inputs.map((input) => changes("add" in input ? input.add : input.remove))
    )
  })

/**
 * Takes everyone off a list.
 *
 * @since 0.1.0
 * @category calls
 */
export const clear = (id: string, settings: Settings = {}): Effect.Effect<void, ApiError, HubSpotClient> =>
  Calls.tell("DELETE", all, { id }, settings)

const all = `${Paths.lists}/{id}/memberships`

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
