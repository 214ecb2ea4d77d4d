/** Where things are, and what that means: the one place that knows HubSpot's paths and their version. */
import type { InvalidRequest } from "effect-resilience/ApiError"
import type { CallOptions } from "effect-resilience/CallOptions"
import * as Either from "effect/Either"
import type { ApiVersion } from "../HubSpotConfig.ts"
import { invalid } from "./invalid.ts"

export const accountDetails = "/account-info/v3/details"

export const dailyUsage = "/account-info/v3/api-usage/daily/private-apps"

export const token = "/oauth/v1/token"

export const objects = (type: string): string => `/crm/v3/objects/${encodeURIComponent(type)}`

/** Where each area begins; what is in braces is filled in by `fill`. */
export const properties = "/crm/v3/properties/{type}"
export const schemas = "/crm-object-schemas/v3/schemas"
export const recordAssociations = "/crm/v4/objects/{from}/{id}/associations"
export const associations = "/crm/v4/associations/{from}/{to}"
export const owners = "/crm/v3/owners"
export const pipelines = "/crm/v3/pipelines/{type}"
export const lists = "/crm/v3/lists"
export const imports = "/crm/v3/imports"
export const exports = "/crm/v3/exports/export"
export const events = "/events/v3/send"
export const eventDefinitions = "/events/v3/event-definitions"

export interface Filled {
  readonly path: string
  /** With the names of types in their places, which are few and tell much, and ids left open. */
  readonly template: string
}

/** A template with its parameters in place. An empty one is refused: it would name the whole collection. */
export const fill = (
  method: string,
  template: string,
  params: { readonly [name: string]: string }
): Either.Either<Filled, InvalidRequest> => {
  const wrong = Object.keys(params).find((name) => !isSegment(params[name]))
  if (wrong !== undefined) {
    return Either.left(invalid(method, template, {
      field: wrong,
      problem: "names nothing",
      remedy: "give a text that is not empty"
    }))
  }
  const put = (isShown: (name: string) => boolean) =>
    template.replace(/\{(\w+)\}/g, (place, name: string) => isShown(name) ? encodeURIComponent(params[name]!) : place)
  return Either.right({ path: put(() => true), template: put(isType) })
}

const isType = (name: string): boolean => name === "type" || name === "from" || name === "to"

const isSegment = (u: unknown): u is string =>
  typeof u === "string" && u.trim() !== "" && u !== "." && u !== ".." && !/\p{Surrogate}/u.test(u)

/**
 * The modules speak of the numbered paths; these areas have dated ones too. What OAuth tells of a token has none: dated, it is
 * another call.
 */
const areas: ReadonlyArray<readonly [numbered: RegExp, dated: string]> = [
  [/^\/crm\/v3\/(objects|properties|owners|pipelines|lists|imports|exports)(?=[/?]|$)/, "/crm/$1/{date}"],
  [/^\/crm\/v4\/(objects|associations)(?=[/?]|$)/, "/crm/$1/{date}"],
  [/^\/crm-object-schemas\/v3(?=[/?]|$)/, "/crm-object-schemas/{date}"],
  [/^\/account-info\/v3(?=[/?]|$)/, "/account-info/{date}"],
  [/^\/events\/v3\/(send|event-definitions)(?=[/?]|$)/, "/events/{date}/$1"],
  [/^\/oauth\/v1\/token(?=[/?]|$)/, "/oauth/{date}/token"]
]

/** The path in a version. One without a dated form stays as it is, and so does an absolute URL. */
export const inVersion = (version: ApiVersion, path: string): string => {
  if (version === "v3") return path
  const area = areas.find(([numbered]) => numbered.test(path))
  return area === undefined ? path : path.replace(area[0], area[1].replace("{date}", version))
}

/** What is true of a call because of its path, whoever makes it; its own options win. `limits` are those that there are. */
export const withDefaults = (path: string, options: CallOptions, limits: Limits): CallOptions => {
  const defaults = options.kind === "search" ? ofSearch : defaultsFor(path)
  return {
    ...options,
    kind: options.kind ?? defaults.kind,
    buckets: options.buckets ??
      defaults.buckets.filter((bucket) => limits.some(({ name }) => name === bucket)),
    replay: options.replay ?? defaults.replay
  }
}

export type Limits = ReadonlyArray<{ readonly name: string }>

type Defaults = Pick<CallOptions, "kind" | "replay"> & { readonly buckets: ReadonlyArray<string> }

const ofOthers: Defaults = { buckets: ["general", "daily"] }
const ofRepeatable: Defaults = { ...ofOthers, replay: "safe" }
const ofSearch: Defaults = { kind: "search", buckets: ["search", "daily"], replay: "safe" }
/** Lists are looked for by another service, which has no limit of its own. */
const ofLists: Defaults = { ...ofRepeatable, kind: "read" }
const ofAssociations: Defaults = { kind: "batch", buckets: ["associations", "associationsDaily"] }
const ofRepeatableAssociations: Defaults = { ...ofAssociations, replay: "safe" }
const ofEvents: Defaults = { buckets: ["events"] }

const defaultsFor = (url: string): Defaults => {
  const query = url.indexOf("?")
  const path = query === -1 ? url : url.slice(0, query)
  if (/\/lists\/([\d-]+\/)?search$/.test(path)) return ofLists
  if (path.endsWith("/search")) return ofSearch
  if (/^\/crm\/(v4\/associations|associations\/[\d-]+)\//.test(path)) {
    return isRepeatable(path, /\/batch\/(create|associate\/default)$/) ? ofRepeatableAssociations : ofAssociations
  }
  if (/^\/events\/[\w-]+\/send(\/batch)?$/.test(path)) return ofEvents
  return isRepeatable(path, /\/imports\/([\d-]+\/)?[^/]+\/cancel$/) ? ofRepeatable : ofOthers
}

/** POSTs that change nothing, or come to the same when they are carried out twice. */
const isRepeatable = (path: string, others: RegExp): boolean =>
  /\/batch\/(read|update|upsert|archive|labels\/archive)$/.test(path) || others.test(path)
