/**
 * One type of CRM object, with its properties: all the calls that HubSpot has for it.
 *
 * @since 0.1.0
 */
import type { ApiError } from "effect-resilience/ApiError"
import type { CallOptions } from "effect-resilience/CallOptions"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { BatchResult } from "./BatchResult.ts"
import type { Fields, Input, Read, Upserted, Written } from "./CrmRecord.ts"
import type { HubSpotClient } from "./HubSpotClient.ts"
import * as Batches from "./internal/objectBatches.ts"
import * as Calls from "./internal/objectCalls.ts"
import { wireOf } from "./internal/objectWire.ts"

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
export interface Selection<Name extends string> {
  /** The properties to ask for. Default: all that the module knows. */
  readonly properties?: ReadonlyArray<Name> | undefined
  /** Archived records in place of the others. Default: false. */
  readonly archived?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Pages {
  /** Records in a page, 1–100. Default: 100. */
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
   * Creates a record. After a failure that leaves it open whether the record was created, contacts are repeated and
   * reconciled through HubSpot's `Existing ID`; other types fail with the outcome `unknown`.
   */
  readonly create: (properties: Input<F>, options?: Settings) => Effect.Effect<Written<F>, ApiError, HubSpotClient>

  /** Reads one record. An unknown one is a `ClientError` of status 404. */
  readonly get: <const Name extends NameOf<F> = keyof F & string>(
    id: string,
    options?: Lookup<F> & Selection<Name> & Settings
  ) => Effect.Effect<Read<F, Name>, ApiError, HubSpotClient>

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

  /** All records, one page after the other, as they are asked for. */
  readonly stream: <const Name extends NameOf<F> = keyof F & string>(
    options?: Selection<Name> & Pages & Settings
  ) => Stream.Stream<Read<F, Name>, ApiError, HubSpotClient>

  /** All records, page by page. */
  readonly pages: <const Name extends NameOf<F> = keyof F & string>(
    options?: Selection<Name> & Pages & Settings
  ) => Stream.Stream<ReadonlyArray<Read<F, Name>>, ApiError, HubSpotClient>

  /** Creates any number of records. A call whose outcome is unknown is not repeated: its inputs fail as `unknown`. */
  readonly batchCreate: (
    inputs: ReadonlyArray<Input<F>>,
    options?: BatchSettings
  ) => Effect.Effect<BatchResult<Input<F>, Written<F>>, never, HubSpotClient>

  /** Reads any number of records. Equal ids are asked for once, and each gets the record. */
  readonly batchRead: <const Name extends NameOf<F> = keyof F & string>(
    ids: ReadonlyArray<string>,
    options?: Lookup<F> & Selection<Name> & BatchSettings
  ) => Effect.Effect<BatchResult<string, Read<F, Name>>, never, HubSpotClient>

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
   * A unique property whose collision HubSpot reports with the id of the record that has it, as it does for the email
   * of contacts. Creates that set it can be repeated safely.
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
  return {
    type: definition.type,
    extend: (more) =>
      make({ ...definition, properties: Schema.Struct({ ...definition.properties.fields, ...more.fields }) }),
    ...Calls.make(wire),
    ...Batches.make(wire)
  }
}
