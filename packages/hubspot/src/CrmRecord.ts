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
  /**
   * There where `associations` were asked for, by the name of the other type as HubSpot spells it: `companies`, whatever
   * spelling was asked for. A type is missing where nothing of it belongs to the record.
   */
  readonly associations?: { readonly [type: string]: Associated | undefined } | undefined
}

/**
 * The records of one type that belong to a record.
 *
 * @since 0.1.0
 * @category models
 */
export interface Associated {
  /** Each as often as it has labels; `type` is the label's name, such as `contact_to_company`. */
  readonly results: ReadonlyArray<{ readonly id: string; readonly type?: string | undefined }>
  /** There are more than HubSpot shows here; the associations API has them, after this. */
  readonly after?: string | undefined
}

/**
 * A value that a property has or had.
 *
 * @since 0.1.0
 * @category models
 */
export interface Version<A> {
  /** `null` where it was cleared, or where `text` is from a time when the property had another type. */
  readonly value: A | null
  /** As it is on the wire. */
  readonly text: string
  readonly timestamp: DateTime.Utc
  /** Who set it: `INTEGRATION`, `CRM_UI`, `IMPORT`, … */
  readonly sourceType?: string | undefined
  readonly sourceId?: string | undefined
  readonly sourceLabel?: string | undefined
}

/**
 * A record as it was asked for: `null` is a property that is not set. `Past` names the properties whose history was
 * asked for; theirs is newest first.
 *
 * @since 0.1.0
 * @category models
 */
export type Read<F extends Fields, Name extends string, Past extends string = never> = [Past] extends [never]
  ? CrmRecord<{ readonly [K in Name]: ValueOf<F, K> | null }>
  : CrmRecord<{ readonly [K in Name]: ValueOf<F, K> | null }> & {
    readonly propertiesWithHistory: { readonly [K in Past]: ReadonlyArray<Version<ValueOf<F, K>>> }
  }

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
