/**
 * Types of CRM properties. On the wire every value is a string, and one that is not set is `null` or empty.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Plain from "./internal/plainRecords.ts"

/**
 * @since 0.1.0
 * @category schemas
 */
export const text = Schema.String

/**
 * @since 0.1.0
 * @category schemas
 */
export const number: Schema.Schema<number, string> = Schema.compose(Schema.NumberFromString, Schema.Finite).annotations(
  Plain.annotation(Plain.number)
)

/**
 * @since 0.1.0
 * @category schemas
 */
export const boolean: Schema.Schema<boolean, string> = Schema.transform(
  Schema.Literal("true", "false"),
  Schema.Boolean,
  { strict: true, decode: (text) => text === "true", encode: (value) => value ? "true" : "false" }
).annotations(Plain.annotation(Plain.boolean)) as Schema.Schema<boolean, string> // every string is tried, and most are refused

/**
 * An instant; HubSpot sends ISO 8601, older properties milliseconds since the epoch.
 *
 * @since 0.1.0
 * @category schemas
 */
export const datetime: Schema.Schema<DateTime.Utc, string> = instant(
  (instant) => instant,
  DateTime.formatIso,
  Plain.instant
)

/**
 * A day, as its midnight in UTC; on the wire `2026-11-23`. What is written loses its time of day.
 *
 * @since 0.1.0
 * @category schemas
 */
export const date: Schema.Schema<DateTime.Utc, string> = instant(
  (instant) => DateTime.startOf(instant, "day"),
  DateTime.formatIsoDateUtc,
  Plain.day
)

/**
 * One of a list's options. The ones named here are those that HubSpot has from the start; a portal may add others, which
 * are read and written all the same.
 *
 * @since 0.1.0
 * @category schemas
 */
export const enumeration = <const Options extends ReadonlyArray<string>>(
  ...options: Options
): Schema.Schema<Options[number] | (string & {}), string> =>
  Schema.String.annotations({
    description: `one of ${options.join(", ")}, or another that the portal has`
  }) as Schema.Schema<string, string> // any string is one of the options or another

/**
 * Several of a list's options, as checkboxes have them; on the wire with semicolons between.
 *
 * @since 0.1.0
 * @category schemas
 */
export const options: Schema.Schema<ReadonlyArray<string>, string> = Schema.split(";").annotations(
  Plain.annotation(Plain.options)
)

function instant(
  read: (instant: DateTime.Utc) => DateTime.Utc,
  write: (instant: DateTime.Utc) => string,
  plain: Plain.Reader
): Schema.Schema<DateTime.Utc, string> {
  return Schema.transformOrFail(Schema.String, Schema.DateTimeUtcFromSelf, {
    strict: true,
    decode: (text, _, ast) =>
      Option.match(DateTime.make(/^-?\d{9,}$/.test(text) ? Number(text) : text), {
        onNone: () => ParseResult.fail(new ParseResult.Type(ast, text, "not an instant")),
        onSome: (instant) => ParseResult.succeed(read(DateTime.toUtc(instant)))
      }),
    encode: (instant) => ParseResult.succeed(write(instant))
  }).annotations(Plain.annotation(plain))
}
