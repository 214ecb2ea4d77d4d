/**
 * The schemas of types: which properties they have, how they are called, what they can be associated with.
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
import * as Properties from "./Properties.ts"

/**
 * That two types can be associated.
 *
 * @since 0.1.0
 * @category models
 */
export const Association = Schema.Struct({
  id: Wire.Id,
  name: Wire.maybe(Schema.String),
  fromObjectTypeId: Wire.maybe(Schema.String),
  toObjectTypeId: Wire.maybe(Schema.String),
  createdAt: Wire.maybe(Wire.Instant),
  updatedAt: Wire.maybe(Wire.Instant)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Association = typeof Association.Type

/**
 * A type of object. `objectTypeId`, such as `2-123`, is what its records are reached by: `CrmObject.make({ type })`.
 *
 * @since 0.1.0
 * @category models
 */
export const ObjectSchema = Schema.Struct({
  id: Wire.Id,
  name: Wire.maybe(Schema.String),
  objectTypeId: Wire.maybe(Schema.String),
  fullyQualifiedName: Wire.maybe(Schema.String),
  labels: Wire.maybe(Schema.Struct({ singular: Wire.maybe(Schema.String), plural: Wire.maybe(Schema.String) })),
  description: Wire.maybe(Schema.String),
  primaryDisplayProperty: Wire.maybe(Schema.String),
  secondaryDisplayProperties: Wire.list(Schema.String),
  requiredProperties: Wire.list(Schema.String),
  searchableProperties: Wire.list(Schema.String),
  properties: Wire.list(Properties.Definition),
  associations: Wire.list(Association),
  archived: Wire.maybe(Schema.Boolean),
  createdAt: Wire.maybe(Wire.Instant),
  updatedAt: Wire.maybe(Wire.Instant)
})

/**
 * @since 0.1.0
 * @category models
 */
export type ObjectSchema = typeof ObjectSchema.Type

/**
 * @since 0.1.0
 * @category models
 */
export interface Attributes {
  readonly labels?: { readonly singular?: string | undefined; readonly plural?: string | undefined } | undefined
  readonly description?: string | undefined
  readonly primaryDisplayProperty?: string | undefined
  readonly secondaryDisplayProperties?: ReadonlyArray<string> | undefined
  readonly requiredProperties?: ReadonlyArray<string> | undefined
  readonly searchableProperties?: ReadonlyArray<string> | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Input extends Attributes {
  /** Letters, digits and underscores, a letter first. It cannot be changed later. */
  readonly name: string
  readonly labels: { readonly singular: string; readonly plural: string }
  readonly properties: ReadonlyArray<Omit<Properties.Input, "groupName"> & { readonly groupName?: string | undefined }>
  /** Types that its records can be associated with, such as `CONTACT` or `2-123`. Default: none. */
  readonly associatedObjects?: ReadonlyArray<string> | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface AssociationInput {
  readonly fromObjectTypeId: string
  readonly toObjectTypeId: string
  readonly name?: string | undefined
}

/**
 * The schemas of the account's custom objects.
 *
 * @since 0.1.0
 * @category calls
 */
export const list = (
  { archived, ...settings }: Properties.Archived & Settings = {}
): Effect.Effect<ReadonlyArray<ObjectSchema>, ApiError, HubSpotClient> =>
  Calls.send("GET", Paths.schemas, {}, Wire.Results(ObjectSchema), { ...settings, query: { archived } })

/**
 * The schema of a type: by its id, or its full name.
 *
 * @since 0.1.0
 * @category calls
 */
export const get = (
  type: string,
  settings: Settings = {}
): Effect.Effect<ObjectSchema, ApiError, HubSpotClient> => Calls.send("GET", one, { type }, ObjectSchema, settings)

/**
 * Makes a custom object. A create whose outcome is unknown is not repeated.
 *
 * @example
 * ```ts
 * import { CrmObject, Property, Schemas } from "effect-hubspot"
 * import { Effect, Schema } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const schema = yield* Schemas.create({
 *     name: "membership",
 *     labels: { singular: "Membership", plural: "Memberships" },
 *     primaryDisplayProperty: "number",
 *     requiredProperties: ["number"],
 *     properties: [{ name: "number", label: "Number", type: "string", fieldType: "text", hasUniqueValue: true }],
 *     associatedObjects: ["CONTACT"]
 *   })
 *   const Memberships = CrmObject.make({
 *     type: schema.objectTypeId ?? schema.id,
 *     properties: Schema.Struct({ number: Property.text })
 *   })
 *   return yield* Memberships.create({ number: "M-1" })
 * })
 * ```
 *
 * @since 0.1.0
 * @category calls
 */
export const create = (
  input: Input,
  settings: Settings = {}
): Effect.Effect<ObjectSchema, ApiError, HubSpotClient> =>
  Calls.send("POST", Paths.schemas, {}, ObjectSchema, {
    ...settings,
    // HubSpot wants these lists, even empty.
    body: {
      requiredProperties: [],
      secondaryDisplayProperties: [],
      searchableProperties: [],
      associatedObjects: [],
      ...input
    }
  })

/**
 * Changes what is given.
 *
 * @since 0.1.0
 * @category calls
 */
export const update = (
  type: string,
  changes: Attributes,
  settings: Settings = {}
): Effect.Effect<ObjectSchema, ApiError, HubSpotClient> =>
  Calls.send("PATCH", one, { type }, ObjectSchema, { ...settings, body: changes, replay: "safe" })

/**
 * Moves a custom object to the archive. HubSpot refuses while it has records.
 *
 * @since 0.1.0
 * @category calls
 */
export const archive = (type: string, settings: Settings = {}): Effect.Effect<void, ApiError, HubSpotClient> =>
  Calls.tell("DELETE", one, { type }, settings)

/**
 * Lets the records of two types be associated.
 *
 * @since 0.1.0
 * @category associations
 */
export const createAssociation = (
  type: string,
  input: AssociationInput,
  settings: Settings = {}
): Effect.Effect<Association, ApiError, HubSpotClient> =>
  Calls.send("POST", `${one}/associations`, { type }, Association, { ...settings, body: input })

/**
 * @since 0.1.0
 * @category associations
 */
export const removeAssociation = (
  type: string,
  id: string,
  settings: Settings = {}
): Effect.Effect<void, ApiError, HubSpotClient> =>
  Calls.tell("DELETE", `${one}/associations/{id}`, { type, id }, settings)

const one = `${Paths.schemas}/{type}`
