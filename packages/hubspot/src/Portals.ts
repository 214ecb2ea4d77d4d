/**
 * Many accounts in one process: a client for each, made when it is asked for, with limits, circuits and credentials of its
 * own, and closed when nobody has used it for a while.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import type * as Policy from "effect-resilience/Policy"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as RcMap from "effect/RcMap"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as HubSpotClient from "./HubSpotClient.ts"
import * as HubSpotConfig from "./HubSpotConfig.ts"
import * as PortalLimiters from "./internal/portalLimiters.ts"

/**
 * Nobody knows such an account.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnknownPortal extends Schema.TaggedError<UnknownPortal>()("UnknownPortal", { portalId: Schema.Number }) {
  override get message(): string {
    return `There are no credentials for portal ${this.portalId}`
  }
}

/**
 * Where the accounts are kept failed. Of its failure only the tag or name is told.
 *
 * @since 0.1.0
 * @category errors
 */
export class PortalUnavailable extends Schema.TaggedError<PortalUnavailable>()("PortalUnavailable", {
  portalId: Schema.Number,
  failure: Schema.String
}) {
  override get message(): string {
    return `The credentials for portal ${this.portalId} could not be had (${this.failure})`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export type PortalError = UnknownPortal | PortalUnavailable | Policy.InvalidPolicy

/**
 * One account: its credentials, and whatever else is its own.
 *
 * @since 0.1.0
 * @category models
 */
export type Portal = Omit<HubSpotConfig.Options, "limiter">

/**
 * What all accounts have in common, unless their own say otherwise.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends Omit<Portal, "accessToken"> {
  /** An account out of your store, or none if there is no such one. Asked when its client is made. */
  readonly portal: (portalId: number) => Effect.Effect<Option.Option<Portal>, unknown>
  /** How long a client that nobody uses is kept. Default: 10 minutes. */
  readonly idleTimeToLive?: Duration.DurationInput | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The client of an account, for as long as the scope is open. Those who ask at the same time get the same one. */
  readonly get: (portalId: number) => Effect.Effect<HubSpotClient.Service, PortalError, Scope.Scope>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class Portals extends Context.Tag("effect-hubspot/Portals")<Portals, Service>() {}

/**
 * Clients for many accounts, over any `HttpClient`, which they share. A client that was closed forgets nothing that counts: limits
 * with calls in their window, or on their day, are kept until these are over.
 *
 * @example
 * ```ts
 * import { Contacts, OAuth, Portals } from "effect-hubspot"
 * import { FetchHttpClient } from "@effect/platform"
 * import { Effect, Layer, Option, type Redacted } from "effect"
 *
 * declare const installations: {
 *   find: (portalId: number) => Effect.Effect<Option.Option<{ readonly timeZone: string }>>
 *   tokens: (portalId: number) => OAuth.Store
 * }
 * declare const clientSecret: Redacted.Redacted
 *
 * const Live = Portals.layer({
 *   tier: "oauth",
 *   portal: (portalId) =>
 *     installations.find(portalId).pipe(
 *       Effect.map(Option.map(({ timeZone }) => ({
 *         accessToken: OAuth.credentials({ clientId: "7a1c…", clientSecret, store: installations.tokens(portalId) }),
 *         timeZone
 *       })))
 *     )
 * }).pipe(Layer.provide(FetchHttpClient.layer))
 *
 * const program = Contacts.get("ada@example.com", { by: "email" }).pipe(Portals.provide(62515))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Effect.Effect<Service, never, HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function*() {
    const { idleTimeToLive = "10 minutes", portal, ...common } = options
    const http = yield* HttpClient.HttpClient
    const limiters = yield* PortalLimiters.make

    const open = (portalId: number): Effect.Effect<HubSpotClient.Service, PortalError, Scope.Scope> =>
      Effect.gen(function*() {
        const found = yield* Effect.mapError(
          Effect.suspend(() => portal(portalId)),
          (error) => new PortalUnavailable({ portalId, failure: nameOf(error) })
        )
        if (Option.isNone(found)) return yield* new UnknownPortal({ portalId })
        const config = yield* HubSpotConfig.make({ ...common, ...found.value })
        const limiter = yield* limiters.get(portalId, config.policy)
        return yield* Effect.provideService(
          Effect.provideService(HubSpotClient.make, HubSpotConfig.HubSpotConfig, { ...config, limiter }),
          HttpClient.HttpClient,
          http
        )
      })
    const clients = yield* RcMap.make({ lookup: open, idleTimeToLive })

    return {
      // What failed is not kept: the next who asks may have better luck.
      get: (portalId) => Effect.tapError(RcMap.get(clients, portalId), () => RcMap.invalidate(clients, portalId))
    }
  })

/**
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<Portals, never, HttpClient.HttpClient> =>
  Layer.scoped(Portals, make(options))

/**
 * The client of an account as a layer, for streams and whatever else takes one.
 *
 * @since 0.1.0
 * @category layers
 */
export const client = (portalId: number): Layer.Layer<HubSpotClient.HubSpotClient, PortalError, Portals> =>
  Layer.scoped(HubSpotClient.HubSpotClient, Effect.flatMap(Portals, (portals) => portals.get(portalId)))

/**
 * Runs an effect on an account.
 *
 * @example
 * ```ts
 * import { Account, Portals } from "effect-hubspot"
 * import { Effect } from "effect"
 *
 * const all = Effect.forEach([62515, 62516], (portalId) => Portals.provide(Account.dailyUsage, portalId))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const provide: {
  (
    portalId: number
  ): <A, E, R>(
    self: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | PortalError, Portals | Exclude<R, HubSpotClient.HubSpotClient>>
  <A, E, R>(
    self: Effect.Effect<A, E, R>,
    portalId: number
  ): Effect.Effect<A, E | PortalError, Portals | Exclude<R, HubSpotClient.HubSpotClient>>
} = dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, portalId: number) => Effect.provide(self, client(portalId)))

const nameOf = (error: unknown): string =>
  Predicate.hasProperty(error, "_tag") ? String(error._tag) : error instanceof Error ? error.name : "unknown"
