/**
 * One record of the CRM.
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import type * as Schema from "effect/Schema"

/**
 * The properties that a module knows, each as a schema over the string on the wire.
 *
 * @since 0.1.0
 * @category models
 */
export interface Fields {
  readonly [name: PropertyKey]: Schema.Schema.AnyNoContext
}

/**
 * The value of a property: typed where the module knows it, else the string on the wire.
 *
 * @since 0.1.0
 * @category models
 */
export type ValueOf<F extends Fields, Name extends string> = Name extends keyof F ? Schema.Schema.Type<F[Name]> : string

/**
 * @since 0.1.0
 * @category models
 */
export interface CrmRecord<Properties> {
  readonly id: string
  readonly properties: Properties
  readonly createdAt: DateTime.Utc
  readonly updatedAt: DateTime.Utc
  readonly archived: boolean
  readonly archivedAt?: DateTime.Utc | undefined
}

/**
 * A record as it was asked for: `null` is a property that is not set.
 *
 * @since 0.1.0
 * @category models
 */
export type Read<F extends Fields, Name extends string> = CrmRecord<
  { readonly [K in Name]: ValueOf<F, K> | null }
>

/**
 * A record as it was answered to a write: HubSpot sends the properties that were set and a few of its own.
 *
 * @since 0.1.0
 * @category models
 */
export type Written<F extends Fields> = CrmRecord<
  { readonly [K in keyof F]?: Schema.Schema.Type<F[K]> | null }
>

/**
 * A record that was created or updated.
 *
 * @since 0.1.0
 * @category models
 */
export type Upserted<F extends Fields> = Written<F> & { readonly isNew: boolean }

/**
 * What a record can be set to; `null` clears a property.
 *
 * @since 0.1.0
 * @category models
 */
export type Input<F extends Fields> = { readonly [K in keyof F]?: Schema.Schema.Type<F[K]> | null | undefined }
