import * as Effect from "effect/Effect"

/**
 * Milliseconds, with fractions, on a clock that is never set back or forth: what spans of time are measured with.
 */
export const monotonicMillis: Effect.Effect<number> = Effect.clockWith((clock) =>
  Effect.sync(() => Number(clock.unsafeCurrentTimeNanos()) / 1_000_000)
)

/** `Effect.flatMap(monotonicMillis, f)` in a single step, for what every call goes through. */
export const withNow = <A, E, R>(f: (now: number) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.clockWith((clock) => f(Number(clock.unsafeCurrentTimeNanos()) / 1_000_000))
