/**
 * Chance in delays, so that clients that failed together do not come back together.
 *
 * A jitter is a band of factors: the delay is multiplied by a number drawn evenly from it.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const Factor = Schema.Finite.pipe(Schema.nonNegative())

/**
 * - `"full"`: 0–1 × the delay; spreads clients best, and is the default
 * - `"equal"`: 0.5–1 × the delay; never returns at once
 * - `{ added: [min, max] }`: the delay plus min–max of itself; never earlier than the delay
 * - `"none"`: the delay exactly
 *
 * @since 0.1.0
 * @category models
 */
export const Jitter = Schema.Union(
  Schema.Literal("full", "equal", "none"),
  Schema.Struct({
    added: Schema.Tuple(Factor, Factor).pipe(
      Schema.filter(([min, max]) => min <= max || "the first factor must not exceed the second")
    )
  })
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
export const full: Jitter = "full"

/**
 * Half of the delay is chance: 0.5–1 × the delay.
 *
 * @since 0.1.0
 * @category constructors
 */
export const equal: Jitter = "equal"

/**
 * The delay exactly.
 *
 * @since 0.1.0
 * @category constructors
 */
export const none: Jitter = "none"

/**
 * The delay plus a share of itself: `added(0.1, 0.3)` is 1.1–1.3 × the delay.
 *
 * @since 0.1.0
 * @category constructors
 */
export const added = (min: number, max: number): Jitter => ({ added: [min, max] })

/**
 * The lowest and the highest factor.
 *
 * @since 0.1.0
 * @category getters
 */
export const band = (jitter: Jitter): readonly [min: number, max: number] => {
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
