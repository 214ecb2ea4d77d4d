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
import { whenDone, withNow } from "./time.ts"
import type { Timers } from "./timers.ts"
import type { GiveBack } from "./turnstile.ts"

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
  readonly timers: Timers
}

/** When a call began, and when it must have ended, in milliseconds on the monotonic clock. */
export interface CallDeadline {
  readonly beganAt: number
  readonly at: number
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
  const whole = withCredentials(equipment, call, deadline, (request) => {
    const guard = (waited: number, restore: Restore, giveBack?: GiveBack) =>
      guarded(
        equipment,
        call,
        deadline,
        n,
        waited,
        restore,
        giveBack,
        (attempt) => exchange(equipment, call, deadline, n, attempt, request, receive)
      )
    return Effect.uninterruptibleMask((restore) =>
      withNow((now) => {
        if (call.limiter === undefined) return guard(0, restore)
        const giveBack = call.own?.unsafeEnter(call, now)
        return giveBack === undefined
          ? restore(withinLimits(equipment.observer, call, deadline, (waited) =>
            Effect.uninterruptibleMask((restore) =>
              guard(waited, restore)
            )))
          : guard(0, restore, giveBack)
      })
    )
  })
  if (breaker === undefined) return whole
  return Effect.zipRight(Effect.mapError(breaker.check, (refused) => circuitOpen(call, refused)), whole)
}

/** How what is under way may be interrupted, where all around it may not. */
type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

type Settle = (exit: Exit.Exit<unknown, unknown>, now: number, today: number) => Effect.Effect<void> | undefined

/** With its slots in hand, a call asks the breaker once more. */
const guarded = <A, R>(
  equipment: Equipment,
  call: Call,
  deadline: CallDeadline,
  n: number,
  waited: number,
  restore: Restore,
  giveBack: GiveBack | undefined,
  use: (attempt: Attempt) => Effect.Effect<A, ApiError, R>
): Effect.Effect<A, ApiError, R> =>
  withNow((now) => {
    const { breaker } = call.destination
    const begin = (settle?: Settle) =>
      begun(
        equipment,
        call,
        deadline,
        n,
        { waited, status: undefined, failure: undefined },
        restore,
        giveBack,
        settle,
        use
      )
    if (breaker === undefined) return begin()
    const { answer, told } = breaker.unsafeAdmit(now)
    if ("retryAt" in answer) {
      const refused = Effect.mapError(breaker.unsafeRefuse(answer.retryAt, now), (error) => circuitOpen(call, error))
      return after(giveBack?.("not-sent", now), refused)
    }
    return after(
      told,
      begin((exit, now, today) => breaker.unsafeSettle(answer, exit, CircuitBreaker.healthOf(exit), now, today))
    )
  })

/** Whatever comes of it, all are told: those who count, the breaker, and last of all the limiter. */
const begun = <A, R>(
  { observer }: Equipment,
  call: Call,
  deadline: CallDeadline,
  n: number,
  attempt: Attempt,
  restore: Restore,
  giveBack: GiveBack | undefined,
  settle: Settle | undefined,
  use: (attempt: Attempt) => Effect.Effect<A, ApiError, R>
): Effect.Effect<A, ApiError, R> =>
  withNow((now) => {
    const isLate = deadline.at <= now
    if (!isLate) observer.attemptBegan()
    return whenDone(
      isLate ? Effect.fail(deadlineExceeded(call, deadline, "not-sent")) : restore(use(attempt)),
      (exit) =>
        Effect.clockWith((clock) => {
          const end = Number(clock.unsafeCurrentTimeNanos()) / 1_000_000
          const error = errorOf(exit)
          if (!isLate) observer.attemptEnded(call, n, attempt, end - now, error)
          const closed = error instanceof RateLimited ? closeGate(call, error, attempt.failure) : undefined
          const settled = settle?.(exit, end, clock.unsafeCurrentTimeMillis())
          // The gate is closed before there is room for others.
          const given = closed === undefined
            ? giveBack?.(fateOf(exit), end)
            : Effect.zipRight(closed, withNow((now) => giveBack?.(fateOf(exit), now) ?? Effect.void))
          return after(settled, after(given, exit))
        })
    )
  })

const after = <A, E, R>(first: Effect.Effect<void> | undefined, then: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  first === undefined ? then : Effect.zipRight(first, then)

/** Sends the request with credentials, and once more where these were refused and there are others now. */
const withCredentials = <A, E, R>(
  { authenticate, reauthenticate, timers }: Equipment,
  call: Call,
  deadline: CallDeadline,
  sendWith: (request: HttpClientRequest.HttpClientRequest) => Effect.Effect<A, E | ApiError, R>
): Effect.Effect<A, E | ApiError, R> => {
  if (authenticate === undefined) return sendWith(call.request)
  const authenticated = ofCredentials(timers, call, deadline, () => authenticate(call.request))
  if (reauthenticate === undefined) return Effect.flatMap(authenticated, sendWith)
  return Effect.flatMap(
    authenticated,
    (request) =>
      Effect.catchAll(
        sendWith(request),
        (error) =>
          error instanceof ClientError && error.status === 401 && !canBeReadOnce(call.request)
            ? Effect.flatMap(
              ofCredentials(timers, call, deadline, () => reauthenticate(request, error)),
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
    withNow((now) =>
      limiter.withSlots<A, E, R>(
        { ...taking, longestWait: Math.max(0, deadline.at - now), fate: fateOf },
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
  ).pipe(Effect.mapError((error) => error instanceof NotAdmitted ? notAdmitted(call, deadline, error) : error))
}

/** Sends the request, for as long as the attempt and the call may take. */
const exchange = <A, R>(
  { classify, client, propagateTrace, quotas, timers }: Equipment,
  call: Call,
  deadline: CallDeadline,
  n: number,
  attempt: Attempt,
  request: HttpClientRequest.HttpClientRequest,
  receive: Receive<A, R>
): Effect.Effect<A, ApiError, R> => {
  const judge: Classifier = (response, now) => attempt.failure = classify(response, now)
  const onAnswer = ({ headers, status }: HttpClientResponse.HttpClientResponse) => {
    attempt.status = status
    return call.limiter === undefined ? undefined : reportQuotas(call.limiter, call, quotas, headers)
  }
  const sent = propagateTrace
    ? Effect.flatMap(Spans.propagate(request), (request) => send(client, call, request, judge, receive, onAnswer))
    : send(client, call, request, judge, receive, onAnswer)
  const within = (allowed: Duration.Duration) =>
    withNow((now) => {
      const left = deadline.at - now
      return left < Duration.toMillis(allowed)
        ? timers.within(sent, left, () => deadlineExceeded(call, deadline, "unknown"))
        : timers.within(sent, Duration.toMillis(allowed), () => attemptTimedOut(call, allowed))
    })
  const { attemptTimeout } = call.policy
  const allowed = AttemptTimeout.unsafeOfAttempt(attemptTimeout, n)
  const timed = allowed === undefined
    ? Effect.flatMap(AttemptTimeout.ofAttempt(attemptTimeout, n), within)
    : within(allowed)
  return Spans.ofAttempt(timed, call, n, () => attempt.status)
}

/** What the server says of its limits, for the buckets it speaks of: by name, or the only one there is. */
const reportQuotas = (
  limiter: RateLimiter,
  call: Call,
  quotas: RateLimitHeaders.Reader,
  headers: Headers.Headers
): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const told = quotas(headers, now, call.buckets)
    return told.length === 0 ? Effect.void : Effect.forEach(told, ({ name, remaining }) => {
      const bucket = name ?? call.onlyBucket
      return bucket === undefined || remaining === undefined
        ? Effect.void
        : limiter.report(bucket, remaining, call.weight)
    }, { discard: true })
  })

const attemptTimedOut = (call: Call, limit: Duration.Duration): Timeout =>
  new Timeout({ ...identity(call), scope: "attempt", limit, outcome: "unknown", retryable: true })

const deadlineExceeded = (call: Call, { at, beganAt }: CallDeadline, outcome: "unknown" | "not-sent"): Timeout => {
  const limit = Duration.millis(Math.max(0, at - beganAt))
  return new Timeout({ ...identity(call), scope: "deadline", limit, outcome, retryable: false })
}

/** What has to do with credentials, for as long as the call may take. */
const ofCredentials = <A>(
  timers: Timers,
  call: Call,
  deadline: CallDeadline,
  ask: () => Effect.Effect<A, unknown>
): Effect.Effect<A, ApiError> =>
  withNow((now) =>
    timers.within(
      Effect.mapError(Effect.suspend(ask), (error) => isApiError(error) ? error : noCredentials(call, error)),
      deadline.at - now,
      () => deadlineExceeded(call, deadline, "not-sent")
    )
  )

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
