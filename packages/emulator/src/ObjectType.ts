/**
 * What the emulator knows of a type of CRM object: its properties and what HubSpot checks on a write.
 *
 * @since 0.1.0
 */

/**
 * How a value is checked and stored. On the wire every value is a string.
 *
 * @since 0.1.0
 * @category models
 */
export type PropertyType = "string" | "phone_number" | "email" | "number" | "bool" | "date" | "datetime" | "enumeration"

/**
 * One property of an object type.
 *
 * @since 0.1.0
 * @category models
 */
export interface Property {
  readonly type: PropertyType
  /** The values an `enumeration` may have; any value when left out. */
  readonly options?: ReadonlyArray<string> | undefined
  /** Whether an `enumeration` may have several of its values at once, parted by semicolons. */
  readonly multiple?: boolean | undefined
  /** No two live records share a value, and `idProperty` may address a record by it. */
  readonly unique?: boolean | undefined
  /** HubSpot sets it; a write that names it is refused. */
  readonly readOnly?: boolean | undefined
}

/**
 * A type of CRM object.
 *
 * @since 0.1.0
 * @category models
 */
export interface ObjectType {
  /** The name in a path: `contacts`, `p123_pets`. */
  readonly name: string
  /** The id that a path may hold instead of the name: `0-1`, `2-123`. */
  readonly id: string
  /** The word in HubSpot's messages: `Contact`. */
  readonly singular: string
  readonly properties: { readonly [name: string]: Property }
  /** What an answer holds when the request names no properties. */
  readonly defaults: ReadonlyArray<string>
  /** A create needs one property of each group: `[["domain", "name"]]` is either of two. */
  readonly required: ReadonlyArray<ReadonlyArray<string>>
  /** The property that holds the time of creation. */
  readonly created: string
  /** The property that holds the time of the last change. */
  readonly modified: string
  /** Takes any property, as a string: for types whose properties are not all described. */
  readonly open: boolean
}

/**
 * What `make` needs; the rest has defaults.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends Pick<ObjectType, "name" | "id"> {
  /** Default: the name. */
  readonly singular?: string | undefined
  /** Beside those every object has: id, created, modified. */
  readonly properties?: ObjectType["properties"] | undefined
  readonly defaults?: ObjectType["defaults"] | undefined
  readonly required?: ObjectType["required"] | undefined
  /** Default: `hs_createdate`. */
  readonly created?: string | undefined
  /** Default: `hs_lastmodifieddate`. */
  readonly modified?: string | undefined
  /** Takes any property beside the described ones. Default: when none are described. */
  readonly open?: boolean | undefined
}

/**
 * Describes a type of object.
 *
 * @example
 * ```ts
 * import * as ObjectType from "hubspot-emulator/ObjectType"
 *
 * const pets = ObjectType.make({
 *   name: "p123_pets",
 *   id: "2-123",
 *   properties: { name: { type: "string" }, chip: { type: "string", unique: true } },
 *   required: [["name"]]
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): ObjectType => {
  const created = options.created ?? "hs_createdate"
  const modified = options.modified ?? "hs_lastmodifieddate"
  return {
    name: options.name,
    id: options.id,
    singular: options.singular ?? options.name,
    properties: {
      hs_object_id: { type: "number", readOnly: true },
      [created]: { type: "datetime", readOnly: true },
      [modified]: { type: "datetime", readOnly: true },
      ...options.properties
    },
    defaults: options.defaults ?? [],
    required: options.required ?? [],
    created,
    modified,
    open: options.open ?? options.properties === undefined
  }
}

/**
 * A type with more properties: the custom ones of an account, or standard ones that the emulator leaves out.
 *
 * @example
 * ```ts
 * import * as ObjectType from "hubspot-emulator/ObjectType"
 * import * as StandardTypes from "hubspot-emulator/StandardTypes"
 *
 * const deals = ObjectType.extend(StandardTypes.deals, { crm_key: { type: "string", unique: true } })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const extend = (self: ObjectType, properties: ObjectType["properties"]): ObjectType => ({
  ...self,
  properties: { ...self.properties, ...properties }
})
