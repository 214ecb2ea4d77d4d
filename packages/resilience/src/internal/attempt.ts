/**
 * One attempt, from the outside in: circuit breaker, credentials, limits, the breaker once more, timeout, exchange. A 429
 * closes the limiter's gate before its own slot is given back.
 *
 * All of it is run in a region that is not interruptible, and `restore` says where it may be interrupted: while it waits.
 * Where there is nothing to wait for, all up to the exchange is plain code in a single step.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type ApiError, RateLimited } from "../ApiError.ts"
import * as AttemptTimeout from "../AttemptTimeout.ts"
import * as CircuitBreaker from "../CircuitBreaker.ts"
import type { Classifier } from "../Classifier.ts"
import type * as RateLimitHeaders from "../RateLimitHeaders.ts"
import * as Course from "./course.ts"
import { type Credentials, withCredentials } from "./credentials.ts"
import type { Exchange, Sending } from "./exchange.ts"
import type * as Lean from "./lean.ts"
import { closeGate, fateOf, report, withinLimits } from "./limits.ts"
import type { Attempt, Observer } from "./observer.ts"
import { attemptTimedOut, circuitOpen, deadlineExceeded } from "./refusals.ts"
import * as Spans from "./spans.ts"
import { after, whenDone, withNow } from "./time.ts"
import type { GiveBack } from "./turnstile.ts"

export interface Equipment extends Credentials {
  readonly client: HttpClient.HttpClient
  /** Where the client is one that needs no fibre for an exchange. */
  readonly transport: Lean.Transport | undefined
  readonly classify: Classifier
  readonly quotas: RateLimitHeaders.Reader
  readonly propagateTrace: boolean
  readonly observer: Observer
}

/** Attempt `n`, counted from 0. */
export interface Try<A, R> {
  readonly equipment: Equipment
  readonly course: Course.Course
  readonly n: number
  readonly exchange: Exchange<A, R>
}

export const attempt = <A, R>(self: Try<A, R>, restore: Course.Restore): Effect.Effect<A, ApiError, R> => {
  const { course, equipment } = self
  const { breaker } = course.call.destination
  const now = Course.now(course)
  const refusedUntil = breaker?.unsafeRefusedUntil(now)
  if (breaker !== undefined && refusedUntil !== undefined) return refused(self, breaker, refusedUntil, now)
  return withCredentials(equipment, course, restore, (request) => admitted(self, request, restore))
}

const refused = ({ course }: Try<unknown, unknown>, breaker: CircuitBreaker.Unsafe, until: number, now: number) =>
  Effect.mapError(breaker.unsafeRefuse(until, now), (error) => circuitOpen(course.call, error))

/** A call that has its slots, and how to give them back where that is not somebody else's business. */
interface Admission {
  readonly request: HttpClientRequest.HttpClientRequest
  readonly restore: Course.Restore
  /** In milliseconds. */
  readonly waited: number
  readonly giveBack: GiveBack | undefined
}

const admitted = <A, R>(
  self: Try<A, R>,
  request: HttpClientRequest.HttpClientRequest,
  restore: Course.Restore
): Effect.Effect<A, ApiError, R> => {
  const { course, equipment: { observer } } = self
  const { limiter, own } = course.call
  const giveBack = own?.unsafeEnter(course.call, Course.now(course))
  if (limiter === undefined || giveBack !== undefined) return guarded(self, { request, restore, waited: 0, giveBack })
  return restore(
    withinLimits(
      observer,
      course,
      (waited) =>
        Effect.uninterruptibleMask((restore) => guarded(self, { request, restore, waited, giveBack: undefined }))
    )
  )
}

/** With its slots in hand, a call asks the breaker once more. */
const guarded = <A, R>(self: Try<A, R>, admission: Admission): Effect.Effect<A, ApiError, R> => {
  const { course } = self
  const { breaker } = course.call.destination
  if (breaker === undefined) return begun(self, admission, undefined, undefined)
  const now = Course.now(course)
  const { answer, told } = breaker.unsafeAdmit(now)
  if ("retryAt" in answer) {
    return after(admission.giveBack?.("not-sent", now), refused(self, breaker, answer.retryAt, now))
  }
  return begun(
    self,
    admission,
    told,
    (exit, now, today) => breaker.unsafeSettle(answer, exit, CircuitBreaker.healthOf(exit), now, today)
  )
}

type Settle = (exit: Exit.Exit<unknown, unknown>, now: number, today: number) => Effect.Effect<void> | undefined

/** Whatever comes of it, all are told: those who count, the breaker, and last of all the limiter. */
const begun = <A, R>(
  self: Try<A, R>,
  { giveBack, request, restore, waited }: Admission,
  /** What is to be said of the breaker. */
  told: Effect.Effect<void> | undefined,
  settle: Settle | undefined
): Effect.Effect<A, ApiError, R> => {
  const { course, equipment: { observer }, n } = self
  const { call, clock } = course
  const beganAt = Course.now(course)
  const isLate = course.deadline <= beganAt
  const attempt: Attempt = { waited, status: undefined, failure: undefined, sending: undefined }
  if (!isLate) observer.attemptBegan()
  return whenDone(
    // Suspended, so that whatever is thrown from here on is an end like any other.
    isLate
      ? Effect.fail(deadlineExceeded(course, "not-sent"))
      : restore(after(told, Effect.suspend(() => sent(self, attempt, request)))),
    (exit) => {
      // Interrupted: nobody waits for the rest of it.
      attempt.sending?.abort?.()
      const now = Course.now(course)
      const error = errorOf(exit)
      if (!isLate) observer.attemptEnded(call, n, attempt, now - beganAt, error)
      const closed = error instanceof RateLimited ? closeGate(call, error, attempt.failure) : undefined
      const settled = settle?.(exit, now, clock.unsafeCurrentTimeMillis())
      // The gate is closed before there is room for others.
      const given = closed === undefined
        ? giveBack?.(fateOf(exit), now)
        : Effect.zipRight(closed, withNow((now) => giveBack?.(fateOf(exit), now) ?? Effect.void))
      return after(given, after(settled, exit))
    }
  )
}

/** Sends the request, for as long as the attempt and the call may take. */
const sent = <A, R>(
  { course, equipment, exchange, n }: Try<A, R>,
  attempt: Attempt,
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<A, ApiError, R> => {
  const { call, clock, deadline } = course
  const { classify, propagateTrace, quotas } = equipment
  const within = (request: HttpClientRequest.HttpClientRequest, allowed: Duration.Duration) => {
    const now = Course.now(course)
    const end = now + Duration.toMillis(allowed)
    const sending: Sending = {
      equipment,
      call,
      clock,
      request,
      until: Math.min(end, deadline),
      onTimeout: () => end <= deadline ? attemptTimedOut(call, allowed) : deadlineExceeded(course, "unknown"),
      classify: (response, now) => {
        attempt.failure = classify(response, now)
        return attempt.failure
      },
      onHead: ({ headers, status }) => {
        attempt.status = status
        return report(call, quotas, headers, clock.unsafeCurrentTimeMillis())
      },
      abort: undefined
    }
    attempt.sending = sending
    return exchange(sending)
  }
  const { attemptTimeout } = call.policy
  const allowed = AttemptTimeout.unsafeOfAttempt(attemptTimeout, n)
  if (allowed !== undefined && !propagateTrace && !course.isTraced) return within(request, allowed)
  const whole = Effect.zipWith(
    propagateTrace ? Spans.propagate(request) : Effect.succeed(request),
    AttemptTimeout.ofAttempt(attemptTimeout, n),
    within
  )
  return Spans.ofAttempt(Effect.flatten(whole), course, n, () => attempt.status)
}

const errorOf = (exit: Exit.Exit<unknown, ApiError>): ApiError | undefined =>
  Exit.isFailure(exit) && exit.cause._tag === "Fail" ? exit.cause.error : undefined
