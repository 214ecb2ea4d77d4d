/** Parts of answers, read as leniently as they can be: HubSpot leaves fields out, and sends ids in two forms. */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/** A field that may be missing, or `null`, which is the same. */
export const maybe = <A, I>(schema: Schema.Schema<A, I>): Schema.optionalWith<typeof schema, { nullable: true }> =>
  Schema.optionalWith(schema, { nullable: true })

/** A list that may be missing, which is an empty one. */
export const list = <A, I>(
  schema: Schema.Schema<A, I>
): Schema.optionalWith<Schema.Array$<typeof schema>, { nullable: true; default: () => Array<never> }> =>
  Schema.optionalWith(Schema.Array(schema), { nullable: true, default: () => [] })

/** A number or a string on the wire, here always a string. */
export const Id: Schema.Schema<string, string | number> = Schema.transform(
  Schema.Union(Schema.String, Schema.Number),
  Schema.String,
  { strict: true, decode: String, encode: (id) => id }
)

/** A number, which may come as a text. */
export const Whole: Schema.Schema<number, string | number> = Schema.transform(
  Schema.Union(Schema.Number, Schema.NumberFromString),
  Schema.Number,
  { strict: true, decode: (number) => number, encode: (number) => number }
)

/** Any plain value on the wire, here always a string. */
export const Text: Schema.Schema<string, string | number | boolean> = Schema.transform(
  Schema.Union(Schema.String, Schema.Number, Schema.Boolean),
  Schema.String,
  { strict: true, decode: String, encode: (text) => text }
)

/** ISO 8601, or milliseconds since the epoch. */
export const Instant: Schema.Schema<DateTime.Utc, string | number> = Schema.transformOrFail(
  Schema.Union(Schema.String, Schema.Number),
  Schema.DateTimeUtcFromSelf,
  {
    strict: true,
    decode: (wire, _, ast) =>
      Option.match(DateTime.make(wire), {
        onNone: () => ParseResult.fail(new ParseResult.Type(ast, wire, "not an instant")),
        onSome: (instant) => ParseResult.succeed(DateTime.toUtc(instant))
      }),
    encode: (instant) => ParseResult.succeed(DateTime.formatIso(instant))
  }
)

/** A page of a listing. */
export const Page = <A, I>(item: Schema.Schema<A, I>) =>
  Schema.Struct({
    results: Schema.Array(item),
    paging: maybe(Schema.Struct({ next: maybe(Schema.Struct({ after: maybe(Id) })) }))
  })

/** The items of an answer that is not divided into pages. */
export const Results = <A, I>(item: Schema.Schema<A, I>): Schema.Schema<ReadonlyArray<A>, unknown> =>
  Schema.pluck(Schema.Struct({ results: Schema.Array(item) }), "results") as Schema.Schema<ReadonlyArray<A>, unknown>
