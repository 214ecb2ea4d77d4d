/**
 * Public apps: how an account installs one, and how its tokens are got, renewed and given back.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { ApiError } from "effect-resilience/ApiError"
import type { CallOptions } from "effect-resilience/CallOptions"
import * as Policy from "effect-resilience/Policy"
import * as Profile from "effect-resilience/Profile"
import * as ResilientHttpClient from "effect-resilience/ResilientHttpClient"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Credentials from "./Credentials.ts"
import { type ApiVersion, defaultBaseUrl } from "./HubSpotConfig.ts"
import * as Classify from "./internal/classify.ts"
import { discreet } from "./internal/discreet.ts"
import * as Paths from "./internal/paths.ts"
import * as Renewal from "./internal/renewal.ts"
import * as Wire from "./internal/wire.ts"

const Secret = Schema.Redacted(Schema.NonEmptyString)

/**
 * The tokens of one installation. As a schema it is what a store keeps: `Schema.encode` gives plain JSON, secrets and all.
 *
 * @since 0.1.0
 * @category models
 */
export const Tokens = Schema.Struct({
  accessToken: Secret,
  refreshToken: Secret,
  /** When the access token expires: half an hour after HubSpot has made it. */
  expiresAt: Schema.DateTimeUtc,
  /** The account. */
  portalId: Schema.optional(Schema.Number)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Tokens = typeof Tokens.Type

/**
 * The refresh token is not good any longer: the app was uninstalled, the token was given back, or it has been used up. The
 * account must install the app again.
 *
 * @since 0.1.0
 * @category errors
 */
export class BadRefreshToken extends Schema.TaggedError<BadRefreshToken>()("BadRefreshToken", {}) {
  readonly retryable = false
  override get message(): string {
    return "The refresh token is not good any longer: the app must be installed again"
  }
}

/**
 * The code was used before, has expired, or belongs to another app.
 *
 * @since 0.1.0
 * @category errors
 */
export class BadAuthCode extends Schema.TaggedError<BadAuthCode>()("BadAuthCode", {}) {
  readonly retryable = false
  override get message(): string {
    return "The code is not good any longer: the app must be authorized again"
  }
}

/**
 * Any other refusal, by HubSpot's name for it, such as `BAD_CLIENT_SECRET`.
 *
 * @since 0.1.0
 * @category errors
 */
export class OAuthRefused extends Schema.TaggedError<OAuthRefused>()("OAuthRefused", { reason: Schema.String }) {
  readonly retryable = false
  override get message(): string {
    return `HubSpot refused to give a token: ${this.reason}`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export type Refusal = BadRefreshToken | BadAuthCode | OAuthRefused

/**
 * What a token says of itself.
 *
 * @since 0.1.0
 * @category models
 */
export const TokenInfo = Schema.Struct({
  portalId: Schema.propertySignature(Wire.Whole).pipe(Schema.fromKey("hub_id")),
  hubDomain: Wire.maybe(Schema.String).pipe(Schema.fromKey("hub_domain")),
  user: Wire.maybe(Schema.String),
  userId: Wire.maybe(Wire.Whole).pipe(Schema.fromKey("user_id")),
  scopes: Wire.list(Schema.String)
})

/**
 * @since 0.1.0
 * @category models
 */
export type TokenInfo = typeof TokenInfo.Type

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The first tokens, for the code that came to the redirect URI. A code is good for one exchange. */
  readonly exchangeCode: (grant: {
    readonly code: Redacted.Redacted
    readonly redirectUri: string
  }) => Effect.Effect<Tokens, ApiError | Refusal>
  /** New tokens. The refresh token may be another one than before, and the old one void: keep what you get. */
  readonly refresh: (refreshToken: Redacted.Redacted) => Effect.Effect<Tokens, ApiError | Refusal>
  /** Gives a refresh token back. Access tokens that it has brought are good until they expire. */
  readonly revoke: (refreshToken: Redacted.Redacted) => Effect.Effect<void, ApiError>
  readonly accessTokenInfo: (accessToken: Redacted.Redacted) => Effect.Effect<TokenInfo, ApiError>
  readonly refreshTokenInfo: (refreshToken: Redacted.Redacted) => Effect.Effect<TokenInfo, ApiError>
}

/**
 * A public app.
 *
 * @since 0.1.0
 * @category models
 */
export interface App {
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted
  /** Changes to `Profile.production`, which for tokens has 3 retries and a deadline of 30 seconds. */
  readonly overrides?: Policy.Overrides | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options extends App {
  /** Default: HubSpot's own, `https://api.hubapi.com`. */
  readonly baseUrl?: string | undefined
  /** Default: `v3`. */
  readonly apiVersion?: ApiVersion | undefined
}

/**
 * @since 0.1.0
 * @category tags
 */
export class OAuth extends Context.Tag("effect-hubspot/OAuth")<OAuth, Service>() {}

/**
 * Where an administrator of an account installs the app; they come back to `redirectUri` with a `code`, and the `state`
 * by which you know that it was you who sent them.
 *
 * @example
 * ```ts
 * import { OAuth } from "effect-hubspot"
 *
 * const url = OAuth.authorizeUrl({
 *   clientId: "7a1c…",
 *   redirectUri: "https://app.example.com/installed",
 *   scopes: ["oauth", "crm.objects.contacts.read"],
 *   state: "the session's own"
 * })
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const authorizeUrl = (options: {
  readonly clientId: string
  readonly redirectUri: string
  /** An account that lacks one of these cannot install the app. */
  readonly scopes: ReadonlyArray<string>
  /** An account may lack these. */
  readonly optionalScopes?: ReadonlyArray<string> | undefined
  readonly state?: string | undefined
}): string => {
  const { clientId, optionalScopes = [], redirectUri, scopes, state } = options
  const query = Object.entries({
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scopes.join(" "),
    optional_scope: optionalScopes.length === 0 ? undefined : optionalScopes.join(" "),
    state
  }).flatMap(([name, value]) => value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`])
  return `https://app.hubspot.com/oauth/authorize?${query.join("&")}`
}

const Granted = Schema.Struct({
  access_token: Secret,
  refresh_token: Secret,
  expires_in: Schema.Number,
  hub_id: Wire.maybe(Wire.Whole)
})

/**
 * The calls for tokens, over any `HttpClient`.
 *
 * @example
 * ```ts
 * import { OAuth } from "effect-hubspot"
 * import { FetchHttpClient } from "@effect/platform"
 * import { Config, Effect, Redacted } from "effect"
 *
 * const install = (code: string) =>
 *   Effect.gen(function*() {
 *     const oauth = yield* OAuth.make({ clientId: "7a1c…", clientSecret: yield* Config.redacted("CLIENT_SECRET") })
 *     const redirectUri = "https://app.example.com/installed"
 *     const { portalId } = yield* oauth.exchangeCode({ code: Redacted.make(code), redirectUri })
 *     yield* Effect.log(`installed in ${portalId}`)
 *   }).pipe(Effect.scoped, Effect.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options
): Effect.Effect<Service, Policy.InvalidPolicy, HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function*() {
    const { apiVersion = "v3", baseUrl = defaultBaseUrl, clientId, clientSecret, overrides } = options
    const policy = yield* Policy.make(
      yield* Policy.make(Profile.production, { deadline: "30 seconds", retry: { retries: 3 } }),
      overrides
    )
    const http = yield* ResilientHttpClient.make(policy, {
      baseUrl,
      classify: Classify.make({ bursts: [], endOfDay: () => undefined })
    })

    const send = <A, I>(
      request: HttpClientRequest.HttpClientRequest,
      schema: Schema.Schema<A, I>,
      call: CallOptions & { readonly urlTemplate: string }
    ): Effect.Effect<A, ApiError> =>
      http.json(HttpClientRequest.setUrl(request, Paths.inVersion(apiVersion, request.url)), schema, {
        ...call,
        urlTemplate: Paths.inVersion(apiVersion, call.urlTemplate)
      })

    const grant = (form: { readonly [name: string]: string }): Effect.Effect<Tokens, ApiError | Refusal> =>
      HttpClientRequest.post(Paths.token).pipe(
        HttpClientRequest.acceptJson,
        HttpClientRequest.bodyUrlParams({ ...form, client_id: clientId, client_secret: Redacted.value(clientSecret) }),
        // What an answer that never came has used up is used up anyway: to ask again can only help.
        (request) => send(request, Granted, { urlTemplate: Paths.token, replay: "safe" }),
        Effect.mapError((error) => refusalOf(error) ?? discreet(error)),
        Effect.zipWith(DateTime.now, (granted, now) => ({
          accessToken: granted.access_token,
          refreshToken: granted.refresh_token,
          expiresAt: DateTime.add(now, { seconds: granted.expires_in }),
          ...(granted.hub_id === undefined ? {} : { portalId: granted.hub_id })
        }))
      )

    const onToken = <A, I>(
      method: "GET" | "DELETE",
      kind: "access" | "refresh",
      token: Redacted.Redacted,
      schema: Schema.Schema<A, I>
    ): Effect.Effect<A, ApiError> => {
      const path = `/oauth/v1/${kind}-tokens`
      const request = HttpClientRequest.make(method)(`${path}/${encodeURIComponent(Redacted.value(token))}`)
      return Effect.mapError(send(request, schema, { urlTemplate: `${path}/{token}` }), discreet)
    }

    return {
      exchangeCode: ({ code, redirectUri }) =>
        grant({ grant_type: "authorization_code", code: Redacted.value(code), redirect_uri: redirectUri }),
      refresh: (refreshToken) => grant({ grant_type: "refresh_token", refresh_token: Redacted.value(refreshToken) }),
      revoke: (refreshToken) => Effect.asVoid(onToken("DELETE", "refresh", refreshToken, Schema.Unknown)),
      accessTokenInfo: (token) => onToken("GET", "access", token, TokenInfo),
      refreshTokenInfo: (token) => onToken("GET", "refresh", token, TokenInfo)
    }
  })

/** OAuth's errors have a form of their own. */
const refusalOf = (error: ApiError): Refusal | undefined => {
  if (error._tag !== "ClientError" || !Predicate.isRecord(error.body)) return undefined
  const { error: name, status } = error.body
  if (typeof name !== "string") return undefined
  switch (status) {
    case "BAD_REFRESH_TOKEN":
      return new BadRefreshToken()
    case "BAD_AUTH_CODE":
      return new BadAuthCode()
    default:
      return new OAuthRefused({ reason: typeof status === "string" ? status : name })
  }
}

/**
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<OAuth, Policy.InvalidPolicy, HttpClient.HttpClient> =>
  Layer.scoped(OAuth, make(options))

/**
 * Where the tokens of one installation are kept, by you: a row in a database, a secret. Processes may share it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Store {
  readonly get: Effect.Effect<Tokens, unknown>
  /** Run before the tokens are used; the ones before may be void by then. */
  readonly set: (tokens: Tokens) => Effect.Effect<void, unknown>
}

/**
 * A store in this process's memory, for scripts and tests. With refresh tokens that rotate, what it held is lost with the process.
 *
 * @since 0.1.0
 * @category constructors
 */
export const memoryStore = (tokens: Tokens): Effect.Effect<Store> =>
  Effect.map(Ref.make(tokens), (ref) => ({ get: Ref.get(ref), set: (tokens) => Ref.set(ref, tokens) }))

/**
 * What `credentials` is made with.
 *
 * @since 0.1.0
 * @category models
 */
export interface CredentialsOptions extends App {
  readonly store: Store
  /** How long before it expires an access token is replaced. Default: 1 minute. */
  readonly early?: Duration.DurationInput | undefined
  /** How long the store may take for a read or a write. Default: 10 seconds. */
  readonly storeTimeout?: Duration.DurationInput | undefined
}

/**
 * Credentials for `HubSpotConfig`: the access token out of the store, replaced a minute before it expires, or when HubSpot says that
 * it has; the call that was refused is made again then, once. All calls wait for one refresh, and none of them for another's deadline.
 * New tokens are in the store before they are used. Where another process that shares it has used up the refresh token, its tokens
 * are taken.
 *
 * Calls for which there is no token are `Rejected` with the reason `credentials-unavailable`; its `failure` is `BadRefreshToken`,
 * `OAuthRefused`, `RefreshFailed` or `TokenStoreFailed`, of which the latter two are tried again.
 *
 * @example
 * ```ts
 * import { HubSpot, OAuth } from "effect-hubspot"
 * import { FetchHttpClient, KeyValueStore } from "@effect/platform"
 * import { Config, Effect, Layer } from "effect"
 *
 * const Live = Layer.unwrapEffect(Effect.gen(function*() {
 *   const tokens = (yield* KeyValueStore.KeyValueStore).forSchema(OAuth.Tokens)
 *   const accessToken = OAuth.credentials({
 *     clientId: "7a1c…",
 *     clientSecret: yield* Config.redacted("CLIENT_SECRET"),
 *     store: {
 *       get: Effect.flatten(tokens.get("portal-62515")),
 *       set: (renewed) => tokens.set("portal-62515", renewed)
 *     }
 *   })
 *   return HubSpot.layerWith({ accessToken, tier: "oauth" })
 * })).pipe(Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const credentials = (options: CredentialsOptions): Credentials.Credentials => {
  const { early = "1 minute", store, storeTimeout = "10 seconds", ...app } = options
  return Credentials.make((api) =>
    Effect.flatMap(
      make({ ...app, ...api }),
      (oauth) =>
        Renewal.make({ oauth, store, early: Duration.toMillis(early), storeTimeout: Duration.toMillis(storeTimeout) })
    )
  )
}
