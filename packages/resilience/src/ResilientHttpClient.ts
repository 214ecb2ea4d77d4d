/**
 * Calls to any HTTP API that keep within its limits, try again where that is safe, and fail in known ways.
 *
 * Each call goes, from the outside in, through its deadline, its retries, and for each attempt through the credentials,
 * the circuit breaker, the limits and the attempt's timeout, which covers the whole body.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Schedule from "effect/Schedule"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as ApiError from "./ApiError.ts"
import type * as ApiResponse from "./ApiResponse.ts"
import { type CallOptions, CurrentCallOptions } from "./CallOptions.ts"
import type { CircuitBreaker } from "./CircuitBreaker.ts"
import type * as Classifier from "./Classifier.ts"
import type { Event } from "./Event.ts"
import * as Client from "./internal/client.ts"
import * as Policy from "./Policy.ts"
import * as Profile from "./Profile.ts"
import type * as RateLimiter from "./RateLimiter.ts"
import type * as RateLimitHeaders from "./RateLimitHeaders.ts"
import type { Snapshot } from "./Snapshot.ts"

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Sends a request and reads the whole answer. Fails unless the classifier takes the answer for a success. */
  readonly execute: (
    request: HttpClientRequest.HttpClientRequest,
    options?: CallOptions
  ) => Effect.Effect<ApiResponse.ApiResponse, ApiError.ApiError>
  /** Sends a request and decodes the JSON of its answer. An empty body is decoded as `undefined`. */
  readonly json: <A, I, R>(
    request: HttpClientRequest.HttpClientRequest,
    schema: Schema.Schema<A, I, R>,
    options?: CallOptions
  ) => Effect.Effect<A, ApiError.ApiError, R>
  /**
   * Sends a request and streams the body. Until the first byte it is a call like any other, with retries and a deadline;
   * after that each chunk must come within the attempt timeout, and a failure ends the stream.
   */
  readonly stream: (
    request: HttpClientRequest.HttpClientRequest,
    options?: CallOptions
  ) => Stream.Stream<Uint8Array, ApiError.ApiError>
  readonly limiter: RateLimiter.RateLimiter
  /** The circuits of the servers it has talked to of late, by their keys: to look at, or to open and close by hand. */
  readonly circuits: Effect.Effect<ReadonlyMap<string, CircuitBreaker>>
  /** Totals since it was made. */
  readonly snapshot: Effect.Effect<Snapshot>
  /** What it does, from now on. */
  readonly events: Stream.Stream<Event>
  readonly policy: Effect.Effect<Policy.Policy>
  /**
   * Another policy for all calls from now on. Limits that keep their names keep their counts; circuits and budgets start
   * anew where their settings differ.
   */
  readonly setPolicy: (policy: Policy.Policy) => Effect.Effect<void, Policy.InvalidPolicy>
}

/**
 * What cannot be written as data.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Put before every URL that is not absolute. */
  readonly baseUrl?: string | undefined
  /** Adds credentials, anew for each attempt. A failure of it is `Rejected`, and repeated unless it is `retryable: false`. */
  readonly authenticate?:
    | ((request: HttpClientRequest.HttpClientRequest) => Effect.Effect<HttpClientRequest.HttpClientRequest, unknown>)
    | undefined
  /**
   * Told of a request whose credentials the server refused (401). Where it finds that there are others by now, or gets them, it
   * answers `true`, and the request is sent once more, even one that is not safe to repeat, as it was refused. Its failures
   * are those of `authenticate`. Default: a refusal is final.
   */
  readonly reauthenticate?:
    | ((
      refused: HttpClientRequest.HttpClientRequest,
      error: ApiError.ClientError
    ) => Effect.Effect<boolean, unknown>)
    | undefined
  /** Default: `Classifier.standard`. */
  readonly classify?: Classifier.Classifier | undefined
  /** In place of the policy's own exponential one. */
  readonly schedule?: Schedule.Schedule<unknown, ApiError.ApiError> | undefined
  /** One that is shared with other clients, in place of the policy's limits. */
  readonly limiter?: RateLimiter.RateLimiter | undefined
  /**
   * What an answer's headers say of the limits: a quota is reported to the bucket of its name, or, where it has none, to
   * the only bucket of the call. Default: `RateLimitHeaders.fromHeaders`.
   */
  readonly quotas?: RateLimitHeaders.Reader | undefined
  /** Whom a request is for: everyone has a circuit and a retry budget of their own. Default: the origin of its URL. */
  readonly key?: ((request: HttpClientRequest.HttpClientRequest) => string) | undefined
  /** Sends the trace's ids (`traceparent`, `b3`) with each request. Default: false, as they are not for third parties. */
  readonly propagateTrace?: boolean | undefined
}

/**
 * A client over whatever `HttpClient` is provided. The scope ends its limiter.
 *
 * @example
 * ```ts
 * import { Policy, Profile, RateLimiter, ResilientHttpClient } from "effect-resilience"
 * import { HttpClientRequest } from "@effect/platform"
 * import { Effect, Schema } from "effect"
 *
 * const Forecast = Schema.Struct({ city: Schema.String, celsius: Schema.Number })
 *
 * const program = Effect.gen(function*() {
 *   const policy = yield* Policy.make(Profile.production, { limits: [RateLimiter.rolling("weather", 60, "1 minute")] })
 *   const client = yield* ResilientHttpClient.make(policy, { baseUrl: "https://api.example.com" })
 *   return yield* client.json(HttpClientRequest.get("/forecast"), Forecast, { attemptTimeout: "3 seconds" })
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: (
  settings: Policy.Policy,
  options?: Options
) => Effect.Effect<Service, Policy.InvalidPolicy, HttpClient.HttpClient | Scope.Scope> = Client.make

/**
 * The tag under which an application keeps its client.
 *
 * @since 0.1.0
 * @category tags
 */
export class ResilientHttpClient
  extends Context.Tag("effect-resilience/ResilientHttpClient")<ResilientHttpClient, Service>()
{}

/**
 * A client with a profile and its changes.
 *
 * @example
 * ```ts
 * import { Profile, ResilientHttpClient } from "effect-resilience"
 *
 * const Live = ResilientHttpClient.layer(Profile.production, { deadline: "30 seconds" }, {
 *   baseUrl: "https://api.example.com"
 * })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  profile: Policy.Policy,
  overrides: Policy.Overrides = {},
  options: Options = {}
): Layer.Layer<ResilientHttpClient, Policy.InvalidPolicy, HttpClient.HttpClient> =>
  Layer.scoped(ResilientHttpClient, Effect.flatMap(Policy.make(profile, overrides), (policy) => make(policy, options)))

/**
 * A client whose profile and changes come out of `Config`, under names that begin with the prefix: see `Policy.config`.
 *
 * @example
 * ```ts
 * import { ResilientHttpClient } from "effect-resilience"
 *
 * // WEATHER_PROFILE=development WEATHER_DEADLINE="20 seconds" WEATHER_LIMITS="weather=60/1 minute"
 * const Live = ResilientHttpClient.layerConfig("weather", { baseUrl: "https://api.example.com" })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  prefix?: string,
  options: Options = {}
): Layer.Layer<ResilientHttpClient, ConfigError | Policy.InvalidPolicy, HttpClient.HttpClient> =>
  Layer.unwrapEffect(
    Effect.zipWith(Profile.config(prefix), Policy.config(prefix), (profile, overrides) =>
      layer(profile, overrides, options))
  )

/**
 * The shape of the platform's client, for code that is generic in a client's errors: answers are buffered, and whatever
 * is not a success is an `ApiError`. The options of its calls are those of `CallOptions.CurrentCallOptions`.
 *
 * @example
 * ```ts
 * import { CallOptions, ResilientHttpClient } from "effect-resilience"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const client = ResilientHttpClient.asHttpClient(yield* ResilientHttpClient.ResilientHttpClient)
 *   const response = yield* client.get("https://api.example.com/forecast").pipe(
 *     Effect.provideService(CallOptions.CurrentCallOptions, { retries: 1 })
 *   )
 *   return yield* response.json
 * })
 * ```
 *
 * @since 0.1.0
 * @category conversions
 */
export const asHttpClient = (self: Service): HttpClient.HttpClient.With<ApiError.ApiError> =>
  HttpClient.makeWith<never, never, ApiError.ApiError, never>(
    Effect.flatMap((request) =>
      Effect.flatMap(
        CurrentCallOptions,
        (options) =>
          Effect.map(self.execute(request, options), ({ body, headers, status }) =>
            HttpClientResponse.fromWeb(
              request,
              new Response(mayHaveBody(status) ? body : null, { status, headers })
            ))
      )
    ),
    Effect.succeed
  )

/** The web's `Response` refuses a body, even an empty one, with these. */
const mayHaveBody = (status: number): boolean => ![204, 205, 304].includes(status)
