/** Answers as HubSpot documents them, each with its source. */
import { Schema } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const fixtures = fileURLToPath(new URL("../fixtures/", import.meta.url))
const folder = `${fixtures}hubspot/`

const Fixture = Schema.parseJson(Schema.Struct({
  source: Schema.NonEmptyString,
  /** Fields that HubSpot may leave out, by their paths. */
  optional: Schema.Array(Schema.String),
  /** Every field that is documented. */
  body: Schema.Unknown,
  /** What HubSpot prints itself, to the letter. */
  examples: Schema.optionalWith(
    Schema.Array(Schema.Struct({ source: Schema.NonEmptyString, body: Schema.Unknown })),
    { default: () => [] }
  )
}))

/** An error as HubSpot sends it, and what is to be read out of it. */
const Failure = Schema.Struct({
  name: Schema.String,
  source: Schema.NonEmptyString,
  status: Schema.Number,
  body: Schema.Unknown,
  expected: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  /** What the emulator calls it, and the fields that it leaves out. */
  fault: Schema.optional(Schema.Literal("daily", "tenSecondly", "search", "edge")),
  optional: Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] })
})

export const failures: ReadonlyArray<typeof Failure.Type> = Schema.decodeUnknownSync(
  Schema.parseJson(Schema.Array(Failure))
)(readFileSync(`${fixtures}errors.json`, "utf8"))

export const names: ReadonlyArray<string> = readdirSync(folder).map((file) => file.replace(/\.json$/, ""))

export const read = (name: string): typeof Fixture.Type =>
  Schema.decodeUnknownSync(Fixture)(readFileSync(`${folder}${name}.json`, "utf8"))

type Json = { readonly [key: string]: unknown }

const isJson = (u: unknown): u is Json => typeof u === "object" && u !== null && !Array.isArray(u)

/** Every path to a field of a body; items of a list share theirs. */
export const paths = (body: unknown, at = ""): ReadonlyArray<string> => {
  if (Array.isArray(body)) return [...new Set(body.flatMap((item) => paths(item, at)))]
  if (!isJson(body)) return []
  return Object.entries(body).flatMap(([name, value]) => {
    const path = at === "" ? name : `${at}.${name}`
    return [path, ...paths(value, path)]
  })
}

/** The body with something else at a path, or without it where that is `undefined`. */
export const alter = (body: unknown, path: string, change: (value: unknown) => unknown): unknown => {
  if (Array.isArray(body)) return body.map((item) => alter(item, path, change))
  if (!isJson(body)) return body
  const [name = "", ...rest] = path.split(".")
  if (!(name in body)) return body
  const { [name]: value, ...others } = body
  const changed = rest.length === 0 ? change(value) : alter(value, rest.join("."), change)
  return changed === undefined ? others : { ...others, [name]: changed }
}

/** What kind of value stands at each path. */
export const kinds = (body: unknown): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const path of paths(body)) {
    alter(body, path, (value) => {
      const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value
      found.set(path, kind)
      return value
    })
  }
  return found
}
