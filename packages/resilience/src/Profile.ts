/**
 * Policies to start from.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import type * as CircuitBreaker from "./CircuitBreaker.ts"
import { toVariable } from "./internal/policyConfig.ts"
import type { Policy } from "./Policy.ts"
import type * as RetryBudget from "./RetryBudget.ts"
import * as RetrySchedule from "./RetrySchedule.ts"

/** What AWS's SDKs allow: some 35 retries more than successes. */
const budget: RetryBudget.Settings = { tokens: 500, cost: 14, throttledCost: 5, refund: 1 }

const breaker = (consecutiveFailures: number, opening: Duration.Duration): CircuitBreaker.Settings => ({
  trip: { consecutiveFailures },
  opening,
  factor: 1.5,
  longestOpening: Duration.minutes(5),
  probes: 1,
  probeTimeout: Duration.minutes(1)
})

/**
 * For a server that serves others: 5 retries after up to 1, 2, 4, 8 and 16 s, 10 s an attempt (a minute for uploads), 2
 * minutes in all. A circuit opens after 10 failures in a row, for 2 minutes.
 *
 * @since 0.1.0
 * @category profiles
 */
export const production: Policy = {
  retry: { ...RetrySchedule.defaults, retries: 5 },
  attemptTimeout: Duration.seconds(10),
  deadline: Duration.minutes(2),
  limits: [],
  breaker: breaker(10, Duration.minutes(2)),
  budget,
  kinds: { upload: { attemptTimeout: Duration.minutes(1), deadline: Duration.minutes(10) } }
}

/**
 * For somebody who waits at a terminal: 2 retries after up to 0.5 and 1 s, 30 seconds in all. A circuit opens after 3
 * failures in a row, for 30 seconds.
 *
 * @since 0.1.0
 * @category profiles
 */
export const development: Policy = {
  ...production,
  retry: {
    ...RetrySchedule.defaults,
    retries: 2,
    base: Duration.millis(500),
    cap: Duration.seconds(10),
    hintCap: Duration.seconds(10)
  },
  deadline: Duration.seconds(30),
  breaker: breaker(3, Duration.seconds(30))
}

/**
 * For tests against a local server: one retry after up to 100 ms, 10 seconds in all. A circuit opens after 2
 * failures in a row, for 5 seconds.
 *
 * @since 0.1.0
 * @category profiles
 */
export const testing: Policy = {
  ...production,
  retry: {
    ...RetrySchedule.defaults,
    retries: 1,
    base: Duration.millis(100),
    cap: Duration.seconds(1),
    hintCap: Duration.seconds(1)
  },
  attemptTimeout: Duration.seconds(2),
  deadline: Duration.seconds(10),
  breaker: breaker(2, Duration.seconds(5))
}

/**
 * The profile that the variable `PROFILE` names, or with a prefix such as `weather` the variable `WEATHER_PROFILE`, or
 * `weather.profile` in a tree. Default: `production`.
 *
 * @since 0.1.0
 * @category config
 */
export const config = (prefix?: string): Config.Config<Policy> => {
  const named = Config.literal("production", "development", "testing")
  const variable = named(toVariable(prefix === undefined ? ["profile"] : [prefix, "profile"]))
  const inTree = prefix === undefined ? named("profile") : Config.nested(named("profile"), prefix)
  return Config.orElse(variable, () => inTree).pipe(
    Config.withDefault("production" as const),
    Config.map((name) => ({ production, development, testing })[name])
  )
}
