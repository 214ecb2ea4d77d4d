/**
 * Which records belong together, and how: with a label, or without.
 *
 * @since 0.1.0
 */
import type { ApiError } from "effect-resilience/ApiError"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { BatchResult } from "./BatchResult.ts"
import type { BatchSettings, Settings } from "./CrmObject.ts"
import type { HubSpotClient } from "./HubSpotClient.ts"
import * as Batches from "./internal/associationBatches.ts"
import * as Calls from "./internal/calls.ts"
import * as Links from "./internal/links.ts"
import * as Paths from "./internal/paths.ts"
import * as Wire from "./internal/wire.ts"

/**
 * A way in which records of two types can belong together, as a link shows it. One without a label is the plain one.
 *
 * @since 0.1.0
 * @category models
 */
export const LinkType = Links.LinkType

/**
 * @since 0.1.0
 * @category models
 */
export type LinkType = typeof LinkType.Type

/**
 * A record that another is associated with.
 *
 * @since 0.1.0
 * @category models
 */
export const Link = Links.Link

/**
 * @since 0.1.0
 * @category models
 */
export type Link = typeof Link.Type

/**
 * The way in which two records are to be associated, by its number.
 *
 * @since 0.1.0
 * @category models
 */
export interface TypeRef {
  readonly associationCategory: "HUBSPOT_DEFINED" | "USER_DEFINED" | "INTEGRATOR_DEFINED"
  readonly associationTypeId: number
}

/**
 * Two records, by their ids.
 *
 * @since 0.1.0
 * @category models
 */
export interface Pair {
  readonly from: string
  readonly to: string
}

/**
 * Two records, and every way in which they are to be associated.
 *
 * @since 0.1.0
 * @category models
 */
export interface Labelled extends Pair {
  readonly types: ReadonlyArray<TypeRef>
}

/**
 * What HubSpot says of two records that it has associated.
 *
 * @since 0.1.0
 * @category models
 */
export interface Associated {
  readonly labels: ReadonlyArray<string>
}

/**
 * What a label is made of. It has one word for each direction, or one for both.
 *
 * @since 0.1.0
 * @category models
 */
export interface LabelInput {
  /** The name that programs know it by. It cannot be changed later. */
  readonly name: string
  readonly label: string
  readonly inverseLabel?: string | undefined
}

/**
 * Everything that a record is associated with, of one type, page by page as it is asked for.
 *
 * @example
 * ```ts
 * import { Associations } from "effect-hubspot"
 * import { Stream } from "effect"
 *
 * // the ids of the companies of a contact
 * const companies = Associations.stream("contacts", "6001", "companies").pipe(
 *   Stream.map(({ toObjectId }) => toObjectId),
 *   Stream.runCollect
 * )
 * ```
 *
 * @since 0.1.0
 * @category calls
 */
export const stream = (
  from: string,
  id: string,
  to: string,
  settings: Settings = {}
): Stream.Stream<Link, ApiError, HubSpotClient> =>
  Calls.paged(`${Paths.recordAssociations}/{to}`, { from, id, to }, Link, { ...settings, query: { limit: 500 } })

/**
 * Associates two records without a label.
 *
 * @since 0.1.0
 * @category calls
 */
export const associate = (
  from: string,
  id: string,
  to: string,
  toId: string,
  settings: Settings = {}
): Effect.Effect<void, ApiError, HubSpotClient> =>
  Calls.tell("PUT", `${Paths.recordAssociations}/default/{to}/{toId}`, { from, id, to, toId }, settings)

/**
 * Associates two records in every way that is named. Labels they have already stay.
 *
 * @since 0.1.0
 * @category calls
 */
export const label = (
  from: string,
  id: string,
  to: string,
  toId: string,
  types: ReadonlyArray<TypeRef>,
  settings: Settings = {}
): Effect.Effect<void, ApiError, HubSpotClient> =>
  Calls.tell("PUT", pair, { from, id, to, toId }, { ...settings, body: types })

/**
 * Takes everything away that associates two records.
 *
 * @since 0.1.0
 * @category calls
 */
export const remove = (
  from: string,
  id: string,
  to: string,
  toId: string,
  settings: Settings = {}
): Effect.Effect<void, ApiError, HubSpotClient> => Calls.tell("DELETE", pair, { from, id, to, toId }, settings)

/**
 * What each of any number of records is associated with, a thousand records in a call. A record without associations has
 * an empty list; of one that has more than HubSpot shows at once the rest is asked for. Equal ids are asked for once.
 *
 * @since 0.1.0
 * @category batches
 */
export const batchRead = (
  from: string,
  to: string,
  ids: ReadonlyArray<string>,
  settings: BatchSettings = {}
): Effect.Effect<BatchResult<string, ReadonlyArray<Link>>, never, HubSpotClient> =>
  Batches.read(from, to, ids, settings)

/**
 * Associates any number of records without a label, two thousand in a call. Equal pairs are sent once.
 *
 * @example
 * ```ts
 * import { Associations } from "effect-hubspot"
 *
 * const program = Associations.batchAssociate("contacts", "companies", [
 *   { from: "6001", to: "7001" },
 *   { from: "6002", to: "7001" }
 * ])
 * ```
 *
 * @since 0.1.0
 * @category batches
 */
export const batchAssociate = (
  from: string,
  to: string,
  pairs: ReadonlyArray<Pair>,
  settings: BatchSettings = {}
): Effect.Effect<BatchResult<Pair, Associated>, never, HubSpotClient> => Batches.associate(from, to, pairs, settings)

/**
 * Associates any number of records in the ways that are named, two thousand in a call. The second input for the same pair
 * is refused.
 *
 * @since 0.1.0
 * @category batches
 */
export const batchCreate = (
  from: string,
  to: string,
  inputs: ReadonlyArray<Labelled>,
  settings: BatchSettings = {}
): Effect.Effect<BatchResult<Labelled, Associated>, never, HubSpotClient> => Batches.create(from, to, inputs, settings)

/**
 * Takes away everything that associates the records of any number of pairs, a hundred in a call. To HubSpot a pair that
 * is not associated is no error.
 *
 * @since 0.1.0
 * @category batches
 */
export const batchArchive = (
  from: string,
  to: string,
  pairs: ReadonlyArray<Pair>,
  settings: BatchSettings = {}
): Effect.Effect<BatchResult<Pair, void>, never, HubSpotClient> => Batches.archive(from, to, pairs, settings)

/**
 * Takes labels off any number of pairs, a hundred in a call; the records stay associated.
 *
 * @since 0.1.0
 * @category batches
 */
export const batchArchiveLabels = (
  from: string,
  to: string,
  inputs: ReadonlyArray<Labelled>,
  settings: BatchSettings = {}
): Effect.Effect<BatchResult<Labelled, void>, never, HubSpotClient> => Batches.archiveLabels(from, to, inputs, settings)

/**
 * The ways in which records of two types can be associated.
 *
 * @since 0.1.0
 * @category labels
 */
export const labels = (
  from: string,
  to: string,
  settings: Settings = {}
): Effect.Effect<ReadonlyArray<LinkType>, ApiError, HubSpotClient> =>
  Calls.send("GET", allLabels, { from, to }, Wire.Results(LinkType), { ...settings, kind: "read" })

/**
 * Makes a label. The answer has it as each of the two types sees it. A create whose outcome is unknown is not repeated.
 *
 * @since 0.1.0
 * @category labels
 */
export const createLabel = (
  from: string,
  to: string,
  input: LabelInput,
  settings: Settings = {}
): Effect.Effect<ReadonlyArray<LinkType>, ApiError, HubSpotClient> =>
  Calls.send("POST", allLabels, { from, to }, Wire.Results(LinkType), { ...settings, kind: "write", body: input })

/**
 * Changes the words of a label.
 *
 * @since 0.1.0
 * @category labels
 */
export const updateLabel = (
  from: string,
  to: string,
  typeId: number,
  words: Pick<LabelInput, "label" | "inverseLabel">,
  settings: Settings = {}
): Effect.Effect<void, ApiError, HubSpotClient> =>
  Calls.tell("PUT", allLabels, { from, to }, {
    ...settings,
    kind: "write",
    body: { associationTypeId: typeId, ...words }
  })

/**
 * Deletes a label, and takes it off every pair that has it.
 *
 * @since 0.1.0
 * @category labels
 */
export const deleteLabel = (
  from: string,
  to: string,
  typeId: number,
  settings: Settings = {}
): Effect.Effect<void, ApiError, HubSpotClient> =>
  Calls.tell("DELETE", `${allLabels}/{typeId}`, { from, to, typeId: String(typeId) }, { ...settings, kind: "write" })

const pair = `${Paths.recordAssociations}/{to}/{toId}`
const allLabels = `${Paths.associations}/labels`
