/**
 * Any call to HubSpot, with its credentials, its limits and its errors taken care of.
 *
 * @since 0.1.0
 */
import * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpMethod from "@effect/platform/HttpMethod"
import type { ApiError, InvalidRequest } from "effect-resilience/ApiError"
import type { ApiResponse } from "effect-resilience/ApiResponse"
import type { CallOptions } from "effect-resilience/CallOptions"
import type * as Policy from "effect-resilience/Policy"
import * as ResilientHttpClient from "effect-resilience/ResilientHttpClient"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Source } from "./Credentials.ts"
import { HubSpotConfig, type Service as Config } from "./HubSpotConfig.ts"
import * as AccountDay from "./internal/accountDay.ts"
import * as Batching from "./internal/batching.ts"
import { isDay } from "./internal/buckets.ts"
import * as Classify from "./internal/classify.ts"
import { invalid } from "./internal/invalid.ts"
import * as Paths from "./internal/paths.ts"
import * as Quotas from "./internal/quotas.ts"

/**
 * Values of a query; a list becomes its items joined by commas, as HubSpot reads them, and `undefined` is left out.
 *
 * @since 0.1.0
 * @category models
 */
export interface Query {
  readonly [name: string]: string | number | boolean | ReadonlyArray<string> | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface RequestOptions extends CallOptions {
  readonly query?: Query | undefined
  /** Sent as JSON, but an `HttpBody` of the platform's as it is. */
  readonly body?: unknown
}

/**
 * Sends a request with any method to any path. Without a schema it gives the answer as it came, with one the decoded JSON.
 * Buckets, kind and replay safety are those that the path says, unless the options say otherwise.
 *
 * @since 0.1.0
 * @category models
 */
export interface Request<Client = never> {
  (
    method: HttpMethod.HttpMethod,
    path: string,
    options?: RequestOptions
  ): Effect.Effect<ApiResponse, ApiError, Client>
  <A, I, R>(
    method: HttpMethod.HttpMethod,
    path: string,
    schema: Schema.Schema<A, I, R>,
    options?: RequestOptions
  ): Effect.Effect<A, ApiError, R | Client>
}

/**
 * Sends a request to a path of the API, such as `/crm/v3/owners`, and decodes the JSON of its answer.
 *
 * @since 0.1.0
 * @category models
 */
export interface Call {
  <A, I, R>(path: string, schema: Schema.Schema<A, I, R>, options?: RequestOptions): Effect.Effect<A, ApiError, R>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly request: Request
  readonly get: Call
  readonly post: Call
  readonly put: Call
  readonly patch: Call
  /** HubSpot answers a DELETE with 204 and nothing else. */
  readonly del: (path: string, options?: RequestOptions) => Effect.Effect<void, ApiError>
  /** The client underneath: raw answers, streams, the limiter, the snapshot. It has HubSpot's base URL and token. */
  readonly http: ResilientHttpClient.Service
  /**
   * What is known of the account's day: its time zone, unless the config has one, and when the daily limit begins anew.
   * `Account.details` and `Account.dailyUsage` tell it themselves.
   */
  readonly learn: (account: {
    readonly timeZone?: string | undefined
    readonly resetsAt?: DateTime.DateTime | undefined
  }) => Effect.Effect<void>
  /** What merges calls on records, where the config wants that. The modules of objects use it. */
  readonly batching: Batching.Batching | undefined
}

/**
 * @since 0.1.0
 * @category tags
 */
export class HubSpotClient extends Context.Tag("effect-hubspot/HubSpotClient")<HubSpotClient, Service>() {}

/**
 * A client for the account of `HubSpotConfig`, over any `HttpClient`.
 *
 * @example
 * ```ts
 * import { HubSpotClient } from "effect-hubspot"
 * import { Effect, Schema } from "effect"
 *
 * const Currencies = Schema.Struct({ results: Schema.Array(Schema.Struct({ currencyCode: Schema.String })) })
 *
 * // Any path is as reliable as the ready modules.
 * const program = Effect.gen(function*() {
 *   const client = yield* HubSpotClient.HubSpotClient
 *   return yield* client.get("/settings/v3/currencies/codes", Currencies, { query: { limit: 10 } })
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<
  Service,
  Policy.InvalidPolicy,
  HubSpotConfig | HttpClient.HttpClient | Scope.Scope
> = Effect.gen(function*() {
  const config = yield* HubSpotConfig
  const source = yield* config.credentials.open(config)
  const day = yield* AccountDay.make(config)
  // One that is shared has limits of its own, and need not have all of them.
  const shared = config.limiter === undefined ? undefined : (yield* config.limiter.state).buckets
  const bursts = (shared ?? config.policy.limits).map(({ name }) => name).filter((name) => !isDay(name))
  const raw = yield* ResilientHttpClient.make(config.policy, {
    baseUrl: config.baseUrl,
    authenticate: authenticate(config, source),
    reauthenticate: (refused, error) =>
      error.details?.category === "EXPIRED_AUTHENTICATION" ? source.renew(tokenOf(refused)) : Effect.succeed(false),
    classify: Classify.make({ bursts, endOfDay: day.endOf }),
    quotas: Quotas.make(day.isTheBuckets),
    limiter: config.limiter
  })

  const inVersion = (path: string) => Paths.inVersion(config.apiVersion, path)
  /** By the policy as it is when the call is run. */
  const prepared = (request: HttpClientRequest.HttpClientRequest, options: CallOptions = {}) =>
    Effect.map(raw.policy, ({ limits }) => ({
      request: config.apiVersion === "v3" ? request : HttpClientRequest.setUrl(request, inVersion(request.url)),
      options: {
        ...Paths.withDefaults(request.url, options, shared ?? limits),
        urlTemplate: options.urlTemplate && inVersion(options.urlTemplate)
      }
    }))
  const http: ResilientHttpClient.Service = {
    ...raw,
    execute: (request, options) =>
      Effect.flatMap(prepared(request, options), ({ options, request }) => raw.execute(request, options)),
    json: (request, schema, options) =>
      Effect.flatMap(prepared(request, options), ({ options, request }) => raw.json(request, schema, options)),
    stream: (request, options) =>
      Stream.unwrap(Effect.map(prepared(request, options), ({ options, request }) => raw.stream(request, options)))
  }

  const call = (method: HttpMethod.HttpMethod): Call => (path, schema, { body, query, ...options } = {}) =>
    Effect.flatMap(requestOf(method, path, query, body), (request) => http.json(request, schema, options))
  const request = (
    method: HttpMethod.HttpMethod,
    path: string,
    schema?: Schema.Schema.All | RequestOptions,
    more?: RequestOptions
  ) => {
    if (Schema.isSchema(schema)) return call(method)(path, schema, more)
    const { body, query, ...options } = schema as RequestOptions | undefined ?? {} // there is nothing else that it could be
    return Effect.flatMap(requestOf(method, path, query, body), (request) => http.execute(request, options))
  }
  const del = call("DELETE")

  return {
    request: request as Request, // one function for both forms
    get: call("GET"),
    post: call("POST"),
    put: call("PUT"),
    patch: call("PATCH"),
    del: (path, options) => Effect.asVoid(del(path, Schema.Unknown, options)),
    http,
    learn: (account) => day.learn(account, raw),
    batching: config.batching === undefined ? undefined : yield* Batching.make(config.batching)
  }
})

/**
 * Any call to the client of the region, as reliable as those of the ready modules: with its token and limits, with retries
 * where they are safe. Paths are the numbered ones, whatever the version.
 *
 * @example
 * ```ts
 * import { HubSpotClient } from "effect-hubspot"
 * import { Effect, Schema } from "effect"
 *
 * const Domains = Schema.Struct({ results: Schema.Array(Schema.Struct({ domain: Schema.String })) })
 *
 * const program = Effect.gen(function*() {
 *   const { results } = yield* HubSpotClient.request("GET", "/cms/v3/domains", Domains, { query: { limit: 10 } })
 *   // without a schema, the answer as it came; this one may be carried out twice
 *   const { body, status } = yield* HubSpotClient.request("POST", "/cms/v3/url-redirects", {
 *     body: { routePrefix: "/old", destination: `https://${results[0]?.domain}/new` },
 *     replay: "safe",
 *     buckets: ["general"]
 *   })
 * })
 * ```
 *
 * @since 0.1.0
 * @category calls
 */
export const request: Request<HubSpotClient> =
  ((...args: Parameters<Request>) => Effect.flatMap(HubSpotClient, (client) => client.request(...args))) as Request<
    HubSpotClient
  > // both forms, handed on

/**
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<HubSpotClient, Policy.InvalidPolicy, HubSpotConfig | HttpClient.HttpClient> = Layer
  .scoped(HubSpotClient, make)

/** The token is for the configured host alone, wherever a path or a redirect may point. */
const authenticate = (config: Config, source: Source) => {
  let origin: string | undefined // read with the first request: the client looks at its base URL after this was called
  const isOurs = (url: string) => {
    origin ??= new URL(config.baseUrl).origin
    return url.startsWith(`${origin}/`) || new URL(url).origin === origin
  }
  return (request: HttpClientRequest.HttpClientRequest) => {
    if (!isOurs(request.url)) {
      return invalid(request.method, request.url, {
        field: "path",
        problem: "points to another host than the configured one",
        remedy: "give a path such as /crm/v3/owners"
      })
    }
    const shown = (token: Redacted.Redacted) => HttpClientRequest.bearerToken(request, token)
    // What is at hand is shown at once: to wait for it takes a fibre.
    const { token } = source
    return isAtHand(token) ? Exit.map(token, shown) : Effect.map(token, shown)
  }
}

const isAtHand = <A, E>(self: Effect.Effect<A, E>): self is Exit.Exit<A, E> => Exit.isExit(self)

const tokenOf = ({ headers }: HttpClientRequest.HttpClientRequest): Redacted.Redacted =>
  Redacted.make((headers.authorization ?? "").replace("Bearer ", ""))

const empty = HttpClientRequest.make("GET")("", { acceptJson: true })

const requestOf = (
  method: HttpMethod.HttpMethod,
  path: string,
  query: Query | undefined,
  body: unknown
): Effect.Effect<HttpClientRequest.HttpClientRequest, InvalidRequest> => {
  const there = HttpClientRequest.setUrl(method === "GET" ? empty : HttpClientRequest.setMethod(empty, method), path)
  const request = query === undefined ? there : HttpClientRequest.setUrlParams(there, urlParams(query))
  if (body === undefined) return Effect.succeed(request)
  if (HttpBody.isHttpBody(body)) return Effect.succeed(HttpClientRequest.setBody(request, body))
  return Effect.mapError(HttpClientRequest.bodyJson(request, body), () =>
    invalid(method, path, {
      field: "body",
      problem: "cannot be written as JSON",
      remedy: "leave out cycles and BigInts"
    }))
}

const urlParams = (query: Query): ReadonlyArray<readonly [string, string]> => {
  const params: Array<readonly [string, string]> = []
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) params.push([name, Array.isArray(value) ? value.join(",") : String(value)])
  }
  return params
}
