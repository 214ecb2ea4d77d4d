/**
 * When to try again, as a `Schedule` that can be read without running anything.
 *
 * The schedules here work with plain `Effect.retry` and any error. When the error is an `ApiError` they also obey it:
 * one that is not `retryable` stops them, and its `retryAt` is a floor under the delay.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { pipe } from "effect/Function"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleInterval from "effect/ScheduleInterval"
import * as ScheduleIntervals from "effect/ScheduleIntervals"
import * as Schema from "effect/Schema"
import { type ApiError, isApiError } from "./ApiError.ts"
import { CircuitBreakerOpen } from "./CircuitBreaker.ts"
import { Count, given, PositiveTime, Time } from "./internal/settings.ts"
import * as Jitter from "./Jitter.ts"
import { NotAdmitted } from "./RateLimiter.ts"

/**
 * The settings of an exponential schedule, one by one.
 *
 * @since 0.1.0
 * @category models
 */
export const fields = {
  /** The delay before the first retry, before jitter. Default: 1 second. */
  base: PositiveTime,
  /** What each delay is multiplied by to give the next. Default: 2. */
  factor: Schema.Finite.pipe(Schema.greaterThanOrEqualTo(1)),
  /** The longest delay, jitter included. A server's hint may go beyond it. Default: 60 seconds. */
  cap: PositiveTime,
  /** Default: full. */
  jitter: Jitter.Jitter,
  /** How many times to try again: N retries are at most N + 1 attempts. Default: 4. */
  retries: Count,
  /** The longest wait a server may ask for; beyond it the schedule stops at once. Default: 60 seconds. */
  hintCap: Time
}

/**
 * The settings of an exponential schedule, as data.
 *
 * @since 0.1.0
 * @category models
 */
export const Settings = Schema.Struct(fields).pipe(
  Schema.filter(({ base, cap }) =>
    Duration.lessThanOrEqualTo(base, cap) ||
    { path: ["cap"], message: "must not be shorter than base" }
  )
)

/**
 * @since 0.1.0
 * @category models
 */
export type Settings = typeof Settings.Type

/**
 * What `exponential` takes: durations in any form, and every setting optional.
 *
 * @since 0.1.0
 * @category models
 */
export type Options = { readonly [K in keyof typeof Settings.Encoded]?: (typeof Settings.Encoded)[K] | undefined }

/**
 * What a schedule needs to know of an error: may it be repeated, and not before when (milliseconds since the epoch)?
 *
 * @since 0.1.0
 * @category models
 */
export interface Verdict {
  readonly retryable: boolean
  readonly retryAt?: number | undefined
}

/**
 * The settings used where none are given. Full jitter and a cap are what AWS and Google recommend; five attempts
 * ride out a restart of the server, and 60 s is as long as a caller is likely to stay.
 *
 * @since 0.1.0
 * @category constructors
 */
export const defaults: Settings = {
  base: Duration.seconds(1),
  factor: 2,
  cap: Duration.seconds(60),
  jitter: Jitter.full,
  retries: 4,
  hintCap: Duration.seconds(60)
}

/**
 * The verdict of an `ApiError`, a limiter's `NotAdmitted` or a breaker's `CircuitBreakerOpen`; any other error may be
 * repeated at any time.
 *
 * @since 0.1.0
 * @category getters
 */
export const verdict = (error: unknown): Verdict => ofThisLibrary(error) ?? { retryable: true }

/** Errors of this library, which tell by themselves whether and when they may be repeated. */
type Refusal = ApiError | NotAdmitted | CircuitBreakerOpen

const ofThisLibrary = (error: unknown): Verdict | undefined => {
  if (isApiError(error)) return { retryable: error.retryable, retryAt: millis(error.retryAt) }
  if (error instanceof NotAdmitted) {
    const { reason } = error
    return { retryable: reason !== "unknown-bucket" && reason !== "weight", retryAt: millis(error.retryAt) }
  }
  if (error instanceof CircuitBreakerOpen) {
    return { retryable: error.retryAt !== undefined, retryAt: millis(error.retryAt) }
  }
  return undefined
}

const millis = (instant: DateTime.Utc | undefined) => instant && DateTime.toEpochMillis(instant)

/**
 * Delays of `base × factor^n`, never above the cap, with jitter inside it. A server's hint is a floor under the delay:
 * it may be exceeded by up to 10 % (unless there is no jitter), never undercut. The schedule's output is the delay.
 *
 * Settings that cannot be right throw a `ParseError` that names the field. Errors that are not this library's are read by
 * `read`.
 *
 * @example
 * ```ts
 * import { Jitter, RetrySchedule } from "effect-resilience"
 * import { Effect } from "effect"
 *
 * const schedule = RetrySchedule.exponential({ base: "2 seconds", jitter: Jitter.added(0.1, 0.3), retries: 4 })
 *
 * const patient = <A, E, R>(query: Effect.Effect<A, E, R>) => Effect.retry(query, schedule)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const exponential = <E = unknown>(
  options: Options = {},
  read: (error: E) => Verdict = verdict
): Schedule.Schedule<Duration.Duration, E | Refusal> => {
  const settings = Schema.decodeSync(Settings)({
    ...defaults,
    ...given(options)
  })
  const [min, max] = Jitter.band(settings.jitter)
  // Jitter must stay inside the cap without piling every late client up at the cap itself: leave room for it first.
  const roof = Duration.times(settings.cap, 1 / Math.max(1, max))
  return pipe(
    Schedule.exponential(settings.base, settings.factor),
    Schedule.delayedEffect((delay) =>
      Effect.map(Random.nextRange(min, max), (factor) => Duration.times(Duration.min(delay, roof), factor))
    ),
    Schedule.intersect(Schedule.recurs(settings.retries)),
    // What is none of ours is the caller's `E`.
    obeying((error: E | Refusal) => ofThisLibrary(error) ?? read(error as E), settings)
  )
}

/** Stops where the error says that a repeat is pointless, and waits at least as long as it asks. */
const obeying =
  <E>(read: (error: E) => Verdict, { hintCap, jitter }: Pick<Settings, "hintCap" | "jitter">) =>
  <Out>(self: Schedule.Schedule<Out, E>): Schedule.Schedule<Duration.Duration, E> =>
    Schedule.makeWithState(self.initial, (now, error: E, state) =>
      Effect.gen(function*() {
        const { retryAt = now, retryable } = read(error)
        const hinted = Math.max(0, retryAt - now)
        const [next, , decision] = yield* self.step(now, error, state)
        if (!retryable || hinted > Duration.toMillis(hintCap) || ScheduleDecision.isDone(decision)) {
          return [next, Duration.zero, ScheduleDecision.done] as const
        }
        const floor = hinted === 0 || jitter === "none" ? hinted : hinted * (yield* Random.nextRange(1, 1.1))
        const delay = Math.max(ScheduleIntervals.start(decision.intervals) - now, floor)
        return [
          next,
          Duration.millis(delay),
          ScheduleDecision.continueWith(ScheduleInterval.after(now + delay))
        ] as const
      }))

/**
 * The delays a schedule would choose for these errors, without sleeping. The list is shorter than the errors where the
 * schedule stops. An error that depends on when it happens may be given as a function of that instant.
 *
 * @example
 * ```ts
 * import { Jitter, RetrySchedule, SampleErrors } from "effect-resilience"
 *
 * const schedule = RetrySchedule.exponential({ base: "2 seconds", jitter: Jitter.none })
 *
 * // Effect of 2 s, 5 s and 8 s
 * const delays = RetrySchedule.plan(schedule, [
 *   SampleErrors.serverError,
 *   SampleErrors.rateLimited("5 seconds"),
 *   SampleErrors.timeout
 * ])
 * ```
 *
 * @since 0.1.0
 * @category reading
 */
export const plan = <Out, E, R>(
  schedule: Schedule.Schedule<Out, E, R>,
  errors: ReadonlyArray<E | ((now: DateTime.Utc) => E)>
): Effect.Effect<ReadonlyArray<Duration.Duration>, never, R> =>
  Effect.gen(function*() {
    const delays: Array<Duration.Duration> = []
    let now = yield* Clock.currentTimeMillis
    let state = schedule.initial
    for (const item of errors) {
      const error = typeof item === "function" ? (item as (now: DateTime.Utc) => E)(DateTime.unsafeMake(now)) : item
      const [next, , decision] = yield* schedule.step(now, error, state)
      if (ScheduleDecision.isDone(decision)) break
      const at = Math.max(now, ScheduleIntervals.start(decision.intervals))
      delays.push(Duration.millis(at - now))
      now = Math.ceil(at) // the clock ticks in milliseconds
      state = next
    }
    return delays
  })

/**
 * The soonest and the latest delays that chance allows, for the same arguments as `plan`.
 *
 * @example
 * ```ts
 * import { RetrySchedule, SampleErrors } from "effect-resilience"
 *
 * const schedule = RetrySchedule.exponential({ base: "2 seconds" })
 *
 * // soonest: 0 s, 0 s; latest: 2 s, 4 s
 * const [soonest, latest] = RetrySchedule.bounds(schedule, [SampleErrors.serverError, SampleErrors.serverError])
 * ```
 *
 * @since 0.1.0
 * @category reading
 */
export const bounds = <Out, E>(
  schedule: Schedule.Schedule<Out, E>,
  errors: ReadonlyArray<E | ((now: DateTime.Utc) => E)>
): readonly [soonest: ReadonlyArray<Duration.Duration>, latest: ReadonlyArray<Duration.Duration>] => {
  // With chance replaced by a constant a plan is a plain computation: there is nothing left to suspend on.
  const withChance = (value: number) =>
    Effect.runSync(plan(schedule, errors).pipe(Effect.withRandom(Random.fixed([value]))))
  return [withChance(0), withChance(1)]
}
