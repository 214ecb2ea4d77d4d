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
import type { ApiResponse } from "../ApiResponse.ts"
import * as AttemptTimeout from "../AttemptTimeout.ts"
import * as CircuitBreaker from "../CircuitBreaker.ts"
import type { Classifier, Failure } from "../Classifier.ts"
import type * as RateLimitHeaders from "../RateLimitHeaders.ts"
import type { Permit } from "./circuit.ts"
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

/** Attempt `n`, counted from 0. A class for the sake of the collector: see `course.ts`. */
export class Try<A, R> {
  readonly equipment: Equipment
  readonly course: Course.Course
  readonly n: number
  readonly exchange: Exchange<A, R>

  constructor(equipment: Equipment, course: Course.Course, n: number, exchange: Exchange<A, R>) {
    this.equipment = equipment
    this.course = course
    this.n = n
    this.exchange = exchange
  }
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

/** An attempt that holds its slots. Where the limiter takes them back by itself, there is no `giveBack`. */
class Admitted<A, R> implements Sending, Attempt {
  readonly part: Try<A, R>
  request: HttpClientRequest.HttpClientRequest
  /** In milliseconds. */
  readonly waited: number
  readonly giveBack: GiveBack | undefined
  /** The breaker's, where there is one. */
  permit: Permit | undefined
  /** The attempt's own timeout, and the instant at which it is over. */
  allowed = Duration.infinity
  end = Infinity
  abortable: Sending["abortable"]
  status: number | undefined
  failure: Failure | undefined

  constructor(
    part: Try<A, R>,
    request: HttpClientRequest.HttpClientRequest,
    waited: number,
    giveBack: GiveBack | undefined
  ) {
    this.part = part
    this.request = request
    this.waited = waited
    this.giveBack = giveBack
  }

  get equipment() {
    return this.part.equipment
  }

  get call() {
    return this.part.course.call
  }

  get clock() {
    return this.part.course.clock
  }

  get until() {
    return Math.min(this.end, this.part.course.deadline)
  }

  /** Sends the request, for as long as the attempt and the call may take. */
  begin(request: HttpClientRequest.HttpClientRequest, allowed: Duration.Duration): Effect.Effect<A, ApiError, R> {
    this.request = request
    this.allowed = allowed
    this.end = Course.now(this.part.course) + Duration.toMillis(allowed)
    return this.part.exchange(this)
  }

  onTimeout() {
    const { course } = this.part
    return this.end <= course.deadline
      ? attemptTimedOut(this.call, this.allowed)
      : deadlineExceeded(course, "unknown")
  }

  classify(answer: ApiResponse, now: number) {
    this.failure = this.equipment.classify(answer, now)
    return this.failure
  }

  onHead({ headers, status }: Lean.Head) {
    this.status = status
    return report(this.call, this.equipment.quotas, headers, this.clock.unsafeCurrentTimeMillis())
  }
}

const admitted = <A, R>(
  self: Try<A, R>,
  request: HttpClientRequest.HttpClientRequest,
  restore: Course.Restore
): Effect.Effect<A, ApiError, R> => {
  const { course, equipment: { observer } } = self
  const { limiter, own } = course.call
  const giveBack = own?.unsafeEnter(course.call, Course.now(course))
  if (limiter === undefined || giveBack !== undefined) {
    return guarded(new Admitted(self, request, 0, giveBack), restore)
  }
  return restore(
    withinLimits(
      observer,
      course,
      (waited) =>
        Effect.uninterruptibleMask((restore) => guarded(new Admitted(self, request, waited, undefined), restore))
    )
  )
}

/** With its slots in hand, a call asks the breaker once more. */
const guarded = <A, R>(self: Admitted<A, R>, restore: Course.Restore): Effect.Effect<A, ApiError, R> => {
  const { course } = self.part
  const { breaker } = course.call.destination
  if (breaker === undefined) return begun(self, restore, undefined)
  const now = Course.now(course)
  const { answer, told } = breaker.unsafeAdmit(now)
  if ("retryAt" in answer) {
    return after(self.giveBack?.("not-sent", now), refused(self.part, breaker, answer.retryAt, now))
  }
  self.permit = answer
  return begun(self, restore, told)
}

/** Whatever comes of it, all are told: those who count, the breaker, and last of all the limiter. */
const begun = <A, R>(
  self: Admitted<A, R>,
  restore: Course.Restore,
  /** What is to be said of the breaker. */
  told: Effect.Effect<void> | undefined
): Effect.Effect<A, ApiError, R> => {
  const { giveBack, part: { course, equipment: { observer }, n }, permit } = self
  const { call, clock } = course
  const { breaker } = call.destination
  const beganAt = Course.now(course)
  const isLate = course.deadline <= beganAt
  if (!isLate) observer.attemptBegan()
  return whenDone(
    // Suspended, so that whatever is thrown from here on is an end like any other.
    isLate
      ? Effect.fail(deadlineExceeded(course, "not-sent"))
      : restore(after(told, Effect.suspend(() => sent(self)))),
    (exit) => {
      // Interrupted: nobody waits for the rest of it.
      self.abortable?.abort()
      const now = Course.now(course)
      const error = errorOf(exit)
      if (!isLate) observer.attemptEnded(call, n, self, now - beganAt, error)
      const closed = error instanceof RateLimited ? closeGate(call, error, self.failure) : undefined
      const settled = permit &&
        breaker?.unsafeSettle(permit, exit, CircuitBreaker.healthOf(exit), now, clock.unsafeCurrentTimeMillis())
      // The gate is closed before there is room for others.
      const given = closed === undefined
        ? giveBack?.(fateOf(exit), now)
        : Effect.zipRight(closed, withNow((now) => giveBack?.(fateOf(exit), now) ?? Effect.void))
      return after(given, after(settled, exit))
    }
  )
}

const sent = <A, R>(self: Admitted<A, R>): Effect.Effect<A, ApiError, R> => {
  const { course, equipment: { propagateTrace }, n } = self.part
  const { attemptTimeout } = course.call.policy
  const allowed = AttemptTimeout.unsafeOfAttempt(attemptTimeout, n)
  if (allowed !== undefined && !propagateTrace && !course.isTraced) return self.begin(self.request, allowed)
  const whole = Effect.zipWith(
    propagateTrace ? Spans.propagate(self.request) : Effect.succeed(self.request),
    AttemptTimeout.ofAttempt(attemptTimeout, n),
    (request, allowed) => self.begin(request, allowed)
  )
  return Spans.ofAttempt(Effect.flatten(whole), course, n, () => self.status)
}

const errorOf = (exit: Exit.Exit<unknown, ApiError>): ApiError | undefined =>
  Exit.isFailure(exit) && exit.cause._tag === "Fail" ? exit.cause.error : undefined
