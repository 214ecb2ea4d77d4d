/**
 * Policies to start from.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import type { Policy } from "./Policy.ts"
import * as RetrySchedule from "./RetrySchedule.ts"

/**
 * For a server that serves others: 5 retries after up to 1, 2, 4, 8 and 16 s, 10 s an attempt (a minute for uploads), 2
 * minutes in all.
 *
 * @since 0.1.0
 * @category profiles
 */
export const production: Policy = {
  retry: { ...RetrySchedule.defaults, retries: 5 },
  attemptTimeout: Duration.seconds(10),
  deadline: Duration.minutes(2),
  limits: [],
  kinds: { upload: { attemptTimeout: Duration.minutes(1), deadline: Duration.minutes(10) } }
}

/**
 * For somebody who waits at a terminal: 2 retries after up to 0.5 and 1 s, 30 seconds in all.
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
  deadline: Duration.seconds(30)
}

/**
 * For tests against a local server: one retry after up to 100 ms, 10 seconds in all.
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
  deadline: Duration.seconds(10)
}
