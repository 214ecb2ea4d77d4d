/** What HubSpot's headers say of its limits. Every one of them may be missing; OAuth calls never have the daily pair. */
import * as RateLimitHeaders from "effect-resilience/RateLimitHeaders"

export const quotas: RateLimitHeaders.Reader = (headers) => {
  if (RateLimitHeaders.isCached(headers)) return []
  const count = (name: string): number | undefined => {
    const value = headers[`x-hubspot-ratelimit-${name}`]
    return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined
  }
  return [
    { name: "general", limit: count("max"), remaining: count("remaining"), window: count("interval-milliseconds") },
    // It starts anew at midnight in the account's time zone, which no header tells.
    { name: "daily", limit: count("daily"), remaining: count("daily-remaining") }
  ].filter(({ limit, remaining }) => limit !== undefined || remaining !== undefined)
}
