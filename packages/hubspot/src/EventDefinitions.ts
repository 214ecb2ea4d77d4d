/**
 * The definitions of custom events: which events there are, and which properties they have. `Events` sends them.
 *
 * An event is named by its `name`, or by its `fullyQualifiedName`, such as `pe123_bought`.
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
import { written } from "./internal/propertyInput.ts"
import * as Wire from "./internal/wire.ts"
import * as Properties from "./Properties.ts"

/**
 * What HubSpot says of an event. `Events.send` takes its `fullyQualifiedName`.
 *
 * @since 0.1.0
 * @category models
 */
export const Definition = Schema.Struct({
  name: Schema.String,
  fullyQualifiedName: Wire.maybe(Schema.String),
  id: Wire.maybe(Wire.Id),
  objectTypeId: Wire.maybe(Schema.String),
  labels: Wire.maybe(Schema.Struct({ singular: Wire.maybe(Schema.String), plural: Wire.maybe(Schema.String) })),
  description: Wire.maybe(Schema.String),
  /** The type of record that it happens to, such as `CONTACT`. */
  primaryObject: Wire.maybe(Schema.String),
  primaryObjectId: Wire.maybe(Wire.Id),
  /** How it comes in: `MANUAL` through this API, `CLICKED_ELEMENT`, `VISITED_URL`, `IMPORT`, `WEBHOOK`, … */
  trackingType: Wire.maybe(Schema.String),
  properties: Wire.list(Properties.Definition),
  archived: Wire.maybe(Schema.Boolean),
  createdAt: Wire.maybe(Wire.Instant),
  updatedAt: Wire.maybe(Wire.Instant)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Definition = typeof Definition.Type

/**
 * @since 0.1.0
 * @category models
 */
export interface PropertyInput {
  readonly label: string
  readonly type: "datetime" | "enumeration" | "number" | "string"
  /** Small letters, digits and underscores, a letter first. Default: one that HubSpot makes of the label. */
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly options?: ReadonlyArray<Properties.OptionInput> | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Input {
  /** Up to 100 characters. */
  readonly label: string
  /**
   * Up to 50 small letters, digits and underscores, a letter first; it cannot be changed later. Default: one that HubSpot
   * makes of the label.
   */
  readonly name?: string | undefined
  readonly description?: string | undefined
  /** `CONTACT`, `COMPANY`, `DEAL`, `TICKET`, or a custom object; it cannot be changed later. Default: `CONTACT`. */
  readonly primaryObject?: string | undefined
  /** Up to 50. Default: none. */
  readonly properties?: ReadonlyArray<PropertyInput> | undefined
  /** Whether it has those properties too that HubSpot has for any event, such as `hs_page_url`. Default: true. */
  readonly includeDefaultProperties?: boolean | undefined
  /** An event without a record is that of the record which has the same value. Default: none. */
  readonly matching?: {
    /** One of the event's properties. */
    readonly eventProperty: string
    /** A property with unique values of the type of record. */
    readonly recordProperty: string
  } | undefined
}

/**
 * The events of the account, with their properties, page by page as they are asked for. `query` finds those that have it in
 * their names.
 *
 * @since 0.1.0
 * @category calls
 */
export const stream = (
  { query, ...settings }: { readonly query?: string | undefined } & Settings = {}
): Stream.Stream<Definition, ApiError, HubSpotClient> =>
  Calls.paged(Paths.eventDefinitions, {}, Definition, {
    ...settings,
    query: { searchString: query, includeProperties: true }
  })

/**
 * One event. An unknown one is a `ClientError` of status 404.
 *
 * @since 0.1.0
 * @category calls
 */
export const get = (event: string, settings: Settings = {}): Effect.Effect<Definition, ApiError, HubSpotClient> =>
  Calls.send("GET", one, { event }, Definition, settings)

/**
 * Defines an event. A create whose outcome is unknown is not repeated.
 *
 * @example
 * ```ts
 * import { EventDefinitions, Events } from "effect-hubspot"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const { fullyQualifiedName, name } = yield* EventDefinitions.create({
 *     name: "bought",
 *     label: "Bought something",
 *     properties: [{ name: "amount", label: "Amount", type: "number" }]
 *   })
 *   yield* Events.send({ eventName: fullyQualifiedName ?? name, email: "ada@example.com", properties: { amount: 12 } })
 *   const properties = yield* EventDefinitions.properties("bought")
 *   return properties.map(({ name, type }) => `${name}: ${type}`)
 * })
 * ```
 *
 * @since 0.1.0
 * @category calls
 */
export const create = (
  { includeDefaultProperties = true, matching, properties = [], ...input }: Input,
  settings: Settings = {}
): Effect.Effect<Definition, ApiError, HubSpotClient> =>
  Calls.send("POST", Paths.eventDefinitions, {}, Definition, {
    ...settings,
    body: {
      ...input,
      includeDefaultProperties,
      propertyDefinitions: properties.map(written),
      ...(matching === undefined ? {} : {
        customMatchingId: {
          primaryObjectRule: {
            eventPropertyName: matching.eventProperty,
            targetObjectPropertyName: matching.recordProperty
          }
        }
      })
    }
  })

/**
 * Changes what is given.
 *
 * @since 0.1.0
 * @category calls
 */
export const update = (
  event: string,
  changes: { readonly label?: string | undefined; readonly description?: string | undefined },
  settings: Settings = {}
): Effect.Effect<Definition, ApiError, HubSpotClient> =>
  Calls.send("PATCH", one, { event }, Definition, { ...settings, body: changes, replay: "safe" })

/**
 * Deletes an event.
 *
 * @since 0.1.0
 * @category calls
 */
export const remove = (event: string, settings: Settings = {}): Effect.Effect<void, ApiError, HubSpotClient> =>
  Calls.tell("DELETE", one, { event }, settings)

/**
 * The properties of an event, HubSpot's own among them.
 *
 * @since 0.1.0
 * @category properties
 */
export const properties = (
  event: string,
  settings: Settings = {}
): Effect.Effect<ReadonlyArray<Properties.Definition>, ApiError, HubSpotClient> =>
  Effect.map(get(event, settings), ({ properties }) => properties)

/**
 * Gives an event one more property. A create whose outcome is unknown is not repeated.
 *
 * @since 0.1.0
 * @category properties
 */
export const createProperty = (
  event: string,
  input: PropertyInput,
  settings: Settings = {}
): Effect.Effect<Properties.Definition, ApiError, HubSpotClient> =>
  Calls.send("POST", `${one}/property`, { event }, Properties.Definition, {
    ...settings,
    body: written(input)
  })

/**
 * Changes what is given; `options` replace those that were there.
 *
 * @since 0.1.0
 * @category properties
 */
export const updateProperty = (
  event: string,
  property: string,
  changes: Partial<Pick<PropertyInput, "label" | "description" | "options">>,
  settings: Settings = {}
): Effect.Effect<Properties.Definition, ApiError, HubSpotClient> =>
  Calls.send("PATCH", oneProperty, { event, property }, Properties.Definition, {
    ...settings,
    body: written(changes),
    replay: "safe"
  })

/**
 * Takes a property from an event.
 *
 * @since 0.1.0
 * @category properties
 */
export const removeProperty = (
  event: string,
  property: string,
  settings: Settings = {}
): Effect.Effect<void, ApiError, HubSpotClient> => Calls.tell("DELETE", oneProperty, { event, property }, settings)

const one = `${Paths.eventDefinitions}/{event}`
const oneProperty = `${one}/property/{property}`
