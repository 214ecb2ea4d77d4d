/** Calls on one record that are answered by a batch of many: what each caller makes of its part of the answer. */
import { type ApiError, ClientError, InvalidResponse, Timeout } from "effect-resilience/ApiError"
import type * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { BatchResult } from "../BatchResult.ts"
import type { Settings } from "../CrmObject.ts"
import { isUnmentioned } from "./batches.ts"
import type { Answers } from "./batching.ts"
import type { Answered, Undecoded } from "./records.ts"

/** What an error says of the call that somebody made. */
export type Identity = Pick<ApiError, "method" | "urlTemplate" | "url">

/** A batch has one set of settings for all. HubSpot refuses all of it for an id that is not a number. */
export const canBeMerged = (
  id: string,
  by: string | undefined,
  { attemptTimeout, retries }: Pick<Settings, "attemptTimeout" | "retries">
): boolean => attemptTimeout === undefined && retries === undefined && (by !== undefined || /^\d{1,18}$/.test(id))

export const onDeadline = (identity: Identity) => (limit: Duration.Duration, outcome: "not-sent" | "unknown") =>
  new Timeout({ ...identity, scope: "deadline", limit, outcome, retryable: false })

/** Those that the batch says something of: not of what was left out, nor of any one where it was refused as a whole. */
export const answersOf = <Input>(
  keyOf: (input: Input) => string,
  { failed, succeeded }: BatchResult<Input, Undecoded>
): Answers => {
  const answers = new Map<string, Either.Either<unknown, ApiError>>()
  for (const { input, record } of succeeded) answers.set(keyOf(input), Either.right(record.json))
  for (const { error, input } of failed) {
    if (!isUnmentioned(error) && !isOfAnother(error)) answers.set(keyOf(input), Either.left(error))
  }
  return answers
}

/**
 * A batch that is refused as a whole may be refused for one input, so that the others deserve a call of their own. Not so
 * for the token or its scopes, 401 and 403: they are the same for all, and would be refused once more for each.
 */
const isOfAnother = (error: ApiError): boolean =>
  error._tag === "ClientError" && isOfTheCall(error) && error.status !== 401 && error.status !== 403

/** What the call itself ended with has a history; what its answer says of one input has none. */
const isOfTheCall = (error: ApiError): boolean => error.retry !== undefined

/** What is said of one record reads as the error of its own call, and has nothing of the other records. */
export const errorOf = (identity: Identity) => (error: ApiError): ApiError => {
  if (error._tag !== "ClientError" || isOfTheCall(error)) return error
  const { body: _, ...fields } = error
  return new ClientError({ ...fields, ...identity })
}

/** Each decodes what it gets, so that nobody fails with what is not its own. */
export const decode = <R>(
  schema: Schema.Schema<Answered<R>, unknown>,
  identity: Identity,
  json: unknown
): Either.Either<R, ApiError> =>
  Schema.decodeUnknownEither(schema)(json).pipe(
    Either.mapBoth({
      onLeft: (error) => {
        const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
        return new InvalidResponse({
          ...identity,
          status: 200,
          body: json,
          problem: `${issue?.path.map(String).join(".") || "the record"} is not what the schema says`,
          outcome: "unknown",
          retryable: false
        })
      },
      onRight: ({ record }) => record
    })
  )
