/**
 * Any call to HubSpot, with its credentials, its limits and its errors taken care of.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpMethod from "@effect/platform/HttpMethod"
import type { ApiError } from "effect-resilience/ApiError"
import type { CallOptions } from "effect-resilience/CallOptions"
import type * as Policy from "effect-resilience/Policy"
import * as ResilientHttpClient from "effect-resilience/ResilientHttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { HubSpotConfig, type Service as Config } from "./HubSpotConfig.ts"
import { classify } from "./internal/classify.ts"
import { invalid } from "./internal/invalid.ts"
import { withDefaults } from "./internal/paths.ts"

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
  /** Sent as JSON. */
  readonly body?: unknown
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
  readonly get: Call
  readonly post: Call
  readonly put: Call
  readonly patch: Call
  /** HubSpot answers a DELETE with 204 and nothing else. */
  readonly del: (path: string, options?: RequestOptions) => Effect.Effect<void, ApiError>
  /** The client underneath: raw answers, streams, the limiter, the snapshot. It has HubSpot's base URL and token. */
  readonly http: ResilientHttpClient.Service
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
  const raw = yield* ResilientHttpClient.make(config.policy, {
    baseUrl: config.baseUrl,
    authenticate: authenticate(config),
    classify
  })
  const http: ResilientHttpClient.Service = {
    ...raw,
    execute: (request, options) => raw.execute(request, withDefaults(request.url, options)),
    json: (request, schema, options) => raw.json(request, schema, withDefaults(request.url, options)),
    stream: (request, options) => raw.stream(request, withDefaults(request.url, options))
  }

  const call = (method: HttpMethod.HttpMethod): Call => (path, schema, { body, query = {}, ...options } = {}) => {
    const request = HttpClientRequest.make(method)(path, { urlParams: urlParams(query), acceptJson: true })
    return Effect.flatMap(
      body === undefined ? Effect.succeed(request) : withJson(request, body),
      (request) => http.json(request, schema, options)
    )
  }
  const del = call("DELETE")

  return {
    get: call("GET"),
    post: call("POST"),
    put: call("PUT"),
    patch: call("PATCH"),
    del: (path, options) => Effect.asVoid(del(path, Schema.Unknown, options)),
    http
  }
})

/**
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<HubSpotClient, Policy.InvalidPolicy, HubSpotConfig | HttpClient.HttpClient> = Layer
  .scoped(HubSpotClient, make)

/** The token is for the configured host alone, wherever a path or a redirect may point. */
const authenticate = (config: Config) => (request: HttpClientRequest.HttpClientRequest) =>
  new URL(request.url).origin === new URL(config.baseUrl).origin
    ? Effect.map(config.accessToken, (token) => HttpClientRequest.bearerToken(request, token))
    : invalid(request.method, request.url, {
      field: "path",
      problem: "points to another host than the configured one",
      remedy: "give a path such as /crm/v3/owners"
    })

const withJson = (request: HttpClientRequest.HttpClientRequest, body: unknown) =>
  Effect.mapError(HttpClientRequest.bodyJson(request, body), () =>
    invalid(request.method, request.url, {
      field: "body",
      problem: "cannot be written as JSON",
      remedy: "leave out cycles and BigInts"
    }))

const urlParams = (query: Query): ReadonlyArray<readonly [string, string]> =>
  Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(",") : String(value)] as const]
  )
