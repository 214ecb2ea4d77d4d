import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/**
 * Milliseconds, with fractions, on a clock that is never set back or forth: what spans of time are measured with.
 */
export const monotonicMillis: Effect.Effect<number> = Effect.clockWith((clock) =>
  Effect.sync(() => Number(clock.unsafeCurrentTimeNanos()) / 1_000_000)
)

/** JavaScript's timers know no longer time, some 25 days, and Effect takes what is longer for ever. */
const longestTimer = 2 ** 31 - 1

/** For so many milliseconds, however many they are. */
export const sleep = (millis: number): Effect.Effect<void> =>
  millis <= longestTimer
    ? Effect.sleep(Duration.millis(millis))
    : Effect.zipRight(Effect.sleep(Duration.millis(longestTimer)), Effect.suspend(() => sleep(millis - longestTimer)))
