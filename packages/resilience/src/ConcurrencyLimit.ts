/**
 * At most so many at a time, and no more than so many waiting for their turn: a bulkhead, which keeps one slow
 * dependency from taking everything with it.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import type { ParseError } from "effect/ParseResult"
import type * as Scope from "effect/Scope"
import * as RateLimiter from "./RateLimiter.ts"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** How many may run at a time. */
  readonly limit: number
  /** How many may wait; the next one is refused at once. Default: any number. */
  readonly longestQueue?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface State {
  readonly limit: number
  readonly running: number
  readonly waiting: number
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ConcurrencyLimit {
  /**
   * Runs an effect when there is a place for it, first come, first served. Fails with `NotAdmitted` where the queue is full, or its
   * turn does not come within `longestWait` (default: any time). Interruption gives the place back.
   */
  readonly withPermit: <A, E, R>(
    self: Effect.Effect<A, E, R>,
    longestWait?: Duration.DurationInput
  ) => Effect.Effect<A, E | RateLimiter.NotAdmitted, R>
  /** Takes effect at once; what runs beyond a smaller limit runs to its end. */
  readonly change: (options: Options) => Effect.Effect<void, ParseError>
  readonly state: Effect.Effect<State>
}

/**
 * Whoever waits when the scope ends is interrupted. Settings that cannot be right fail with a `ParseError` that names
 * them.
 *
 * @example
 * ```ts
 * import { ConcurrencyLimit } from "effect-resilience"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const limit = yield* ConcurrencyLimit.make({ limit: 10, longestQueue: 100 })
 *   const query = Effect.log("one of ten").pipe(ConcurrencyLimit.withPermit(limit, { longestWait: "2 seconds" }))
 *   yield* Effect.replicateEffect(query, 50, { concurrency: "unbounded" })
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Effect.Effect<ConcurrencyLimit, ParseError, Scope.Scope> =>
  // A limiter without buckets: only what is in flight counts.
  Effect.map(RateLimiter.make([], toSettings(options)), (limiter) => ({
    withPermit: (self, longestWait) => limiter.withSlots({ longestWait }, () => self),
    change: (options) => limiter.reconfigure([], toSettings(options)),
    state: Effect.map(limiter.state, ({ buckets: [bucket], waiting }) => ({
      limit: bucket?.limit ?? 0,
      running: bucket?.inFlight ?? 0,
      waiting
    }))
  }))

const toSettings = ({ limit, longestQueue }: Options): RateLimiter.MakeOptions => ({ concurrency: limit, longestQueue })

/**
 * Runs an effect when there is a place for it.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withPermit: {
  (limit: ConcurrencyLimit, options?: { readonly longestWait?: Duration.DurationInput | undefined }): <A, E, R>(
    self: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | RateLimiter.NotAdmitted, R>
  <A, E, R>(
    self: Effect.Effect<A, E, R>,
    limit: ConcurrencyLimit,
    options?: { readonly longestWait?: Duration.DurationInput | undefined }
  ): Effect.Effect<A, E | RateLimiter.NotAdmitted, R>
} = dual(
  (args) => Effect.isEffect(args[0]),
  <A, E, R>(
    self: Effect.Effect<A, E, R>,
    limit: ConcurrencyLimit,
    { longestWait }: { readonly longestWait?: Duration.DurationInput | undefined } = {}
  ) => limit.withPermit(self, longestWait)
)
