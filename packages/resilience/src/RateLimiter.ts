/**
 * A client-side rate limit that a server with rolling windows never sees exceeded.
 *
 * A limiter holds named buckets. A call takes from all of its buckets or from none, waits its turn in order of arrival,
 * and gives its slots back one window after its answer. A 429 closes the gate of a bucket for everyone.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { dual } from "effect/Function"
import * as Option from "effect/Option"
import type { ParseError } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as RollingWindow from "./internal/rollingWindow.ts"
import { Count, decodeSettings, PositiveCount, PositiveTime } from "./internal/settings.ts"
import { monotonicMillis } from "./internal/time.ts"
import * as Turnstile from "./internal/turnstile.ts"
import * as Windows from "./internal/windows.ts"

const TimeZone = Schema.String.pipe(
  Schema.filter((name) =>
    Option.isSome(DateTime.zoneFromString(name)) || `must be a time zone such as "Europe/Berlin" or "+01:00"`
  )
)

/**
 * A limit as data: at most `limit` calls in any span of `window`, wherever the span begins; or on any one day of a time
 * zone, from midnight to midnight.
 *
 * @since 0.1.0
 * @category models
 */
export const Bucket = Schema.Struct({
  name: Schema.NonEmptyString,
  limit: PositiveCount,
  window: Schema.Union(PositiveTime, Schema.Struct({ dayIn: TimeZone }))
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
 * At most `limit` calls a day, counted from midnight to midnight in a time zone (such as `"Europe/Berlin"`). A process counts its
 * own calls only: what the server reports, by `report`, stands for those of others and of before.
 *
 * @since 0.1.0
 * @category constructors
 */
export const daily = (name: string, limit: number, timeZone: string = "UTC"): BucketInput => ({
  name,
  limit,
  window: { dayIn: timeZone }
})

/**
 * The limiter did not let a call through.
 *
 * - `waited-too-long`: its turn did not come in the time it had; where that was clear from the beginning, `retryAt` is
 *   the soonest instant at which it could
 * - `queue-full`: as many calls are waiting as may wait
 * - `store-unavailable`: the limiter is shared, and what it is shared through is away
 * - `unknown-bucket`: it asked for a bucket that the limiter does not have
 * - `weight`: its weight is not a whole number from 1 to the bucket's limit
 *
 * @since 0.1.0
 * @category errors
 */
export class NotAdmitted extends Schema.TaggedError<NotAdmitted>()("NotAdmitted", {
  reason: Schema.Literal("waited-too-long", "queue-full", "store-unavailable", "unknown-bucket", "weight"),
  buckets: Schema.Array(Schema.String),
  retryAt: Schema.optional(Schema.DateTimeUtc)
}) {
  override get message(): string {
    const by = this.buckets.length === 0 ? "the limit on concurrency" : this.buckets.join(", ")
    return `Not admitted by ${by}: ${this.reason}`
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
  /** Admits nobody to these buckets (default: all) for a while: by default a tenth of their shortest window. Calls that
   * cannot wait that long are refused at once. */
  readonly close: (
    pause: Duration.DurationInput | undefined,
    buckets?: ReadonlyArray<string>
  ) => Effect.Effect<void>
  /**
   * The server said, with its answer to a call of this weight (default: 1), how much room a bucket has left. Call it while the
   * call still has its slots. It only ever tightens, and it leaves room for what is in flight; a bucket that the limiter
   * does not have is nobody's business.
   */
  readonly report: (bucket: string, remaining: number, weight?: number) => Effect.Effect<void>
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
 * What a limiter is made with, beside its buckets.
 *
 * @since 0.1.0
 * @category models
 */
export interface MakeOptions {
  /** How many calls may wait at a time; the next one is refused at once. Default: any number. */
  readonly longestQueue?: number | undefined
  /** How many calls may be in flight at a time, whatever their buckets. Default: any number. */
  readonly concurrency?: number | undefined
}

/**
 * A limiter in this process's memory, whose buckets can be changed while it runs: those that keep their names keep
 * their counts.
 *
 * @since 0.1.0
 * @category models
 */
export interface Local extends RateLimiter {
  readonly reconfigure: (buckets: ReadonlyArray<BucketInput>, options?: MakeOptions) => Effect.Effect<void, ParseError>
}

/** @internal */
export interface Unsafe extends Local {
  /** Takes the slots where that needs no waiting, and gives a way to give them back. */
  readonly unsafeEnter: (options: Options, now: number) => Turnstile.GiveBack | undefined
}

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
  buckets: ReadonlyArray<BucketInput>,
  options: MakeOptions = {}
): Effect.Effect<Local, ParseError, Scope.Scope> => unsafeMake(buckets, options)

/** @internal */
export const unsafeMake = (
  buckets: ReadonlyArray<BucketInput>,
  options: MakeOptions = {}
): Effect.Effect<Unsafe, ParseError, Scope.Scope> =>
  Effect.gen(function*() {
    const clock = yield* Effect.clock
    const turnstile = yield* Turnstile.make
    const windows = new Map<string, RollingWindow.RollingWindow>()
    let concurrency: RollingWindow.RollingWindow | undefined
    let longestQueue = Number.POSITIVE_INFINITY
    /** What a call takes from that names no buckets. */
    let all: ReadonlyArray<RollingWindow.RollingWindow> = []

    const reconfigure: Local["reconfigure"] = (buckets, options) =>
      Effect.flatMap(decodeSettings("rate limiter", Settings)({ ...options, buckets }), (settings) =>
        turnstile.reconfigure(() => {
          const kept = new Map(windows)
          windows.clear()
          for (const bucket of settings.buckets) {
            windows.set(bucket.name, renewed(kept.get(bucket.name), Windows.fromBucket(bucket, clock)))
          }
          concurrency = settings.concurrency === undefined
            ? undefined
            : renewed(concurrency, RollingWindow.concurrent(settings.concurrency))
          longestQueue = settings.longestQueue ?? Number.POSITIVE_INFINITY
          all = [...windows.values(), ...concurrency === undefined ? [] : [concurrency]]
        }))
    yield* reconfigure(buckets, options)

    const select = (names: Iterable<string> = windows.keys()) =>
      [...names].flatMap((name) =>
        windows.get(name) ?? []
      )

    /** What a call takes from, or why there is no such thing. */
    const selectFor = (
      { buckets, weight = 1 }: Options
    ): ReadonlyArray<RollingWindow.RollingWindow> | "unknown-bucket" | "weight" => {
      if (buckets === undefined && weight === 1) return all
      const names = new Set(buckets ?? windows.keys())
      const selected = select(names)
      if (selected.length < names.size) return "unknown-bucket"
      if (!(Number.isInteger(weight) && weight > 0 && selected.every(({ limit }) => weight <= limit))) return "weight"
      return concurrency === undefined ? selected : [...selected, concurrency]
    }

    const withSlots: RateLimiter["withSlots"] = (options, use) => {
      const refused = (reason: NotAdmitted["reason"], known = {}) =>
        new NotAdmitted({ reason, buckets: [...new Set(options.buckets ?? windows.keys())], ...known })
      const selected = selectFor(options)
      if (typeof selected === "string") return refused(selected)
      return turnstile.pass({
        windows: selected,
        weight: options.weight ?? 1,
        longestWait: Duration.toMillis(options.longestWait ?? Duration.infinity),
        tooLong: (known) => refused("waited-too-long", known),
        longestQueue,
        full: () => refused("queue-full"),
        tooHeavy: () => refused("weight"),
        fate: options.fate ?? abandonedIfInterrupted,
        use
      })
    }

    const unsafeEnter: Unsafe["unsafeEnter"] = (options, now) => {
      const selected = selectFor(options)
      return typeof selected === "string" ? undefined : turnstile.enter(selected, options.weight ?? 1, now)
    }

    const close: RateLimiter["close"] = (pause, names) =>
      turnstile.change((now) => {
        const selected = select(names)
        const millis = pause === undefined
          ? Math.min(...selected.map(({ window }) => window)) / 10
          : Duration.toMillis(pause)
        for (const window of selected) RollingWindow.close(window, now + millis)
      })

    const report: RateLimiter["report"] = (name, remaining, weight = 1) => {
      const window = windows.get(name)
      return window === undefined || !(remaining >= 0)
        ? Effect.void
        : turnstile.change((now) => RollingWindow.report(window, remaining, weight, now))
    }

    const state = Effect.map(monotonicMillis, (now) => ({
      waiting: turnstile.waiting(),
      buckets: [...windows, ...concurrency === undefined ? [] : [["concurrency", concurrency] as const]].map((
        [name, window]
      ) => ({
        name,
        limit: window.limit,
        window: Duration.millis(window.window),
        available: RollingWindow.available(window, now),
        inFlight: window.inFlight,
        closedFor: Duration.millis(Math.max(0, window.closedUntil - now))
      }))
    }))

    return { withSlots, unsafeEnter, close, report, state, reconfigure }
  })

const Settings = Schema.Struct({
  buckets: Buckets,
  longestQueue: Schema.optional(Count),
  concurrency: Schema.optional(PositiveCount)
})

const renewed = (window: RollingWindow.RollingWindow | undefined, changed: RollingWindow.RollingWindow) => {
  if (window === undefined) return changed
  RollingWindow.change(window, changed)
  return window
}

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
