/**
 * The pipelines that deals, tickets and other records move through, and their stages.
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

const dated = {
  id: Wire.Id,
  label: Wire.maybe(Schema.String),
  displayOrder: Wire.maybe(Schema.Number),
  createdAt: Wire.maybe(Wire.Instant),
  updatedAt: Wire.maybe(Wire.Instant),
  archived: Wire.maybe(Schema.Boolean),
  archivedAt: Wire.maybe(Wire.Instant)
}

/**
 * A stage. What its `metadata` holds depends on the type: `probability` and `isClosed` of deals, `ticketState` of tickets.
 *
 * @since 0.1.0
 * @category models
 */
export const Stage = Schema.Struct({
  ...dated,
  metadata: Schema.optionalWith(Schema.Record({ key: Schema.String, value: Schema.NullOr(Wire.Text) }), {
    nullable: true,
    default: () => ({})
  }),
  writePermissions: Wire.maybe(Schema.String)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Stage = typeof Stage.Type

/**
 * @since 0.1.0
 * @category models
 */
export const Pipeline = Schema.Struct({ ...dated, stages: Wire.list(Stage) })

/**
 * @since 0.1.0
 * @category models
 */
export type Pipeline = typeof Pipeline.Type

/**
 * @since 0.1.0
 * @category models
 */
export interface StageInput {
  readonly label: string
  readonly displayOrder: number
  /** Deals need `probability`, from `"0.0"` to `"1.0"`; tickets take `ticketState`, `OPEN` or `CLOSED`. */
  readonly metadata?: { readonly [name: string]: string } | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Input {
  readonly label: string
  readonly displayOrder: number
  readonly stages: ReadonlyArray<StageInput>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Removal {
  /** Refuses to remove what records refer to. Default: HubSpot's, false. */
  readonly validateReferences?: boolean | undefined
}

/**
 * The pipelines of a type, with their stages.
 *
 * @example
 * ```ts
 * import { Pipelines } from "effect-hubspot"
 * import { Effect } from "effect"
 *
 * const open = Effect.map(Pipelines.list("deals"), (pipelines) =>
 *   pipelines.flatMap(({ stages }) => stages.filter(({ metadata }) => metadata.isClosed === "false")))
 * ```
 *
 * @since 0.1.0
 * @category calls
 */
export const list = (
  type: string,
  settings: Settings = {}
): Effect.Effect<ReadonlyArray<Pipeline>, ApiError, HubSpotClient> =>
  Calls.send("GET", Paths.pipelines, { type }, Wire.Results(Pipeline), settings)

/**
 * @since 0.1.0
 * @category calls
 */
export const get = (
  type: string,
  id: string,
  settings: Settings = {}
): Effect.Effect<Pipeline, ApiError, HubSpotClient> => Calls.send("GET", one, { type, id }, Pipeline, settings)

/**
 * Makes a pipeline with its stages. A create whose outcome is unknown is not repeated.
 *
 * @since 0.1.0
 * @category calls
 */
export const create = (
  type: string,
  input: Input,
  settings: Settings = {}
): Effect.Effect<Pipeline, ApiError, HubSpotClient> =>
  Calls.send("POST", Paths.pipelines, { type }, Pipeline, { ...settings, body: input })

/**
 * Puts another pipeline, with other stages, in the place of one.
 *
 * @since 0.1.0
 * @category calls
 */
export const replace = (
  type: string,
  id: string,
  input: Input,
  { validateReferences, ...settings }: Removal & Settings = {}
): Effect.Effect<Pipeline, ApiError, HubSpotClient> =>
  Calls.send("PUT", one, { type, id }, Pipeline, {
    ...settings,
    query: removal(validateReferences),
    body: input
  })

/**
 * Changes what is given.
 *
 * @since 0.1.0
 * @category calls
 */
export const update = (
  type: string,
  id: string,
  changes: Partial<Omit<Input, "stages">>,
  settings: Settings = {}
): Effect.Effect<Pipeline, ApiError, HubSpotClient> =>
  Calls.send("PATCH", one, { type, id }, Pipeline, { ...settings, body: changes, replay: "safe" })

/**
 * @since 0.1.0
 * @category calls
 */
export const remove = (
  type: string,
  id: string,
  { validateReferences, ...settings }: Removal & Settings = {}
): Effect.Effect<void, ApiError, HubSpotClient> =>
  Calls.tell("DELETE", one, { type, id }, { ...settings, query: removal(validateReferences) })

/**
 * @since 0.1.0
 * @category stages
 */
export const stages = (
  type: string,
  pipeline: string,
  settings: Settings = {}
): Effect.Effect<ReadonlyArray<Stage>, ApiError, HubSpotClient> =>
  Calls.send("GET", allStages, { type, pipeline }, Wire.Results(Stage), settings)

/**
 * @since 0.1.0
 * @category stages
 */
export const getStage = (
  type: string,
  pipeline: string,
  id: string,
  settings: Settings = {}
): Effect.Effect<Stage, ApiError, HubSpotClient> => Calls.send("GET", oneStage, { type, pipeline, id }, Stage, settings)

/**
 * @since 0.1.0
 * @category stages
 */
export const createStage = (
  type: string,
  pipeline: string,
  input: StageInput,
  settings: Settings = {}
): Effect.Effect<Stage, ApiError, HubSpotClient> =>
  Calls.send("POST", allStages, { type, pipeline }, Stage, { ...settings, body: input })

/**
 * Changes what is given.
 *
 * @since 0.1.0
 * @category stages
 */
export const updateStage = (
  type: string,
  pipeline: string,
  id: string,
  changes: Partial<StageInput>,
  settings: Settings = {}
): Effect.Effect<Stage, ApiError, HubSpotClient> =>
  Calls.send("PATCH", oneStage, { type, pipeline, id }, Stage, { ...settings, body: changes, replay: "safe" })

/**
 * @since 0.1.0
 * @category stages
 */
export const removeStage = (
  type: string,
  pipeline: string,
  id: string,
  settings: Settings = {}
): Effect.Effect<void, ApiError, HubSpotClient> => Calls.tell("DELETE", oneStage, { type, pipeline, id }, settings)

const one = `${Paths.pipelines}/{id}`
const allStages = `${Paths.pipelines}/{pipeline}/stages`
const oneStage = `${allStages}/{id}`

const removal = (validateReferences: boolean | undefined) => ({ validateReferencesBeforeDelete: validateReferences })
