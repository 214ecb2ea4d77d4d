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

/**
 * @since 0.1.0
 * @category models
 */
export const Details = Schema.Struct({
  portalId: Schema.Number,
  accountType: Schema.optional(Schema.String),
  timeZone: Schema.optional(Schema.String),
  companyCurrency: Schema.optional(Schema.String),
  uiDomain: Schema.optional(Schema.String),
  dataHostingLocation: Schema.optional(Schema.String)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Details = typeof Details.Type

/**
 * The account that the token belongs to. The cheapest call there is, so the one to test credentials with: a token that
 * is wrong or has expired is a `ClientError` of status 401, one that lacks a scope of 403.
 *
 * @since 0.1.0
 * @category calls
 */
export const testCredentials: Effect.Effect<Details, ApiError, HubSpotClient> = Effect.flatMap(
  HubSpotClient,
  (client) => client.get(Paths.accountDetails, Details)
)
