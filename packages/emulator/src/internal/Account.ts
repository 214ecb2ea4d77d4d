/**
 * The emulated account: from a request to its answer, in two steps. `arrive` decides what becomes of a request when
 * its head is there; `conclude` carries it out when its body is. No sockets and no clock in here.
 */
import * as Duration from "effect/Duration"
import type { Fault, FaultPlan, RetryAfter } from "../FaultPlan.ts"
import type { Limits } from "../Limits.ts"
import type * as OAuthApp from "../OAuthApp.ts"
import type { ObjectType } from "../ObjectType.ts"
import type { Owner } from "../Owner.ts"
import type { ScopedToken } from "../Scopes.ts"
import type { Stats } from "../Stats.ts"
import * as Answer from "./Answer.ts"
import type { Call } from "./Call.ts"
import * as Counters from "./Counters.ts"
import * as FaultChoice from "./FaultChoice.ts"
import * as HttpDate from "./HttpDate.ts"
import * as OAuth from "./OAuth.ts"
import { router } from "./Paths.ts"
import * as Portal from "./Portal.ts"
import * as Quota from "./Quota.ts"
import * as Route from "./Route.ts"
import * as Seeds from "./Seeds.ts"
import * as Watch from "./Watch.ts"

export interface Settings {
  /** The first is the one that functions without a portal's id speak of. */
  readonly portals: readonly [PortalSettings, ...ReadonlyArray<PortalSettings>]
  readonly types: ReadonlyArray<ObjectType>
  readonly owners: ReadonlyArray<Owner>
  readonly limits: Limits
  readonly plan: FaultPlan
  readonly seed: number
  readonly searchLag: Duration.Duration
  readonly searchResults: number
}

export interface PortalSettings {
  readonly id: number
  readonly tokens: ReadonlyArray<ScopedToken>
  readonly oauth: OAuthApp.Options
  readonly records: Seeds.Counts
}

/** One account of HubSpot's, with quotas of its own. */
export interface Home {
  readonly portal: Portal.Portal
  readonly quota: Quota.Quota
}

/** Who calls, whose account that is about, and what may be done to it. */
interface Identity {
  readonly home: Home
  readonly caller: Quota.Caller
  readonly scopes: ReadonlySet<string>
}

export interface Account {
  readonly settings: Settings
  readonly homes: readonly [Home, ...ReadonlyArray<Home>]
  /** Of private apps; public ones have tokens that come and go. */
  readonly byToken: Map<string, Identity>
  readonly counters: Counters.Counters
  readonly log: Watch.Log
  faults: FaultChoice.FaultChoice
}

/** Fails with a line on the records that cannot be there from the start. */
export const make = (settings: Settings, now: number): Account | string => {
  const byToken = new Map<string, Identity>()
  const homes: Array<Home> = []
  for (const { id, oauth, records, tokens } of settings.portals) {
    const quota = Quota.make(settings.limits, now)
    const portal = Portal.make({
      id,
      types: settings.types,
      owners: settings.owners,
      oauth: {
        apps: oauth.apps,
        expiresIn: Duration.toMillis(oauth.expiresIn ?? "30 minutes"),
        rotate: oauth.rotate ?? false
      },
      searchLag: Duration.toMillis(settings.searchLag),
      searchResults: settings.searchResults
    }, quota)
    const mistake = Seeds.sow(portal, records, now)
    if (mistake !== undefined) return mistake
    const home = { portal, quota }
    homes.push(home)
    for (const { scopes, token } of tokens) {
      byToken.set(token, { home, caller: { key: token, app: "private" }, scopes: new Set(scopes) })
    }
  }
  return {
    settings,
    homes: homes as [Home, ...Array<Home>],
    byToken,
    counters: Counters.make(),
    log: Watch.make(),
    faults: FaultChoice.make(settings.plan, settings.seed, now)
  }
}

/** The plan begins now: its outages count from here, and its chance from its seed. */
export const setFaults = (self: Account, plan: FaultPlan, now: number): void => {
  self.faults = FaultChoice.make(plan, self.settings.seed, now)
}

export interface Head {
  readonly method: string
  readonly url: string
  readonly authorization: string | undefined
  readonly host?: string | undefined
}

export interface Arrival {
  /** Whose records the request is about. */
  readonly home: Home
  readonly scopes: ReadonlySet<string>
  readonly route: Route.Match
  readonly path: string
  readonly query: string
  readonly origin: string
  readonly correlationId: string
  readonly headers: Record<string, string>
  /** The answer, when the request is not to be carried out. */
  readonly refusal: Answer.Answer | undefined
  readonly fault: Fault | undefined
}

/** An outage is before everything; then come the token, the quotas, and the faults of the rules. */
export const arrive = (self: Account, head: Head, now: number): Arrival => {
  const { counters, faults } = self
  const mark = head.url.indexOf("?")
  const path = mark === -1 ? head.url : head.url.slice(0, mark)
  const route = Route.match(router, head.method, path)
  const known = route !== undefined && "handle" in route
  counters.requests++
  Counters.increment(counters.routes, known ? `${head.method} ${route.template}` : "unknown")
  const serverTime = now + (faults.plan.clockSkew ?? 0)
  const drawn = FaultChoice.draw(faults, head.method, path)
  const correlationId = `00000000-0000-4000-8000-${counters.requests.toString(16).padStart(12, "0")}`
  const arrival: Arrival = {
    home: self.homes[0],
    scopes: none,
    route,
    path,
    query: mark === -1 ? "" : head.url.slice(mark + 1),
    origin: `http://${head.host}`,
    correlationId,
    headers: { "date": HttpDate.format(serverTime), "x-hubspot-correlation-id": correlationId },
    refusal: undefined,
    fault: undefined
  }

  const outage = FaultChoice.outage(faults, now)
  if (outage !== undefined) return afflict(self, arrival, outage, serverTime)
  if (head.url.length > maxUrl) return { ...arrival, refusal: Answer.uriTooLong }

  const bucket = known ? route.bucket : "general"
  const identity = bucket === "none" ? nobody(self) : identityOf(self, head.authorization, now)
  if (Answer.isFailure(identity)) return { ...arrival, refusal: identity }
  const { caller, home, scopes } = identity
  const { quota } = home
  const verdict = Quota.admit(quota, bucket, caller, now)
  const headers = { ...arrival.headers, ...Quota.headers(quota, bucket, caller, now) }
  if (verdict !== "admitted") {
    counters.limited++
    return { ...arrival, home, headers, refusal: Answer.rateLimited(verdict, home.portal.id) }
  }
  const admitted = { ...arrival, home, scopes, headers }
  return drawn === undefined ? admitted : afflict(self, admitted, drawn, serverTime)
}

/** The edge takes no longer ones. */
const maxUrl = 8192

const none: ReadonlySet<string> = new Set()

/** Where tokens are got, nobody needs one. */
const nobody = ({ homes }: Account): Identity => ({
  home: homes[0],
  caller: { key: "", app: "public" },
  scopes: none
})

/** A private app is known by its token, a public one by its client id, whichever token it has at the time. */
const identityOf = (
  { byToken, homes }: Account,
  authorization: string | undefined,
  now: number
): Identity | Answer.Failure => {
  const token = authorization?.startsWith("Bearer ") ? authorization.slice("Bearer ".length) : ""
  const own = byToken.get(token)
  if (own !== undefined) return own
  for (const home of homes) {
    const grant = OAuth.grantOf(home.portal.oauth, token, now)
    if (grant === undefined) continue
    return Answer.isFailure(grant)
      ? grant
      : { home, caller: { key: `app ${grant.app.clientId}`, app: "public" }, scopes: grant.scopes }
  }
  return Answer.unauthorized
}

const afflict = (self: Account, arrival: Arrival, fault: Fault, serverTime: number): Arrival => {
  const waitOf = ({ retryAfter }: { readonly retryAfter?: RetryAfter }) => HttpDate.retryAfter(retryAfter, serverTime)
  Counters.increment(self.counters.faults, fault.kind)
  switch (fault.kind) {
    case "status":
      return { ...arrival, fault, refusal: Answer.outOfOrder(fault.status, waitOf(fault)) }
    case "html":
      return { ...arrival, fault, refusal: Answer.edgePage(fault.status, waitOf(fault)) }
    case "rateLimited":
      self.counters.injected429++
      return { ...arrival, fault, refusal: Answer.rateLimited(fault.body, arrival.home.portal.id, waitOf(fault)) }
    default:
      return { ...arrival, fault }
  }
}

/** The answer, once the request is carried out. */
export const conclude = (self: Account, arrival: Arrival, text: string, now: number): Answer.Answer => {
  if (arrival.refusal !== undefined) return arrival.refusal
  const { route } = arrival
  if (route === undefined) return Answer.unknownPath(arrival.path)
  if ("allowed" in route) return Answer.wrongMethod(route.allowed)
  const lacking = missingScopes(arrival, route)
  if (lacking !== undefined) return lacking
  const call: Call = {
    params: route.params,
    query: new URLSearchParams(arrival.query),
    path: arrival.path,
    origin: arrival.origin,
    text,
    now
  }
  const { nextId } = arrival.home.portal.store
  // Where nobody needs a token, only what is asked for tells whose it is.
  const answer = route.bucket === "none"
    ? answerOfAny(self.homes, (portal) => route.handle(portal, call))
    : route.handle(arrival.home.portal, call)
  self.counters.creates += arrival.home.portal.store.nextId - nextId
  return answer
}

const missingScopes = ({ home, scopes }: Arrival, route: Route.Route): Answer.Failure | undefined => {
  const needed = route.scopes?.(home.portal, route.params, route.access) ?? []
  return needed.length === 0 || needed.some((scope) => scopes.has(scope)) ? undefined : Answer.missingScopes(needed)
}

/** The first that is no failure; a call that fails changes nothing. */
const answerOfAny = (
  [first, ...others]: Account["homes"],
  handle: (portal: Portal.Portal) => Answer.Answer
): Answer.Answer => {
  const answer = handle(first.portal)
  if (!Answer.isFailure(answer)) return answer
  for (const { portal } of others) {
    const other = handle(portal)
    if (!Answer.isFailure(other)) return other
  }
  return answer
}

export const stats = (self: Account, openSockets: number): Stats => {
  const records: Record<string, number> = {}
  let peak = 0
  for (const { portal, quota } of self.homes) {
    peak = Math.max(peak, quota.peak)
    for (const { live, type } of new Set(portal.store.tables.values())) {
      if (live.items.size > 0) records[type.name] = (records[type.name] ?? 0) + live.items.size
    }
  }
  return Counters.show(self.counters, { records, peak, openSockets })
}
