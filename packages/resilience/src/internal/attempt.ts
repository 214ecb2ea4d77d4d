/**
 * One attempt, from the outside in: credentials, rate limiter, timeout, exchange. A 429 closes the limiter's gate
 * before its own slot is given back.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Predicate from "effect/Predicate"
import { type ApiError, isApiError, Rejected, Timeout } from "../ApiError.ts"
import * as AttemptTimeout from "../AttemptTimeout.ts"
import type { Classifier } from "../Classifier.ts"
import type { Fate, NotAdmitted, RateLimiter } from "../RateLimiter.ts"
import { type Call, identity, invalid } from "./call.ts"
import { type Receive, send } from "./exchange.ts"
import type { Tally } from "./tally.ts"
import { monotonicMillis } from "./time.ts"

export interface Equipment {
  readonly client: HttpClient.HttpClient
  readonly authenticate:
    | ((request: HttpClientRequest.HttpClientRequest) => Effect.Effect<HttpClientRequest.HttpClientRequest, unknown>)
    | undefined
  readonly classify: Classifier
  readonly limiter: RateLimiter | undefined
  readonly tally: Tally
}

/** When a call must have ended, in milliseconds on the monotonic clock, and how long that was from its beginning. */
export interface CallDeadline {
  readonly at: number
  readonly allowed: Duration.Duration
}

/** Attempt `n`, counted from 0. */
export const attempt = <A, R>(
  equipment: Equipment,
  call: Call,
  deadline: CallDeadline,
  n: number,
  receive: Receive<A, R>
): Effect.Effect<A, ApiError, R> => {
  const { classify, client, limiter, tally } = equipment

  const exchange = (request: HttpClientRequest.HttpClientRequest) =>
    Effect.flatMap(
      AttemptTimeout.ofAttempt(call.policy.attemptTimeout, n),
      (allowed) =>
        Effect.flatMap(monotonicMillis, (now) => {
          const left = deadline.at - now
          if (left <= 0) return deadlineExceeded(call, deadline, "not-sent")
          tally.attempts++
          const sent = send(client, call, request, classify, receive)
          return left < Duration.toMillis(allowed)
            ? within(sent, left, () => deadlineExceeded(call, deadline, "unknown"))
            : within(sent, Duration.toMillis(allowed), () => attemptTimedOut(call, allowed))
        })
    )

  return Effect.flatMap(authenticated(equipment, call, deadline), (request) => {
    if (limiter === undefined || call.buckets?.length === 0) return exchange(request)
    return Effect.flatMap(monotonicMillis, (now) =>
      limiter.withSlots<A, ApiError, R>(
        {
          buckets: call.buckets,
          weight: call.weight,
          longestWait: Math.max(0, deadline.at - now),
          fate: fateOf
        },
        (waited) => {
          tally.limiterWait += Duration.toMillis(waited)
          return Effect.tapError(exchange(request), (error) => closeGate(limiter, call, error))
        }
      )).pipe(Effect.mapError((error) => error._tag === "NotAdmitted" ? notAdmitted(call, deadline, error) : error))
  })
}

const within = <A, E, R>(self: Effect.Effect<A, E, R>, millis: number, onTimeout: () => E): Effect.Effect<A, E, R> =>
  millis <= 0
    ? Effect.failSync(onTimeout)
    // In a fibre of its own, it can be ended in time even where the caller must not be interrupted.
    : Effect.timeoutFail(Effect.interruptible(self), { duration: millis, onTimeout })

const attemptTimedOut = (call: Call, limit: Duration.Duration): Timeout =>
  new Timeout({ ...identity(call), scope: "attempt", limit, outcome: "unknown", retryable: true })

const deadlineExceeded = (call: Call, { allowed }: CallDeadline, outcome: "unknown" | "not-sent"): Timeout =>
  new Timeout({ ...identity(call), scope: "deadline", limit: allowed, outcome, retryable: false })

const authenticated = (
  { authenticate }: Equipment,
  call: Call,
  deadline: CallDeadline
): Effect.Effect<HttpClientRequest.HttpClientRequest, ApiError> => {
  if (authenticate === undefined) return Effect.succeed(call.request)
  return Effect.flatMap(monotonicMillis, (now) =>
    within(
      Effect.mapError(authenticate(call.request), (error) => isApiError(error) ? error : noCredentials(call, error)),
      deadline.at - now,
      () => deadlineExceeded(call, deadline, "not-sent")
    ))
}

/** Only the kind of failure is told: what a secret manager says in its errors is not ours to repeat. */
const noCredentials = (call: Call, error: unknown): Rejected =>
  new Rejected({
    ...identity(call),
    reason: "credentials-unavailable",
    failure: Predicate.hasProperty(error, "_tag")
      ? String(error._tag)
      : error instanceof Error
      ? error.name
      : "unknown",
    outcome: "not-sent",
    retryable: true
  })

/** However long the server asks for, somebody asks again once in a while: hints have been known to be wrong. */
const closeGate = (limiter: RateLimiter, call: Call, error: ApiError): Effect.Effect<void> => {
  if (error._tag !== "RateLimited") return Effect.void
  const { retryAt } = error
  if (retryAt === undefined) return limiter.close(undefined, call.buckets)
  return Effect.flatMap(DateTime.now, (now) =>
    limiter.close(
      Duration.min(Math.max(0, DateTime.distance(now, retryAt)), call.policy.retry.hintCap),
      call.buckets
    ))
}

const fateOf = (exit: Exit.Exit<unknown, ApiError>): Fate => {
  if (Exit.isSuccess(exit)) return "answered"
  if (exit.cause._tag !== "Fail") return "abandoned"
  const { _tag, outcome } = exit.cause.error
  return outcome === "not-sent" ? "not-sent" : _tag === "Timeout" ? "abandoned" : "answered"
}

const notAdmitted = (call: Call, deadline: CallDeadline, { reason, retryAt }: NotAdmitted): ApiError => {
  switch (reason) {
    case "waited-too-long":
      return retryAt === undefined
        ? deadlineExceeded(call, deadline, "not-sent")
        : new Rejected({ ...identity(call), reason, retryAt, outcome: "not-sent", retryable: true })
    case "queue-full":
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
