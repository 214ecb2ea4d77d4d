/**
 * What goes wrong, how often and when: a plan that is data, so that it can be kept in a file and changed while the
 * emulator runs. The same seed and the same sequence of requests give the same run.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/**
 * A length of time: `"5 seconds"`, or a number of milliseconds.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Time: Schema.Schema<Duration.Duration, Duration.DurationInput> = Schema.transform(
  Schema.declare(
    (input): input is Duration.DurationInput => Option.isSome(Duration.decodeUnknown(input)),
    { identifier: "Time", description: "a duration such as \"5 seconds\", or a number of milliseconds" }
  ),
  Schema.DurationFromSelf,
  {
    strict: true,
    decode: Duration.decode,
    // Milliseconds, since a plan is shown as JSON; which has no infinity.
    encode: (duration) => Math.min(Duration.toMillis(duration), Number.MAX_SAFE_INTEGER)
  }
)

/**
 * What `Retry-After` says: a number of seconds; an HTTP date that is `date` from now, by the server's clock, in one of
 * the three forms that HTTP allows; or any text, sent as it is, for the forms that HTTP does not allow.
 *
 * @since 0.1.0
 * @category schemas
 */
export const RetryAfter = Schema.Union(
  Schema.NonNegative,
  Schema.String.pipe(
    Schema.pattern(/^[\t\x20-\x7e\xa0-\xff]*$/, { message: () => "a text that fits into a header" })
  ),
  Schema.Struct({
    date: Time,
    format: Schema.optionalWith(Schema.Literal("imf", "rfc850", "asctime"), { default: () => "imf" })
  })
)

/**
 * What `Retry-After` says.
 *
 * @since 0.1.0
 * @category models
 */
export type RetryAfter = typeof RetryAfter.Type

/**
 * An error status before anything is written. 502, 504 and from 520 on come from the edge, as HTML; the others have
 * HubSpot's error body. `retryAfter` is a header; 477 has one of 60 seconds unless told otherwise.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Status = Schema.Struct({
  kind: Schema.Literal("status"),
  status: Schema.Literal(423, 477, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 530),
  retryAfter: Schema.optionalWith(RetryAfter, { exact: true })
})

/**
 * A 429 that no quota asked for. `body` is one of the shapes HubSpot has been seen to send; `edge` is the text
 * `error code: 1015`. Without `retryAfter` there is no such header.
 *
 * @since 0.1.0
 * @category schemas
 */
export const RateLimited = Schema.Struct({
  kind: Schema.Literal("rateLimited"),
  body: Schema.optionalWith(Schema.Literal("tenSecondly", "secondly", "search", "daily", "edge"), {
    default: () => "tenSecondly"
  }),
  retryAfter: Schema.optionalWith(RetryAfter, { exact: true })
})

/**
 * The connection is reset before anything is written.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Reset = Schema.Struct({ kind: Schema.Literal("reset") })

/**
 * The write is carried out, then the connection is reset.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ResetAfterCommit = Schema.Struct({ kind: Schema.Literal("resetAfterCommit") })

/**
 * Nothing is written and no answer ever comes.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Hang = Schema.Struct({ kind: Schema.Literal("hang") })

/**
 * The write is carried out and no answer ever comes.
 *
 * @since 0.1.0
 * @category schemas
 */
export const HangAfterCommit = Schema.Struct({ kind: Schema.Literal("hangAfterCommit") })

/**
 * The right answer, but its body takes the time `over` to arrive.
 *
 * @since 0.1.0
 * @category schemas
 */
export const SlowBody = Schema.Struct({ kind: Schema.Literal("slowBody"), over: Time })

/**
 * The right headers and half of the body, then the connection closes.
 *
 * @since 0.1.0
 * @category schemas
 */
export const CutBody = Schema.Struct({ kind: Schema.Literal("cutBody") })

/**
 * The right answer, but it takes the time `after` until even its headers come.
 *
 * @since 0.1.0
 * @category schemas
 */
export const SlowHeaders = Schema.Struct({ kind: Schema.Literal("slowHeaders"), after: Time })

/**
 * The right answer under the wrong `content-type`; `""` is none. Default: `text/html`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ContentType = Schema.Struct({
  kind: Schema.Literal("contentType"),
  type: Schema.optionalWith(
    Schema.String.pipe(Schema.pattern(/^[\x20-\x7e]*$/, { message: () => "a text that fits into a header" })),
    { default: () => "text/html" }
  )
})

/**
 * A page of the edge in place of the answer, and nothing is written: with 200 as of a captive portal, with 403 as of a
 * challenge. Default: 200.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Html = Schema.Struct({
  kind: Schema.Literal("html"),
  status: Schema.optionalWith(Schema.Int.pipe(Schema.between(200, 599)), { default: () => 200 }),
  retryAfter: Schema.optionalWith(RetryAfter, { exact: true })
})

/**
 * What can happen to a request.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Fault = Schema.Union(
  Status,
  RateLimited,
  Reset,
  ResetAfterCommit,
  Hang,
  HangAfterCommit,
  SlowHeaders,
  SlowBody,
  CutBody,
  ContentType,
  Html
)

/**
 * What can happen to a request.
 *
 * @since 0.1.0
 * @category models
 */
export type Fault = typeof Fault.Type

/**
 * A share of the requests meets a fault. `path` is a prefix, or a glob for the whole path when it holds a `*`
 * (`*` stays within a segment, `**` does not). The shares of the rules that fit a request add up.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Rule = Schema.Struct({
  share: Schema.Number.pipe(Schema.between(0, 1)),
  fault: Fault,
  methods: Schema.optionalWith(Schema.Array(Schema.Literal("GET", "POST", "PATCH", "PUT", "DELETE")), { exact: true }),
  path: Schema.optionalWith(Schema.String, { exact: true })
})

/**
 * A stretch of time in which every request fails. The times count from the moment the plan is set: the start of the
 * server, or the request or call that changed the plan.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Outage = Schema.Struct({
  from: Time,
  to: Time,
  fault: Schema.optionalWith(Schema.Union(Status, RateLimited, Reset, Hang, Html), {
    default: () => ({ kind: "status", status: 503 } as const)
  })
}).pipe(
  Schema.filter(({ from, to }) => Duration.lessThan(from, to) || "an outage ends after it begins: from < to")
)

/** A length of time, or a number of milliseconds below zero. */
const Skew = Schema.transform(
  Schema.Union(Schema.Number.pipe(Schema.between(-8.64e14, 8.64e14)), Time),
  Schema.Number,
  {
    strict: true,
    decode: (skew) => typeof skew === "number" ? skew : Duration.toMillis(skew),
    encode: (millis) => millis
  }
)

/**
 * A plan of faults. `seed` decides which requests the rules pick; left out, it is the emulator's own. `clockSkew` is
 * how far the server's clock, as its HTTP dates tell it, is ahead of the real one: `date`, and `Retry-After` when it is
 * a date. It may be negative, in milliseconds. Default: 0.
 *
 * @since 0.1.0
 * @category schemas
 */
export const FaultPlan = Schema.Struct({
  seed: Schema.optionalWith(Schema.Int, { exact: true }),
  rules: Schema.optionalWith(Schema.Array(Rule), { default: () => [] }),
  outages: Schema.optionalWith(Schema.Array(Outage), { default: () => [] }),
  clockSkew: Schema.optionalWith(Skew, { exact: true })
})

/**
 * A plan of faults, decoded.
 *
 * @since 0.1.0
 * @category models
 */
export type FaultPlan = typeof FaultPlan.Type

/**
 * A plan of faults as it is written, in code, in JSON or in YAML.
 *
 * @since 0.1.0
 * @category models
 */
export type Input = typeof FaultPlan.Encoded

/**
 * Reads a plan; a key that no plan has is an error, so that a misspelt one is not a fault that never comes.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = Schema.decodeUnknown(FaultPlan, { onExcessProperty: "error" })

/**
 * A plan as it could have been written: `decode` takes it again, and JSON loses nothing of it.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encode: (plan: FaultPlan) => Input = Schema.encodeSync(FaultPlan)

/**
 * Says in a line where a plan is wrong: `rules[0].share: Expected a number between 0 and 1, actual 2`.
 *
 * @since 0.1.0
 * @category decoding
 */
export const explain = (error: ParseResult.ParseError): string => {
  const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
  // A union complains once for each member; the one that was meant is the one that was followed deepest.
  const deepest = issues.reduce((a, b) => b.path.length > a.path.length ? b : a)
  const path = deepest.path.map((key, i) => typeof key === "number" ? `[${key}]` : `${i > 0 ? "." : ""}${String(key)}`)
  const message = deepest.message.replace(/^Expected Struct \(.*?\)/, "Expected an object")
  return `${path.join("")}: ${message}`.replace(/^: /, "")
}

/**
 * Nothing goes wrong.
 *
 * @since 0.1.0
 * @category constructors
 */
export const none: Input = {}
