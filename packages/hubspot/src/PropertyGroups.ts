/**
 * The groups that the properties of a type stand in.
 *
 * @since 0.1.0
 */
import type { ApiError } from "effect-resilience/ApiError"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Settings } from "./CrmObject.ts"
import type { HubSpotClient } from "./HubSpotClient.ts"
import * as Calls from "./internal/calls.ts"
import * as Paths from "./internal/paths.ts"
import * as Wire from "./internal/wire.ts"

/**
 * @since 0.1.0
 * @category models
 */
export const Group = Schema.Struct({
  name: Schema.String,
  label: Wire.maybe(Schema.String),
  displayOrder: Wire.maybe(Schema.Number),
  archived: Wire.maybe(Schema.Boolean)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Group = typeof Group.Type

/**
 * @since 0.1.0
 * @category models
 */
export interface Input {
  readonly name: string
  readonly label: string
  /** Default: HubSpot's, -1, which is after all others. */
  readonly displayOrder?: number | undefined
}

/**
 * The groups of a type's properties.
 *
 * @since 0.1.0
 * @category calls
 */
export const list = (
  type: string,
  settings: Settings = {}
): Effect.Effect<ReadonlyArray<Group>, ApiError, HubSpotClient> =>
  Calls.send("GET", all, { type }, Wire.Results(Group), settings)

/**
 * @since 0.1.0
 * @category calls
 */
export const get = (
  type: string,
  name: string,
  settings: Settings = {}
): Effect.Effect<Group, ApiError, HubSpotClient> => Calls.send("GET", one, { type, name }, Group, settings)

/**
 * Makes a group. One that exists is a `ClientError` of status 409. A create whose outcome is unknown is not repeated.
 *
 * @since 0.1.0
 * @category calls
 */
export const create = (
  type: string,
  input: Input,
  settings: Settings = {}
): Effect.Effect<Group, ApiError, HubSpotClient> =>
  Calls.send("POST", all, { type }, Group, { ...settings, body: input })

/**
 * @since 0.1.0
 * @category calls
 */
export const update = (
  type: string,
  name: string,
  changes: Partial<Omit<Input, "name">>,
  settings: Settings = {}
): Effect.Effect<Group, ApiError, HubSpotClient> =>
  Calls.send("PATCH", one, { type, name }, Group, { ...settings, body: changes, replay: "safe" })

/**
 * Moves a group to the archive. HubSpot refuses while it has properties.
 *
 * @since 0.1.0
 * @category calls
 */
export const archive = (
  type: string,
  name: string,
  settings: Settings = {}
): Effect.Effect<void, ApiError, HubSpotClient> => Calls.tell("DELETE", one, { type, name }, settings)

const all = `${Paths.properties}/groups`
const one = `${all}/{name}`
