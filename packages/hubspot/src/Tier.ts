/**
 * What an account may send, as HubSpot publishes it. Sources: HubSpot's API usage guidelines and its page on
 * associations, as of November 2026.
 *
 * @since 0.1.0
 */
import * as RateLimiter from "effect-resilience/RateLimiter"
import * as Schema from "effect/Schema"

/**
 * The account's subscription; `add-on` is the limit-increase add-on, `oauth` a public app, whatever the account has.
 *
 * @since 0.1.0
 * @category models
 */
export const Tier = Schema.Literal("free", "starter", "professional", "enterprise", "add-on", "oauth")

/**
 * @since 0.1.0
 * @category models
 */
export type Tier = typeof Tier.Type

/** Calls in any 10 seconds. */
const perTenSeconds: { readonly [T in Tier]: { readonly general: number; readonly associations: number } } = {
  free: { general: 100, associations: 100 },
  starter: { general: 100, associations: 100 },
  professional: { general: 190, associations: 150 },
  enterprise: { general: 190, associations: 150 },
  "add-on": { general: 250, associations: 200 },
  // HubSpot names no limit on associations for public apps: the lowest one is safe.
  oauth: { general: 110, associations: 100 }
}

/**
 * The three budgets that HubSpot counts apart: `general`, `search` (5 a second for the whole account) and
 * `associations` (batch and label calls).
 *
 * @since 0.1.0
 * @category getters
 */
export const buckets = (tier: Tier): ReadonlyArray<RateLimiter.BucketInput> => [
  RateLimiter.rolling("general", perTenSeconds[tier].general, "10 seconds"),
  RateLimiter.rolling("search", 5, "1 second"),
  RateLimiter.rolling("associations", perTenSeconds[tier].associations, "10 seconds")
]
