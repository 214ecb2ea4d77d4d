/**
 * What HubSpot's headers say of its limits, for the buckets that the call has taken from. Every one of them may be missing;
 * OAuth calls never have the daily pair, and searches have no other.
 */
import * as RateLimitHeaders from "effect-resilience/RateLimitHeaders"
import { isDay } from "./buckets.ts"

/** `knowsDay`: the buckets' day ends when the account's does; if not, what is left of it must not be held against them. */
export const make = (knowsDay: () => boolean): RateLimitHeaders.Reader => (headers, _now, buckets = []) => {
  if (!names.some((name) => headers[name] !== undefined) || RateLimitHeaders.isCached(headers)) return []
  const [limit, remaining, window, daily, dailyRemaining] = names.map((name) => count(headers[name]))
  return buckets.flatMap((name): ReadonlyArray<RateLimitHeaders.Quota> =>
    name === "general" || name === "associations"
      ? [{ name, limit, remaining, window }]
      : isDay(name) && knowsDay()
      ? [{ name, limit: daily, remaining: dailyRemaining }]
      : []
  ).filter(({ limit, remaining }) => limit !== undefined || remaining !== undefined)
}

const names = ["max", "remaining", "interval-milliseconds", "daily", "daily-remaining"].map((name) =>
  `x-hubspot-ratelimit-${name}`
)

const count = (value: string | undefined): number | undefined =>
  value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined
