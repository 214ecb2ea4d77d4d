/**
 * Calls to any HTTP API that keep within its limits, try again where that is safe, and fail in known ways.
 *
 * Each call goes, from the outside in, through its deadline, its retries, and for each attempt through the credentials,
 * the rate limiter and the attempt's timeout, which covers the whole body.
 *
 * @since 0.1.0
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import { constTrue } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import type * as Schedule from "effect/Schedule"
import type * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as ApiError from "./ApiError.ts"
import type * as ApiResponse from "./ApiResponse.ts"
import * as AttemptTimeout from "./AttemptTimeout.ts"
import { type CallOptions, CurrentCallOptions, Kind } from "./CallOptions.ts"
import * as Classifier from "./Classifier.ts"
import * as Deadline from "./Deadline.ts"
import { attempt, type CallDeadline, type Equipment } from "./internal/attempt.ts"
import * as Call from "./internal/call.ts"
import { buffered, decoded, streamed } from "./internal/exchange.ts"
import * as Retry from "./internal/retry.ts"
import * as Tally from "./internal/tally.ts"
import { monotonicMillis } from "./internal/time.ts"
import * as Policy from "./Policy.ts"
import * as RateLimiter from "./RateLimiter.ts"
import * as RetrySchedule from "./RetrySchedule.ts"
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
  /** The client's own limits, if it has any. */
  readonly limiter: RateLimiter.RateLimiter | undefined
  readonly snapshot: Effect.Effect<Snapshot>
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
  /** Adds credentials, anew for each attempt. A failure of it is `Rejected`, and may be repeated. */
  readonly authenticate?:
    | ((request: HttpClientRequest.HttpClientRequest) => Effect.Effect<HttpClientRequest.HttpClientRequest, unknown>)
    | undefined
  /** Default: `Classifier.standard`. */
  readonly classify?: Classifier.Classifier | undefined
  /** In place of the policy's own exponential one. */
  readonly schedule?: Schedule.Schedule<unknown, ApiError.ApiError> | undefined
  /** One that is shared with other clients, in place of the policy's limits. */
  readonly limiter?: RateLimiter.RateLimiter | undefined
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
export const make = (
  settings: Policy.Policy,
  options: Options = {}
): Effect.Effect<Service, Policy.InvalidPolicy, HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function*() {
    yield* checkBaseUrl(options.baseUrl)
    const policy = yield* Policy.make(settings)
    const limiter = options.limiter ?? (yield* ownLimiter(policy))
    const tally = Tally.make()
    const equipment: Equipment = {
      // The platform's own spans hold query strings, and its headers tell third parties of our traces.
      client: withoutRedirects(HttpClient.withTracerDisabledWhen(yield* HttpClient.HttpClient, constTrue)),
      authenticate: options.authenticate,
      classify: options.classify ?? Classifier.standard,
      limiter,
      tally
    }
    const policies = Record.fromIterableWith(Kind.literals, (kind) => [kind, Policy.forKind(policy, kind)])

    const run = <A, R>(
      request: HttpClientRequest.HttpClientRequest,
      callOptions: CallOptions,
      attemptOf: (call: Call.Call, deadline: CallDeadline, n: number) => Effect.Effect<A, ApiError.ApiError, R>
    ): Effect.Effect<A, ApiError.ApiError, R> =>
      Effect.suspend(() => {
        tally.calls++
        return Call.make(policies, options.baseUrl, request, callOptions)
      }).pipe(
        Effect.mapError((error) => ApiError.withRetry(error, neverTried)),
        Effect.flatMap((call) =>
          Effect.flatMap(callDeadline(call), (deadline) =>
            Retry.run({
              attempt: (n) => attemptOf(call, deadline, n),
              schedule: () => options.schedule ?? RetrySchedule.fromSettings(call.policy.retry),
              retries: options.schedule === undefined ? call.policy.retry.retries : callOptions.retries ?? Infinity,
              hintCap: ({ _tag }) => Duration.toMillis(RetrySchedule.forError(call.policy.retry, _tag).hintCap),
              replayable: call.replayable,
              deadline: deadline.at,
              onRetry: (error) => Tally.retried(tally, error)
            }))
        ),
        Effect.tapBoth({
          onFailure: (error) => Effect.sync(() => Tally.failed(tally, error)),
          onSuccess: () => Effect.sync(() => tally.succeeded++)
        })
      )

    return {
      execute: (request, callOptions = {}) =>
        run(request, callOptions, (call, deadline, n) => attempt(equipment, call, deadline, n, buffered)),
      json: (request, schema, callOptions = {}) => {
        const receive = decoded(schema)
        return run(request, callOptions, (call, deadline, n) => attempt(equipment, call, deadline, n, receive))
      },
      stream: (request, callOptions = {}) =>
        Stream.unwrapScoped(Effect.scopeWith((scope) =>
          run(request, callOptions, (call, deadline, n) =>
            inScopeOfItsOwn(scope, attempt(equipment, call, deadline, n, streamed(idle(call)))))
        )),
      limiter,
      snapshot: Effect.sync(() =>
        Tally.snapshot(tally)
      )
    }
  })

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

const neverTried: ApiError.RetrySummary = {
  attempts: 0,
  elapsed: Duration.zero,
  stopped: "not-retryable",
  uncertain: false
}

/** Of the platform's clients fetch alone follows redirects, with whatever credentials and body a request has. */
const withoutRedirects = HttpClient.transformResponse(
  Effect.mapInputContext((context: Context.Context<never>) =>
    Context.add(context, FetchHttpClient.RequestInit, {
      ...Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)),
      redirect: "manual"
    })
  )
)

const callDeadline = (call: Call.Call): Effect.Effect<CallDeadline> =>
  Effect.zipWith(monotonicMillis, Deadline.after(Duration.toMillis(call.policy.deadline)), (now, at) => ({
    at,
    allowed: Duration.millis(Math.max(0, at - now))
  }))

const checkBaseUrl = (baseUrl: string | undefined): Effect.Effect<void, Policy.InvalidPolicy> =>
  baseUrl === undefined || (URL.canParse(baseUrl) && /^https?:$/.test(new URL(baseUrl).protocol))
    ? Effect.void
    : new Policy.InvalidPolicy({ issues: [{ field: "baseUrl", problem: "must be an absolute http or https URL" }] })

const ownLimiter = (
  { limits }: Policy.Policy
): Effect.Effect<RateLimiter.RateLimiter | undefined, never, Scope.Scope> =>
  // The policy has been checked, and its limits with it.
  limits.length === 0 ? Effect.succeed(undefined) : Effect.orDie(RateLimiter.make(limits))

/** A failed attempt must close its body before the next one begins; a good one lives as long as the stream. */
const inScopeOfItsOwn = <A, E, R>(outer: Scope.Scope, effect: Effect.Effect<A, E, R>) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(
      Scope.fork(outer, ExecutionStrategy.sequential),
      (scope) =>
        Effect.onError(restore(Scope.extend(effect, scope)), (cause) => Scope.close(scope, Exit.failCause(cause)))
    )
  )

const idle = (call: Call.Call): Effect.Effect<never, ApiError.Timeout> => {
  const limit = AttemptTimeout.longest(call.policy.attemptTimeout, 0)
  const error = { ...Call.identity(call), scope: "attempt", limit, outcome: "unknown", retryable: false } as const
  return Effect.zipRight(Effect.sleep(limit), Effect.failSync(() => new ApiError.Timeout(error)))
}
