/**
 * Chance in delays, so that clients that failed together do not come back together.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const Factor = Schema.Finite.pipe(Schema.nonNegative())

const Added = Schema.Struct({
  added: Schema.Tuple(Factor, Factor).pipe(
    Schema.filter(([min, max]) => min <= max || "the first factor must not exceed the second")
  )
})

// A union would tell of every form that it is not.
const expected = (literals: string) => ({
  message: () => ({
    message: `must be ${literals}, or { added: [min, max] } with two factors, 0 <= min <= max, such as [0.1, 0.3]`,
    override: true
  })
})

/**
 * A band of factors: the delay is multiplied by a number drawn evenly from it.
 *
 * - `"full"`: 0–1 × the delay; spreads clients best, and is the default
 * - `"equal"`: 0.5–1 × the delay; never returns at once
 * - `{ added: [min, max] }`: the delay plus min–max of itself; never earlier than the delay
 * - `"none"`: the delay exactly
 *
 * @since 0.1.0
 * @category models
 */
export const Proportional = Schema.Union(Schema.Literal("full", "equal", "none"), Added).annotations(
  expected(`"full", "equal", "none"`)
)

/**
 * @since 0.1.0
 * @category models
 */
export type Proportional = typeof Proportional.Type

/**
 * Those of `Proportional`, and `"decorrelated"`, which draws each delay between the base and three times the one before.
 *
 * @since 0.1.0
 * @category models
 */
export const Jitter = Schema.Union(Schema.Literal("full", "equal", "decorrelated", "none"), Added).annotations(
  expected(`"full", "equal", "decorrelated", "none"`)
)

/**
 * @since 0.1.0
 * @category models
 */
export type Jitter = typeof Jitter.Type

/**
 * The whole delay is chance: 0–1 × the delay.
 *
 * @since 0.1.0
 * @category constructors
 */
export const full: Proportional = "full"

/**
 * Half of the delay is chance: 0.5–1 × the delay.
 *
 * @since 0.1.0
 * @category constructors
 */
export const equal: Proportional = "equal"

/**
 * The delay exactly.
 *
 * @since 0.1.0
 * @category constructors
 */
export const none: Proportional = "none"

/**
 * The delay plus a share of itself: `added(0.1, 0.3)` is 1.1–1.3 × the delay.
 *
 * @since 0.1.0
 * @category constructors
 */
export const added = (min: number, max: number): Proportional => ({ added: [min, max] })

/**
 * Each delay is drawn between the base and three times the one before, within the cap: the schedule's factor does not
 * count. Never returns at once, and clients that failed together drift apart with every retry. From AWS's Architecture
 * Blog, "Exponential Backoff And Jitter", except that a late client is not sent to the cap itself.
 *
 * @since 0.1.0
 * @category constructors
 */
export const decorrelated: Jitter = "decorrelated"

/**
 * The lowest and the highest factor.
 *
 * @since 0.1.0
 * @category getters
 */
export const band = (jitter: Proportional): readonly [min: number, max: number] => {
  switch (jitter) {
    case "full":
      return [0, 1]
    case "equal":
      return [0.5, 1]
    case "none":
      return [1, 1]
    default:
      return [1 + jitter.added[0], 1 + jitter.added[1]]
  }
}
