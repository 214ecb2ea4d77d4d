/** Why a call was not made, or not waited for any longer, in the words of `ApiError`. */
import * as Duration from "effect/Duration"
import { type ApiError, CircuitOpen, Rejected, Timeout } from "../ApiError.ts"
import type { CircuitBreakerOpen } from "../CircuitBreaker.ts"
import type { NotAdmitted } from "../RateLimiter.ts"
import { type Call, identity, invalid } from "./call.ts"
import type { Course } from "./course.ts"

export const attemptTimedOut = (call: Call, limit: Duration.Duration): Timeout =>
  new Timeout({ ...identity(call), scope: "attempt", limit, outcome: "unknown", retryable: true })

export const deadlineExceeded = (
  { beganAt, call, deadline }: Course,
  outcome: "unknown" | "not-sent"
): Timeout => {
  const limit = Duration.millis(Math.max(0, deadline - beganAt))
  return new Timeout({ ...identity(call), scope: "deadline", limit, outcome, retryable: false })
}

/** Nobody but a person closes a circuit that has no instant. */
export const circuitOpen = (call: Call, { retryAt }: CircuitBreakerOpen): CircuitOpen =>
  new CircuitOpen({
    ...identity(call),
    key: call.destination.key,
    outcome: "not-sent",
    ...(retryAt === undefined ? { retryable: false } : { retryable: true, retryAt })
  })

export const notAdmitted = (course: Course, { reason, retryAt }: NotAdmitted): ApiError => {
  const call = course.call
  switch (reason) {
    case "waited-too-long":
      return retryAt === undefined
        ? deadlineExceeded(course, "not-sent")
        : new Rejected({ ...identity(call), reason, retryAt, outcome: "not-sent", retryable: true })
    case "queue-full":
      // There is more to do than can be done: to come back at once would not help.
      return new Rejected({ ...identity(call), reason, outcome: "not-sent", retryable: false })
    case "store-unavailable":
      return new Rejected({ ...identity(call), reason, outcome: "not-sent", retryable: true })
    case "unknown-bucket":
      return invalid(
        call,
        "buckets",
        "names a bucket that the limiter does not have",
        "use the names in the policy's limits"
      )
    case "weight":
      return invalid(call, "weight", "does not fit its bucket", "use a whole number from 1 to the bucket's limit")
  }
}
