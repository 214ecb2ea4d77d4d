/**
 * From a method and a path to an endpoint: a tree of path segments, in which a word goes before a parameter.
 */
import type { Answer } from "./Answer.ts"
import type { Call, Params } from "./Call.ts"
import type { Portal } from "./Portal.ts"
import type { Bucket } from "./Quota.ts"
import type { Access } from "./ScopeNames.ts"

export type Handler = (portal: Portal, call: Call) => Answer

/** The scopes of which a caller needs one; none are needed where there are none. */
export type Scopes = (portal: Portal, params: Params, access: Access) => ReadonlyArray<string>

/** Calls whose paths have the same beginning and whose requests are counted in the same bucket. */
export interface Area {
  /** Each of them begins every path of the area. */
  readonly roots: ReadonlyArray<string>
  readonly bucket: Bucket
  /** Left out: a token is enough. */
  readonly scopes?: Scopes | undefined
  readonly paths: { readonly [path: string]: { readonly [method: string]: Handler } }
}

interface Endpoint {
  readonly bucket: Bucket
  readonly scopes: Scopes | undefined
  readonly access: Access
  readonly handle: Handler
}

export interface Route extends Endpoint {
  /** What stands in the places of the parameters, decoded. */
  readonly params: Params
  /** The path with `{id}` for ids, to count by. */
  readonly template: string
}

export type Match = Route | { readonly allowed: ReadonlyArray<string> } | undefined

interface Node {
  readonly words: Map<string, Node>
  parameter: Node | undefined
  /** The path that ends here, in segments. */
  pattern: ReadonlyArray<string>
  readonly methods: Map<string, Endpoint>
}

export type Router = Node

const node = (): Node => ({ words: new Map(), parameter: undefined, pattern: [], methods: new Map() })

const isParameter = (segment: string) => segment.startsWith("{")

export const make = (areas: ReadonlyArray<Area>): Router => {
  const root = node()
  for (const { bucket, paths, roots, scopes } of areas) {
    for (const beginning of roots) {
      for (const [path, methods] of Object.entries(paths)) {
        const pattern = segmentsOf(beginning + path)
        const leaf = pattern.reduce(descend, root)
        leaf.pattern = pattern
        for (const [method, handle] of Object.entries(methods)) {
          leaf.methods.set(method, { bucket, scopes, access: accessOf(method, path), handle })
        }
      }
    }
  }
  return root
}

/** Some of what reads is a POST, since its question needs a body. */
const accessOf = (method: string, path: string): Access =>
  method === "GET" || /\/(search|read)$/.test(path) ? "read" : "write"

const descend = (from: Node, segment: string): Node => {
  if (isParameter(segment)) return from.parameter ??= node()
  const known = from.words.get(segment) ?? node()
  from.words.set(segment, known)
  return known
}

/** A slash at the end says nothing. */
const segmentsOf = (path: string): ReadonlyArray<string> => {
  const segments = path.split("/")
  segments.shift()
  if (segments.at(-1) === "") segments.pop()
  return segments
}

/** The endpoint, the methods that the path does have, or `undefined` for a path that does not exist. */
export const match = (router: Router, method: string, path: string): Match => {
  const segments = segmentsOf(path)
  const leaf = find(router, segments, 0)
  if (leaf === undefined) return undefined
  const endpoint = leaf.methods.get(method)
  if (endpoint === undefined) return { allowed: [...leaf.methods.keys()] }
  const params: Record<string, string> = {}
  let template = ""
  leaf.pattern.forEach((segment, i) => {
    const given = segments[i]!
    const name = isParameter(segment) ? segment.slice(1, -1) : undefined
    if (name !== undefined) params[name] = decodeSegment(given)
    template += name === undefined || isType(name) ? `/${given}` : "/{id}"
  })
  return { ...endpoint, params, template }
}

const find = (from: Node, segments: ReadonlyArray<string>, at: number): Node | undefined => {
  if (at === segments.length) return from.methods.size > 0 ? from : undefined
  const segment = segments[at]!
  const word = from.words.get(segment)
  const found = word && find(word, segments, at + 1)
  if (found !== undefined) return found
  return from.parameter === undefined || segment === "" ? undefined : find(from.parameter, segments, at + 1)
}

/** The parameters that name a type of object: they are few, and worth counting by. */
const isType = (name: string) => name === "type" || name === "from" || name === "to"

/** A segment that is not well encoded names nothing. */
const decodeSegment = (segment: string): string => {
  if (!segment.includes("%")) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return ""
  }
}
