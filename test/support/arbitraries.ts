/** Settings of every kind that can be right. */
import { Duration, FastCheck } from "effect"
import { ApiError, Jitter, type RetrySchedule } from "effect-resilience"

export const anyJitter: FastCheck.Arbitrary<Jitter.Jitter> = FastCheck.oneof(
  FastCheck.constantFrom(Jitter.full, Jitter.equal, Jitter.decorrelated, Jitter.none),
  FastCheck.tuple(
    FastCheck.double({ min: 0, max: 1, noNaN: true }),
    FastCheck.double({ min: 1, max: 2, noNaN: true })
  ).map(([min, max]) => Jitter.added(min, max))
)

export const anyPace = FastCheck.record({
  base: FastCheck.integer({ min: 1, max: 10_000 }).map(Duration.millis),
  factor: FastCheck.double({ min: 1, max: 10, noNaN: true }),
  cap: FastCheck.integer({ min: 10_000, max: 100_000 }).map(Duration.millis),
  jitter: anyJitter,
  hintCap: FastCheck.integer({ min: 60_000, max: 100_000 }).map(Duration.millis)
})

export const anySettings = (retries: number): FastCheck.Arbitrary<RetrySchedule.Settings> =>
  FastCheck.tuple(
    anyPace,
    FastCheck.dictionary(FastCheck.constantFrom(...ApiError.Tag.literals), anyPace, { maxKeys: 4 })
  ).map(([pace, byError]) => ({ ...pace, retries, byError }))
