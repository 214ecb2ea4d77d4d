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
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { CrmRecord } from "./CrmRecord.ts"
import type { CustomEvent } from "./CustomEvent.ts"
import * as FaultPlan from "./FaultPlan.ts"
import * as Account from "./internal/Account.ts"
import * as Answer from "./internal/Answer.ts"
import * as Changes from "./internal/Changes.ts"
import * as Delivery from "./internal/Delivery.ts"
import { firstPortal } from "./internal/PortalId.ts"
import * as RecordCheck from "./internal/RecordCheck.ts"
import * as Server from "./internal/Server.ts"
import * as Snapshot from "./internal/Snapshot.ts"
import * as SnapshotFile from "./internal/SnapshotFile.ts"
import * as Store from "./internal/Store.ts"
import * as Watch from "./internal/Watch.ts"
import * as Limits from "./Limits.ts"
import type * as OAuthApp from "./OAuthApp.ts"
import type * as ObjectType from "./ObjectType.ts"
import * as Owner from "./Owner.ts"
import * as Scopes from "./Scopes.ts"
import * as StandardTypes from "./StandardTypes.ts"
import type { Stats } from "./Stats.ts"
import type * as Webhooks from "./Webhooks.ts"

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
  /**
   * The bearer tokens that are accepted, each with a general quota of its own. One alone may do everything; one with
   * scopes may do what they say. Default: `defaultToken`.
   */
  readonly tokens?: readonly [Token, ...ReadonlyArray<Token>] | undefined
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
  /** How many records of each type are there from the start: `{ contacts: 1000 }`. Default: none. */
  readonly records?: { readonly [type: string]: number } | undefined
  /** Accounts beside the first, whose id is 1. Each has its own records, tokens and quotas. Default: none. */
  readonly portals?: ReadonlyArray<PortalOptions> | undefined
  /** What the accounts hold is read from this file at the start, when it is there, and kept in it at the end. Default: none. */
  readonly snapshotFile?: string | undefined
  /** Who hears of changes to records. Changes by `add` are not told. Default: nobody. */
  readonly webhooks?: Webhooks.Options | undefined
}

/**
 * A private app's token, alone or with the scopes that bind it.
 *
 * @since 0.1.0
 * @category models
 */
export type Token = string | Scopes.ScopedToken

/**
 * Another account of HubSpot's in the same emulator.
 *
 * @since 0.1.0
 * @category models
 */
export interface PortalOptions {
  /** Not 1, which is the first account's. */
  readonly id: number
  /** The bearer tokens that lead here. Default: none. */
  readonly tokens?: ReadonlyArray<Token> | undefined
  /** The public apps as this account has installed them. Default: none. */
  readonly oauth?: OAuthApp.Options | undefined
  /** How many records of each type are there from the start. Default: none. */
  readonly records?: { readonly [type: string]: number } | undefined
}

/**
 * An option that the emulator cannot start with, or bytes that are no snapshot.
 *
 * @since 0.1.0
 * @category errors
 */
export class OptionError extends Schema.TaggedError<OptionError>("hubspot-emulator/OptionError")("OptionError", {
  option: Schema.Literal("records", "portals", "snapshot"),
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.option}: ${this.reason}`
  }
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
  export interface Portal {
    /** Every live record of a type, with every property that is set, in the order of their ids. */
    readonly records: (type: string) => Effect.Effect<ReadonlyArray<CrmRecord>>
    /** Puts records there without a request: no quota, no fault, no count. A row that HubSpot would refuse is a defect. */
    readonly add: (
      type: string,
      rows: ReadonlyArray<{ readonly [name: string]: string }>
    ) => Effect.Effect<ReadonlyArray<CrmRecord>>
    /** Every custom event that was taken, in the order of arrival; one that came again with its `uuid` is there once. */
    readonly events: Effect.Effect<ReadonlyArray<CustomEvent>>
  }

  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service extends Portal {
    /** Without a slash at the end: `http://127.0.0.1:4010`. */
    readonly url: string
    /** The first of the accepted tokens. */
    readonly token: string
    readonly stats: Effect.Effect<Stats>
    /** The same of another account than the first; an id that no account has is a defect. */
    readonly portal: (id: number) => Portal
    /** Everything that the accounts hold, for `restore` of this version of the emulator; not for people to read. */
    readonly snapshot: Effect.Effect<Uint8Array>
    /** Replaces what the accounts hold, but no counts, quotas, tokens or faults. */
    readonly restore: (snapshot: Uint8Array) => Effect.Effect<void, OptionError>
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
): Effect.Effect<Emulator.Service, HttpServerError.ServeError | ParseError | OptionError, Scope.Scope> =>
  Effect.gen(function*() {
    const clock = yield* Effect.clock
    const now = () => clock.unsafeCurrentTimeMillis()
    const host = options.host ?? "127.0.0.1"
    const settings = yield* settingsOf(options)
    const begin = () => Account.make(settings, now())
    const first = begin()
    if (typeof first === "string") return yield* new OptionError({ option: "records", reason: first })
    let account = first
    const portals = () => account.homes.map(({ portal }) => portal)

    const { snapshotFile } = options
    const snapshot = Effect.sync(() => Snapshot.save(portals()))
    const restore = (bytes: Uint8Array) =>
      Effect.suspend(() =>
        Snapshot.load(portals(), bytes)
          ? Effect.void
          : new OptionError({ option: "snapshot", reason: "not a snapshot of this version of the emulator" })
      )
    const keep = snapshotFile === undefined
      ? undefined
      : Effect.flatMap(snapshot, (bytes) => SnapshotFile.write(snapshotFile, bytes))
    if (snapshotFile !== undefined && keep !== undefined) {
      const bytes = yield* Effect.mapError(
        SnapshotFile.read(snapshotFile),
        (reason) => new OptionError({ option: "snapshot", reason })
      )
      if (bytes !== undefined) yield* restore(bytes)
      yield* Effect.addFinalizer(() => Effect.catchAll(keep, Effect.logError))
    }

    const server = yield* Server.listen({ port: options.port ?? 0, host })
    const stats = Effect.sync(() => Account.stats(account, server.openSockets()))
    const reset = Effect.sync(() => {
      // What could be sown once can be sown again.
      account = begin() as Account.Account
    })
    const faults = Effect.sync(() => account.faults.plan)
    const state = (n: number) =>
      Effect.sync(() => ({
        count: account.log.count,
        requests: Watch.since(account.log, n),
        windows: Watch.windows(account, now()),
        plan: FaultPlan.encode(account.faults.plan),
        stats: Account.stats(account, server.openSockets())
      }))
    const newest = (type: string) =>
      Effect.sync(() => portals().flatMap(({ store }) => Store.newest(store, type, shownRecords)))
    const setFaults = (plan: FaultPlan.FaultPlan) => Effect.sync(() => Account.setFaults(account, plan, now()))
    const told = options.webhooks === undefined ? undefined : yield* tell(options.webhooks, now)

    yield* server.serve(
      Server.handler(() => account, now, { stats, reset, faults, state, newest, setFaults, keep }, told)
    )

    const portalOf = (id: number): Emulator.Portal => {
      const portal = Effect.suspend(() => {
        const found = portals().find((portal) => portal.id === id)
        return found === undefined ? Effect.dieMessage(`no portal has the id ${id}`) : Effect.succeed(found)
      })
      const tableOf = (type: string) =>
        Effect.flatMap(portal, ({ store }) => {
          const table = Store.tableOf(store, type)
          return table === undefined ? Effect.dieMessage(`no object type is called ${type}`) : Effect.succeed(table)
        })
      return {
        records: (type) => Effect.map(tableOf(type), Store.all),
        add: (type, rows) =>
          Effect.zipWith(portal, tableOf(type), ({ store }, table) => addTo(store, table, rows, now())).pipe(
            Effect.flatten
          ),
        events: Effect.map(portal, ({ events }) => [...events.kept])
      }
    }

    return Emulator.of({
      ...portalOf(firstPortal),
      url: `http://${host.includes(":") ? `[${host}]` : host}:${server.port}`,
      token: settings.portals[0].tokens[0]!.token,
      stats,
      portal: portalOf,
      snapshot,
      restore,
      setFaults: (plan) => Effect.flatMap(FaultPlan.decode(plan), setFaults),
      reset
    })
  })

/** How many records of a type and an account the inspector page shows. */
const shownRecords = 50

const settingsOf = (options: Options) =>
  Effect.gen(function*() {
    const others = options.portals ?? []
    if (new Set([firstPortal, ...others.map(({ id }) => id)]).size <= others.length) {
      return yield* new OptionError({ option: "portals", reason: "each needs an id of its own, and 1 is the first's" })
    }
    const settings: Account.Settings = {
      portals: [
        {
          id: firstPortal,
          tokens: (options.tokens ?? [defaultToken]).map(scoped),
          oauth: options.oauth ?? { apps: [] },
          records: options.records ?? {}
        },
        ...others.map(({ id, oauth = { apps: [] }, records = {}, tokens = [] }) => ({
          id,
          tokens: tokens.map(scoped),
          oauth,
          records
        }))
      ],
      types: [...StandardTypes.all, ...options.objectTypes ?? []],
      owners: options.owners ?? Owner.standard,
      limits: Limits.make(options.limits),
      plan: yield* FaultPlan.decode(options.faults ?? FaultPlan.none),
      seed: options.seed ?? 1,
      searchLag: Duration.decode(options.searchLag ?? 0),
      searchResults: options.searchResults ?? 10_000
    }
    return settings
  })

const scoped = (token: Token): Scopes.ScopedToken => typeof token === "string" ? { token, scopes: Scopes.all } : token

const addTo = (
  store: Store.Store,
  table: Store.Table,
  rows: ReadonlyArray<{ readonly [name: string]: string }>,
  now: number
) =>
  Effect.forEach(rows, (row) => {
    const values = RecordCheck.checkCreate(table, row)
    return Answer.isFailure(values)
      ? Effect.dieMessage(`HubSpot would refuse ${JSON.stringify(row)}: ${JSON.stringify(values.body)}`)
      : Effect.sync(() => Store.showAll(Store.create(store, table, values, now)))
  })

/** Tells an app what a request has changed in an account. */
const tell = (options: Webhooks.Options, now: () => number) =>
  Effect.map(Delivery.make(options, now), (deliver) => {
    const numbers = { next: 1 }
    const listeners: Server.Listeners = {
      before: Changes.watch,
      after: (portal) => {
        const events = Changes.drain(portal, numbers)
        return events.length === 0 ? Effect.void : deliver(events)
      }
    }
    return listeners
  })

/**
 * An emulator for as long as the layer lives, on a port of its own.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options?: Options
): Layer.Layer<Emulator, HttpServerError.ServeError | ParseError | OptionError> => Layer.scoped(Emulator, make(options))
