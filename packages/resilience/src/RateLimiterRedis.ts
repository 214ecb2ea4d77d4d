/**
 * A rate limiter that several processes share: its log lives in Redis (6.2 or later). Needs the package `redis`, 5 or 6.
 *
 * It admits as `RateLimiter` does, and as exactly: no window of the server's holds more than the limit, however many
 * processes call it. One script call takes from all of a call's buckets or from none, on Redis' own clock.
 *
 * What a process holds in flight it holds under a lease, which it renews. The slots of a process that was killed open one
 * window after its lease has ended.
 *
 * The limits hold as long as Redis keeps what it was told and its clock is not set forward: choose the eviction policy
 * `noeviction`, and know that a failover to a replica may forget the latest calls.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ParseError } from "effect/ParseResult"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Connection from "./internal/redisConnection.ts"
import * as RedisStore from "./internal/redisStore.ts"
import { Count, given, PositiveTime, Time } from "./internal/settings.ts"
import * as SharedTurnstile from "./internal/sharedTurnstile.ts"
import * as ShareStore from "./internal/shareStore.ts"
import * as Slots from "./internal/slots.ts"
import { type Bucket, type BucketInput, Buckets, type Fate, NotAdmitted, type RateLimiter } from "./RateLimiter.ts"

/**
 * Redis could not be reached when the limiter was made. `failure` is a code, such as `ECONNREFUSED` or `WRONGPASS`.
 *
 * @since 0.1.0
 * @category errors
 */
export class NotConnected extends Schema.TaggedError<NotConnected>()("NotConnected", {
  failure: Schema.String
}) {
  override get message(): string {
    return `The rate limiter's Redis could not be reached: ${this.failure}`
  }
}

/**
 * What is needed of a client of the package `redis`: any of its kinds has it.
 *
 * @since 0.1.0
 * @category models
 */
export type Client = RedisStore.Client

/**
 * What to do while Redis is away.
 *
 * - `"fail"`: calls fail with `NotAdmitted`, `store-unavailable`
 * - `{ share: 0.25 }`: this process takes a quarter of each limit for itself (one slot at the least). Choose one over the
 *   number of processes. What Redis had admitted before is not counted in the share, nor the share in Redis, so that in
 *   the window in which Redis goes or comes back the server may see more than the limit.
 *
 * @since 0.1.0
 * @category models
 */
export type WhenAway = "fail" | { readonly share: number }

/**
 * @since 0.1.0
 * @category models
 */
export interface ClientOptions {
  /** Limiters with the same prefix share their buckets: they should be given the same limits. Without braces. */
  readonly prefix: string
  readonly whenAway: WhenAway
  /** For how long a process holds what it has in flight without being heard of. Default: 30 seconds; at least 3. */
  readonly lease?: Duration.DurationInput | undefined
  /** Redis counts as away when it has not answered after this. Default: 1 second; less than half of the lease. */
  readonly timeout?: Duration.DurationInput | undefined
  /** How many calls of this process may wait; whoever comes then fails with `queue-full`. Default: no limit. */
  readonly longestQueue?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options extends ClientOptions {
  /** `redis://user:password@host:port/database`, or `rediss://`. Default: `redis://127.0.0.1:6379`. */
  readonly url?: Redacted.Redacted<string> | undefined
}

const Settings = Schema.Struct({
  prefix: Schema.NonEmptyString.pipe(Schema.filter((prefix) => !/[{}]/.test(prefix) || "must not have braces")),
  whenAway: Schema.Union(
    Schema.Literal("fail"),
    Schema.Struct({ share: Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThanOrEqualTo(1)) })
  ),
  lease: Schema.optionalWith(
    Time.pipe(Schema.filter((lease) => Duration.toMillis(lease) >= 3000 || "must be 3 seconds or longer")),
    { default: () => Duration.seconds(30) }
  ),
  timeout: Schema.optionalWith(PositiveTime, { default: () => Duration.seconds(1) }),
  longestQueue: Schema.optional(Count)
}).pipe(
  Schema.filter(({ lease, timeout }) =>
    Duration.toMillis(timeout) < Duration.toMillis(lease) / 2 ||
    { path: ["timeout"], message: "must be less than half of the lease" }
  )
)

const Url = Schema.Struct({
  url: Schema.RedactedFromSelf(Schema.String).pipe(
    Schema.filter((url) => isRedisUrl(Redacted.value(url)) || "must be a redis:// or rediss:// URL")
  )
})

const isRedisUrl = (url: string): boolean => URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol)

/**
 * A limiter on a connection of its own, which lives as long as the scope and is made again whenever it is lost. Without
 * a Redis to begin with it fails, or with a share goes on by that. Settings that cannot be right fail with a `ParseError`
 * that names them.
 *
 * @example
 * ```ts
 * import { Policy, Profile, RateLimiter, ResilientHttpClient } from "effect-resilience"
 * import * as RateLimiterRedis from "effect-resilience/RateLimiterRedis"
 * import { Config, Effect } from "effect"
 *
 * const client = Effect.gen(function*() {
 *   const limiter = yield* RateLimiterRedis.make([RateLimiter.rolling("weather", 60, "1 minute")], {
 *     url: yield* Config.redacted("REDIS_URL"),
 *     prefix: "weather-api",
 *     whenAway: { share: 0.25 } // there are four of us
 *   })
 *   const policy = yield* Policy.make(Profile.production)
 *   return yield* ResilientHttpClient.make(policy, { limiter })
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  buckets: ReadonlyArray<BucketInput>,
  options: Options
): Effect.Effect<RateLimiter, ParseError | NotConnected, Scope.Scope> =>
  Effect.gen(function*() {
    const { url = Redacted.make("redis://127.0.0.1:6379"), ...rest } = options
    const settings = yield* decodeSettings(buckets, rest)
    yield* Schema.validate(Url)({ url })
    const { client, connected } = yield* Connection.make(url).pipe(Effect.mapError(notConnected))
    yield* settings.whenAway === "fail" ? Effect.mapError(connected, notConnected) : Effect.ignore(connected)
    return yield* over(client, settings)
  })

/**
 * A limiter on a client of your own: connected, with a listener for its errors, and closed by you after the scope.
 *
 * @example
 * ```ts
 * import { RateLimiter } from "effect-resilience"
 * import * as RateLimiterRedis from "effect-resilience/RateLimiterRedis"
 * import type { RedisClientType } from "redis"
 *
 * const shared = (redis: RedisClientType) =>
 *   RateLimiterRedis.fromClient(redis, [RateLimiter.rolling("weather", 60, "1 minute")], {
 *     prefix: "weather-api",
 *     whenAway: "fail"
 *   })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromClient = (
  client: Client,
  buckets: ReadonlyArray<BucketInput>,
  options: ClientOptions
): Effect.Effect<RateLimiter, ParseError, Scope.Scope> =>
  Effect.flatMap(decodeSettings(buckets, options), (settings) => over(client, settings))

const notConnected = ({ failure }: RedisStore.Away): NotConnected => new NotConnected({ failure })

interface RollingBucket extends Bucket {
  readonly window: Duration.Duration
}

const isRolling = (bucket: Bucket): bucket is RollingBucket => Duration.isDuration(bucket.window)

interface Settings extends Schema.Schema.Type<typeof Settings> {
  readonly buckets: ReadonlyArray<RollingBucket>
}

const decodeSettings = (
  buckets: ReadonlyArray<BucketInput>,
  options: ClientOptions
): Effect.Effect<Settings, ParseError> =>
  Effect.gen(function*() {
    const settings = yield* Schema.decodeUnknown(Settings)(given(options))
    return { ...settings, buckets: yield* Schema.decode(RollingBuckets)(buckets) }
  })

const RollingBuckets = Buckets.pipe(
  Schema.filter((buckets): buckets is ReadonlyArray<RollingBucket> => buckets.every(isRolling), {
    message: () => "a limit of the day cannot be shared: leave it to each process"
  })
)

/** The limiter itself, over a client that may come and go. */
const over = (client: Client, settings: Settings): Effect.Effect<RateLimiter, never, Scope.Scope> =>
  Effect.gen(function*() {
    const buckets = settings.buckets.map(({ limit, name, window }) => ({
      name,
      limit,
      window: Duration.toMillis(window)
    }))
    // Not by `Random`: processes with the same seed must not take each other's slots for their own.
    const owner = globalThis.crypto.randomUUID()
    const lease = Duration.toMillis(settings.lease)
    const timeout = Duration.toMillis(settings.timeout)
    const turnstile = SharedTurnstile.make(buckets, settings.longestQueue ?? Number.POSITIVE_INFINITY)
    const slots = yield* Slots.make({
      store: RedisStore.make({ client, prefix: settings.prefix, buckets, owner, lease, timeout }),
      share: settings.whenAway === "fail" ? undefined : ShareStore.make(buckets, settings.whenAway.share),
      buckets,
      owner,
      lease,
      changed: turnstile.look
    })
    yield* turnstile.serve(slots)

    const everyName = buckets.map(({ name }) => name)
    const places = new Map(everyName.map((name, place) => [name, place]))
    const select = (names: ReadonlyArray<string> = everyName) => names.flatMap((name) => places.get(name) ?? [])

    const withSlots: RateLimiter["withSlots"] = (options, use) => {
      const names = [...new Set(options.buckets ?? everyName)]
      const selected = select(names)
      const weight = options.weight ?? 1
      if (selected.length < names.length) return new NotAdmitted({ reason: "unknown-bucket", buckets: names })
      if (!(Number.isInteger(weight) && weight > 0 && selected.every((place) => weight <= buckets[place]!.limit))) {
        return new NotAdmitted({ reason: "weight", buckets: names })
      }
      return turnstile.pass({
        buckets: selected,
        weight,
        longestWait: Duration.toMillis(options.longestWait ?? Duration.infinity),
        refuse: (reason, retryAt) => new NotAdmitted({ reason, buckets: names, ...retryAt }),
        fate: options.fate ?? abandonedIfInterrupted,
        use
      })
    }

    const close: RateLimiter["close"] = (pause, names) =>
      slots.close(
        select(names).map((bucket) => ({
          bucket,
          millis: pause === undefined ? buckets[bucket]!.window / 10 : Duration.toMillis(pause)
        }))
      )

    const report: RateLimiter["report"] = (name, remaining, weight = 1) => {
      const bucket = places.get(name)
      return bucket === undefined || !(remaining >= 0)
        ? Effect.void
        : Effect.sync(() => slots.report(bucket, remaining, weight))
    }

    const state = Effect.map(slots.state, (states) => ({
      waiting: turnstile.waiting(),
      buckets: states.map(({ closedFor, ...state }, place) => ({
        ...state,
        name: buckets[place]!.name,
        window: Duration.millis(buckets[place]!.window),
        closedFor: Duration.millis(closedFor)
      }))
    }))

    return { withSlots, close, report, state }
  })

const abandonedIfInterrupted = (exit: Exit.Exit<unknown, unknown>): Fate =>
  Exit.isInterrupted(exit) ? "abandoned" : "answered"
