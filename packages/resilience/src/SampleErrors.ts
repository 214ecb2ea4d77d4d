/**
 * Errors to read a retry schedule with, and to test code that handles them: what a call would fail with, without the
 * call.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as ApiError from "./ApiError.ts"

const call = { method: "GET", urlTemplate: "/sample", url: "https://api.example.com/sample" }

/**
 * A 503.
 *
 * @since 0.1.0
 * @category constructors
 */
export const serverError: ApiError.ServerError = new ApiError.ServerError({
  ...call,
  status: 503,
  outcome: "unknown",
  retryable: true
})

/**
 * A 400, which is not worth repeating.
 *
 * @since 0.1.0
 * @category constructors
 */
export const clientError: ApiError.ClientError = new ApiError.ClientError({
  ...call,
  status: 400,
  outcome: "refused",
  retryable: false
})

/**
 * An attempt that gave no answer within 10 seconds.
 *
 * @since 0.1.0
 * @category constructors
 */
export const timeout: ApiError.Timeout = new ApiError.Timeout({
  ...call,
  scope: "attempt",
  limit: Duration.seconds(10),
  outcome: "unknown",
  retryable: true
})

/**
 * A connection that broke before an answer came.
 *
 * @since 0.1.0
 * @category constructors
 */
export const connectionReset: ApiError.ConnectionError = new ApiError.ConnectionError({
  ...call,
  reason: "reset",
  code: "ECONNRESET",
  outcome: "unknown",
  retryable: true
})

/**
 * A 429 that asks for a pause, counted from when it happens; without one when none is given.
 *
 * @since 0.1.0
 * @category constructors
 */
export const rateLimited = (pause?: Duration.DurationInput) => (now: DateTime.Utc): ApiError.RateLimited =>
  new ApiError.RateLimited({
    ...call,
    status: 429,
    outcome: "refused",
    retryable: true,
    ...(pause === undefined ? {} : { retryAt: DateTime.addDuration(now, pause) })
  })
