/**
 * How reliable is reliable enough? One policy, as data, for all the calls of a client.
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import * as AttemptTimeout from "./AttemptTimeout.ts"
import * as CallOptions from "./CallOptions.ts"
import * as CircuitBreaker from "./CircuitBreaker.ts"
import * as PolicyConfig from "./internal/policyConfig.ts"
import { Count, given, issuesOf, PositiveCount, PositiveTime } from "./internal/settings.ts"
import * as RateLimiter from "./RateLimiter.ts"
import * as RetryBudget from "./RetryBudget.ts"
import * as RetrySchedule from "./RetrySchedule.ts"

const Off = Schema.Literal("off")

const KindSettings = Schema.Struct({
  retry: Schema.optional(Schema.partialWith(Schema.Struct(RetrySchedule.fields), { exact: true })),
  attemptTimeout: Schema.optional(AttemptTimeout.AttemptTimeout),
  deadline: Schema.optional(PositiveTime)
})

const fields = Schema.Struct({
  retry: RetrySchedule.Settings,
  attemptTimeout: AttemptTimeout.AttemptTimeout,
  /** For a whole call: queueing, sleeping, sending and reading. Default: 2 minutes. */
  deadline: PositiveTime,
  /** Client-side limits. Default: none. */
  limits: RateLimiter.Buckets,
  /** How many attempts may be under way at a time. Default: any number. */
  concurrency: Schema.optional(PositiveCount),
  /** How many calls may wait for the limits and for their place; the next one is refused. Default: any number. */
  longestQueue: Schema.optional(Count),
  /** One for each host. */
  breaker: Schema.Union(Off, CircuitBreaker.Settings),
  /** One for each host. */
  budget: Schema.Union(Off, RetryBudget.Settings),
  /** What differs by kind of call. */
  kinds: Schema.partial(Schema.Record({ key: CallOptions.Kind, value: KindSettings }))
})

/**
 * The whole policy as a schema, with its rules: a deadline longer than the first attempt's timeout, a cap not shorter
 * than the base, names of limits that differ, a breaker that looks back over at least two attempts' timeouts.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Policy = fields.pipe(
  Schema.filter((policy) => [
    ...breakerIssues(policy),
    ...[undefined, ...CallOptions.Kind.literals.filter((kind) => policy.kinds[kind] !== undefined)].flatMap((kind) => {
      const { attemptTimeout, deadline, retry } = forKind(policy, kind)
      const path = (...field: ReadonlyArray<string>) => kind === undefined ? field : ["kinds", kind, ...field]
      return [
        Duration.lessThan(AttemptTimeout.longest(attemptTimeout, 0), deadline)
          ? []
          : [{
            path: path("attemptTimeout"),
            message: `must be shorter than the deadline (it is ${
              Duration.format(AttemptTimeout.longest(attemptTimeout, 0))
            }, the deadline ${Duration.format(deadline)}; a profile's own has to be changed too)`
          }],
        RetrySchedule.contradictions(retry).map((issue) => ({ ...issue, path: path("retry", ...issue.path) }))
      ].flat()
    })
  ])
)

/** What times out counts when it ends: with less to look back on, a server that hangs would never be seen to. */
const breakerIssues = ({ attemptTimeout, breaker }: typeof fields.Type) => {
  if (breaker === "off" || !("over" in breaker.trip) || !("time" in breaker.trip.over)) return []
  const atLeast = Duration.times(AttemptTimeout.longest(attemptTimeout, 0), 2)
  return Duration.greaterThanOrEqualTo(breaker.trip.over.time, atLeast) ? [] : [{
    path: ["breaker", "trip", "over", "time"],
    message: `must be at least twice the attempt timeout (${Duration.format(atLeast)})`
  }]
}

/**
 * @since 0.1.0
 * @category models
 */
export type Policy = typeof fields.Type

/**
 * What counts for one call.
 *
 * @since 0.1.0
 * @category models
 */
export type CallPolicy = Pick<Policy, "retry" | "attemptTimeout" | "deadline">

/**
 * What a person writes to change a policy: any part of it, durations in any form.
 *
 * @since 0.1.0
 * @category models
 */
export interface Overrides {
  readonly retry?: RetrySchedule.Options | undefined
  readonly attemptTimeout?: AttemptTimeout.Input | undefined
  readonly deadline?: Duration.DurationInput | undefined
  readonly limits?: ReadonlyArray<RateLimiter.BucketInput> | undefined
  readonly concurrency?: number | undefined
  readonly longestQueue?: number | undefined
  readonly breaker?: "off" | Partial<typeof CircuitBreaker.Settings.Encoded> | undefined
  readonly budget?: "off" | typeof RetryBudget.Settings.Encoded | undefined
  readonly kinds?: { readonly [K in CallOptions.Kind]?: KindOverrides | undefined } | undefined
}

type KindOverrides = Pick<Overrides, "retry" | "attemptTimeout" | "deadline">

/**
 * Settings that cannot be right, each with its field.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidPolicy extends Schema.TaggedError<InvalidPolicy>()("InvalidPolicy", {
  issues: Schema.NonEmptyArray(Schema.Struct({ field: Schema.String, problem: Schema.String }))
}) {
  override get message(): string {
    return `Invalid policy: ${this.issues.map(({ field, problem }) => `${field}: ${problem}`).join("; ")}`
  }
}

/**
 * A profile with changes, checked.
 *
 * @example
 * ```ts
 * import { Policy, Profile, RateLimiter } from "effect-resilience"
 *
 * const policy = Policy.make(Profile.production, {
 *   attemptTimeout: { base: "5 seconds" },
 *   limits: [RateLimiter.rolling("weather", 60, "1 minute")],
 *   kinds: { search: { retry: { retries: 2 } } }
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (profile: Policy, overrides: Overrides = {}): Effect.Effect<Policy, InvalidPolicy> =>
  checked.has(profile) && Object.keys(given(overrides)).length === 0
    ? Effect.succeed(profile)
    : Effect.map(check(profile, overrides), (policy) => {
      checked.add(policy)
      return policy
    })

/** What came out of `make` is not checked again, nor copied, by each client that is made with it. */
const checked = new WeakSet<Policy>()

const check = (profile: Policy, overrides: Overrides): Effect.Effect<Policy, InvalidPolicy> =>
  Schema.decodeUnknown(Policy)(merge(profile, overrides), { errors: "all", onExcessProperty: "error" }).pipe(
    Effect.mapError((error) => {
      const issues = issuesOf(error).map(({ message, path }) => ({
        field: path.map(String).join("."),
        problem: message
      }))
      // A failed parse has at least one issue.
      return new InvalidPolicy({ issues: issues as [typeof issues[number]] })
    })
  )

/**
 * A profile with changes that come from a file, say: anything at all, checked in the same way. What a policy does not know,
 * such as a misspelt setting, is an issue too.
 *
 * @example
 * ```ts
 * import { Policy, Profile } from "effect-resilience"
 * import { FileSystem } from "@effect/platform"
 * import { Effect } from "effect"
 *
 * const fromFile = Effect.gen(function*() {
 *   const text = yield* (yield* FileSystem.FileSystem).readFileString("policy.json")
 *   return yield* Policy.decode(Profile.production, yield* Effect.try(() => JSON.parse(text)))
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const decode = (profile: Policy, overrides: unknown): Effect.Effect<Policy, InvalidPolicy> =>
  isSettings(overrides)
    ? make(profile, overrides)
    : new InvalidPolicy({ issues: [{ field: "", problem: "must be an object of settings" }] })

/**
 * Changes to a profile out of `Config`: from the environment, or from whatever else the `ConfigProvider` reads, such as JSON
 * or YAML. All are optional. With the prefix `weather`, a retry's base is the variable `WEATHER_RETRY_BASE`, or
 * `weather.retry.base` in a tree; limits are a list in a tree, and `WEATHER_LIMITS="weather=60/1 minute, burst=10/1 second"`
 * in a variable, where there are no limits of the day. Whatever is not a letter or a digit in the prefix is `_` in a variable.
 * Misspelt variables are not noticed; what `decode` reads is checked to the last field.
 *
 * @example
 * ```ts
 * import { Policy, Profile } from "effect-resilience"
 * import { Effect } from "effect"
 *
 * const policy = Effect.gen(function*() {
 *   const profile = yield* Profile.config("weather") // WEATHER_PROFILE
 *   return yield* Policy.make(profile, yield* Policy.config("weather"))
 * })
 * ```
 *
 * @since 0.1.0
 * @category config
 */
export const config = (prefix?: string): Config.Config<Overrides> =>
  // Whether its values are right is for `make` to say.
  PolicyConfig.make(prefix) as Config.Config<Overrides>

const merge = (base: object, changes: object): object => ({
  ...base,
  ...Record.map(given(changes) as Record<string, unknown>, (after, key) => {
    const before = (base as Record<string, unknown>)[key]
    return isSettings(before) && isSettings(after) && !comeInSeveralForms.includes(key) ? merge(before, after) : after
  })
})

/** Half of one form and half of another would be neither. */
const comeInSeveralForms = ["trip", "budget"]

// Durations and lists are values; only plain objects are merged field by field.
const isSettings = (u: unknown): u is object =>
  typeof u === "object" && u !== null && Object.getPrototypeOf(u) === Object.prototype

/**
 * What a policy says of one kind of call.
 *
 * @since 0.1.0
 * @category getters
 */
export const forKind = (policy: Policy, kind: CallOptions.Kind | undefined): CallPolicy => {
  const own = kind === undefined ? undefined : policy.kinds[kind]
  return {
    // Of the same fields, and of the same types.
    retry: merge(policy.retry, own?.retry ?? {}) as Policy["retry"],
    attemptTimeout: own?.attemptTimeout ?? policy.attemptTimeout,
    deadline: own?.deadline ?? policy.deadline
  }
}

/**
 * How long a call can take, at the very worst.
 *
 * @since 0.1.0
 * @category models
 */
export interface WorstCase {
  readonly attempts: number
  /** Every attempt timing out. */
  readonly timeouts: Duration.Duration
  /** The longest sleeps between them, without hints of the server. */
  readonly sleeps: Duration.Duration
  /** The longest sleeps between them when the server asks for the longest allowed pause each time. */
  readonly hinted: Duration.Duration
  /**
   * All that, but no longer than the deadline. Waiting for the client's own limits comes on top where there are any,
   * and ends at the deadline too.
   */
  readonly total: Duration.Duration
}

/**
 * How long a call of this kind can take in all.
 *
 * @since 0.1.0
 * @category getters
 */
export const worstCase = (policy: Policy, kind?: CallOptions.Kind): WorstCase => {
  const { attemptTimeout, deadline, retry } = forKind(policy, kind)
  const longest = RetrySchedule.longest(retry)
  const attempts = retry.retries + 1
  const timeouts = sum(Array.from({ length: attempts }, (_, n) => AttemptTimeout.longest(attemptTimeout, n)))
  const hinted = sum(longest.hinted)
  return {
    attempts,
    timeouts,
    sleeps: sum(longest.delays),
    hinted,
    total: Duration.min(deadline, Duration.sum(timeouts, hinted))
  }
}

const sum = (durations: ReadonlyArray<Duration.Duration>): Duration.Duration =>
  durations.reduce(Duration.sum, Duration.zero)
