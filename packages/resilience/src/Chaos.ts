/**
 * Faults on purpose: latency, refusals, wrong answers, broken connections and hangs in front of any `HttpClient`, by
 * route and by share, to see how an application copes.
 *
 * Each rule draws for itself for each request that it matches, from a generator of its own: what it does depends on the
 * seed and on those requests in their order, whatever else draws numbers and whatever the other rules are like. The
 * latencies that are drawn add up; of the other faults the first in the list wins.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ParseError } from "effect/ParseResult"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as Internal from "./internal/chaos.ts"
import { carryOut } from "./internal/faults.ts"
import { Time } from "./internal/settings.ts"

const HeaderName = Schema.String.pipe(Schema.pattern(/^[\w!#$%&'*+.^`|~-]+$/))
const HeaderValue = Schema.String.pipe(
  Schema.pattern(/^[\t -~\x80-\xff]*$/, { message: () => "must not hold control characters, nor any beyond Latin-1" })
)

/**
 * What a request may meet with, as data.
 *
 * - `answer`: this answer, and the request is not sent
 * - `latency`: a delay before all else, drawn evenly
 * - `drop`: the connection is refused `before` the request is sent, or reset `after` it was carried out
 * - `hang`: no answer for ever, and the request is not sent
 * - `cutBody`: the answer breaks off after this share of its body (where its length is not told, of its first chunk)
 *
 * @since 0.1.0
 * @category models
 */
export const Fault = Schema.Union(
  Schema.Struct({
    kind: Schema.Literal("answer"),
    status: Schema.Int.pipe(Schema.between(200, 599)),
    headers: Schema.optional(Schema.Record({ key: HeaderName, value: HeaderValue })),
    body: Schema.optional(Schema.String)
  }).pipe(Schema.filter(({ body, status }) =>
    body === undefined || ![204, 205, 304].includes(status) ||
    { path: ["body"], message: `must not be there with a ${status}` }
  )),
  Schema.Struct({ kind: Schema.Literal("latency"), min: Time, max: Time }).pipe(
    Schema.filter(({ max, min }) =>
      Duration.lessThanOrEqualTo(min, max) || { path: ["max"], message: "must not be shorter than min" }
    )
  ),
  Schema.Struct({ kind: Schema.Literal("drop"), when: Schema.Literal("before", "after") }),
  Schema.Struct({ kind: Schema.Literal("hang") }),
  Schema.Struct({
    kind: Schema.Literal("cutBody"),
    keep: Schema.Finite.pipe(Schema.greaterThanOrEqualTo(0), Schema.lessThan(1))
  })
)

/**
 * @since 0.1.0
 * @category models
 */
export type Fault = typeof Fault.Type

/**
 * A fault as a person writes it: durations in any form.
 *
 * @since 0.1.0
 * @category models
 */
export type FaultInput = typeof Fault.Encoded

/**
 * A fault, for a share of some requests.
 *
 * @since 0.1.0
 * @category models
 */
export const Rule = Schema.Struct({
  /**
   * A path without query, or a URL, with a method in front of it or not: `GET /forecast*`, `https://api.example.com/*`. A
   * star stands for anything. Default: every request.
   */
  route: Schema.optional(Schema.String.pipe(
    Schema.pattern(/^(?:[A-Z]+ )?(?:\/|https?:\/\/)\S*$/, {
      message: () => `must be a path or a URL, after a method or not, such as "GET /forecast*"`
    })
  )),
  /** From 0 (never) to 1 (always). */
  share: Schema.Finite.pipe(Schema.between(0, 1)),
  fault: Fault
})

/**
 * @since 0.1.0
 * @category models
 */
export type Rule = typeof Rule.Type

/**
 * A rule as a person writes it.
 *
 * @since 0.1.0
 * @category models
 */
export type RuleInput = typeof Rule.Encoded

/**
 * The settings as data, for instance out of a file.
 *
 * @since 0.1.0
 * @category models
 */
export const Settings = Schema.Struct({
  /** The same seed gives the same faults. Default: another one each time, from `Random`. */
  seed: Schema.optional(Schema.Int),
  rules: Schema.Array(Rule)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Settings = typeof Settings.Type

/**
 * What has been done since the rules were set; requests of a pause do not count.
 *
 * @since 0.1.0
 * @category models
 */
export interface Stats {
  readonly requests: number
  /** In the order of the rules: the requests that one matched, and those that met with its fault. */
  readonly rules: ReadonlyArray<{ readonly rule: Rule; readonly matched: number; readonly injected: number }>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The client, with faults in front of it. */
  readonly inject: <E, R>(
    client: HttpClient.HttpClient.With<E, R>
  ) => HttpClient.HttpClient.With<E | HttpClientError.HttpClientError, R>
  /** Lets every request through, until it is resumed. */
  readonly pause: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
  /** Replaces the rules, for requests that begin from now on. */
  readonly setRules: (rules: ReadonlyArray<RuleInput>) => Effect.Effect<void, ParseError>
  readonly stats: Effect.Effect<Stats>
}

/**
 * The tag under which the faults can be steered while an application runs.
 *
 * @since 0.1.0
 * @category tags
 */
export class Chaos extends Context.Tag("effect-resilience/Chaos")<Chaos, Service>() {}

/**
 * Faults for clients of one's choice. Settings that cannot be right, unknown fields among them, fail with a `ParseError`
 * that names them.
 *
 * @example
 * ```ts
 * import { FetchHttpClient, HttpClient } from "@effect/platform"
 * import { Chaos } from "effect-resilience"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const chaos = yield* Chaos.make({ rules: [{ share: 0.5, fault: Chaos.drop("after") }] })
 *   const client = (yield* HttpClient.HttpClient).pipe(chaos.inject)
 *   return yield* client.get("https://api.example.com/forecast")
 * }).pipe(Effect.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (settings: typeof Settings.Encoded): Effect.Effect<Service, ParseError> =>
  Effect.gen(function*() {
    const { rules, seed = yield* Random.nextInt } = yield* decode(Settings)(settings)
    const chaos = Internal.make(seed, rules)
    return {
      inject: HttpClient.transform((send, request) =>
        Effect.suspend(() => carryOut(Internal.decide(chaos, request.method, request.url), request, send))
      ),
      pause: Effect.sync(() => {
        chaos.paused = true
      }),
      resume: Effect.sync(() => {
        chaos.paused = false
      }),
      setRules: (rules) => Effect.map(decode(Schema.Array(Rule))(rules), (rules) => Internal.setRules(chaos, rules)),
      stats: Effect.sync(() => ({
        requests: chaos.requests,
        rules: chaos.rules.map(({ injected, matched, rule }) => ({ rule, matched, injected }))
      }))
    }
  })

/** A misspelt `route` would make a rule of some requests one of all. */
const decode = <A, I>(schema: Schema.Schema<A, I>) =>
  Schema.decode(schema, { errors: "all", onExcessProperty: "error" })

/**
 * Faults in front of the `HttpClient` that is provided.
 *
 * @example
 * ```ts
 * import { FetchHttpClient, HttpClient } from "@effect/platform"
 * import { Chaos } from "effect-resilience"
 * import { Effect, Layer } from "effect"
 *
 * const application = HttpClient.get("https://api.example.com/forecast")
 *
 * const Live = Chaos.layer({
 *   seed: 42,
 *   rules: [
 *     { route: "GET /forecast*", share: 0.1, fault: Chaos.status(503, { headers: { "retry-after": "2" } }) },
 *     { share: 0.05, fault: Chaos.latency("200 millis", "2 seconds") },
 *     { share: 0.01, fault: Chaos.hang }
 *   ]
 * }).pipe(Layer.provide(FetchHttpClient.layer))
 *
 * const runnable = application.pipe(Effect.provide(Live))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  settings: typeof Settings.Encoded
): Layer.Layer<HttpClient.HttpClient | Chaos, ParseError, HttpClient.HttpClient> =>
  Layer.effectContext(
    Effect.zipWith(HttpClient.HttpClient, make(settings), (client, chaos) =>
      Context.make(Chaos, chaos).pipe(Context.add(HttpClient.HttpClient, chaos.inject(client))))
  )

type Answer = Extract<FaultInput, { readonly kind: "answer" }>

/**
 * This answer in place of the server's.
 *
 * @since 0.1.0
 * @category constructors
 */
export const answer = (answer: Omit<Answer, "kind">): FaultInput => ({ kind: "answer", ...answer })

/**
 * An answer of this status in place of the server's, empty unless a body is given.
 *
 * @since 0.1.0
 * @category constructors
 */
export const status = (status: number, more: Omit<Answer, "kind" | "status"> = {}): FaultInput =>
  answer({ ...more, status })

/**
 * A delay before all else: `min` to `max`, or exactly `min`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const latency = (min: Duration.DurationInput, max: Duration.DurationInput = min): FaultInput => ({
  kind: "latency",
  min,
  max
})

/**
 * A connection that is refused before the request is sent, or one that is reset after it was carried out: then the client
 * does send it, and its answer is thrown away.
 *
 * @since 0.1.0
 * @category constructors
 */
export const drop = (when: "before" | "after"): FaultInput => ({ kind: "drop", when })

/**
 * No answer for ever; the request is not sent.
 *
 * @since 0.1.0
 * @category constructors
 */
export const hang: FaultInput = { kind: "hang" }

/**
 * An answer that breaks off after a share of its body, from 0 to under 1. Where the headers do not say how long the body
 * is, it is a share of the first chunk. An answer without a body passes.
 *
 * @since 0.1.0
 * @category constructors
 */
export const cutBody = (keep: number): FaultInput => ({ kind: "cutBody", keep })
