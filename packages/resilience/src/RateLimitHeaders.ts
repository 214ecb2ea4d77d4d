/**
 * What a server says of its limits on every answer: how much is left, and until when. Pure functions of its headers and
 * the current time.
 *
 * Three generations are read, the newest that is there: `RateLimit` and `RateLimit-Policy` (IETF draft "RateLimit header
 * fields for HTTP"), as lists and in the older form `limit=…, remaining=…, reset=…`; `RateLimit-Limit`, `-Remaining` and
 * `-Reset`; the same with `X-` in front. A field that is not well-formed is ignored as a whole.
 *
 * @since 0.1.0
 */
import { type Headers, lastInstant, serverNow } from "./internal/headers.ts"
import { given } from "./internal/settings.ts"
import * as Fields from "./internal/structuredFields.ts"

/**
 * One limit of the server, as far as its headers tell. It counts requests: limits on anything else, such as bytes, are
 * left out.
 *
 * @since 0.1.0
 * @category models
 */
export interface Quota {
  /** The name of the policy; of a reader of one's own, the name of the bucket that it speaks of. */
  readonly name?: string | undefined
  /** Requests that the server allows in a window. */
  readonly limit?: number | undefined
  /** Requests that are left. Those in flight may not have been counted yet. */
  readonly remaining?: number | undefined
  /** Milliseconds from now until the server counts anew. */
  readonly reset?: number | undefined
  /** Milliseconds. */
  readonly window?: number | undefined
}

/**
 * Reads the limits from the headers (names in lower case) of any one API. `now` is in milliseconds since the epoch; `buckets`
 * are those that the answered call has taken from, where it named them.
 *
 * @example
 * ```ts
 * import { RateLimitHeaders } from "effect-resilience"
 *
 * const quotas: RateLimitHeaders.Reader = (headers) =>
 *   RateLimitHeaders.isCached(headers) || headers["x-calls-left"] === undefined
 *     ? []
 *     : [{ name: "calls", remaining: Number(headers["x-calls-left"]) }]
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export type Reader = (
  headers: Headers,
  now: number,
  buckets?: ReadonlyArray<string> | undefined
) => ReadonlyArray<Quota>

/**
 * The limits in the standard headers. An answer out of a cache tells nothing: what it says was true of another request.
 *
 * A reset is in seconds from now; a number over 1e9 is the instant itself, in seconds since the epoch, and one over 1e12
 * in milliseconds. Instants are measured against the answer's own `Date` header when there is one.
 *
 * @example
 * ```ts
 * import { RateLimitHeaders } from "effect-resilience"
 *
 * RateLimitHeaders.fromHeaders({ "ratelimit": `"burst";r=50;t=30`, "ratelimit-policy": `"burst";q=100;w=60` }, 0)
 * // [{ name: "burst", limit: 100, remaining: 50, reset: 30_000, window: 60_000 }]
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromHeaders: Reader = (headers, now) => {
  // Most servers say nothing, with every answer.
  if (!fields.some((name) => headers[name] !== undefined) || isCached(headers)) return []
  const policies = policiesIn(headers["ratelimit-policy"])
  const resetIn = (value: Fields.Value | undefined) => parseReset(value, serverNow(headers, now))
  const generations = [
    () => listed(headers["ratelimit"]),
    () => combined(headers["ratelimit"], resetIn),
    () => separate(headers, "ratelimit", resetIn),
    () => separate(headers, "x-ratelimit", resetIn)
  ]
  for (const quotasOf of generations) {
    const quotas = quotasOf()
    if (quotas.length > 0) return join(quotas, policies)
  }
  return join([], policies)
}

const fields = [
  "ratelimit",
  "ratelimit-policy",
  ...["limit", "remaining", "reset"].flatMap((name) => [`ratelimit-${name}`, `x-ratelimit-${name}`])
]

/**
 * Did the answer come out of a cache (an `Age` above zero)?
 *
 * @since 0.1.0
 * @category getters
 */
export const isCached = (headers: Headers): boolean => /^[ \t]*0*[1-9]/.test(headers["age"] ?? "")

/** What the server allows, whatever is left of it. */
interface Policy extends Quota {
  readonly unit?: string | undefined
}

/** `"burst";r=50;t=30, "daily";r=0` */
const listed = (field: string | undefined): ReadonlyArray<Quota> =>
  readAll(field, ({ parameters: { r, t }, value }) =>
    typeof value === "string" && isCount(r) && isCount(t)
      ? given({ name: value, remaining: r, reset: seconds(t) })
      : undefined)

/** `"burst";q=100;w=60`, and as it was before policies had names: `100;w=60` */
const policiesIn = (field: string | undefined): ReadonlyArray<Policy> =>
  readAll(field, ({ parameters: { q, qu, w }, value }) => {
    if (!isCount(q) || !isCount(w) || typeof qu === "number" || qu === null) return undefined
    if (typeof value === "string") return given({ name: value, limit: q, window: seconds(w), unit: qu })
    return isCount(value) ? given({ limit: value, window: seconds(w) }) : undefined
  })

type ResetIn = (value: Fields.Value | undefined) => number | undefined

/** `limit=100, remaining=50, reset=30` */
const combined = (field: string | undefined, resetIn: ResetIn): ReadonlyArray<Quota> => {
  const { limit, remaining, reset } = Fields.parseDictionary(field ?? "") ?? {}
  return isCount(limit) && isCount(remaining) && isCount(reset) ? some({ limit, remaining, reset: resetIn(reset) }) : []
}

/** A header for each number; the limit may be followed by the policies it is one of: `100, 100;w=60, 5000;w=3600`. */
const separate = (headers: Headers, prefix: string, resetIn: ResetIn): ReadonlyArray<Quota> => {
  const limits = policiesIn(headers[`${prefix}-limit`])
  const quotas = some({
    limit: limits[0]?.limit,
    remaining: /^ *(\d{1,15}) *$/.exec(headers[`${prefix}-remaining`] ?? "")?.map(Number)[1],
    reset: resetIn(headers[`${prefix}-reset`])
  })
  return join(quotas, limits.filter(({ window }) => window !== undefined))
}

/** What is left, completed by the policies of the same name (or, where there are no names, the same limit). */
const join = (quotas: ReadonlyArray<Quota>, policies: ReadonlyArray<Policy>): ReadonlyArray<Quota> => {
  const policyOf = ({ limit, name }: Quota) =>
    policies.find((policy) => name === undefined ? policy.limit === limit && limit !== undefined : policy.name === name)
  const found = quotas.map(policyOf)
  return [
    ...quotas.map((quota, index): Policy => ({ ...found[index], ...quota })),
    ...policies.filter((policy) => !found.includes(policy))
  ].flatMap(({ unit = "requests", ...quota }) => unit === "requests" ? [quota] : [])
}

const readAll = <A>(field: string | undefined, read: (item: Fields.Item) => A | undefined): ReadonlyArray<A> => {
  const all = (Fields.parseList(field ?? "") ?? []).map(read)
  const legal = all.filter((one) => one !== undefined)
  return legal.length === all.length ? legal : []
}

const some = (quota: Quota): ReadonlyArray<Quota> => {
  const told = given(quota)
  return Object.keys(told).length === 0 ? [] : [told]
}

const isCount = (value: Fields.Value | undefined): value is number | undefined =>
  value === undefined || (typeof value === "number" && value >= 0)

const seconds = (value: number | undefined) => value === undefined ? undefined : value * 1000

/** No standard says whole seconds, and some servers send fractions. */
const parseReset = (value: Fields.Value | undefined, serverNow: number): number | undefined => {
  if (!/^ *\d{1,15}(?:\.\d{1,9})? *$/.test(String(value ?? ""))) return undefined
  const reset = Number(value)
  const wait = reset > 1e12 ? reset - serverNow : reset > 1e9 ? reset * 1000 - serverNow : reset * 1000
  return Math.min(Math.max(0, Math.ceil(wait)), lastInstant)
}
