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
import * as Either from "effect/Either"
import { identity } from "effect/Function"
import type { ParseError } from "effect/ParseResult"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleInterval from "effect/ScheduleInterval"
import * as ScheduleIntervals from "effect/ScheduleIntervals"
import * as Schema from "effect/Schema"
import { type ApiError, isApiError, Tag } from "./ApiError.ts"
import { CircuitBreakerOpen } from "./CircuitBreaker.ts"
import * as Backoff from "./internal/backoff.ts"
import { Count, flat, given, PositiveTime, Time } from "./internal/settings.ts"
import * as Jitter from "./Jitter.ts"
import { NotAdmitted } from "./RateLimiter.ts"

// A misspelt setting would be one that never counts.
const closed = { parseOptions: { onExcessProperty: "error" } } as const

const pace = {
  /** The delay before the first retry, before jitter. Default: 1 second. */
  base: PositiveTime,
  /** What each delay is multiplied by to give the next; decorrelated jitter has no use for it. Default: 2. */
  factor: Schema.Finite.pipe(Schema.greaterThanOrEqualTo(1)),
  /** The longest delay, jitter included. A server's hint may go beyond it. Default: 60 seconds. */
  cap: PositiveTime,
  /** Default: full. */
  jitter: Jitter.Jitter,
  /** The longest wait a server may ask for; beyond it the schedule stops at once. Default: 60 seconds. */
  hintCap: Time
}

/**
 * The settings of an exponential schedule, one by one.
 *
 * @since 0.1.0
 * @category models
 */
export const fields = {
  ...pace,
  /** How many times to try again, whatever the errors: N retries are at most N + 1 attempts. Default: 4. */
  retries: Count,
  /** What differs by the tag of the error, such as a longer base after a `RateLimited`; it wins. Default: nothing. */
  byError: Schema.partial(Schema.Record({ key: Tag, value: Schema.partial(Schema.Struct(pace)) })).annotations(closed)
}

/**
 * The settings of an exponential schedule, as data. What they do not know, such as a misspelt tag, is an error.
 *
 * @since 0.1.0
 * @category models
 */
export const Settings = Schema.Struct(fields).annotations({ identifier: "RetrySettings", ...closed }).pipe(
  Schema.filter((settings) => contradictions(settings))
)

/**
 * @since 0.1.0
 * @category models
 */
export interface Settings extends Schema.Struct.Type<typeof fields> {}

/**
 * Settings that are right one by one, and not together: where a cap is shorter than its base.
 *
 * @since 0.1.0
 * @category getters
 */
export const contradictions = (
  settings: Settings
): ReadonlyArray<{ readonly path: ReadonlyArray<string>; readonly message: string }> =>
  [undefined, ...Tag.literals.filter((tag) => settings.byError[tag] !== undefined)].flatMap((tag) => {
    const { base, cap } = forError(settings, tag)
    return Duration.lessThanOrEqualTo(base, cap) ? [] : [{
      path: tag === undefined ? ["cap"] : ["byError", tag, "cap"],
      message: `must not be shorter than the base (${Duration.format(base)})`
    }]
  })

/**
 * What counts after an error with this tag.
 *
 * @since 0.1.0
 * @category getters
 */
export const forError = (settings: Settings, tag: Tag | undefined): Settings => {
  const own = tag === undefined ? undefined : settings.byError[tag]
  return own === undefined ? settings : { ...settings, ...given(own) }
}

/**
 * What `exponential` takes: durations in any form, and every setting optional.
 *
 * @since 0.1.0
 * @category models
 */
export type Options = { readonly [K in keyof typeof Settings.Encoded]?: (typeof Settings.Encoded)[K] | undefined }

/**
 * What a schedule needs to know of an error.
 *
 * @since 0.1.0
 * @category models
 */
export interface Verdict {
  /** May it be repeated? */
  readonly retryable: boolean
  /** Not before when, in milliseconds since the epoch? Default: at any time. */
  readonly retryAt?: number | undefined
  /** Whose settings count, of those in `byError`? Default: nobody's. */
  readonly tag?: Tag | undefined
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
  hintCap: Duration.seconds(60),
  retries: 4,
  byError: {}
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
  if (isApiError(error)) return { retryable: error.retryable, retryAt: millis(error.retryAt), tag: error._tag }
  if (error instanceof NotAdmitted) {
    return { retryable: mayPass.includes(error.reason), retryAt: millis(error.retryAt), tag: "Rejected" }
  }
  if (error instanceof CircuitBreakerOpen) {
    return { retryable: error.retryAt !== undefined, retryAt: millis(error.retryAt), tag: "CircuitOpen" }
  }
  return undefined
}

/** Other reasons are mistakes. */
const mayPass: ReadonlyArray<NotAdmitted["reason"]> = ["waited-too-long", "queue-full", "store-unavailable"]

const millis = (instant: DateTime.Utc | undefined) => instant && DateTime.toEpochMillis(instant)

/**
 * Delays of `base × factor^n`, never above the cap, with jitter inside it. A server's hint is a floor under the delay:
 * it may be exceeded by up to 10 % (unless there is no jitter), never undercut. The schedule's output is the delay.
 *
 * `byError` changes the delays after some errors. The retries are counted together, and so is `n`: the third retry after
 * a `RateLimited` waits for `base × factor^2`, with the base of `RateLimited`, whatever the two before it were for. That
 * is how AWS's SDKs count: `n` says for how long it has been going wrong.
 *
 * Settings that cannot be right throw a `ParseError` that names the field; `decode` gives it as a value. Errors that are
 * not this library's are read by `read`, which may put them on a par with one of `byError`.
 *
 * @example
 * ```ts
 * import { Jitter, RetrySchedule } from "effect-resilience"
 * import { Effect } from "effect"
 *
 * const schedule = RetrySchedule.exponential({
 *   base: "100 millis",
 *   byError: { RateLimited: { base: "1 second", jitter: Jitter.added(0.1, 0.3) } },
 *   retries: 4
 * })
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
): Schedule.Schedule<Duration.Duration, E | Refusal> => Either.getOrThrowWith(decode(options, read), identity)

/**
 * `exponential` for settings that come from elsewhere: what cannot be right is a `ParseError` that names every such
 * field. An `Either` is an `Effect` too.
 *
 * @example
 * ```ts
 * import { RetrySchedule } from "effect-resilience"
 * import { Effect } from "effect"
 *
 * // Effect<Schedule, ParseError>
 * const program = Effect.gen(function*() {
 *   return yield* RetrySchedule.decode({ base: "2 seconds", cap: "1 second" })
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const decode = <E = unknown>(
  options: Options,
  read: (error: E) => Verdict = verdict
): Either.Either<Schedule.Schedule<Duration.Duration, E | Refusal>, ParseError> =>
  Schema.decodeEither(Settings)({ ...defaults, ...given(options) }, { errors: "all" }).pipe(
    Either.mapBoth({ onLeft: flat("retry settings"), onRight: (settings) => fromSettings(settings, read) })
  )

/**
 * `exponential` for settings that have been checked, such as those of a policy.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromSettings = <E = unknown>(
  settings: Settings,
  read: (error: E) => Verdict = verdict
): Schedule.Schedule<Duration.Duration, E | Refusal> =>
  Schedule.makeWithState(Backoff.start, (now, error: E | Refusal, past) =>
    Effect.gen(function*() {
      // What is none of ours is the caller's `E`.
      const { retryAt = now, retryable, tag } = ofThisLibrary(error) ?? read(error as E)
      const own = forError(settings, tag)
      const hinted = Math.max(0, retryAt - now)
      if (!retryable || hinted > Duration.toMillis(own.hintCap) || past.retries >= settings.retries) {
        return [past, Duration.zero, ScheduleDecision.done] as const
      }
      const drawn = yield* Random.nextRange(...Backoff.range(own, past))
      const floor = hinted === 0 ? 0 : hinted * (yield* Random.nextRange(...Backoff.hintBand(own.jitter)))
      const delay = Math.max(drawn, floor)
      return [
        Backoff.after(past, drawn),
        Duration.millis(delay),
        ScheduleDecision.continueWith(ScheduleInterval.after(now + delay))
      ] as const
    }))

/**
 * The longest delays that chance allows, whatever the errors, without hints of the server; and the longest with them,
 * when it asks for the longest allowed pause each time.
 *
 * @since 0.1.0
 * @category reading
 */
export const longest = (settings: Settings): {
  readonly delays: ReadonlyArray<Duration.Duration>
  readonly hinted: ReadonlyArray<Duration.Duration>
} => {
  const each = [undefined, ...Tag.literals].map((tag) => forError(settings, tag))
  const delays = Backoff.longest(each, settings.retries).map(Duration.millis)
  const hints = each.map(({ hintCap, jitter }) => Duration.times(hintCap, Backoff.hintBand(jitter)[1]))
  const hint = hints.reduce(Duration.max)
  return { delays, hinted: delays.map(Duration.max(hint)) }
}

/**
 * The delays a schedule would choose for these errors, without sleeping. The list is shorter than the errors where the
 * schedule stops, and an endless delay is the last. An error that depends on when it happens may be given as a function
 * of that instant.
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
      if (at === Infinity) break
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
