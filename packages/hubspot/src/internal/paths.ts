/** Where things are, and what that means: the one place that knows HubSpot's paths and their version. */
import type { CallOptions } from "effect-resilience/CallOptions"
import type { ApiVersion } from "../HubSpotConfig.ts"

export const accountDetails = "/account-info/v3/details"

export const dailyUsage = "/account-info/v3/api-usage/daily/private-apps"

export const token = "/oauth/v1/token"

export const objects = (type: string): string => `/crm/v3/objects/${encodeURIComponent(type)}`

/** The modules speak of the numbered paths; these areas have dated ones too. */
const areas: ReadonlyArray<readonly [numbered: RegExp, dated: string]> = [
  [/^\/crm\/v3\/(objects|properties|owners|pipelines|lists)(?=[/?]|$)/, "/crm/$1/{date}"],
  [/^\/crm\/v4\/(objects|associations)(?=[/?]|$)/, "/crm/$1/{date}"],
  [/^\/crm-object-schemas\/v3(?=[/?]|$)/, "/crm-object-schemas/{date}"],
  [/^\/account-info\/v3(?=[/?]|$)/, "/account-info/{date}"],
  [/^\/oauth\/v1(?=[/?]|$)/, "/oauth/{date}"]
]

/** The path in a version. One without a dated form stays as it is, and so does an absolute URL. */
export const inVersion = (version: ApiVersion, path: string): string => {
  if (version === "v3") return path
  const area = areas.find(([numbered]) => numbered.test(path))
  return area === undefined ? path : path.replace(area[0], area[1].replace("{date}", version))
}

/** What is true of a call because of its path, whoever makes it; its own options win. `limits` are those that there are. */
export const withDefaults = (
  path: string,
  options: CallOptions,
  limits: ReadonlyArray<{ readonly name: string }>
): CallOptions => {
  const { buckets, kind, replay } = options.kind === "search" ? search : defaultsFor(path)
  return {
    ...options,
    kind: options.kind ?? kind,
    buckets: options.buckets ?? buckets?.filter((bucket) => limits.some(({ name }) => name === bucket)),
    replay: options.replay ?? replay
  }
}

type Defaults = Pick<CallOptions, "kind" | "buckets" | "replay">

const search: Defaults = { kind: "search", buckets: ["search", "daily"], replay: "safe" }

const defaultsFor = (path: string): Defaults => {
  const [plain = ""] = path.split("?")
  if (/\/search$/.test(plain)) return search
  if (/^\/crm\/(v4\/associations|associations\/[\d-]+)\//.test(plain)) {
    return { kind: "batch", buckets: ["associations", "associationsDaily"], ...repeatable(plain) }
  }
  if (/^\/events\/v3\/send(\/|$)/.test(plain)) return { buckets: ["events"] }
  return { buckets: ["general", "daily"], ...repeatable(plain) }
}

/** POSTs that change nothing, or come to the same when they are carried out twice. */
const repeatable = (path: string): Defaults =>
  /\/batch\/(read|update|upsert|archive)$/.test(path) ? { replay: "safe" } : {}
