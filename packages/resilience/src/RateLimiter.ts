/**
 * A client-side rate limit that a server with rolling windows never sees exceeded.
 *
 * A limiter holds named buckets. A call takes from all of its buckets or from none, waits its turn in order of arrival,
 * and gives its slots back one window after its answer. A 429 closes the gate of a bucket for everyone.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { dual } from "effect/Function"
import type { ParseError } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as RollingWindow from "./internal/rollingWindow.ts"
import { PositiveCount, PositiveTime } from "./internal/settings.ts"
import { monotonicMillis } from "./internal/time.ts"
import * as Turnstile from "./internal/turnstile.ts"

/**
 * A limit as data: at most `limit` calls in any span of `window`, wherever the span begins.
 *
 * @since 0.1.0
 * @category models
 */
export const Bucket = Schema.Struct({
  name: Schema.NonEmptyString,
  limit: PositiveCount,
  window: PositiveTime
})

/**
 * @since 0.1.0
 * @category models
 */
export type Bucket = typeof Bucket.Type

/**
 * A limit as a person writes it: the window in any form of a duration.
 *
 * @since 0.1.0
 * @category models
 */
export type BucketInput = typeof Bucket.Encoded

/**
 * At most `limit` calls in any span of `window`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const rolling = (name: string, limit: number, window: Duration.DurationInput): BucketInput => ({
  name,
  limit,
  window
})

/**
 * The limiter did not let a call through.
 *
 * - `waited-too-long`: its turn did not come in the time it had; where that was clear from the beginning, `retryAt` is
 *   the soonest instant at which it could
 * - `unknown-bucket`: it asked for a bucket that the limiter does not have
 * - `weight`: its weight is not a whole number from 1 to the bucket's limit
 * - `queue-full`: too many are waiting already
 * - `store-unavailable`: the store that the limiter shares with other processes is away
 *
 * @since 0.1.0
 * @category errors
 */
export class NotAdmitted extends Schema.TaggedError<NotAdmitted>()("NotAdmitted", {
  reason: Schema.Literal("waited-too-long", "unknown-bucket", "weight", "queue-full", "store-unavailable"),
  buckets: Schema.Array(Schema.String),
  retryAt: Schema.optional(Schema.DateTimeUtc)
}) {
  override get message(): string {
    return `Not admitted by ${this.buckets.join(", ")}: ${this.reason}`
  }
}

/**
 * What a call takes from a limiter.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The buckets to take from. Default: all of them. */
  readonly buckets?: ReadonlyArray<string> | undefined
  /** How many slots to take from each. Default: 1. */
  readonly weight?: number | undefined
  /** The longest time to wait; a wait that is known to be longer fails at once. Default: no limit. */
  readonly longestWait?: Duration.DurationInput | undefined
}

/**
 * A bucket as it stands: `inFlight` calls are without an answer, `available` slots are free, and nothing is admitted for
 * another `closedFor`.
 *
 * @since 0.1.0
 * @category models
 */
export interface BucketState {
  readonly name: string
  readonly limit: number
  readonly window: Duration.Duration
  readonly available: number
  readonly inFlight: number
  readonly closedFor: Duration.Duration
}

/**
 * What became of a call that was let through.
 *
 * @since 0.1.0
 * @category models
 */
export type Fate = Turnstile.Fate

/**
 * @since 0.1.0
 * @category models
 */
export interface RateLimiter {
  /**
   * Runs an effect when its turn has come, and gives its slots back when it ends: one window later where it was
   * `answered`; a second after that where it was `abandoned`, as the request may still be on its way; at once where it
   * was `not-sent`. By default what was interrupted is abandoned, and all else answered. Interruption, while it waits or
   * runs, leaves nothing behind.
   */
  readonly withSlots: <A, E, R>(
    options: Options & { readonly fate?: ((exit: Exit.Exit<A, E>) => Fate) | undefined },
    use: (waited: Duration.Duration) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | NotAdmitted, R>
  /** Admits nobody to these buckets (default: all) for a while: by default a tenth of each window. Calls that cannot wait that
   * long are refused at once. */
  readonly close: (
    pause: Duration.DurationInput | undefined,
    buckets?: ReadonlyArray<string>
  ) => Effect.Effect<void>
  readonly state: Effect.Effect<{ readonly waiting: number; readonly buckets: ReadonlyArray<BucketState> }>
}

/**
 * Several limits, each with a name of its own.
 *
 * @since 0.1.0
 * @category models
 */
export const Buckets = Schema.Array(Bucket).pipe(
  Schema.filter((buckets) =>
    new Set(buckets.map(({ name }) => name)).size === buckets.length || "two buckets must not have the same name"
  )
)

/**
 * A limiter in this process's memory. Settings that cannot be right fail with a `ParseError` that names them.
 *
 * @example
 * ```ts
 * import { RateLimiter } from "effect-resilience"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const limiter = yield* RateLimiter.make([RateLimiter.rolling("weather", 60, "1 minute")])
 *   yield* Effect.log("one of at most 60 a minute").pipe(RateLimiter.limit(limiter))
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  buckets: ReadonlyArray<BucketInput>
): Effect.Effect<RateLimiter, ParseError, Scope.Scope> =>
  Effect.gen(function*() {
    const specs = yield* Schema.decode(Buckets)(buckets)
    const windows = new Map(
      specs.map(({ limit, name, window }) => [name, RollingWindow.make(limit, Duration.toMillis(window))])
    )
    const turnstile = yield* Turnstile.make
    const select = (names: ReadonlyArray<string> = [...windows.keys()]) =>
      names.flatMap((name) => windows.get(name) ?? [])

    const withSlots: RateLimiter["withSlots"] = (options, use) => {
      const names = [...new Set(options.buckets ?? windows.keys())]
      const selected = select(names)
      const weight = options.weight ?? 1
      if (selected.length < names.length) return new NotAdmitted({ reason: "unknown-bucket", buckets: names })
      if (!(Number.isInteger(weight) && weight > 0 && selected.every(({ limit }) => weight <= limit))) {
        return new NotAdmitted({ reason: "weight", buckets: names })
      }
      return turnstile.pass({
        windows: selected,
        weight,
        longestWait: Duration.toMillis(options.longestWait ?? Duration.infinity),
        tooLong: (retryAt) => new NotAdmitted({ reason: "waited-too-long", buckets: names, ...retryAt }),
        fate: options.fate ?? abandonedIfInterrupted,
        use
      })
    }

    const close: RateLimiter["close"] = (pause, names) =>
      turnstile.change((now) => {
        for (const window of select(names)) {
          RollingWindow.close(window, now + (pause === undefined ? window.window / 10 : Duration.toMillis(pause)))
        }
      })

    const state = Effect.map(monotonicMillis, (now) => ({
      waiting: turnstile.waiting(),
      buckets: [...windows].map(([name, window]) => ({
        name,
        limit: window.limit,
        window: Duration.millis(window.window),
        available: RollingWindow.available(window, now),
        inFlight: window.inFlight,
        closedFor: Duration.millis(Math.max(0, window.closedUntil - now))
      }))
    }))

    return { withSlots, close, state }
  })

const abandonedIfInterrupted = (exit: Exit.Exit<unknown, unknown>): Fate =>
  Exit.isInterrupted(exit) ? "abandoned" : "answered"

/**
 * Runs an effect when its turn has come.
 *
 * @example
 * ```ts
 * import { RateLimiter } from "effect-resilience"
 * import { Effect } from "effect"
 *
 * const polite = (limiter: RateLimiter.RateLimiter) => <A, E, R>(query: Effect.Effect<A, E, R>) =>
 *   query.pipe(RateLimiter.limit(limiter, { longestWait: "30 seconds" }))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const limit: {
  (limiter: RateLimiter, options?: Options): <A, E, R>(
    self: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | NotAdmitted, R>
  <A, E, R>(
    self: Effect.Effect<A, E, R>,
    limiter: RateLimiter,
    options?: Options
  ): Effect.Effect<A, E | NotAdmitted, R>
} = dual(
  (args) => Effect.isEffect(args[0]),
  <A, E, R>(self: Effect.Effect<A, E, R>, limiter: RateLimiter, options: Options = {}) =>
    limiter.withSlots<A, E, R>(options, () => self)
)
