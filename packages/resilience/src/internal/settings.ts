/** Schemas for settings: what a person writes on the left, what the code works with on the right. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

const isDurationInput = (u: unknown): u is Duration.DurationInput => Option.isSome(Duration.decodeUnknown(u))

const DurationInput = Schema.declare(isDurationInput, {
  title: `a duration such as "5 seconds", or a number of milliseconds`
})

/** "5 seconds", milliseconds, or a `Duration`; finite and not negative. */
export const Time = Schema.transformOrFail(DurationInput, Schema.DurationFromSelf, {
  strict: true,
  decode: (input, _, ast) => {
    const duration = Duration.decode(input)
    return Duration.isFinite(duration) && !isNegative(input)
      ? ParseResult.succeed(duration)
      : ParseResult.fail(new ParseResult.Type(ast, input, "must be finite and not negative"))
  },
  encode: (duration) => ParseResult.succeed(duration)
})

// Effect reads a negative duration as zero; here it is a mistake to be told of.
const isNegative = (input: Duration.DurationInput): boolean =>
  typeof input === "number" ? !(input >= 0) : typeof input === "string" && input.trim().startsWith("-")

/** Like `Time`, and longer than zero. */
export const PositiveTime = Time.pipe(
  Schema.filter((duration) => Duration.toMillis(duration) > 0 || "must be longer than zero")
)

/** What is wrong with each field. One that may be left out complains once more, of not being left out: not told. */
export const issuesOf = (error: ParseResult.ParseError): ReadonlyArray<ParseResult.ArrayFormatterIssue> =>
  ParseResult.ArrayFormatter.formatErrorSync(error).filter(({ message }) => !message.startsWith("Expected undefined,"))

/** The same failure as a list of fields, without the detours of the schema. */
export const flat = (name: string) => (error: ParseResult.ParseError): ParseResult.ParseError => {
  const { actual } = error.issue
  const { ast } = Schema.Unknown.annotations({ identifier: name })
  const issues = issuesOf(error).map(({ message, path: [key, ...keys] }) => {
    const issue = new ParseResult.Type(ast, actual, message)
    return key === undefined ? issue : new ParseResult.Pointer([key, ...keys], actual, issue)
  })
  // What has failed has at least one issue.
  const composite = new ParseResult.Composite(ast, actual, issues as [typeof issues[number]])
  return new ParseResult.ParseError({ issue: composite })
}

/** Settings as a person writes them: all that is wrong is told, field by field, and what is misspelt is wrong too. */
export const decodeSettings = <A, I>(name: string, schema: Schema.Schema<A, I>) => {
  const decode = Schema.decode(schema, { errors: "all", onExcessProperty: "error" })
  return (settings: I): Effect.Effect<A, ParseResult.ParseError> => Effect.mapError(decode(settings), flat(name))
}

/** How many, of something that may be none. */
export const Count = Schema.Int.pipe(Schema.nonNegative())

/** How many, of something that there must be. */
export const PositiveCount = Schema.Int.pipe(Schema.positive())

/** Without the keys that are `undefined`, which would hide a default. */
export const given = <A extends object>(options: A): { readonly [K in keyof A]?: Exclude<A[K], undefined> } =>
  // The filter is what `Exclude` says, key by key.
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof A]?: Exclude<A[K], undefined>
  }
