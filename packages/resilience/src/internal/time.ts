import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/** Milliseconds, with fractions, by that face of a clock that is never set back or forth: spans of time are measured by it. */
export const unsafeNow = (clock: Clock.Clock): number => Number(clock.unsafeCurrentTimeNanos()) / 1_000_000

export const monotonicMillis: Effect.Effect<number> = Effect.clockWith((clock) => Effect.sync(() => unsafeNow(clock)))

/** `Effect.flatMap(monotonicMillis, f)` in a single step, for what every call goes through. */
export const withNow = <A, E, R>(f: (now: number) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.clockWith((clock) => f(unsafeNow(clock)))

/** There is nothing to be run: what comes of it is known. */
export const isDone = <A, E, R>(self: Effect.Effect<A, E, R>): self is Exit.Exit<A, E> => Exit.isExit(self)

/** One after the other, where there is a first one. */
export const after = <A, E, R>(
  first: Effect.Effect<void> | undefined,
  then: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => first === undefined ? then : Effect.zipRight(first, then)

/** In a region that is not interruptible: how an effect ended, whichever way it did, and what to make of it. */
export const whenDone = <A, E, R, B, E2, R2>(
  self: Effect.Effect<A, E, R>,
  f: (exit: Exit.Exit<A, E>) => Effect.Effect<B, E2, R2>
): Effect.Effect<B, E2, R | R2> =>
  Effect.matchCauseEffect(self, {
    onFailure: (cause) => f(Exit.failCause(cause)),
    onSuccess: (value) => f(Exit.succeed(value))
  })

/** JavaScript's timers know no longer time, some 25 days, and Effect takes what is longer for ever. */
const longestTimer = 2 ** 31 - 1

/**
 * For so many milliseconds, however many they are, and up to a microsecond more: what is less may be nothing to a clock, and
 * would be slept for again and again.
 */
export const sleep = (millis: number): Effect.Effect<void> =>
  millis <= longestTimer
    ? Effect.sleep(Duration.millis(Math.max(0, Math.ceil(millis * 1000)) / 1000))
    : Effect.zipRight(Effect.sleep(Duration.millis(longestTimer)), Effect.suspend(() => sleep(millis - longestTimer)))

/**
 * The first to end. `Effect.raceFirst` alone makes its two fibres in one step and starts them in the next: interrupted
 * between the two, it would wait for ever for fibres that never began.
 */
export const firstOf = <A, E, R, A2, E2, R2>(
  self: Effect.Effect<A, E, R>,
  that: Effect.Effect<A2, E2, R2>
): Effect.Effect<A | A2, E | E2, R | R2> =>
  Effect.uninterruptibleMask((restore) => Effect.raceFirst(restore(self), restore(that)))

/** Both in fibres of their own: it ends in time even where the caller must not be interrupted. */
export const inTime = <A, E, R, E2>(
  self: Effect.Effect<A, E, R>,
  millis: number,
  onTimeout: () => E2
): Effect.Effect<A, E | E2, R> =>
  firstOf(
    Effect.interruptible(self),
    Effect.interruptible(Effect.zipRight(sleep(millis), Effect.failSync(onTimeout)))
  )
