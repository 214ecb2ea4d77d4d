/**
 * From a method and a path to a call. The paths stand here and nowhere else.
 */
import type { Bucket } from "./Quota.ts"

export type Operation =
  | "list"
  | "create"
  | "read"
  | "update"
  | "archive"
  | "search"
  | "merge"
  | "batchCreate"
  | "batchRead"
  | "batchUpdate"
  | "batchUpsert"
  | "batchArchive"
  | "accountDetails"
  | "dailyUsage"

export interface Route {
  readonly operation: Operation
  /** The type of object as the path names it. */
  readonly type: string
  /** The id, still percent-encoded. */
  readonly id: string
  /** The path with `{id}` for ids, to count by. */
  readonly template: string
  readonly bucket: Bucket
}

export type Match = Route | { readonly allowed: ReadonlyArray<string> } | undefined

/** Date-based paths replace v1 to v4; both are served. */
const dates = ["2026-03", "2026-09"]
const objectRoots = ["/crm/v3/objects/", ...dates.map((date) => `/crm/objects/${date}/`)]
const accountRoots = ["/account-info/v3/", ...dates.map((date) => `/account-info/${date}/`)]

type Operations = { readonly [method: string]: Operation }

const ofType: Operations = { GET: "list", POST: "create" }
const ofRecord: Operations = { GET: "read", PATCH: "update", DELETE: "archive" }
const ofTypeCalls: { readonly [call: string]: Operations } = {
  "search": { POST: "search" },
  "merge": { POST: "merge" },
  "batch/create": { POST: "batchCreate" },
  "batch/read": { POST: "batchRead" },
  "batch/update": { POST: "batchUpdate" },
  "batch/upsert": { POST: "batchUpsert" },
  "batch/archive": { POST: "batchArchive" }
}
const ofAccount: { readonly [call: string]: Operations } = {
  "details": { GET: "accountDetails" },
  "api-usage/daily/private-apps": { GET: "dailyUsage" }
}

/** The call, the methods that the path does have, or `undefined` for a path that does not exist. */
export const match = (method: string, path: string): Match => {
  for (const root of objectRoots) {
    if (path.startsWith(root)) return matchObjects(method, root, path.slice(root.length))
  }
  for (const root of accountRoots) {
    if (!path.startsWith(root)) continue
    const operations = own(ofAccount, path.slice(root.length))
    return operations && choose(operations, method, "", "", path)
  }
  return undefined
}

const matchObjects = (method: string, root: string, rest: string): Match => {
  const slash = rest.indexOf("/")
  if (slash === -1) return rest === "" ? undefined : choose(ofType, method, rest, "", root + rest)
  const type = rest.slice(0, slash)
  const tail = rest.slice(slash + 1)
  const call = own(ofTypeCalls, tail)
  if (call !== undefined) return choose(call, method, type, "", root + rest)
  return tail === "" || tail.includes("/") ? undefined : choose(ofRecord, method, type, tail, `${root}${type}/{id}`)
}

/** Names like `constructor` come from outside, and every object has them. */
const own = <A>(table: { readonly [name: string]: A }, name: string): A | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

const choose = (operations: Operations, method: string, type: string, id: string, template: string): Match => {
  const operation = own(operations, method)
  return operation === undefined
    ? { allowed: Object.keys(operations) }
    : { operation, type, id, template, bucket: operation === "search" ? "search" : "general" }
}
