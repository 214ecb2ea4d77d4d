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

/** Calls of private apps from midnight to midnight; the add-on's million comes on top of what the account has, which may be the least. */
const perDay: { readonly [T in Tier]: number | undefined } = {
  free: 250_000,
  starter: 250_000,
  professional: 625_000,
  enterprise: 1_000_000,
  "add-on": 1_250_000,
  oauth: undefined
}

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
 * The budgets that HubSpot counts apart. A call takes from those that its path says:
 *
 * - searches from `search` (5 a second for the whole account) and `daily`
 * - batch and label calls on associations from `associations` and `associationsDaily` (500,000)
 * - custom events from `events` (1,250 a second) alone
 * - all others from `general` and `daily`
 *
 * There is no `daily` for public apps. Days end at midnight in `timeZone`, the account's.
 *
 * @since 0.1.0
 * @category getters
 */
export const buckets = (tier: Tier, timeZone: string = "UTC"): ReadonlyArray<RateLimiter.BucketInput> => {
  const day = perDay[tier]
  return [
    RateLimiter.rolling("general", perTenSeconds[tier].general, "10 seconds"),
    RateLimiter.rolling("search", 5, "1 second"),
    RateLimiter.rolling("associations", perTenSeconds[tier].associations, "10 seconds"),
    RateLimiter.rolling("events", 1250, "1 second"),
    ...(day === undefined ? [] : [RateLimiter.daily("daily", day, timeZone)]),
    RateLimiter.daily("associationsDaily", 500_000, timeZone)
  ]
}
