/**
 * A local HubSpot: an HTTP server that answers, limits and fails as HubSpot's API does.
 *
 * @since 0.1.0
 */
import type * as HttpServerError from "@effect/platform/HttpServerError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ParseError } from "effect/ParseResult"
import type * as Scope from "effect/Scope"
import type { CrmRecord } from "./CrmRecord.ts"
import type { CustomEvent } from "./CustomEvent.ts"
import * as FaultPlan from "./FaultPlan.ts"
import * as Account from "./internal/Account.ts"
import * as Answer from "./internal/Answer.ts"
import * as RecordCheck from "./internal/RecordCheck.ts"
import * as Server from "./internal/Server.ts"
import * as Store from "./internal/Store.ts"
import * as Limits from "./Limits.ts"
import type * as OAuthApp from "./OAuthApp.ts"
import type * as ObjectType from "./ObjectType.ts"
import * as Owner from "./Owner.ts"
import * as StandardTypes from "./StandardTypes.ts"
import type { Stats } from "./Stats.ts"

/**
 * The token that is accepted unless `tokens` says otherwise.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultToken = "pat-na1-00000000-0000-0000-0000-000000000000"

/**
 * How an emulator is to be. Every option has a default.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Default: a free one. */
  readonly port?: number | undefined
  /** Default: `127.0.0.1`. */
  readonly host?: string | undefined
  /** The bearer tokens that are accepted, each with a general quota of its own. Default: `defaultToken`. */
  readonly tokens?: readonly [string, ...ReadonlyArray<string>] | undefined
  /** Default: those of a private app of a Professional account. */
  readonly limits?: Limits.Options | undefined
  /** What goes wrong. Default: nothing. */
  readonly faults?: FaultPlan.Input | undefined
  /** Chance for plans that have no seed of their own. Default: 1. */
  readonly seed?: number | undefined
  /** Types beside the standard ones; one with a standard name takes its place. */
  readonly objectTypes?: ReadonlyArray<ObjectType.ObjectType> | undefined
  /** The public apps that may get access tokens, which are accepted beside `tokens`. Default: none. */
  readonly oauth?: OAuthApp.Options | undefined
  /** The users who may own records. Default: `Owner.standard`, two and one who left. */
  readonly owners?: ReadonlyArray<Owner.Owner> | undefined
  /** How long a new record is hidden from search, as it is at HubSpot for some seconds. Default: 0. */
  readonly searchLag?: Duration.DurationInput | undefined
  /** How many results of a search can be seen: `after` and the page may not pass it. Default: 10,000, as at HubSpot. */
  readonly searchResults?: number | undefined
}

/**
 * A running emulator.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Emulator from "hubspot-emulator/Emulator"
 *
 * const program = Effect.gen(function*() {
 *   const emulator = yield* Emulator.Emulator
 *   yield* emulator.add("contacts", [{ email: "ada@example.com" }])
 *   yield* emulator.setFaults({ rules: [{ share: 1, fault: { kind: "reset" } }] })
 *   return yield* emulator.stats
 * }).pipe(Effect.provide(Emulator.layer({ seed: 7 })))
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Emulator extends Context.Tag("hubspot-emulator/Emulator")<Emulator, Emulator.Service>() {}

/**
 * What the tag stands for.
 *
 * @since 0.1.0
 */
export declare namespace Emulator {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /** Without a slash at the end: `http://127.0.0.1:4010`. */
    readonly url: string
    /** The first of the accepted tokens. */
    readonly token: string
    readonly stats: Effect.Effect<Stats>
    /** Every live record of a type, with every property that is set, in the order of their ids. */
    readonly records: (type: string) => Effect.Effect<ReadonlyArray<CrmRecord>>
    /** Puts records there without a request: no quota, no fault, no count. A row that HubSpot would refuse is a defect. */
    readonly add: (
      type: string,
      rows: ReadonlyArray<{ readonly [name: string]: string }>
    ) => Effect.Effect<ReadonlyArray<CrmRecord>>
    /** Every custom event that was taken, in the order of arrival; one that came again with its `uuid` is there once. */
    readonly events: Effect.Effect<ReadonlyArray<CustomEvent>>
    /** Changes the plan, which begins now: outages count from here, chance from the seed. */
    readonly setFaults: (plan: FaultPlan.Input) => Effect.Effect<void, ParseError>
    /** As it was at the start: no records, no definitions of the account's own, no counts, fresh quotas, the plan of the options. */
    readonly reset: Effect.Effect<void>
  }
}

/**
 * Starts an emulator, which stops with its scope: every socket is closed at once, hung ones too.
 *
 * Time is the `Clock`'s, so that under a `TestClock` windows and outages move by `TestClock.adjust`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options = {}
): Effect.Effect<Emulator.Service, HttpServerError.ServeError | ParseError, Scope.Scope> =>
  Effect.gen(function*() {
    const clock = yield* Effect.clock
    const now = () => clock.unsafeCurrentTimeMillis()
    const host = options.host ?? "127.0.0.1"
    const tokens = options.tokens ?? [defaultToken] as const
    const settings: Account.Settings = {
      tokens,
      types: [...StandardTypes.all, ...options.objectTypes ?? []],
      oauth: options.oauth ?? { apps: [] },
      owners: options.owners ?? Owner.standard,
      limits: Limits.make(options.limits),
      plan: yield* FaultPlan.decode(options.faults ?? FaultPlan.none),
      seed: options.seed ?? 1,
      searchLag: Duration.decode(options.searchLag ?? 0),
      searchResults: options.searchResults ?? 10_000
    }
    const server = yield* Server.listen({ port: options.port ?? 0, host })
    let account = Account.make(settings, now())

    const tableOf = (type: string) => {
      const table = Store.tableOf(account.portal.store, type)
      return table === undefined ? Effect.dieMessage(`no object type is called ${type}`) : Effect.succeed(table)
    }
    const stats = Effect.sync(() => Account.stats(account, server.openSockets()))
    const reset = Effect.sync(() => {
      account = Account.make(settings, now())
    })
    const faults = Effect.sync(() => account.faults.plan)
    const setFaults = (plan: FaultPlan.FaultPlan) => Effect.sync(() => Account.setFaults(account, plan, now()))

    yield* server.serve(Server.handler(() => account, now, { stats, reset, faults, setFaults }))

    return Emulator.of({
      url: `http://${host.includes(":") ? `[${host}]` : host}:${server.port}`,
      token: tokens[0],
      stats,
      records: (type) => Effect.map(tableOf(type), Store.all),
      add: (type, rows) =>
        Effect.flatMap(tableOf(type), (table) =>
          Effect.forEach(rows, (row) => {
            const values = RecordCheck.checkCreate(table, row)
            return Answer.isFailure(values)
              ? Effect.dieMessage(`HubSpot would refuse ${JSON.stringify(row)}: ${JSON.stringify(values.body)}`)
              : Effect.sync(() => Store.showAll(Store.create(account.portal.store, table, values, now())))
          })),
      events: Effect.sync(() => [...account.portal.events.kept]),
      setFaults: (plan) => Effect.flatMap(FaultPlan.decode(plan), setFaults),
      reset
    })
  })

/**
 * An emulator for as long as the layer lives, on a port of its own.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options?: Options): Layer.Layer<Emulator, HttpServerError.ServeError | ParseError> =>
  Layer.scoped(Emulator, make(options))
