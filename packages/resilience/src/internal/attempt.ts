/**
 * One attempt, from the outside in: credentials, circuit breaker, limits, the breaker once more, timeout, exchange. A 429
 * closes the limiter's gate before its own slot is given back.
 */
import type * as Headers from "@effect/platform/Headers"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Predicate from "effect/Predicate"
import { type ApiError, CircuitOpen, ClientError, isApiError, RateLimited, Rejected, Timeout } from "../ApiError.ts"
import * as AttemptTimeout from "../AttemptTimeout.ts"
import * as CircuitBreaker from "../CircuitBreaker.ts"
import type { Classifier, Failure } from "../Classifier.ts"
import { type Fate, NotAdmitted, type Options as Taking, type RateLimiter } from "../RateLimiter.ts"
import type * as RateLimitHeaders from "../RateLimitHeaders.ts"
import { forError } from "../RetrySchedule.ts"
import { type Call, canBeReadOnce, identity, invalid } from "./call.ts"
import { type Receive, send } from "./exchange.ts"
import type { Attempt, Observer } from "./observer.ts"
import * as Spans from "./spans.ts"
import { monotonicMillis } from "./time.ts"

export interface Equipment {
  readonly client: HttpClient.HttpClient
  readonly authenticate:
    | ((request: HttpClientRequest.HttpClientRequest) => Effect.Effect<HttpClientRequest.HttpClientRequest, unknown>)
    | undefined
  readonly reauthenticate:
    | ((refused: HttpClientRequest.HttpClientRequest, error: ClientError) => Effect.Effect<boolean, unknown>)
    | undefined
  readonly classify: Classifier
  readonly quotas: RateLimitHeaders.Reader
  readonly propagateTrace: boolean
  readonly observer: Observer
}

/** When a call must have ended, in milliseconds on the monotonic clock, and how long that was from its beginning. */
export interface CallDeadline {
  readonly beganAt: number
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
  const { breaker } = call.destination
  const admitted = withCredentials(
    equipment,
    call,
    deadline,
    (request) =>
      withinLimits(equipment.observer, call, deadline, (waited) => {
        const sent = exchange(equipment, call, deadline, n, waited, request, receive)
        return breaker === undefined ? sent : breaker.withPermit(sent, CircuitBreaker.healthOf)
      })
  )
  if (breaker === undefined) return admitted as Effect.Effect<A, ApiError, R>
  return Effect.mapError(
    Effect.zipRight(breaker.check, admitted),
    (error) => error._tag === "CircuitBreakerOpen" ? circuitOpen(call, error) : error
  )
}

/** Sends the request with credentials, and once more where these were refused and there are others now. */
const withCredentials = <A, E, R>(
  { authenticate, reauthenticate }: Equipment,
  call: Call,
  deadline: CallDeadline,
  sendWith: (request: HttpClientRequest.HttpClientRequest) => Effect.Effect<A, E | ApiError, R>
): Effect.Effect<A, E | ApiError, R> => {
  if (authenticate === undefined) return sendWith(call.request)
  const authenticated = ofCredentials(call, deadline, () => authenticate(call.request))
  if (reauthenticate === undefined) return Effect.flatMap(authenticated, sendWith)
  return Effect.flatMap(
    authenticated,
    (request) =>
      Effect.catchAll(
        sendWith(request),
        (error) =>
          error instanceof ClientError && error.status === 401 && !canBeReadOnce(call.request)
            ? Effect.flatMap(
              ofCredentials(call, deadline, () => reauthenticate(request, error)),
              (isAnother) => isAnother ? Effect.flatMap(authenticated, sendWith) : Effect.fail(error)
            )
            : Effect.fail(error)
      )
  )
}

/** Takes from all the limits, and runs the rest when they have room. */
const withinLimits = <A, E, R>(
  observer: Observer,
  call: Call,
  deadline: CallDeadline,
  use: (waited: number) => Effect.Effect<A, E | ApiError, R>
): Effect.Effect<A, E | ApiError, R> => {
  const { buckets, concurrency, limiter, weight } = call
  const through = <A, E, R>(
    limiter: RateLimiter,
    taking: Taking,
    use: (waited: number) => Effect.Effect<A, E, R>
  ) =>
    Effect.flatMap(monotonicMillis, (now) =>
      limiter.withSlots<A, E, R>(
        { ...taking, longestWait: Math.max(0, deadline.at - now), fate: fateOf },
        (duration) => {
          const waited = Duration.toMillis(duration)
          if (waited > 0) observer.waited(call, waited)
          return use(waited)
        }
      ))
  if (limiter === undefined) return use(0)
  return through(
    limiter,
    { buckets, weight },
    (waited) => concurrency === undefined ? use(waited) : through(concurrency, { buckets: [] }, use)
  ).pipe(Effect.mapError((error) => error instanceof NotAdmitted ? notAdmitted(call, deadline, error) : error))
}

/** Sends the request, for as long as the attempt and the call may take, and tells of it. */
const exchange = <A, R>(
  { classify, client, observer, propagateTrace, quotas }: Equipment,
  call: Call,
  deadline: CallDeadline,
  n: number,
  waited: number,
  request: HttpClientRequest.HttpClientRequest,
  receive: Receive<A, R>
): Effect.Effect<A, ApiError, R> =>
  Effect.flatMap(
    AttemptTimeout.ofAttempt(call.policy.attemptTimeout, n),
    (allowed) =>
      Effect.flatMap(monotonicMillis, (now) => {
        const left = deadline.at - now
        if (left <= 0) return deadlineExceeded(call, deadline, "not-sent")
        const attempt: Attempt = { waited, status: undefined, failure: undefined }
        const judge: Classifier = (response, now) => attempt.failure = classify(response, now)
        const onAnswer = ({ headers, status }: HttpClientResponse.HttpClientResponse) => {
          attempt.status = status
          return call.limiter === undefined ? Effect.void : reportQuotas(call.limiter, call, quotas, headers)
        }
        const sent = Effect.flatMap(
          propagateTrace ? Spans.propagate(request) : Effect.succeed(request),
          (request) => send(client, call, request, judge, receive, onAnswer)
        )
        observer.attemptBegan()
        return Spans.ofAttempt(
          left < Duration.toMillis(allowed)
            ? within(sent, left, () => deadlineExceeded(call, deadline, "unknown"))
            : within(sent, Duration.toMillis(allowed), () => attemptTimedOut(call, allowed)),
          call,
          n,
          () => attempt.status
        ).pipe(
          Effect.tapError((error) => closeGate(call, error, attempt.failure)),
          Effect.onExit((exit) =>
            Effect.map(monotonicMillis, (end) => observer.attemptEnded(call, n, attempt, end - now, errorOf(exit)))
          )
        )
      })
  )

/** What the server says of its limits, for the buckets it speaks of: by name, or the only one there is. */
const reportQuotas = (
  limiter: RateLimiter,
  call: Call,
  quotas: RateLimitHeaders.Reader,
  headers: Headers.Headers
): Effect.Effect<void> =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (now) =>
      Effect.forEach(quotas(headers, now, call.buckets), ({ name, remaining }) => {
        const bucket = name ?? call.onlyBucket
        return bucket === undefined || remaining === undefined
          ? Effect.void
          : limiter.report(bucket, remaining, call.weight)
      }, { discard: true })
  )

const within = <A, E, R>(self: Effect.Effect<A, E, R>, millis: number, onTimeout: () => E): Effect.Effect<A, E, R> =>
  millis <= 0
    ? Effect.failSync(onTimeout)
    // In a fibre of its own, it can be ended in time even where the caller must not be interrupted.
    : Effect.timeoutFail(Effect.interruptible(self), { duration: millis, onTimeout })

const attemptTimedOut = (call: Call, limit: Duration.Duration): Timeout =>
  new Timeout({ ...identity(call), scope: "attempt", limit, outcome: "unknown", retryable: true })

const deadlineExceeded = (call: Call, { allowed }: CallDeadline, outcome: "unknown" | "not-sent"): Timeout =>
  new Timeout({ ...identity(call), scope: "deadline", limit: allowed, outcome, retryable: false })

/** What has to do with credentials, for as long as the call may take. */
const ofCredentials = <A>(
  call: Call,
  deadline: CallDeadline,
  ask: () => Effect.Effect<A, unknown>
): Effect.Effect<A, ApiError> =>
  Effect.flatMap(monotonicMillis, (now) =>
    within(
      Effect.mapError(Effect.suspend(ask), (error) => isApiError(error) ? error : noCredentials(call, error)),
      deadline.at - now,
      () => deadlineExceeded(call, deadline, "not-sent")
    ))

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
    retryable: !(Predicate.hasProperty(error, "retryable") && error.retryable === false)
  })

/**
 * However long the server asks for, somebody asks again once in a while: hints have been known to be wrong. Where nobody
 * is to try again, as of a limit on the day, the classifier has said for how long.
 */
const closeGate = (
  { buckets, limiter, policy }: Call,
  error: ApiError,
  failure: Failure | undefined
): Effect.Effect<void> => {
  if (limiter === undefined || !(error instanceof RateLimited)) return Effect.void
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

const fateOf = (exit: Exit.Exit<unknown, unknown>): Fate => {
  if (Exit.isSuccess(exit)) return "answered"
  if (exit.cause._tag !== "Fail") return "abandoned"
  const { error } = exit.cause
  // The breaker, or the limit on concurrency, did not let it through.
  if (!isApiError(error) || error.outcome === "not-sent") return "not-sent"
  return error._tag === "Timeout" ? "abandoned" : "answered"
}

const errorOf = (exit: Exit.Exit<unknown, ApiError>): ApiError | undefined =>
  Exit.isFailure(exit) && exit.cause._tag === "Fail" ? exit.cause.error : undefined

/** Nobody but a person closes a circuit that has no instant. */
const circuitOpen = (call: Call, { retryAt }: CircuitBreaker.CircuitBreakerOpen): CircuitOpen =>
  new CircuitOpen({
    ...identity(call),
    key: call.destination.key,
    outcome: "not-sent",
    ...(retryAt === undefined ? { retryable: false } : { retryable: true, retryAt })
  })

const notAdmitted = (call: Call, deadline: CallDeadline, { reason, retryAt }: NotAdmitted): ApiError => {
  switch (reason) {
    case "waited-too-long":
      return retryAt === undefined
        ? deadlineExceeded(call, deadline, "not-sent")
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
