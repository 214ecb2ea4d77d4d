/**
 * What a client shows to HubSpot: a private app's token, or whatever brings one.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type { InvalidPolicy } from "effect-resilience/Policy"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { ApiVersion } from "./HubSpotConfig.ts"

/**
 * @since 0.1.0
 * @category symbols
 */
export const TypeId: unique symbol = Symbol.for("effect-hubspot/Credentials")

/**
 * @since 0.1.0
 * @category symbols
 */
export type TypeId = typeof TypeId

/**
 * Credentials at work.
 *
 * @since 0.1.0
 * @category models
 */
export interface Source {
  /** Asked for before each attempt. */
  readonly token: Effect.Effect<Redacted.Redacted, unknown>
  /** HubSpot says that this token has expired: is there another one by now? */
  readonly renew: (expired: Redacted.Redacted) => Effect.Effect<boolean, unknown>
}

/**
 * Credentials as a value. They are put to work by each client that is made with them, for as long as it lives.
 *
 * @since 0.1.0
 * @category models
 */
export interface Credentials {
  readonly [TypeId]: TypeId
  readonly open: (api: {
    readonly baseUrl: string
    readonly apiVersion: ApiVersion
  }) => Effect.Effect<Source, InvalidPolicy, HttpClient.HttpClient | Scope.Scope>
}

/**
 * @since 0.1.0
 * @category guards
 */
export const isCredentials = (u: unknown): u is Credentials => Predicate.hasProperty(u, TypeId)

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (open: Credentials["open"]): Credentials => ({ [TypeId]: TypeId, open })

/**
 * A token, or an effect that yields one and is run before each attempt: keep what takes long, as with
 * `Effect.cachedInvalidateWithTTL`, and forget it where it is a failure.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromToken = (token: Redacted.Redacted | Effect.Effect<Redacted.Redacted, unknown>): Credentials =>
  make(() =>
    Effect.succeed({
      token: Redacted.isRedacted(token) ? Effect.succeed(token) : token,
      renew: () => Effect.succeed(false)
    })
  )
