import type { Setup } from "./model.ts"

/** The production profile; scenarios say what they change. */
export const production = {
  processes: 1,
  retries: 5,
  attemptTimeoutMillis: 10_000,
  deadlineMillis: 120_000,
  breaker: { failures: 10, openingMillis: 120_000 }
} satisfies Partial<Setup>

/** So high that it is never felt, and so wide that a limiter still has its work with it. */
export const neverReached: Setup["limit"] = { calls: 1_000_000, windowMillis: 10_000 }
