/** Sending one request and judging its answer: the innermost part of an attempt. */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Chunk from "effect/Chunk"
import type * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as ApiError from "../ApiError.ts"
import * as ApiResponse from "../ApiResponse.ts"
import type * as Classifier from "../Classifier.ts"
import { type CallId, identity } from "./call.ts"
import { toApiError } from "./connection.ts"
import type * as Lean from "./lean.ts"
import * as Plain from "./plain.ts"
import { after, firstOf, isDone, unsafeNow } from "./time.ts"
import type { Entry, Timers } from "./timers.ts"

/** A request, and all that has to do with its answer. */
export interface Sending {
  readonly equipment: {
    readonly client: HttpClient.HttpClient
    readonly transport: Lean.Transport | undefined
    readonly timers: Timers
  }
  readonly call: CallId
  readonly clock: Clock.Clock
  readonly request: HttpClientRequest.HttpClientRequest
  /** The whole of it may take until this instant, in milliseconds on the monotonic clock. */
  readonly until: number
  readonly onTimeout: () => ApiError.ApiError
  readonly classify: Classifier.Classifier
  readonly onHead: (head: Lean.Head) => Effect.Effect<void> | undefined
  /** Whoever runs the exchange aborts this when it is interrupted. */
  abortable: Lean.Abortable | undefined
}

/** How an answer is taken in: as a whole, or as a stream. */
export type Exchange<A, R> = (sending: Sending) => Effect.Effect<A, ApiError.ApiError, R>

type Read<A, R> = (call: CallId, answer: ApiResponse.ApiResponse) => Effect.Effect<A, ApiError.ApiError, R>

/** Collects the whole answer, fails where the classifier says so, and reads it. */
const whole = <A, R>(read: Read<A, R>): Exchange<A, R> => (sending) => {
  const { equipment: { transport }, request: { body } } = sending
  return transport === undefined || body._tag === "FormData"
    ? inTime(
      sending,
      fetched(
        sending,
        (response) => Effect.flatMap(collected(sending.call, response), (answer) => judged(sending, answer, read))
      )
    )
    : Effect.flatMap(inCallbacks(transport, body, sending), (answer) => {
      const result = judged(sending, answer, read)
      return isDone(result) ? result : inTime(sending, result)
    })
}

/** The answer as it came. */
export const buffered: Exchange<ApiResponse.ApiResponse, never> = whole((_, answer) => Effect.succeed(answer))

/** The answer's JSON, decoded. */
export const decoded = <A, I, R>(schema: Schema.Schema<A, I, R>): Exchange<A, R> =>
  whole((call, answer) => {
    const json = ApiResponse.json(answer)
    // Not even JSON: a proxy's page, or an answer cut short. A repeat may well bring the real one.
    if (Either.isLeft(json)) return Effect.fail(invalidResponse(call, answer, json.left, true))
    const plain = Plain.readerOf(schema)(json.right)
    // What it reads is what the schema would have read.
    if (plain !== Plain.notPlain) return Effect.succeed(plain as A)
    const invalid = (error: ParseResult.ParseError) => invalidResponse(call, answer, describeIssues(error), false)
    const result = Schema.decodeUnknown(schema, { errors: "all" })(json.right)
    // Of nearly all schemas it is at hand.
    return isEither(result)
      ? Either.match(result, { onLeft: (error) => Effect.fail(invalid(error)), onRight: Effect.succeed })
      : Effect.mapError(result, invalid)
  })

const isEither = <A, E, R>(self: Effect.Effect<A, E, R>): self is Either.Either<A, E> => Either.isEither(self)

/** Waits for the first chunk of the body; the rest follows as a stream for as long as the scope is open. */
export const streamed = (
  idle: Effect.Effect<never, ApiError.ApiError>
): Exchange<Stream.Stream<Uint8Array, ApiError.ApiError>, Scope.Scope> =>
(sending) => inTime(sending, fetched(sending, (response) => firstChunk(sending, response, idle)))

const firstChunk = (
  sending: Sending,
  response: HttpClientResponse.HttpClientResponse,
  idle: Effect.Effect<never, ApiError.ApiError>
) =>
  Effect.gen(function*() {
    const { call, clock } = sending
    const head = ApiResponse.make(response.status, response.headers, new Uint8Array())
    const failure = yield* Effect.sync(() => sending.classify(head, clock.unsafeCurrentTimeMillis())).pipe(
      // It may throw. What nobody is going to read must not keep its connection.
      Effect.onError(() => leave(response.stream))
    )
    if (failure !== undefined) {
      const answer = yield* collected(call, response)
      return Stream.make(yield* judged(sending, answer, () => Effect.succeed(answer.body)))
    }
    const pull = yield* Stream.toPull(
      Stream.catchAll(response.stream, (error) =>
        // How the platform's fetch says that there is no body, where there need not be one.
        error.reason === "EmptyBody" ? Stream.empty : Stream.fail(toApiError(call, error)))
    )
    const first = yield* Effect.catchAll(
      pull,
      Option.match({ onNone: () => Effect.succeed(Chunk.empty<Uint8Array>()), onSome: Effect.fail })
    )
    // Both can be interrupted, or where the caller cannot the one would wait for the other for ever.
    const rest = firstOf(Effect.interruptible(pull), Effect.interruptible(Effect.mapError(idle, Option.some)))
    return Stream.concat(Stream.fromChunk(first), Stream.fromPull(Effect.succeed(rest)))
  })

/** Begins to read and stops at once, which ends the connection: the platform has no other word for that. */
const leave = <A, E>(stream: Stream.Stream<A, E>): Effect.Effect<void> =>
  Effect.ignore(Effect.timeoutOption(Effect.interruptible(Stream.runDrain(stream)), 0))

/** Sends the request with any client, and takes in an answer that has just begun to arrive. */
const fetched = <A, R>(
  sending: Sending,
  receive: (response: HttpClientResponse.HttpClientResponse) => Effect.Effect<A, ApiError.ApiError, R>
): Effect.Effect<A, ApiError.ApiError, R> =>
  Effect.matchEffect(sending.equipment.client.execute(sending.request), {
    onFailure: (error) => Effect.fail(toApiError(sending.call, error)),
    onSuccess: (response) => after(sending.onHead(response), receive(response))
  })

/**
 * Sends the request over a lean transport, and takes in the whole answer. All of it is callbacks, and so is its timeout: there
 * is no fibre but the caller's. An interruption is seen to by whoever runs it, as a canceller of `Effect.async` would cost a
 * third of the whole.
 */
const inCallbacks = (transport: Lean.Transport, body: Lean.Body, sending: Sending) => {
  const pending = new PendingExchange(sending)
  return after(
    sending.equipment.timers.arm(sending.until),
    Effect.async<ApiResponse.ApiResponse, ApiError.ApiError>((tell) => pending.begin(transport, body, tell))
  )
}

type Result = Effect.Effect<ApiResponse.ApiResponse, ApiError.ApiError>

/** A class for the sake of the collector: see `course.ts`. */
class PendingExchange implements Lean.Listener, Lean.Abortable {
  private readonly sending: Sending
  private readonly timer: Entry
  private resume: ((result: Result) => void) | undefined
  private abortable: Lean.Abortable | undefined

  constructor(sending: Sending) {
    this.sending = sending
    sending.abortable = this
    this.timer = sending.equipment.timers.unsafeSet(sending.until, () => this.onTimeout())
  }

  begin(transport: Lean.Transport, body: Lean.Body, resume: (result: Result) => void): void {
    // Its time may have been up before it began.
    if (this.timer.ring === undefined) return resume(this.late())
    this.resume = resume
    this.abortable = transport(this.sending.request, body, this)
  }

  private late(): Result {
    return Effect.failSync(() => this.sending.onTimeout())
  }

  private onTimeout(): void {
    this.sending.abortable = undefined
    this.abortable?.abort()
    this.resume?.(this.late())
  }

  abort(): void {
    this.sending.abortable = undefined
    this.sending.equipment.timers.unsafeCallOff(this.timer)
    this.abortable?.abort()
  }

  private finish(head: Lean.Head | undefined, result: Result): void {
    const { sending } = this
    sending.abortable = undefined
    sending.equipment.timers.unsafeCallOff(this.timer)
    // Suspended: what the caller's functions throw is for the fibre to die of, and not for the connection.
    this.resume?.(Effect.suspend(() => after(head && sending.onHead(head), result)))
  }

  onAnswer(head: Lean.Head, body: Uint8Array): void {
    this.finish(head, Effect.succeed(ApiResponse.make(head.status, head.headers, body)))
  }

  onFailure(error: HttpClientError.HttpClientError, head: Lean.Head | undefined): void {
    this.finish(head, Effect.fail(toApiError(this.sending.call, error, head !== undefined)))
  }
}

const inTime = <A, R>(
  sending: Sending,
  self: Effect.Effect<A, ApiError.ApiError, R>
) => {
  const { clock, equipment: { timers }, until } = sending
  return timers.within(self, until - unsafeNow(clock), () => sending.onTimeout())
}

const judged = <A, R>(sending: Sending, answer: ApiResponse.ApiResponse, read: Read<A, R>) => {
  const { call, clock } = sending
  const failure = sending.classify(answer, clock.unsafeCurrentTimeMillis())
  return failure === undefined ? read(call, answer) : Effect.fail(toError(call, answer, failure))
}

const collected = (call: CallId, response: HttpClientResponse.HttpClientResponse) =>
  response.arrayBuffer.pipe(
    Effect.map((body) => ApiResponse.make(response.status, response.headers, new Uint8Array(body))),
    Effect.mapError((error: HttpClientError.ResponseError) => toApiError(call, error))
  )

/** A classifier's instant, if it is one. */
const instant = (millis: number | undefined): Option.Option<DateTime.Utc> =>
  millis === undefined ? Option.none() : DateTime.make(millis)

const toError = (
  call: CallId,
  answer: ApiResponse.ApiResponse,
  { details, outcome, policy, retryAt, retryable, tag }: Classifier.Failure
): ApiError.ApiError => {
  const fields = {
    ...answered(call, answer),
    outcome,
    retryable,
    ...(details === undefined ? {} : { details }),
    ...Option.match(instant(retryAt), { onNone: () => ({}), onSome: (retryAt) => ({ retryAt }) })
  }
  switch (tag) {
    case "RateLimited":
      return new ApiError.RateLimited({ ...fields, ...(policy === undefined ? {} : { policy }) })
    case "ServerError":
      return new ApiError.ServerError(fields)
    case "ClientError":
      return new ApiError.ClientError(fields)
    case "InvalidResponse":
      return new ApiError.InvalidResponse({ ...fields, problem: "that status was not expected" })
  }
}

const invalidResponse = (call: CallId, answer: ApiResponse.ApiResponse, problem: string, retryable: boolean) =>
  new ApiError.InvalidResponse({ ...answered(call, answer), outcome: "unknown", retryable, problem })

const answered = (call: CallId, answer: ApiResponse.ApiResponse) => ({
  ...identity(call),
  status: answer.status,
  body: Either.getOrElse(ApiResponse.json(answer), () => answer.text.slice(0, longestText))
})

/** Pages of HTML are long, and errors are kept. */
const longestText = 4096

/** Where the answer differs from its schema, and how; never what it holds, which may be personal. */
const describeIssues = (error: ParseResult.ParseError): string => {
  const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
  const shown = issues.slice(0, 3).map(({ _tag, path }) =>
    `${path.length === 0 ? "the body" : path.map(String).join(".")} is ${
      _tag === "Missing" ? "missing" : "not what the schema says"
    }`
  )
  return issues.length > 3 ? `${shown.join(", ")}, and ${issues.length - 3} more` : shown.join(", ")
}
