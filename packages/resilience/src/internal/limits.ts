/** What a call and the limiter have to say to each other. */
import type * as Headers from "@effect/platform/Headers"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type ApiError, isApiError, type RateLimited } from "../ApiError.ts"
import type { Failure } from "../Classifier.ts"
import { type Fate, NotAdmitted, type Options, type RateLimiter } from "../RateLimiter.ts"
import type * as RateLimitHeaders from "../RateLimitHeaders.ts"
import { forError } from "../RetrySchedule.ts"
import type { Call } from "./call.ts"
import type * as Course from "./course.ts"
import type { Observer } from "./observer.ts"
import { notAdmitted } from "./refusals.ts"
import { withNow } from "./time.ts"

/** Takes from all the limits, and runs the rest when they have room. */
export const withinLimits = <A, E, R>(
  observer: Observer,
  course: Course.Course,
  use: (waited: number) => Effect.Effect<A, E | ApiError, R>
): Effect.Effect<A, E | ApiError, R> => {
  const { call, deadline } = course
  const { buckets, concurrency, limiter, weight } = call
  const through = <A, E, R>(
    limiter: RateLimiter,
    taking: Options,
    use: (waited: number) => Effect.Effect<A, E, R>
  ) =>
    withNow((now) =>
      limiter.withSlots<A, E, R>(
        { ...taking, longestWait: Math.max(0, deadline - now), fate: fateOf },
        (duration) => {
          const waited = Duration.toMillis(duration)
          if (waited > 0) observer.waited(call, waited)
          return use(waited)
        }
      )
    )
  if (limiter === undefined) return use(0)
  return through(
    limiter,
    { buckets, weight },
    (waited) => concurrency === undefined ? use(waited) : through(concurrency, { buckets: [] }, use)
  ).pipe(Effect.mapError((error) => error instanceof NotAdmitted ? notAdmitted(course, error) : error))
}

/** What the server says of its limits, for the buckets it speaks of: by name, or the only one there is. */
export const report = (
  { buckets, limiter, onlyBucket, weight }: Call,
  quotas: RateLimitHeaders.Reader,
  headers: Headers.Headers,
  today: number
): Effect.Effect<void> | undefined => {
  const told = limiter === undefined ? [] : quotas(headers, today, buckets)
  return limiter === undefined || told.length === 0 ? undefined : Effect.forEach(told, ({ name, remaining }) => {
    const bucket = name ?? onlyBucket
    return bucket === undefined || remaining === undefined ? Effect.void : limiter.report(bucket, remaining, weight)
  }, { discard: true })
}

/**
 * However long the server asks for, somebody asks again once in a while: hints have been known to be wrong. Where nobody
 * is to try again, as of a limit on the day, the classifier has said for how long.
 */
export const closeGate = (
  { buckets, limiter, policy }: Call,
  error: RateLimited,
  failure: Failure | undefined
): Effect.Effect<void> => {
  if (limiter === undefined) return Effect.void
  const { retryAt, retryable } = error
  const about = failure?.buckets ?? buckets
  const closed = buckets === undefined ? about : about?.filter((name) => buckets.includes(name))
  if (retryAt === undefined) return limiter.close(undefined, closed)
  const isForGood = failure?.buckets !== undefined && !retryable
  const longest = isForGood ? Duration.infinity : forError(policy.retry, error._tag).hintCap
  return Effect.flatMap(
    DateTime.now,
    (now) => limiter.close(Duration.min(Math.max(0, DateTime.distance(now, retryAt)), longest), closed)
  )
}

export const fateOf = (exit: Exit.Exit<unknown, unknown>): Fate => {
  if (Exit.isSuccess(exit)) return "answered"
  if (exit.cause._tag !== "Fail") return "abandoned"
  const { error } = exit.cause
  // The breaker, or the limit on concurrency, did not let it through.
  if (!isApiError(error) || error.outcome === "not-sent") return "not-sent"
  return error._tag === "Timeout" ? "abandoned" : "answered"
}
