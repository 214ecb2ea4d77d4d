/** Records on the wire: decoding their properties by the module's schemas, and encoding what is to be written. */
import type { InvalidRequest } from "effect-resilience/ApiError"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Rec from "effect/Record"
import * as Schema from "effect/Schema"
import type { Associated as AssociatedRecords, CrmRecord, Fields } from "../CrmRecord.ts"
import { invalid } from "./invalid.ts"
import * as Plain from "./plainRecords.ts"

/** Ids are strings; some of HubSpot's answers have them as numbers. */
const Id = Schema.transform(Schema.Union(Schema.String, Schema.Number), Schema.String, {
  strict: true,
  decode: String,
  encode: (id) => id
})

const Version = Schema.Struct({
  value: nullable(Schema.String),
  timestamp: Schema.DateTimeUtc,
  sourceType: nullable(Schema.String),
  sourceId: nullable(Schema.String),
  sourceLabel: nullable(Schema.String)
})

const Associated = Schema.Struct({
  results: Schema.Array(Schema.Struct({ id: Id, type: nullable(Schema.String) })),
  paging: nullable(Schema.Struct({ next: nullable(Schema.Struct({ after: Schema.String })) }))
})

/** What HubSpot documents as always there has to be there; all else may be missing, and may be more. */
const Wire = Schema.Struct({
  id: Id,
  properties: Schema.Record({ key: Schema.String, value: Schema.NullOr(Schema.String) }),
  createdAt: Schema.DateTimeUtc,
  updatedAt: Schema.DateTimeUtc,
  archived: Schema.optionalWith(Schema.Boolean, { default: () => false, nullable: true }),
  archivedAt: nullable(Schema.DateTimeUtc),
  propertiesWithHistory: nullable(Schema.Record({ key: Schema.String, value: Schema.NullOr(Schema.Array(Version)) })),
  associations: nullable(Schema.Record({ key: Schema.String, value: Associated })),
  new: nullable(Schema.Boolean),
  objectWriteTraceId: nullable(Schema.String)
})

function nullable<A, I>(schema: Schema.Schema<A, I>): Schema.optionalWith<Schema.Schema<A, I>, { nullable: true }> {
  return Schema.optionalWith(schema, { nullable: true })
}

/** A record that has arrived, and beside it what is needed to tell whose it is. */
export interface Answered<R> {
  readonly record: R
  readonly raw: (typeof Wire.Type)["properties"]
  readonly traceId: string | undefined
}

/** A record as it came. */
export interface Undecoded {
  readonly id: string
  readonly json: unknown
}

/** For records that several have asked for: each decodes what it gets, so that nobody fails with what is not its own. */
export const undecoded: Schema.Schema<Answered<Undecoded>, unknown> = Schema.transform(
  Schema.Unknown,
  Schema.declare((_): _ is Answered<Undecoded> => true),
  { strict: true, decode: asItCame, encode: ({ record }) => record.json }
).annotations(Plain.readBy(asItCame))

function asItCame(json: unknown): Answered<Undecoded> {
  const { id = "", objectWriteTraceId: traceId, properties } = Predicate.isRecord(json) ? json : {}
  return {
    record: { id: String(id), json },
    raw: Plain.isTexts(properties) ? properties : {},
    traceId: typeof traceId === "string" ? traceId : undefined
  }
}

export type Decoder = <R extends CrmRecord<unknown>>(
  names: ReadonlyArray<string> | undefined,
  history?: ReadonlyArray<string>
) => Schema.Schema<Answered<R>, unknown>

/** With `names`, each of them is there, as `null` where it is not set; without, whatever the answer holds. */
export const decoder = (fields: Fields): Decoder => {
  // Effect compiles a schema when it is first used, and keeps that: a program should not start with all that it might use.
  const decoders = new Map(
    Object.entries(fields).map(([name, field]) =>
      [name, (text: string) => ParseResult.decodeUnknownEither(field)(text)] as const
    )
  )
  const value = (name: string, text: string | null | undefined) => {
    // HubSpot writes a value that was cleared as an empty string.
    if (text === null || text === undefined || text === "") return Either.right(null)
    return decoders.get(name)?.(text) ?? Either.right(text)
  }
  const past = (name: string, { value: text, ...version }: typeof Version.Type) => ({
    ...version,
    text: text ?? "",
    // A property may have had another type when this was written.
    value: Either.getOrElse(value(name, text), () => null)
  })
  /** Of a value that is not plain its own schema is asked; of what that refuses, the record's. */
  const readers = new Map(
    Object.entries(fields).map(([name, field]) => {
      const plain = Plain.readerOf(field)
      const reader: Plain.Reader = (text) => plain(text) ?? Either.getOrUndefined(value(name, text))
      return [name, reader] as const
    })
  )
  const readerOf = (name: string) => readers.get(name) ?? Plain.asItIs

  const schemaOf = <R extends CrmRecord<unknown>>(
    names: ReadonlyArray<string> | undefined,
    history: ReadonlyArray<string>
  ): Schema.Schema<Answered<R>, unknown> => {
    const plain = Plain.records(readerOf, names)
    const read = (json: unknown) => history.length === 0 ? plain<R>(json) : undefined

    const exact = (wire: typeof Wire.Type): Either.Either<Answered<R>, ParseResult.ParseIssue> => {
      const properties: { [name: string]: unknown } = {}
      for (const name of names ?? Object.keys(wire.properties)) {
        const decoded = value(name, Object.hasOwn(wire.properties, name) ? wire.properties[name] : null)
        if (Either.isLeft(decoded)) {
          return Either.left(new ParseResult.Pointer(["properties", name], wire, decoded.left))
        }
        properties[name] = decoded.right
      }
      const { associations, new: isNew, objectWriteTraceId: traceId, properties: raw, ...rest } = wire
      const { propertiesWithHistory = {}, ...others } = rest
      const versions = history.map((name) => {
        const known = Object.hasOwn(propertiesWithHistory, name) ? propertiesWithHistory[name] : undefined
        return [name, (known ?? []).map((version) => past(name, version))] as const
      })
      const record = {
        ...others,
        properties,
        ...(history.length === 0 ? {} : { propertiesWithHistory: Object.fromEntries(versions) }),
        ...(associations === undefined ? {} : { associations: Rec.map(associations, associated) }),
        ...(isNew === undefined ? {} : { isNew })
      }
      // The loop makes what `R` says of the fields and names, which types cannot follow.
      return Either.right({ record: record as unknown as R, raw, traceId })
    }

    return Schema.transformOrFail(Schema.Unknown, Schema.declare((_): _ is Answered<R> => true), {
      strict: true,
      decode: (json, options) => {
        const answered = read(json)
        return answered === undefined
          ? ParseResult.flatMap(ParseResult.decodeUnknown(Wire)(json, options), exact)
          : ParseResult.succeed(answered)
      },
      encode: (answered, _, ast) => ParseResult.fail(new ParseResult.Forbidden(ast, answered, "records are only read"))
    }).annotations(Plain.readBy(read))
  }

  // Effect keeps what it compiles by the schema's identity: for the same selection it has to be the same one.
  const schemas = new Map<string, unknown>()
  return <R extends CrmRecord<unknown>>(
    names: ReadonlyArray<string> | undefined,
    history: ReadonlyArray<string> = []
  ) => {
    const key = JSON.stringify([names, history])
    let schema = schemas.get(key)
    if (schema === undefined) {
      if (schemas.size >= most) schemas.clear()
      schemas.set(key, schema = schemaOf(names, history))
    }
    return schema as Schema.Schema<Answered<R>, unknown> // it reads what was asked for, and `R` says what that was
  }
}

/** How many selections are remembered: a program has few, but may make them up as it goes. */
const most = 100

const associated = ({ paging, results }: typeof Associated.Type): AssociatedRecords => ({
  results,
  ...(paging?.next === undefined ? {} : { after: paging.next.after })
})

export type WireProperties = { readonly [name: string]: string }

export type Encoder = (
  input: { readonly [name: string]: unknown },
  call: { readonly method: string; readonly path: string }
) => Either.Either<WireProperties, InvalidRequest>

export const encoders = (fields: Fields): ReadonlyMap<string, (value: unknown) => Either.Either<unknown, unknown>> =>
  new Map(
    Object.entries(fields).map(([name, field]) =>
      [name, (value: unknown) => ParseResult.encodeUnknownEither(field)(value)] as const
    )
  )

export const encoder = (fields: Fields): Encoder => {
  const byName = encoders(fields)
  return (input, { method, path }) => {
    const refused = (name: string, problem: string, remedy: string) =>
      Either.left(invalid(method, path, { field: `properties.${name}`, problem, remedy }))
    const properties: Array<readonly [string, string]> = []
    for (const [name, value] of Object.entries(input)) {
      if (value === undefined) continue
      const encode = byName.get(name)
      if (encode === undefined) return refused(name, "is not known to the module", "make it known with `extend`")
      const encoded = value === null ? Either.right("") : encode(value)
      if (Either.isLeft(encoded) || typeof encoded.right !== "string") {
        return refused(name, "is not of its type", "give what its schema says, or null to clear it")
      }
      properties.push([name, encoded.right])
    }
    return Either.right(Object.fromEntries(properties))
  }
}
