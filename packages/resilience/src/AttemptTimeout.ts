/**
 * How long one attempt may take, from sending to the last byte of the answer.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { PositiveTime } from "./internal/settings.ts"
import * as Jitter from "./Jitter.ts"

/**
 * The same for every attempt, or growing: the base exactly for the first attempt, then `base × factor^n`, plus the
 * added jitter.
 *
 * @since 0.1.0
 * @category models
 */
export const AttemptTimeout = Schema.Union(
  PositiveTime,
  Schema.Struct({
    base: PositiveTime,
    factor: Schema.optionalWith(Schema.Finite.pipe(Schema.greaterThanOrEqualTo(1)), { default: () => 2 }),
    jitter: Schema.optionalWith(Jitter.Proportional, { default: () => Jitter.added(0.1, 0.3) })
  })
)

/**
 * @since 0.1.0
 * @category models
 */
export type AttemptTimeout = typeof AttemptTimeout.Type

/**
 * What a person writes: `"10 seconds"`, or `{ base: "5 seconds" }` for one that grows (5 s, then 11–13 s, 22–26 s, …).
 *
 * @since 0.1.0
 * @category models
 */
export type Input = typeof AttemptTimeout.Encoded

/**
 * The time allowed for attempt `n`, counted from 0.
 *
 * @since 0.1.0
 * @category getters
 */
export const ofAttempt = (self: AttemptTimeout, n: number): Effect.Effect<Duration.Duration> => {
  if (Duration.isDuration(self)) return Effect.succeed(self)
  const { base, factor, jitter } = self
  if (n === 0) return Effect.succeed(base)
  return Effect.map(
    Random.nextRange(...Jitter.band(jitter)),
    (chance) => Duration.millis(Math.round(Duration.toMillis(base) * Math.pow(factor, n) * chance))
  )
}

/** @internal */
export const unsafeOfAttempt = (self: AttemptTimeout, n: number): Duration.Duration | undefined =>
  Duration.isDuration(self) ? self : n === 0 ? self.base : undefined

/**
 * The longest time that attempt `n` may be allowed.
 *
 * @since 0.1.0
 * @category getters
 */
export const longest = (self: AttemptTimeout, n: number): Duration.Duration =>
  Duration.isDuration(self)
    ? self
    : Duration.times(self.base, n === 0 ? 1 : Math.pow(self.factor, n) * Jitter.band(self.jitter)[1])
