/**
 * A request as the operations see it, and how they read its parts.
 */
import type { ObjectType } from "../ObjectType.ts"
import * as Answer from "./Answer.ts"

/** What stands in the places of a path's parameters, decoded. */
export type Params = { readonly [name: string]: string }

export interface Call {
  readonly params: Params
  readonly query: URLSearchParams
  readonly path: string
  /** Where the client reaches the server: `http://127.0.0.1:4010`. */
  readonly origin: string
  /** The body as it came: `""` when there is none. */
  readonly text: string
  readonly now: number
}

export type Json = { readonly [key: string]: unknown }

export const isJson = (u: unknown): u is Json => typeof u === "object" && u !== null && !Array.isArray(u)

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The body, which has to be a JSON object. */
export const body = (call: Call): Json | Answer.Failure => {
  const parsed = parse(call.text)
  return isJson(parsed) ? parsed : Answer.malformedJson
}

/** The body, which has to be a JSON array. */
export const array = (call: Call): ReadonlyArray<unknown> | Answer.Failure => {
  const parsed = parse(call.text)
  return Array.isArray(parsed) ? parsed : Answer.malformedJson
}

/** What was sent, as a text. JSON may hold an object that cannot be made one: `{ "toString": 1 }`. */
export const textOf = (u: unknown): string => typeof u === "string" ? u : JSON.stringify(u) ?? ""

/** What was sent, as a whole number: `NaN` when it is none. A text has nothing but digits, with a sign at most. */
export const numberOf = (u: unknown): number =>
  typeof u === "number" || (typeof u === "string" && /^-?\d+$/.test(u)) ? Number(u) : NaN

/** An id may come as a string or as a number. */
export const idOf = (u: unknown): string | undefined =>
  typeof u === "string" && u !== "" ? u : typeof u === "number" ? String(u) : undefined

/** A whole number within bounds; absent is the default. */
export const integer = (
  name: string,
  raw: unknown,
  bounds: { readonly min: number; readonly max: number; readonly default: number }
): number | Answer.Failure => {
  if (raw === null || raw === undefined || raw === "") return bounds.default
  const value = numberOf(raw)
  return Number.isInteger(value) && value >= bounds.min && value <= bounds.max
    ? value
    : Answer.invalid(
      `Invalid ${name}: ${textOf(raw)}. It has to be a whole number from ${bounds.min} to ${bounds.max}.`,
      {
        [name]: [textOf(raw)]
      }
    )
}

/** `limit` and `after` of a list whose cursor is the last id of the page. */
export const page = (
  call: Call,
  limits: { readonly max: number; readonly default: number }
): { readonly limit: number; readonly after: number } | Answer.Failure => {
  const limit = integer("limit", call.query.get("limit"), { min: 1, ...limits })
  if (typeof limit === "object") return limit
  const after = integer("after", call.query.get("after"), { min: 0, max: Number.MAX_SAFE_INTEGER, default: 0 })
  return typeof after === "object" ? after : { limit, after }
}

/** The names in a parameter that may hold several, parted by commas, and may come again. */
export const names = (call: Call, parameter: string): ReadonlyArray<string> =>
  call.query.getAll(parameter).flatMap((names) => names.split(",")).filter((name) => name !== "")

/** The properties that a query asks for, or those of the type. */
export const requested = (call: Call, type: ObjectType): ReadonlyArray<string> => {
  const asked = names(call, "properties")
  return asked.length === 0 ? type.defaults : asked
}

/** The properties that a body asks for, or those of the type. */
export const requestedBy = (json: Json, type: ObjectType): ReadonlyArray<string> =>
  Array.isArray(json.properties) && json.properties.length > 0
    ? json.properties.filter((name) => typeof name === "string")
    : type.defaults

export const wantsArchived = (call: Call): boolean => call.query.get("archived") === "true"
