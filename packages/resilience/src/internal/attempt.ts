/**
 * One attempt, from the outside in: credentials, rate limiter, timeout, exchange. A 429 closes the limiter's gate
 * before its own slot is given back.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
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

export interface Equipment {
  readonly client: HttpClient.HttpClient
  readonly authenticate:
    | ((request: HttpClientRequest.HttpClientRequest) => Effect.Effect<HttpClientRequest.HttpClientRequest, unknown>)
    | undefined
  readonly classify: Classifier
  readonly limiter: RateLimiter | undefined
  readonly tally: Tally
}

/** When a call must have ended, in milliseconds since the epoch, and how long that was from its beginning. */
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
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          tally.attempts++
          return within(
            send(client, call, request, classify, receive),
            Math.min(Duration.toMillis(allowed), deadline.at - now),
            () =>
              deadline.at - now < Duration.toMillis(allowed)
                ? deadlineExceeded(call, deadline, "unknown")
                : new Timeout({
                  ...identity(call),
                  scope: "attempt",
                  limit: allowed,
                  outcome: "unknown",
                  retryable: true
                })
          )
        })
    )

  return Effect.flatMap(authenticated(equipment, call, deadline), (request) => {
    if (limiter === undefined || call.buckets?.length === 0) return exchange(request)
    return Effect.flatMap(Clock.currentTimeMillis, (now) =>
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
  millis <= 0 ? Effect.failSync(onTimeout) : Effect.timeoutFail(self, { duration: millis, onTimeout })

const deadlineExceeded = (call: Call, { allowed }: CallDeadline, outcome: "unknown" | "not-sent"): Timeout =>
  new Timeout({ ...identity(call), scope: "deadline", limit: allowed, outcome, retryable: false })

const authenticated = (
  { authenticate }: Equipment,
  call: Call,
  deadline: CallDeadline
): Effect.Effect<HttpClientRequest.HttpClientRequest, ApiError> => {
  if (authenticate === undefined) return Effect.succeed(call.request)
  return Effect.flatMap(Clock.currentTimeMillis, (now) =>
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

const closeGate = (limiter: RateLimiter, call: Call, error: ApiError): Effect.Effect<void> => {
  if (error._tag !== "RateLimited") return Effect.void
  return Effect.flatMap(
    DateTime.now,
    (now) => limiter.close(error.retryAt && DateTime.distanceDuration(now, error.retryAt), call.buckets)
  )
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
