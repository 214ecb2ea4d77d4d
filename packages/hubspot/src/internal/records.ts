/** Records on the wire: decoding their properties by the module's schemas, and encoding what is to be written. */
import type { InvalidRequest } from "effect-resilience/ApiError"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { CrmRecord, Fields } from "../CrmRecord.ts"
import { invalid } from "./invalid.ts"

const Wire = Schema.Struct({
  id: Schema.String,
  properties: Schema.Record({ key: Schema.String, value: Schema.NullOr(Schema.String) }),
  createdAt: Schema.DateTimeUtc,
  updatedAt: Schema.DateTimeUtc,
  archived: Schema.optionalWith(Schema.Boolean, { default: () => false }),
  archivedAt: Schema.optional(Schema.DateTimeUtc),
  new: Schema.optional(Schema.Boolean),
  objectWriteTraceId: Schema.optional(Schema.String)
})

/** A record that has arrived, and beside it what is needed to tell whose it is. */
export interface Answered<R> {
  readonly record: R
  readonly raw: (typeof Wire.Type)["properties"]
  readonly traceId: string | undefined
}

export type Decoder = <R extends CrmRecord<unknown>>(
  names: ReadonlyArray<string> | undefined
) => Schema.Schema<Answered<R>, unknown>

/** With `names`, each of them is there, as `null` where it is not set; without, whatever the answer holds. */
export const decoder = (fields: Fields): Decoder => {
  const decoders = new Map(
    Object.entries(fields).map(([name, field]) => [name, ParseResult.decodeUnknownEither(field)] as const)
  )
  const value = (name: string, text: string | null | undefined) => {
    // HubSpot writes a value that was cleared as an empty string.
    if (text === null || text === undefined || text === "") return Either.right(null)
    return decoders.get(name)?.(text) ?? Either.right(text)
  }
  return (<R>(names: ReadonlyArray<string> | undefined) =>
    Schema.transformOrFail(Wire, Schema.declare((_): _ is Answered<R> => true), {
      strict: true,
      decode: (wire) => {
        const properties: { [name: string]: unknown } = {}
        for (const name of names ?? Object.keys(wire.properties)) {
          const decoded = value(name, Object.hasOwn(wire.properties, name) ? wire.properties[name] : null)
          if (Either.isLeft(decoded)) {
            return ParseResult.fail(new ParseResult.Pointer(["properties", name], wire, decoded.left))
          }
          properties[name] = decoded.right
        }
        const { new: isNew, objectWriteTraceId: traceId, properties: raw, ...rest } = wire
        const record = { ...rest, properties, ...(isNew === undefined ? {} : { isNew }) }
        // The loop makes what `R` says of the fields and names, which types cannot follow.
        return ParseResult.succeed({ record: record as R, raw, traceId })
      },
      encode: (answered, _, ast) => ParseResult.fail(new ParseResult.Forbidden(ast, answered, "records are only read"))
    })) as Decoder // the input is decoded from anything, so that it can be nested in any answer
}

export type WireProperties = { readonly [name: string]: string }

export type Encoder = (
  input: { readonly [name: string]: unknown },
  call: { readonly method: string; readonly path: string }
) => Either.Either<WireProperties, InvalidRequest>

export const encoder = (fields: Fields): Encoder => {
  const encoders = new Map(
    Object.entries(fields).map(([name, field]) => [name, ParseResult.encodeUnknownEither(field)] as const)
  )
  return (input, { method, path }) => {
    const refused = (name: string, problem: string, remedy: string) =>
      Either.left(invalid(method, path, { field: `properties.${name}`, problem, remedy }))
    const properties: Array<readonly [string, string]> = []
    for (const [name, value] of Object.entries(input)) {
      if (value === undefined) continue
      const encode = encoders.get(name)
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
