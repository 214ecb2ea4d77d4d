/**
 * Everything that can go wrong with a call to an HTTP API, as one closed union.
 *
 * The tag says what happened; `retryable` and `retryAt` say whether and when it may be repeated; `outcome` says
 * whether the server may have carried the request out. All of them are schemas, so they cross process borders and can
 * be stored. None holds a request, a header or a query value, nor do their messages tell what was answered: only `body` and
 * `details`, where a request was refused or its answer not understood, may hold personal data.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { answeredWith, describe, lost } from "./internal/message.ts"

/**
 * What became of the request at the server.
 *
 * - `refused`: the server said no; nothing was carried out
 * - `not-sent`: the request never reached the server
 * - `unknown`: it may have been carried out
 *
 * @since 0.1.0
 * @category models
 */
export const Outcome = Schema.Literal("refused", "not-sent", "unknown")

/**
 * @since 0.1.0
 * @category models
 */
export type Outcome = typeof Outcome.Type

/**
 * Why a call was not repeated once more.
 *
 * - `attempts`: the schedule has no retries left
 * - `deadline`: the next attempt could not begin before the deadline
 * - `budget`: the retry budget is spent
 * - `hint`: the server asks for a longer wait than the policy allows
 * - `not-replayable`: it may have been carried out, and the operation is not safe to repeat
 * - `not-retryable`: a repeat would fail the same way
 *
 * @since 0.1.0
 * @category models
 */
export const StopReason = Schema.Literal("attempts", "deadline", "budget", "hint", "not-replayable", "not-retryable")

/**
 * @since 0.1.0
 * @category models
 */
export type StopReason = typeof StopReason.Type

/**
 * The history of a call, on its final error.
 *
 * @since 0.1.0
 * @category models
 */
export const RetrySummary = Schema.Struct({
  /** Attempts made, the first one included. */
  attempts: Schema.Int,
  /** From the call to its final error, waiting included. */
  elapsed: Schema.Duration,
  stopped: StopReason,
  /** An earlier attempt may have been carried out. */
  uncertain: Schema.Boolean
})

/**
 * @since 0.1.0
 * @category models
 */
export type RetrySummary = typeof RetrySummary.Type

/**
 * What the API itself said of an error, as far as its body could be understood.
 *
 * @since 0.1.0
 * @category models
 */
export const ErrorDetails = Schema.Struct({
  message: Schema.optional(Schema.String),
  /** The API's own class of error, such as `VALIDATION_ERROR`. */
  category: Schema.optional(Schema.String),
  /** The id under which the API's support finds the call. */
  correlationId: Schema.optional(Schema.String),
  /** The parts of the request that were refused. */
  fields: Schema.optional(Schema.Array(Schema.Struct({
    field: Schema.optional(Schema.String),
    code: Schema.optional(Schema.String),
    message: Schema.String
  }))),
  /** What the credentials would have to be allowed to do, by the API's own names; one of several may be enough. */
  requiredScopes: Schema.optional(Schema.Array(Schema.String))
})

/**
 * @since 0.1.0
 * @category models
 */
export type ErrorDetails = typeof ErrorDetails.Type

const common = {
  method: Schema.String,
  /** The path with its parameters left open, such as `/crm/v3/objects/contacts/{id}`. */
  urlTemplate: Schema.String,
  /** Without user info, query and fragment, and with the path of the template. */
  url: Schema.String,
  outcome: Outcome,
  retryable: Schema.Boolean,
  /** The earliest instant at which a repeat makes sense. */
  retryAt: Schema.optional(Schema.DateTimeUtc),
  /** Present on the error a call ends with. */
  retry: Schema.optional(RetrySummary)
}

const answered = {
  ...common,
  status: Schema.Int,
  details: Schema.optional(ErrorDetails),
  /** The decoded JSON body, else its text. It may hold personal data: keep it out of logs. */
  body: Schema.optional(Schema.Unknown)
}

/**
 * The server answered 429. `policy` is the limit that was hit, when the API names one.
 *
 * @since 0.1.0
 * @category errors
 */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", {
  ...answered,
  policy: Schema.optional(Schema.String)
}) {
  override get message(): string {
    return describe(this, this.policy === undefined ? `answered ${this.status}` : `hit its limit ${this.policy}`)
  }
}

/**
 * The server answered 5xx.
 *
 * @since 0.1.0
 * @category errors
 */
export class ServerError extends Schema.TaggedError<ServerError>()("ServerError", answered) {
  override get message(): string {
    return describe(this, answeredWith(this))
  }
}

/**
 * The server answered 4xx, other than 429.
 *
 * @since 0.1.0
 * @category errors
 */
export class ClientError extends Schema.TaggedError<ClientError>()("ClientError", answered) {
  override get message(): string {
    return describe(this, answeredWith(this))
  }
}

/**
 * An attempt, or the deadline of the whole call, ran out.
 *
 * @since 0.1.0
 * @category errors
 */
export class Timeout extends Schema.TaggedError<Timeout>()("Timeout", {
  ...common,
  scope: Schema.Literal("attempt", "deadline"),
  /** The time that was allowed. */
  limit: Schema.Duration
}) {
  override get message(): string {
    const what = this.scope === "attempt" ? "gave no complete answer within" : "ran into its deadline of"
    return describe(this, `${what} ${Duration.format(this.limit)}`)
  }
}

/**
 * The connection could not be made, or broke.
 *
 * - `refused`, `unreachable`, `lookup`: nobody there; the request was not sent
 * - `reset`: the connection broke before an answer came
 * - `incomplete`: the answer broke off
 * - `tls`: the handshake failed; it may be repeated
 * - `certificate`: the server's certificate is not trusted; a repeat would fail the same way
 *
 * @since 0.1.0
 * @category errors
 */
export class ConnectionError extends Schema.TaggedError<ConnectionError>()("ConnectionError", {
  ...common,
  reason: Schema.Literal("refused", "unreachable", "lookup", "reset", "incomplete", "tls", "certificate", "other"),
  /** The system's own code, such as `ECONNRESET`. */
  code: Schema.optional(Schema.String)
}) {
  override get message(): string {
    return describe(this, `${lost(this.reason)} (${this.code ?? this.reason})`)
  }
}

/**
 * Not sent: the circuit for `key` is open. `retryAt` is when it may close.
 *
 * @since 0.1.0
 * @category errors
 */
export class CircuitOpen extends Schema.TaggedError<CircuitOpen>()("CircuitOpen", {
  ...common,
  key: Schema.String
}) {
  override get message(): string {
    return describe(this, `was not sent: the circuit ${this.key} is open`)
  }
}

/**
 * Not sent: the client's own limits had no room for it, or its credentials could not be had.
 *
 * @since 0.1.0
 * @category errors
 */
export class Rejected extends Schema.TaggedError<Rejected>()("Rejected", {
  ...common,
  reason: Schema.Literal("queue-full", "waited-too-long", "store-unavailable", "credentials-unavailable"),
  /** The tag or name of the failure behind it. */
  failure: Schema.optional(Schema.String)
}) {
  override get message(): string {
    return describe(this, `was not sent: ${this.reason}${this.failure === undefined ? "" : ` (${this.failure})`}`)
  }
}

/**
 * Not sent: what was asked cannot be right. Names the field and the remedy.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>()("InvalidRequest", {
  ...common,
  field: Schema.String,
  problem: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return describe(this, `was not sent: ${this.field} ${this.problem}; ${this.remedy}`)
  }
}

/**
 * An answer that is not what its schema says, or with a status nobody expects.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidResponse extends Schema.TaggedError<InvalidResponse>()("InvalidResponse", {
  ...answered,
  problem: Schema.String
}) {
  override get message(): string {
    return describe(this, `answered ${this.status}, but ${this.problem}`)
  }
}

const classes = {
  RateLimited,
  ServerError,
  ClientError,
  Timeout,
  ConnectionError,
  CircuitOpen,
  Rejected,
  InvalidRequest,
  InvalidResponse
}

/**
 * The closed union of all errors, as a schema.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ApiError = Schema.Union(
  RateLimited,
  ServerError,
  ClientError,
  Timeout,
  ConnectionError,
  CircuitOpen,
  Rejected,
  InvalidRequest,
  InvalidResponse
)

/**
 * The closed union of all errors.
 *
 * @example
 * ```ts
 * import type { ApiError } from "effect-resilience"
 * import { Match } from "effect"
 *
 * // Forgetting a tag does not compile.
 * const advice: (error: ApiError.ApiError) => string = Match.type<ApiError.ApiError>().pipe(
 *   Match.tags({ RateLimited: (error) => `again at ${error.retryAt}` }),
 *   Match.tag("ServerError", "Timeout", "ConnectionError", "CircuitOpen", "Rejected", () => "again later"),
 *   Match.tag("ClientError", "InvalidRequest", () => "mend the request"),
 *   Match.tag("InvalidResponse", () => "ask the API's support"),
 *   Match.exhaustive
 * )
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export type ApiError =
  | RateLimited
  | ServerError
  | ClientError
  | Timeout
  | ConnectionError
  | CircuitOpen
  | Rejected
  | InvalidRequest
  | InvalidResponse

/**
 * The tags of all errors.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Tag = Schema.Literal(
  "RateLimited",
  "ServerError",
  "ClientError",
  "Timeout",
  "ConnectionError",
  "CircuitOpen",
  "Rejected",
  "InvalidRequest",
  "InvalidResponse"
) satisfies Schema.Schema<ApiError["_tag"]>

/**
 * The tags of all errors.
 *
 * @since 0.1.0
 * @category models
 */
export type Tag = typeof Tag.Type

/**
 * @since 0.1.0
 * @category guards
 */
export const isApiError = (u: unknown): u is ApiError =>
  u instanceof Error && Object.values(classes).some((ErrorClass) => u instanceof ErrorClass)

/**
 * The same error, with the history of its call.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withRetry = <E extends ApiError>(error: E, retry: RetrySummary): E => {
  const { _tag, ...fields } = error
  // `classes` pairs each tag with its own class, which TypeScript cannot follow through a union.
  const ErrorClass = classes[_tag] as unknown as new(fields: unknown) => E
  return new ErrorClass({ ...fields, retry })
}
