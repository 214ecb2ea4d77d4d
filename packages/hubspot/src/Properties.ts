/**
 * The properties that the records of a type have.
 *
 * @since 0.1.0
 */
import type { ApiError } from "effect-resilience/ApiError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { BatchResult } from "./BatchResult.ts"
import type { BatchSettings, Settings } from "./CrmObject.ts"
import type { HubSpotClient } from "./HubSpotClient.ts"
import * as Batches from "./internal/batches.ts"
import * as Calls from "./internal/calls.ts"
import * as Chunks from "./internal/chunks.ts"
import * as Paths from "./internal/paths.ts"
import { written } from "./internal/propertyInput.ts"
import * as Wire from "./internal/wire.ts"

/**
 * One of the values that an enumeration may have.
 *
 * @since 0.1.0
 * @category models
 */
export const Option = Schema.Struct({
  value: Wire.Text,
  label: Wire.maybe(Schema.String),
  description: Wire.maybe(Schema.String),
  displayOrder: Wire.maybe(Schema.Number),
  hidden: Wire.maybe(Schema.Boolean)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Option = typeof Option.Type

/**
 * What HubSpot says of a property. Its `type` is `bool`, `date`, `datetime`, `enumeration`, `number`, `phone_number` or
 * `string`; its `fieldType` is how forms show it.
 *
 * @since 0.1.0
 * @category models
 */
export const Definition = Schema.Struct({
  name: Schema.String,
  label: Wire.maybe(Schema.String),
  description: Wire.maybe(Schema.String),
  groupName: Wire.maybe(Schema.String),
  type: Wire.maybe(Schema.String),
  fieldType: Wire.maybe(Schema.String),
  options: Wire.list(Option),
  displayOrder: Wire.maybe(Schema.Number),
  hidden: Wire.maybe(Schema.Boolean),
  formField: Wire.maybe(Schema.Boolean),
  hasUniqueValue: Wire.maybe(Schema.Boolean),
  calculated: Wire.maybe(Schema.Boolean),
  calculationFormula: Wire.maybe(Schema.String),
  externalOptions: Wire.maybe(Schema.Boolean),
  referencedObjectType: Wire.maybe(Schema.String),
  hubspotDefined: Wire.maybe(Schema.Boolean),
  modificationMetadata: Wire.maybe(Schema.Struct({
    archivable: Wire.maybe(Schema.Boolean),
    readOnlyDefinition: Wire.maybe(Schema.Boolean),
    readOnlyOptions: Wire.maybe(Schema.Boolean),
    readOnlyValue: Wire.maybe(Schema.Boolean)
  })),
  createdAt: Wire.maybe(Wire.Instant),
  updatedAt: Wire.maybe(Wire.Instant),
  archived: Wire.maybe(Schema.Boolean),
  archivedAt: Wire.maybe(Wire.Instant)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Definition = typeof Definition.Type

/**
 * What can be said of a property when it is made or changed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Attributes {
  readonly label: string
  readonly type: "bool" | "date" | "datetime" | "enumeration" | "number" | "phone_number" | "string"
  readonly fieldType:
    | "booleancheckbox"
    | "calculation_equation"
    | "checkbox"
    | "date"
    | "file"
    | "html"
    | "number"
    | "phonenumber"
    | "radio"
    | "select"
    | "text"
    | "textarea"
  readonly groupName: string
  readonly description?: string | undefined
  /** All of them: an update replaces those that were there. */
  readonly options?: ReadonlyArray<OptionInput> | undefined
  readonly displayOrder?: number | undefined
  readonly hidden?: boolean | undefined
  readonly formField?: boolean | undefined
  readonly calculationFormula?: string | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface OptionInput {
  readonly label: string
  readonly value: string
  readonly description?: string | undefined
  /** Default: its place among the options. */
  readonly displayOrder?: number | undefined
  /** Default: false. */
  readonly hidden?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Input extends Attributes {
  readonly name: string
  /** Whether records can be found by it; it cannot be changed later. */
  readonly hasUniqueValue?: boolean | undefined
  readonly externalOptions?: boolean | undefined
  readonly referencedObjectType?: string | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Archived {
  /** Archived ones in place of the others. Default: false. */
  readonly archived?: boolean | undefined
}

/**
 * All properties of a type, such as `contacts` or `2-123`.
 *
 * @example
 * ```ts
 * import { Properties } from "effect-hubspot"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   yield* Properties.create("contacts", {
 *     name: "favourite_food",
 *     label: "Favourite food",
 *     type: "enumeration",
 *     fieldType: "select",
 *     groupName: "contactinformation",
 *     options: [{ label: "Burger", value: "burger" }]
 *   })
 *   yield* Properties.addOptions("contacts", "favourite_food", [{ label: "Taco", value: "taco" }])
 *   const all = yield* Properties.list("contacts")
 *   return all.map(({ name, type }) => `${name}: ${type}`)
 * })
 * ```
 *
 * @since 0.1.0
 * @category calls
 */
export const list = (
  type: string,
  { archived, ...settings }: Archived & Settings = {}
): Effect.Effect<ReadonlyArray<Definition>, ApiError, HubSpotClient> =>
  Calls.send("GET", Paths.properties, { type }, Wire.Results(Definition), { ...settings, query: { archived } })

/**
 * One property. An unknown one is a `ClientError` of status 404.
 *
 * @since 0.1.0
 * @category calls
 */
export const get = (
  type: string,
  name: string,
  { archived, ...settings }: Archived & Settings = {}
): Effect.Effect<Definition, ApiError, HubSpotClient> =>
  Calls.send("GET", one, { type, name }, Definition, { ...settings, query: { archived } })

/**
 * Makes a property. One that exists is a `ClientError` of status 409. A create whose outcome is unknown is not repeated.
 *
 * @since 0.1.0
 * @category calls
 */
export const create = (
  type: string,
  input: Input,
  settings: Settings = {}
): Effect.Effect<Definition, ApiError, HubSpotClient> =>
  Calls.send("POST", Paths.properties, { type }, Definition, { ...settings, body: written(input) })

/**
 * Changes what is given. `options` replaces all that were there: `addOptions` adds to them.
 *
 * @since 0.1.0
 * @category calls
 */
export const update = (
  type: string,
  name: string,
  changes: Partial<Attributes>,
  settings: Settings = {}
): Effect.Effect<Definition, ApiError, HubSpotClient> =>
  Calls.send("PATCH", one, { type, name }, Definition, { ...settings, body: written(changes), replay: "safe" })

/**
 * Adds options to an enumeration. One whose value is there already takes its place. The options are read and written
 * back: what another program writes in between is lost.
 *
 * @since 0.1.0
 * @category calls
 */
export const addOptions = (
  type: string,
  name: string,
  options: ReadonlyArray<OptionInput>,
  settings: Settings = {}
): Effect.Effect<Definition, ApiError, HubSpotClient> =>
  Effect.flatMap(get(type, name, settings), (before) => {
    const byValue = new Map<string, OptionInput>(
      before.options.map((option) => [option.value, { ...option, label: option.label ?? option.value }])
    )
    for (const option of options) byValue.set(option.value, option)
    return update(type, name, { options: [...byValue.values()] }, settings)
  })

/**
 * Moves a property to the archive, from which HubSpot can restore it for ninety days.
 *
 * @since 0.1.0
 * @category calls
 */
export const archive = (
  type: string,
  name: string,
  settings: Settings = {}
): Effect.Effect<void, ApiError, HubSpotClient> => Calls.tell("DELETE", one, { type, name }, settings)

/**
 * Makes any number of properties, a hundred in a call.
 *
 * @since 0.1.0
 * @category calls
 */
export const batchCreate = (
  type: string,
  inputs: ReadonlyArray<Input>,
  settings: BatchSettings = {}
): Effect.Effect<BatchResult<Input, Definition>, never, HubSpotClient> =>
  batch(type, "create", inputs, (input) => ({ key: input.name, body: written(input) }), settings, "refuse")

/**
 * Reads any number of properties, a hundred in a call. Equal names are asked for once.
 *
 * @since 0.1.0
 * @category calls
 */
export const batchRead = (
  type: string,
  names: ReadonlyArray<string>,
  { archived = false, ...settings }: Archived & BatchSettings = {}
): Effect.Effect<BatchResult<string, Definition>, never, HubSpotClient> =>
  batch(type, "read", names, (name) => ({ key: name, body: { name } }), settings, "share", { archived })

/**
 * Moves any number of properties to the archive, a hundred in a call. To HubSpot one that is not there is no error.
 *
 * @since 0.1.0
 * @category calls
 */
export const batchArchive = (
  type: string,
  names: ReadonlyArray<string>,
  { concurrency, ...settings }: BatchSettings = {}
): Effect.Effect<BatchResult<string, void>, never, HubSpotClient> =>
  Chunks.run({ inputs: names, size: batchSize, concurrency }, (names) =>
    Effect.as(
      Calls.tell("POST", `${Paths.properties}/batch/archive`, { type }, {
        ...settings,
        kind: "batch",
        body: { inputs: names.map((name) => ({ name })) }
      }),
      names.map(() => undefined)
    ))

const one = `${Paths.properties}/{name}`

/** HubSpot's own limit for one call. */
const batchSize = 100

const batch = <A>(
  type: string,
  call: "create" | "read",
  inputs: ReadonlyArray<A>,
  itemOf: (input: A) => Batches.Item,
  { concurrency = 4, ...settings }: BatchSettings,
  repeats: "share" | "refuse",
  extras: { readonly [name: string]: unknown } = {}
) => {
  const path = Paths.fill("POST", `${Paths.properties}/batch/${call}`, { type })
  return Batches.run<A, Definition>({
    path: Either.match(path, { onLeft: ({ url }) => url, onRight: ({ path }) => path }),
    inputs,
    itemOf: (input) => Either.map(path, () => itemOf(input)),
    keyOf: ({ record }) => record.name,
    keysOfError: ({ name, names, propertyName }) => [name, names, propertyName],
    schema: Batches.answered(Definition),
    extras,
    concurrency,
    options: { ...settings, kind: "batch" },
    repeats
  })
}
