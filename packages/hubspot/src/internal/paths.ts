/** Where things are, and what that means: the one place that knows HubSpot's paths and their version. */
import type { CallOptions } from "effect-resilience/CallOptions"

export const accountDetails = "/account-info/v3/details"

export const objects = (type: string): string => `/crm/v3/objects/${encodeURIComponent(type)}`

/** What is true of a call because of its path, whoever makes it; its own options win. */
export const withDefaults = (path: string, options: CallOptions = {}): CallOptions => {
  const defaults = options.kind === "search" ? search : defaultsFor(path)
  return {
    ...options,
    kind: options.kind ?? defaults.kind,
    buckets: options.buckets ?? defaults.buckets,
    replay: options.replay ?? defaults.replay
  }
}

type Defaults = Pick<CallOptions, "kind" | "buckets" | "replay">

const search: Defaults = { kind: "search", buckets: ["search"], replay: "safe" }

const defaultsFor = (path: string): Defaults => {
  const [plain = ""] = path.split("?")
  if (/\/search$/.test(plain)) return search
  if (/^\/crm\/(v4\/associations|associations\/[\d-]+)\//.test(plain)) {
    return { kind: "batch", buckets: ["associations"], ...repeatable(plain) }
  }
  return { buckets: ["general"], ...repeatable(plain) }
}

/** POSTs that change nothing, or come to the same when they are carried out twice. */
const repeatable = (path: string): Defaults =>
  /\/batch\/(read|update|upsert|archive)$/.test(path) ? { replay: "safe" } : {}
