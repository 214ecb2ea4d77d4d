/**
 * The account itself.
 *
 * @since 0.1.0
 */
import type { ApiError } from "effect-resilience/ApiError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { HubSpotClient } from "./HubSpotClient.ts"
import * as Paths from "./internal/paths.ts"
import * as Wire from "./internal/wire.ts"

/**
 * @since 0.1.0
 * @category models
 */
export const Details = Schema.Struct({
  portalId: Wire.Whole,
  /** `STANDARD`, `DEVELOPER_TEST`, `SANDBOX` or `APP_DEVELOPER`. */
  accountType: Wire.maybe(Schema.String),
  timeZone: Wire.maybe(Schema.String),
  companyCurrency: Wire.maybe(Schema.String),
  additionalCurrencies: Wire.list(Schema.String),
  /** Such as `-05:00`. */
  utcOffset: Wire.maybe(Schema.String),
  utcOffsetMilliseconds: Wire.maybe(Schema.Number),
  uiDomain: Wire.maybe(Schema.String),
  dataHostingLocation: Wire.maybe(Schema.String)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Details = typeof Details.Type

/**
 * The account that the token belongs to. The client learns its time zone from it, in which the daily limit ends.
 *
 * @since 0.1.0
 * @category calls
 */
export const details: Effect.Effect<Details, ApiError, HubSpotClient> = Effect.flatMap(
  HubSpotClient,
  (client) => Effect.tap(client.get(Paths.accountDetails, Details), client.learn)
)

/**
 * The cheapest call there is, so the one to test credentials with: a token that is wrong or has expired is a `ClientError`
 * of status 401, one that lacks a scope of 403.
 *
 * @since 0.1.0
 * @category calls
 */
export const testCredentials: Effect.Effect<Details, ApiError, HubSpotClient> = details

/**
 * How much of a day's limit is used, and when it begins anew.
 *
 * @since 0.1.0
 * @category models
 */
export const Usage = Schema.Struct({
  name: Wire.maybe(Schema.String),
  usageLimit: Schema.Number,
  currentUsage: Schema.Number,
  resetsAt: Wire.Instant,
  /** HubSpot counts with some delay. */
  collectedAt: Wire.maybe(Wire.Instant),
  fetchStatus: Wire.maybe(Schema.String)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Usage = typeof Usage.Type

/**
 * What the account's private apps have used of their daily limit together. The client learns from it when the day ends, which is
 * the `retryAt` of calls that the daily limit refuses.
 *
 * @example
 * ```ts
 * import { Account } from "effect-hubspot"
 * import { DateTime, Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   for (const { currentUsage, resetsAt, usageLimit } of yield* Account.dailyUsage) {
 *     yield* Effect.log(`${usageLimit - currentUsage} calls until ${DateTime.formatIso(resetsAt)}`)
 *   }
 * })
 * ```
 *
 * @since 0.1.0
 * @category calls
 */
export const dailyUsage: Effect.Effect<ReadonlyArray<Usage>, ApiError, HubSpotClient> = Effect.flatMap(
  HubSpotClient,
  (client) =>
    client.get(Paths.dailyUsage, Schema.Struct({ results: Schema.Array(Usage) })).pipe(
      Effect.map(({ results }) => results),
      Effect.tap(([first]) => client.learn({ resetsAt: first?.resetsAt }))
    )
)
