/**
 * The plain case, read without going through a schema, which costs many times as much: values, and records of them, in the
 * form that HubSpot nearly always sends. All that is not plain is `undefined` here, and then the schema is asked: errors are
 * its alone, and where both have a say they say the same.
 */
import * as DateTime from "effect/DateTime"
import type * as Schema from "effect/Schema"
import type { CrmRecord } from "../CrmRecord.ts"
import type { Answered } from "./records.ts"

/** What a text that is not empty stands for. */
export type Reader = (text: string) => unknown

const id = Symbol.for("effect-hubspot/plain")

/** effect-resilience's marks: of a schema that brings its own reader of JSON, and of what that leaves to the schema. */
const readerId = Symbol.for("effect-resilience/plainReader")
const notPlain = Symbol.for("effect-resilience/notPlain")

/** An annotation: JSON is read by `read` and not by the schema, but for what that gives `undefined` for. */
export const readBy = (read: (json: unknown) => unknown) => ({ [readerId]: (json: unknown) => read(json) ?? notPlain })

/** As an annotation, it does not outlive a change of what the schema means: a filter has annotations of its own. */
export const annotation = (read: Reader): { readonly [id]: Reader } => ({ [id]: read })

export const readerOf = ({ ast }: Schema.Schema.All): Reader =>
  ast._tag === "StringKeyword" ? asItIs : ast.annotations[id] as Reader | undefined ?? unknown

export const asItIs: Reader = (text) => text

const unknown: Reader = () => undefined

/** Zero is also what JavaScript makes of blanks. */
export const number: Reader = (text) => {
  const value = Number(text)
  return Number.isFinite(value) && (value !== 0 || text === "0") ? value : undefined
}

export const boolean: Reader = (text) => text === "true" ? true : text === "false" ? false : undefined

export const options: Reader = (text) => text.split(";")

/** In UTC, as all of HubSpot's are: without that mark, time zones and other forms come into play. */
export const instant = (text: unknown): DateTime.Utc | undefined =>
  typeof text === "string" && text.endsWith("Z") ? fromText(text) : undefined

export const day: Reader = (text) => /^\d{4}-\d\d-\d\d$/.test(text) ? fromText(text) : undefined

const fromText = (text: string): DateTime.Utc | undefined => {
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? undefined : DateTime.unsafeFromDate(date)
}

type Json = { readonly [name: string]: unknown }

/** Reads records without histories and associations, as most are. */
export const records = (readerOf: (name: string) => Reader, names: ReadonlyArray<string> | undefined) => {
  const asked = names?.map((name) => [name, readerOf(name)] as const)

  /** With `null` for what is not set, or was cleared. */
  const propertiesOf = (raw: Texts): object | undefined => {
    const properties: { [name: string]: unknown } = {}
    for (const [name, read] of asked ?? Object.keys(raw).map((name) => [name, readerOf(name)] as const)) {
      const text = raw[name]
      const value = typeof text === "string" && text !== "" ? read(text) : null
      if (value === undefined) return undefined
      properties[name] = value
    }
    return properties
  }

  return <R extends CrmRecord<unknown>>(json: unknown): Answered<R> | undefined => {
    if (!isObject(json) || isThere(json.associations) || isThere(json.propertiesWithHistory)) return undefined
    const { archived = false, archivedAt, id, new: isNew, objectWriteTraceId: traceId, properties: raw } = json
    const createdAt = instant(json.createdAt)
    const updatedAt = instant(json.updatedAt)
    if (typeof id !== "string" || createdAt === undefined || updatedAt === undefined || !isTexts(raw)) return undefined
    if (typeof archived !== "boolean" || isThere(archivedAt)) return undefined
    if ((isThere(isNew) && typeof isNew !== "boolean") || (isThere(traceId) && typeof traceId !== "string")) {
      return undefined
    }
    const properties = propertiesOf(raw)
    if (properties === undefined) return undefined
    const record = { ...nothing, id, createdAt, updatedAt, archived, properties }
    return {
      // What `R` says of the names and their types is what was asked for, which types cannot follow.
      record: (isThere(isNew) ? { ...record, isNew } : record) as unknown as R,
      raw,
      traceId: traceId ?? undefined
    }
  }
}

/**
 * Begun with a spread, an object is made where the young ones are: V8 makes those of a plain literal in the old generation
 * once most of them outlive a collection, as records do that wait for the rest of their page. What that costs, and how the
 * client keeps from it, is told in effect-resilience's `internal/course.ts`.
 */
const nothing = {}

export type Texts = { readonly [name: string]: string | null }

const isThere = <A>(value: A): value is A & {} => value !== null && value !== undefined

const isObject = (u: unknown): u is Json => typeof u === "object" && u !== null && !Array.isArray(u)

/** A property of the name `__proto__` would be none of the object's own. */
export const isTexts = (u: unknown): u is Texts => {
  if (!isObject(u)) return false
  for (const name in u) {
    if ((typeof u[name] !== "string" && u[name] !== null) || name === "__proto__") return false
  }
  return true
}
