/**
 * One type of CRM object, with its properties: all the calls that HubSpot has for it.
 *
 * @since 0.1.0
 */
import type { ApiError } from "effect-resilience/ApiError"
import type { CallOptions } from "effect-resilience/CallOptions"
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { BatchResult } from "./BatchResult.ts"
import type { Cursor, Page } from "./Changes.ts"
import type { Fields, Input, Read, Upserted, Written } from "./CrmRecord.ts"
import type { HubSpotClient } from "./HubSpotClient.ts"
import * as Merged from "./internal/mergedWrites.ts"
import * as Batches from "./internal/objectBatches.ts"
import * as Calls from "./internal/objectCalls.ts"
import * as Changes from "./internal/objectChanges.ts"
import * as Reads from "./internal/objectReads.ts"
import * as Searches from "./internal/objectSearch.ts"
import { wireOf } from "./internal/objectWire.ts"
import type { Filter, Known, Search } from "./Search.ts"

/**
 * What any call may bring: its own `attemptTimeout`, `deadline` and `retries`.
 *
 * @since 0.1.0
 * @category models
 */
export type Settings = Pick<CallOptions, "attemptTimeout" | "deadline" | "retries">

/**
 * @since 0.1.0
 * @category models
 */
export interface Lookup<F extends Fields> {
  /** A property with unique values by which the record is named, such as `email`. Default: its id. */
  readonly by?: (keyof F & string) | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Selection<Name extends string, Past extends string = never> {
  /**
   * The properties to ask for, any number: what a URL has no room for is asked for in a second call. Default: all that the
   * module knows.
   */
  readonly properties?: ReadonlyArray<Name> | undefined
  /** Those of which to ask for all values that they have had. Pages and batches are of 50 then. Default: none. */
  readonly propertiesWithHistory?: ReadonlyArray<Past> | undefined
  /** Archived records in place of the others. Default: false. */
  readonly archived?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Related {
  /** Types of records, such as `companies`, whose ids to ask for where they belong to the record. Default: none. */
  readonly associations?: ReadonlyArray<string> | undefined
}

/**
 * A record that a new one is to belong to.
 *
 * @since 0.1.0
 * @category models
 */
export type Association =
  | {
    /** The id of the other record. */
    readonly to: string
    /** Its type, such as `companies`: the two belong together without a label. Both types have to be standard ones. */
    readonly type: string
    readonly types?: undefined
  }
  | {
    readonly to: string
    readonly type?: undefined
    /** In which ways they belong together, by the numbers that HubSpot gave to the associations. */
    readonly types: ReadonlyArray<{
      readonly typeId: number
      /** Default: `HUBSPOT_DEFINED`. */
      readonly category?: "HUBSPOT_DEFINED" | "USER_DEFINED" | "INTEGRATOR_DEFINED" | undefined
    }>
  }

/**
 * @since 0.1.0
 * @category models
 */
export interface Linked {
  /** What the new record belongs to from the start. Default: nothing. */
  readonly associations?: ReadonlyArray<Association> | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface SearchOptions<Name extends string> {
  /** The properties to ask for; the whole search may have 3,000 characters. Default: all that the module knows. */
  readonly properties?: ReadonlyArray<Name> | undefined
  /** Records in a page, 1–200. Default: 200. */
  readonly pageSize?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ChangesOptions<F extends Fields, Name extends string> extends SearchOptions<Name> {
  /** Only records to which this applies. */
  readonly filter?: Filter<Known<F>> | undefined
  /**
   * How late search may show a change: a round looks this far back behind the latest change of the one before. Default:
   * 1 minute, as HubSpot says no more than that it takes a few moments.
   */
  readonly overlap?: Duration.DurationInput | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Pages {
  /** Records in a page, 1–100, or 1–50 with histories. Default: the most. */
  readonly pageSize?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface BatchSettings extends Settings {
  /** Calls of a hundred inputs each that may be under way at once. Default: 4. */
  readonly concurrency?: number | undefined
}

/**
 * The properties a module knows, or any other by its name.
 *
 * @since 0.1.0
 * @category models
 */
export type NameOf<F extends Fields> = (keyof F & string) | (string & {})

/**
 * @since 0.1.0
 * @category models
 */
export interface CrmObject<F extends Fields> {
  readonly type: string

  /** The same with more properties: those of the portal's own. */
  readonly extend: <G extends Fields>(properties: Schema.Struct<G>) => CrmObject<F & G>

  /**
   * Creates a record. After a failure that leaves it open whether the record was created, it is repeated where it sets a
   * unique property that the module knows as such (`reconcileBy`; the email of contacts): if the repeat collides with a
   * record that is as new as the call, and as it was sent, that is the one. Without, it fails with the outcome `unknown`.
   */
  readonly create: (
    properties: Input<F>,
    options?: Linked & Settings
  ) => Effect.Effect<Written<F>, ApiError, HubSpotClient>

  /** Reads one record. An unknown one is a `ClientError` of status 404. */
  readonly get: <const Name extends NameOf<F> = keyof F & string, const Past extends NameOf<F> = never>(
    id: string,
    options?: Lookup<F> & Selection<Name, Past> & Related & Settings
  ) => Effect.Effect<Read<F, Name, Past>, ApiError, HubSpotClient>

  /** Sets properties of a record. */
  readonly update: (
    id: string,
    properties: Input<F>,
    options?: Lookup<F> & Settings
  ) => Effect.Effect<Written<F>, ApiError, HubSpotClient>

  /** Creates the record, or updates the one that has the same value of the unique property `by`. */
  readonly upsert: (
    properties: Input<F>,
    options: { readonly by: keyof F & string } & Settings
  ) => Effect.Effect<Upserted<F>, ApiError, HubSpotClient>

  /** Moves a record to the archive. One that is there already, or never was, is not an error to HubSpot. */
  readonly archive: (id: string, options?: Settings) => Effect.Effect<void, ApiError, HubSpotClient>

  /**
   * Merges the second record into the first, which takes over what it lacks. Cannot be undone, and is not repeated where
   * its outcome is unknown.
   */
  readonly merge: (
    primaryId: string,
    otherId: string,
    options?: Settings
  ) => Effect.Effect<Written<F>, ApiError, HubSpotClient>

  /** All records, one page after the other, as they are asked for. */
  readonly stream: <const Name extends NameOf<F> = keyof F & string, const Past extends NameOf<F> = never>(
    options?: Selection<Name, Past> & Related & Pages & Settings
  ) => Stream.Stream<Read<F, Name, Past>, ApiError, HubSpotClient>

  /** All records, page by page. */
  readonly pages: <const Name extends NameOf<F> = keyof F & string, const Past extends NameOf<F> = never>(
    options?: Selection<Name, Past> & Related & Pages & Settings
  ) => Stream.Stream<ReadonlyArray<Read<F, Name, Past>>, ApiError, HubSpotClient>

  /**
   * All that a search finds, each record once. Without an order of its own it comes by ids, however many there are; what
   * is created meanwhile may be among it. Search shows a new record some moments late.
   */
  readonly search: <const Name extends NameOf<F> = keyof F & string>(
    search: Search<Known<F>>,
    options?: SearchOptions<Name> & Settings
  ) => Stream.Stream<Read<F, Name>, ApiError, HubSpotClient>

  /** All that a search finds, page by page. */
  readonly searchPages: <const Name extends NameOf<F> = keyof F & string>(
    search: Search<Known<F>>,
    options?: SearchOptions<Name> & Settings
  ) => Stream.Stream<ReadonlyArray<Read<F, Name>>, ApiError, HubSpotClient>

  /** How many records a search finds. */
  readonly count: (search: Search<Known<F>>, options?: Settings) => Effect.Effect<number, ApiError, HubSpotClient>

  /**
   * The records that were modified at an instant or later, each as it is now, and with every page the cursor to go on
   * from. The stream ends when all are read; run it again from its last cursor for what has changed since. Archived
   * records are not among them, and records come by their ids, not by their times.
   */
  readonly changes: <const Name extends NameOf<F> = keyof F & string>(
    from: DateTime.Utc | Cursor,
    options?: ChangesOptions<F, Name> & Settings
  ) => Stream.Stream<Page<Read<F, Name>>, ApiError, HubSpotClient>

  /** Creates any number of records. A call whose outcome is unknown is not repeated: its inputs fail as `unknown`. */
  readonly batchCreate: (
    inputs: ReadonlyArray<Input<F>>,
    options?: {
      /** What a new record belongs to from the start. Default: nothing. */
      readonly associations?: ((input: Input<F>, index: number) => ReadonlyArray<Association>) | undefined
    } & BatchSettings
  ) => Effect.Effect<BatchResult<Input<F>, Written<F>>, never, HubSpotClient>

  /** Reads any number of records. Equal ids are asked for once, and each gets the record. */
  readonly batchRead: <const Name extends NameOf<F> = keyof F & string, const Past extends NameOf<F> = never>(
    ids: ReadonlyArray<string>,
    options?: Lookup<F> & Selection<Name, Past> & BatchSettings
  ) => Effect.Effect<BatchResult<string, Read<F, Name, Past>>, never, HubSpotClient>

  /** Sets properties of any number of records. The second input for the same record is refused. */
  readonly batchUpdate: (
    inputs: ReadonlyArray<Update<F>>,
    options?: Lookup<F> & BatchSettings
  ) => Effect.Effect<BatchResult<Update<F>, Written<F>>, never, HubSpotClient>

  /** Creates or updates any number of records. The second input for the same value of `by` is refused. */
  readonly batchUpsert: (
    inputs: ReadonlyArray<Input<F>>,
    options: { readonly by: keyof F & string } & BatchSettings
  ) => Effect.Effect<BatchResult<Input<F>, Upserted<F>>, never, HubSpotClient>

  /** Archives any number of records. One that is archived already, or never was, is not an error to HubSpot. */
  readonly batchArchive: (
    ids: ReadonlyArray<string>,
    options?: BatchSettings
  ) => Effect.Effect<BatchResult<string, void>, never, HubSpotClient>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Update<F extends Fields> {
  readonly id: string
  readonly properties: Input<F>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Definition<F extends Fields> {
  /** A name such as `contacts`, or an id such as `0-1`, `2-123` or `p456_cars`. */
  readonly type: string
  /** The properties that the program works with, as they are on the wire. */
  readonly properties: Schema.Struct<F>
  /**
   * A property with unique values, such as the email of contacts. Creates that set it can be repeated safely, as HubSpot
   * refuses to make a second record with the same value. Default: none.
   */
  readonly reconcileBy?: (keyof F & string) | undefined
}

/**
 * A module for a type of object; nothing is sent before its functions are run.
 *
 * @example
 * ```ts
 * import { CrmObject, Property } from "effect-hubspot"
 * import { Effect, Schema } from "effect"
 *
 * const Cars = CrmObject.make({
 *   type: "2-123",
 *   properties: Schema.Struct({ vin: Property.text, mileage: Property.number, sold_at: Property.datetime })
 * })
 *
 * const program = Effect.gen(function*() {
 *   const car = yield* Cars.upsert({ vin: "WVWZZZ1JZXW000001", mileage: 12_000 }, { by: "vin" })
 *   const { properties } = yield* Cars.get(car.id, { properties: ["mileage"] })
 *   return properties.mileage // number | null
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <F extends Fields>(definition: Definition<F>): CrmObject<F> => {
  const wire = wireOf(definition)
  const calls = { ...Calls.make(wire), ...Batches.make(wire) }
  return {
    type: definition.type,
    extend: (more) =>
      make({ ...definition, properties: Schema.Struct({ ...definition.properties.fields, ...more.fields }) }),
    ...calls,
    ...Merged.make(wire, calls),
    ...Reads.make(wire),
    ...Searches.make(wire),
    ...Changes.make(wire)
  }
}
