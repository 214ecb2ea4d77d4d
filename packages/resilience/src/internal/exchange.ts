/** Sending one request and judging its answer: the innermost part of an attempt. */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
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
import { firstOf } from "./time.ts"

/** What to do with an answer that has just begun to arrive. */
export type Receive<A, R> = (
  call: CallId,
  response: HttpClientResponse.HttpClientResponse,
  classify: Classifier.Classifier
) => Effect.Effect<A, ApiError.ApiError, R>

export const send = <A, R>(
  client: HttpClient.HttpClient,
  call: CallId,
  request: HttpClientRequest.HttpClientRequest,
  classify: Classifier.Classifier,
  receive: Receive<A, R>,
  onAnswer: (response: HttpClientResponse.HttpClientResponse) => Effect.Effect<void> | undefined
): Effect.Effect<A, ApiError.ApiError, R> =>
  Effect.matchEffect(client.execute(request), {
    onFailure: (error) => Effect.fail(toApiError(call, error)),
    onSuccess: (response) => {
      const heard = onAnswer(response)
      const received = receive(call, response, classify)
      return heard === undefined ? received : Effect.zipRight(heard, received)
    }
  })

/** Reads the whole body, and fails where the classifier says so. */
export const buffered: Receive<ApiResponse.ApiResponse, never> = (call, response, classify) =>
  Effect.flatMap(read(call, response), (answer) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const failure = classify(answer, now)
      return failure === undefined ? Effect.succeed(answer) : Effect.fail(toError(call, answer, failure))
    }))

/** Reads the whole body and decodes it. */
export const decoded = <A, I, R>(schema: Schema.Schema<A, I, R>): Receive<A, R> => {
  const decode = Schema.decodeUnknown(schema, { errors: "all" })
  return (call, response, classify) =>
    Effect.flatMap(buffered(call, response, classify), (answer) =>
      Either.match(ApiResponse.json(answer), {
        // Not even JSON: a proxy's page, or an answer cut short. A repeat may well bring the real one.
        onLeft: (problem) => Effect.fail(invalidResponse(call, answer, problem, true)),
        onRight: (json) =>
          Effect.mapError(decode(json), (error) => invalidResponse(call, answer, describeIssues(error), false))
      }))
}

/** Waits for the first chunk of the body; the rest follows as a stream for as long as the scope is open. */
export const streamed = (
  idle: Effect.Effect<never, ApiError.ApiError>
): Receive<Stream.Stream<Uint8Array, ApiError.ApiError>, Scope.Scope> =>
(call, response, classify) =>
  Effect.gen(function*() {
    const head = ApiResponse.make(response.status, response.headers, new Uint8Array())
    if (classify(head, yield* Clock.currentTimeMillis) !== undefined) {
      return Stream.make((yield* buffered(call, response, classify)).body)
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
    const rest = firstOf(pull, Effect.mapError(idle, Option.some))
    return Stream.concat(Stream.fromChunk(first), Stream.fromPull(Effect.succeed(rest)))
  })

const read = (call: CallId, response: HttpClientResponse.HttpClientResponse) =>
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
