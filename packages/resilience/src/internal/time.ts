import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/**
 * Milliseconds, with fractions, on a clock that is never set back or forth: what spans of time are measured with.
 */
export const monotonicMillis: Effect.Effect<number> = Effect.clockWith((clock) =>
  Effect.sync(() => Number(clock.unsafeCurrentTimeNanos()) / 1_000_000)
)

/** `Effect.flatMap(monotonicMillis, f)` in a single step, for what every call goes through. */
export const withNow = <A, E, R>(f: (now: number) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.clockWith((clock) => f(Number(clock.unsafeCurrentTimeNanos()) / 1_000_000))

/** In a region that is not interruptible: how an effect ended, whichever way it did, and what to make of it. */
export const whenDone = <A, E, R, B, E2, R2>(
  self: Effect.Effect<A, E, R>,
  f: (exit: Exit.Exit<A, E>) => Effect.Effect<B, E2, R2>
): Effect.Effect<B, E2, R | R2> =>
  Effect.matchCauseEffect(self, {
    onFailure: (cause) => f(Exit.failCause(cause)),
    onSuccess: (value) => f(Exit.succeed(value))
  })

/**
 * How long to sleep for an instant, up to a microsecond more: what is less may be nothing to a clock, and would be slept for
 * again and again.
 */
export const untilInstant = (at: number, now: number): Duration.Duration =>
  Duration.millis(Math.max(1, Math.ceil((at - now) * 1000)) / 1000)
