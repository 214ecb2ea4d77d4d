/**
 * One time budget for everything below it: queueing, sleeping, sending and reading.
 *
 * A call has the deadline of its policy (or of its options); a region of code may set an earlier one for all the calls
 * inside it. Where two apply, the earlier one counts.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual, type LazyArg } from "effect/Function"
import { monotonicMillis } from "./internal/time.ts"

/**
 * The deadline of the region, in milliseconds on the monotonic clock, which starts out as the time since the epoch and is
 * never set; infinite outside of any.
 *
 * @since 0.1.0
 * @category references
 */
export class Deadline extends Context.Reference<Deadline>()("effect-resilience/Deadline", {
  defaultValue: () => Number.POSITIVE_INFINITY
}) {}

/**
 * Gives all the calls in an effect this much time together, from when the effect starts. It never extends the deadline
 * of a region around it. Only calls of this library look at it: to bound other work as well, use `Effect.timeout`.
 *
 * @example
 * ```ts
 * import { Deadline } from "effect-resilience"
 * import { Effect } from "effect"
 *
 * const within10Seconds = <A, E, R>(pipeline: Effect.Effect<A, E, R>) => pipeline.pipe(Deadline.within("10 seconds"))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const within: {
  (duration: Duration.DurationInput): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, duration: Duration.DurationInput): Effect.Effect<A, E, R>
} = dual(
  2,
  <A, E, R>(self: Effect.Effect<A, E, R>, duration: Duration.DurationInput) =>
    Effect.flatMap(after(Duration.toMillis(duration)), (deadline) => Effect.provideService(self, Deadline, deadline))
)

/**
 * The same where the time that is left is somebody else's to say, such as the platform a function runs on. `remaining` is asked
 * when the effect starts, and gives milliseconds; `margin` of it (default: none) is kept for what has to be done after the
 * effect. Where nothing is left, or what is said is not a number, no call is made.
 *
 * @example
 * ```ts
 * import { Deadline } from "effect-resilience"
 * import { Effect } from "effect"
 *
 * // AWS Lambda tells each invocation how long it may still run
 * const handle = (event: string, context: { readonly getRemainingTimeInMillis: () => number }) =>
 *   Effect.log(event).pipe(
 *     Deadline.withinRemaining(() => context.getRemainingTimeInMillis(), { margin: "500 millis" })
 *   )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withinRemaining: {
  (
    remaining: LazyArg<number>,
    options?: { readonly margin?: Duration.DurationInput | undefined }
  ): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(
    self: Effect.Effect<A, E, R>,
    remaining: LazyArg<number>,
    options?: { readonly margin?: Duration.DurationInput | undefined }
  ): Effect.Effect<A, E, R>
} = dual(
  (args) => Effect.isEffect(args[0]),
  <A, E, R>(
    self: Effect.Effect<A, E, R>,
    remaining: LazyArg<number>,
    { margin = 0 }: { readonly margin?: Duration.DurationInput | undefined } = {}
  ) =>
    Effect.suspend(() => {
      const left = remaining() - Duration.toMillis(margin)
      return within(self, left > 0 ? left : 0)
    })
)

/**
 * How much time the region has left: infinite outside of any, zero once it has run out.
 *
 * @since 0.1.0
 * @category getters
 */
export const remaining: Effect.Effect<Duration.Duration> = Effect.zipWith(
  Deadline,
  monotonicMillis,
  (deadline, now) => Duration.millis(Math.max(0, deadline - now))
)

/**
 * The instant this many milliseconds from now, or the region's deadline when that is earlier.
 *
 * @since 0.1.0
 * @category getters
 */
export const after = (millis: number): Effect.Effect<number> =>
  Effect.zipWith(Deadline, monotonicMillis, (deadline, now) => Math.min(deadline, now + millis))
