/**
 * An answer in any case: the one in hand where it is fresh, else that of a call, else one that is stale, else a default.
 *
 * Whoever gets an answer sees where it came from, how old it is, and which error made a stale one necessary. Questions
 * with the same key that are asked at the same time share one call.
 *
 * @since 0.1.0
 */
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { KeyValueStore } from "@effect/platform/KeyValueStore"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import type { ParseError } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { type InvalidRequest, isApiError } from "./ApiError.ts"
import { jsonStore } from "./internal/jsonStore.ts"
import * as Lru from "./internal/lru.ts"
import { requestKey } from "./internal/requestKey.ts"
import { given, PositiveCount, PositiveTime, Time } from "./internal/settings.ts"
import * as Shared from "./internal/shared.ts"
import { monotonicMillis } from "./internal/time.ts"

/**
 * A value, and where it came from: a `call` just now, a `fresh` one from the store; or, where the call failed with
 * `error`, a `stale` one or the `default`. The age of a default is infinite; that of a value from the future, as the clock
 * was set back, is how far off it is.
 *
 * @since 0.1.0
 * @category models
 */
export type Answer<A, E> =
  | { readonly source: "call" | "fresh"; readonly value: A; readonly age: Duration.Duration; readonly error?: never }
  | { readonly source: "stale" | "default"; readonly value: A; readonly age: Duration.Duration; readonly error: E }

/**
 * A value with the instant at which it was stored, in milliseconds on the clock of its store.
 *
 * @since 0.1.0
 * @category models
 */
export interface Entry<A> {
  readonly value: A
  readonly at: number
}

/**
 * Where answers are kept: `memory`, `keyValueStore`, or one of your own, which must neither fail nor hang.
 *
 * @since 0.1.0
 * @category models
 */
export interface Store<A> {
  readonly get: (key: string) => Effect.Effect<Entry<A> | undefined>
  readonly set: (key: string, entry: Entry<A>) => Effect.Effect<void>
  /** Monotonic in memory; the wall clock where entries outlive the process. */
  readonly now: Effect.Effect<number>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options<A, E, R> {
  readonly store: Effect.Effect<Store<A>, E, R>
  /** Younger than this, an answer is given without a call. Default: 0, so that a call is always made. */
  readonly freshFor?: Duration.DurationInput | undefined
  /** Up to this age, an answer stands in where the call fails. */
  readonly staleFor: Duration.DurationInput
  /** What is left when there is nothing else. Default: the call's own error. */
  readonly default?: ((key: string) => A) | undefined
  /** The errors that a stale answer or the default may stand in for. Default: `covers`. */
  readonly covers?: ((error: unknown) => boolean) | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Fallback<in out A> {
  /**
   * The best answer there is. A key is one question: all that is asked under it has the same answers, and fails in the
   * same ways. Those who ask at the same time share the call of the first, in its context; each stops waiting at its own
   * `Deadline` with `onDeadline`, which a stale answer may stand in for as well.
   */
  readonly answer: <E, R>(
    key: string,
    call: Effect.Effect<A, E, R>,
    options: { readonly onDeadline: () => E }
  ) => Effect.Effect<Answer<A, E>, E, R>
}

const Settings = Schema.Struct({
  freshFor: Schema.optionalWith(Time, { default: () => Duration.zero }),
  staleFor: Time
}).pipe(
  Schema.filter(({ freshFor, staleFor }) =>
    Duration.lessThanOrEqualTo(freshFor, staleFor) ||
    { path: ["staleFor"], message: `must not be shorter than freshFor (${Duration.format(freshFor)})` }
  )
)

/**
 * A fallback with a store of its own. Settings that cannot be right fail with a `ParseError` that names them. The scope
 * ends calls that are still under way.
 *
 * @example
 * ```ts
 * import { Fallback, Policy, Profile, ResilientHttpClient } from "effect-resilience"
 * import { HttpClientRequest } from "@effect/platform"
 * import { Duration, Effect, Schema } from "effect"
 *
 * const Forecast = Schema.Struct({ city: Schema.String, celsius: Schema.Number })
 *
 * const program = Effect.gen(function*() {
 *   const client = yield* ResilientHttpClient.make(yield* Policy.make(Profile.production))
 *   const forecasts = yield* Fallback.make({
 *     store: Fallback.keyValueStore({ name: "forecasts", schema: Forecast }), // needs KeyValueStore
 *     freshFor: "1 minute",
 *     staleFor: "1 day"
 *   })
 *   const { age, source, value } = yield* client.json(
 *     HttpClientRequest.get("https://api.example.com/forecast?city=berlin"),
 *     Forecast
 *   ).pipe(Fallback.orStale(forecasts, "berlin"))
 *   yield* Effect.log(`${value.celsius} °C (${source}, ${Duration.format(age)} old)`)
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <A, E, R>(
  options: Options<A, E, R>
): Effect.Effect<Fallback<A>, E | ParseError, R | Scope.Scope> =>
  Effect.gen(function*() {
    const { freshFor, staleFor } = options
    const settings = yield* Schema.decode(Settings)({ staleFor, ...given({ freshFor }) })
    const freshMillis = Duration.toMillis(settings.freshFor)
    const staleMillis = Duration.toMillis(settings.staleFor)
    const store = yield* options.store
    // What fails here are the users' own calls: `answer` says of which type, key by key.
    const shared = yield* Shared.make<string, Received<A>, unknown>()
    const isCovered = options.covers ?? covers
    const byDefault = options.default

    const standIn = <E>(key: string, entry: Entry<A> | undefined, error: E): Effect.Effect<Answer<A, E>, E> =>
      Effect.flatMap(store.now, (now): Effect.Effect<Answer<A, E>, E> => {
        const age = entry === undefined ? Number.POSITIVE_INFINITY : Math.abs(now - entry.at)
        return entry !== undefined && age <= staleMillis
          ? Effect.succeed({ source: "stale", value: entry.value, age: Duration.millis(age), error })
          : byDefault === undefined
          ? Effect.fail(error)
          : Effect.sync(() => ({ source: "default", value: byDefault(key), age: Duration.infinity, error }))
      })

    /** One of those who asked keeps the answer, in its own time: a slow store must not cost the others theirs. */
    const keep = (key: string, received: Received<A>): Effect.Effect<void> =>
      Effect.suspend(() => {
        if (received.kept) return Effect.void
        received.kept = true
        return store.set(key, received.entry)
      })

    const ask = <E, R>(key: string, call: Effect.Effect<A, E, R>, onDeadline: () => E) => {
      const receive = Effect.zipWith(
        call,
        store.now,
        (value, at): Received<A> => ({ entry: { value, at }, kept: false })
      )
      // One key is one question, which fails in the same ways whoever asks it.
      return shared.run(key, receive, { onDeadline }) as Effect.Effect<Received<A>, E, R>
    }

    return {
      answer: <E, R>(key: string, call: Effect.Effect<A, E, R>, { onDeadline }: { readonly onDeadline: () => E }) =>
        Effect.zipWith(store.get(key), store.now, (entry, now) => ({ entry, now })).pipe(
          Effect.flatMap(({ entry, now }): Effect.Effect<Answer<A, E>, E, R> => {
            // Of an entry from the future nobody knows how old it is: it is never fresh.
            if (entry !== undefined && entry.at <= now && now - entry.at < freshMillis) {
              return Effect.succeed({ source: "fresh", value: entry.value, age: Duration.millis(now - entry.at) })
            }
            return ask(key, call, onDeadline).pipe(
              Effect.tap((received) => keep(key, received)),
              Effect.map(({ entry }) => ({ source: "call" as const, value: entry.value, age: Duration.zero })),
              Effect.catchIf(isCovered, (error) => standIn(key, entry, error))
            )
          })
        )
    }
  })

interface Received<A> {
  readonly entry: Entry<A>
  kept: boolean
}

/**
 * Answers with a fresh value, or makes the call, or stands in for it with a stale value or the default. A caller whose
 * `Deadline` comes first is answered likewise, or fails with a `TimeoutException`; to choose another error, see
 * `Fallback.answer`. What is given under one key must be the same question: see `keyOf`.
 *
 * @example
 * ```ts
 * import { Fallback } from "effect-resilience"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const rates = yield* Fallback.make({
 *     store: Fallback.memory<number>({ capacity: 100 }),
 *     staleFor: "1 hour",
 *     default: () => 1
 *   })
 *   const { source, value } = yield* Effect.fail("no rates today").pipe(Fallback.orStale(rates, "EUR/USD"))
 *   yield* Effect.log(`${value} (${source})`) // 1 (default)
 * })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const orStale: {
  <A>(fallback: Fallback<A>, key: string): <E, R>(
    self: Effect.Effect<A, E, R>
  ) => Effect.Effect<Answer<A, E | Cause.TimeoutException>, E | Cause.TimeoutException, R>
  <A, E, R>(
    self: Effect.Effect<A, E, R>,
    fallback: Fallback<A>,
    key: string
  ): Effect.Effect<Answer<A, E | Cause.TimeoutException>, E | Cause.TimeoutException, R>
} = dual(
  3,
  <A, E, R>(self: Effect.Effect<A, E, R>, fallback: Fallback<A>, key: string) =>
    fallback.answer<E | Cause.TimeoutException, R>(key, self, {
      onDeadline: () => new Cause.TimeoutException("The deadline has passed")
    })
)

/**
 * Which errors may be answered in another way: all but those that say that the question itself is wrong, an
 * `InvalidRequest` or a `ClientError` (4xx) that is not worth repeating. Defects and interruption never are.
 *
 * @since 0.1.0
 * @category predicates
 */
export const covers = (error: unknown): boolean =>
  !isApiError(error) || !(error._tag === "InvalidRequest" || (error._tag === "ClientError" && !error.retryable))

/**
 * A store in this process's memory, which holds the values themselves. The entry that was used longest ago makes way
 * for a new one. `capacity` is how many there may be; default: 1,000.
 *
 * @since 0.1.0
 * @category constructors
 */
export const memory = <A>(
  options: { readonly capacity?: number | undefined } = {}
): Effect.Effect<Store<A>, ParseError> =>
  Effect.map(
    Schema.decode(Schema.Struct({ capacity: PositiveCount }))({ capacity: options.capacity ?? 1000 }),
    ({ capacity }) => {
      const lru = Lru.make<string, Entry<A>>(capacity)
      return {
        get: (key) => Effect.sync(() => Lru.get(lru, key)),
        set: (key, entry) => Effect.sync(() => Lru.set(lru, key, entry)),
        now: monotonicMillis
      }
    }
  )

/**
 * A store in any `KeyValueStore`: files, the browser's storage, Redis. Values are kept as JSON by their schema, with the
 * instant on the wall clock, under the store's name and the SHA-256 of their key. What cannot be read is a miss; a store
 * that fails, or takes longer than `timeout` (default: 1 second), is warned of in the log and otherwise done without.
 * Nothing is ever removed from it, only replaced.
 *
 * @since 0.1.0
 * @category constructors
 */
export const keyValueStore = <A, I, R>(options: {
  /** Sets its keys apart from those of others. */
  readonly name: string
  readonly schema: Schema.Schema<A, I, R>
  readonly timeout?: Duration.DurationInput | undefined
}): Effect.Effect<Store<A>, ParseError, KeyValueStore | R> =>
  Effect.flatMap(
    Schema.decode(Schema.Struct({ name: Schema.NonEmptyString, timeout: PositiveTime }))({
      name: options.name,
      timeout: options.timeout ?? "1 second"
    }),
    ({ name, timeout }) => jsonStore(name, options.schema, timeout)
  )

/**
 * A key for a request: the SHA-256, in hex, of its method, URL, query, body, and headers other than those that hold
 * credentials or differ from call to call. `account` sets apart those who may see different answers under one URL; a
 * request with credentials needs one, and fails with `InvalidRequest` without. So does a body that can be read only
 * once. A client's base URL and credentials are not in the request yet, so they are not in its key.
 *
 * @example
 * ```ts
 * import { Fallback } from "effect-resilience"
 * import { HttpClientRequest } from "@effect/platform"
 *
 * const request = HttpClientRequest.get("https://api.example.com/forecast", { urlParams: { city: "berlin" } })
 * const key = Fallback.keyOf(request, { account: "7" })
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const keyOf = (
  request: HttpClientRequest.HttpClientRequest,
  options: { readonly account?: string | undefined } = {}
): Effect.Effect<string, InvalidRequest> => requestKey(request, options.account)
