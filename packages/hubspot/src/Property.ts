/**
 * Types of CRM properties. On the wire every value is a string, and one that is not set is `null` or empty.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/**
 * @since 0.1.0
 * @category schemas
 */
export const text = Schema.String

/**
 * @since 0.1.0
 * @category schemas
 */
export const number: Schema.Schema<number, string> = Schema.compose(Schema.NumberFromString, Schema.Finite)

/**
 * @since 0.1.0
 * @category schemas
 */
export const boolean: Schema.Schema<boolean, string> = Schema.transform(
  Schema.Literal("true", "false"),
  Schema.Boolean,
  { strict: true, decode: (text) => text === "true", encode: (value) => value ? "true" : "false" }
) as Schema.Schema<boolean, string> // every string is tried, and most are refused

/**
 * An instant; HubSpot sends ISO 8601, older properties milliseconds since the epoch.
 *
 * @since 0.1.0
 * @category schemas
 */
export const datetime: Schema.Schema<DateTime.Utc, string> = Schema.transformOrFail(
  Schema.String,
  Schema.DateTimeUtcFromSelf,
  {
    strict: true,
    decode: (text, _, ast) =>
      Option.match(DateTime.make(/^-?\d{9,}$/.test(text) ? Number(text) : text), {
        onNone: () => ParseResult.fail(new ParseResult.Type(ast, text, "not an instant")),
        onSome: (instant) => ParseResult.succeed(DateTime.toUtc(instant))
      }),
    encode: (instant) => ParseResult.succeed(DateTime.formatIso(instant))
  }
)

/**
 * Several of a list's options, as checkboxes have them; on the wire with semicolons between.
 *
 * @since 0.1.0
 * @category schemas
 */
export const options: Schema.Schema<ReadonlyArray<string>, string> = Schema.split(";")
