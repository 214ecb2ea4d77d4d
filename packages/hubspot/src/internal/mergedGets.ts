/** Gets of records that are answered by a batch read. */
import { type ApiError, ClientError, InvalidResponse, Timeout } from "effect-resilience/ApiError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { BatchResult } from "../BatchResult.ts"
import type { Related, Selection, Settings } from "../CrmObject.ts"
import type { CrmRecord, Fields } from "../CrmRecord.ts"
import type { HubSpotClient } from "../HubSpotClient.ts"
import { isUnmentioned } from "./batches.ts"
import type { Answers, Batching } from "./batching.ts"
import { keyFor, type ObjectWire } from "./objectWire.ts"
import type { Undecoded } from "./records.ts"
import { type Asked, maxRecords } from "./selection.ts"

/** By what records are found. */
export interface Which {
  readonly by?: string | undefined
  readonly archived?: boolean | undefined
}

type Options = Which & Selection<string, string> & Related & Settings

/**
 * A batch read has no associations, and one set of properties and of settings for all. HubSpot refuses all of a batch for
 * an id that is not a number.
 */
export const canBeMerged = (
  id: string,
  { associations = [], attemptTimeout, by, propertiesWithHistory = [], retries }: Options
): boolean =>
  associations.length === 0 && propertiesWithHistory.length === 0 && attemptTimeout === undefined &&
  retries === undefined && (by !== undefined || /^\d{1,18}$/.test(id))

type ReadAll = (
  ids: ReadonlyArray<string>,
  asked: Asked,
  which: Which
) => Effect.Effect<BatchResult<string, Undecoded>, never, HubSpotClient>

/** None where the batch says nothing of the record, as it does of one that was merged into another. */
export const make = <F extends Fields>(wire: ObjectWire<F>, readAll: ReadAll) => {
  const identity = { method: "GET", urlTemplate: `${wire.path}/{id}`, url: `${wire.path}/{id}` }

  const decoded = <R extends CrmRecord<unknown>>(json: unknown, { names }: Asked): Either.Either<R, ApiError> =>
    Schema.decodeUnknownEither(wire.read<R>(names))(json).pipe(
      Either.mapBoth({
        onLeft: (error) => {
          const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
          const problem = `${issue?.path.map(String).join(".") || "the record"} is not what the schema says`
          return new InvalidResponse({
            ...identity,
            status: 200,
            body: json,
            problem,
            outcome: "unknown",
            retryable: false
          })
        },
        onRight: ({ record }) => record
      })
    )

  return <R extends CrmRecord<unknown>>(
    batching: Batching,
    id: string,
    options: Options
  ): Effect.Effect<Option.Option<R>, ApiError, HubSpotClient> =>
    Effect.gen(function*() {
      const { archived = false, by } = options
      const asked = wire.asked(options)
      const answer = yield* batching.ask({
        group: JSON.stringify([wire.path, by, archived, [...asked.names].sort()]),
        key: keyFor(by)(yield* wire.checkId("GET", id)),
        most: maxRecords(asked),
        send: (ids) => Effect.map(readAll(ids, asked, { by, archived }), answersOf),
        onDeadline: (limit, outcome) =>
          new Timeout({ ...identity, scope: "deadline", limit, outcome, retryable: false })
      })
      if (answer === undefined) return Option.none()
      const json = yield* Either.mapLeft(answer, ofOne(identity))
      return Option.some(yield* decoded<R>(json, asked))
    })
}

const answersOf = ({ failed, succeeded }: BatchResult<string, Undecoded>): Answers => {
  const answers = new Map<string, Either.Either<unknown, ApiError>>()
  for (const { input, record } of succeeded) answers.set(input, Either.right(record.json))
  for (const { error, input } of failed) if (!isUnmentioned(error)) answers.set(input, Either.left(error))
  return answers
}

/**
 * What is said of one record reads as the error of its get, and has nothing of the other records. What the call itself
 * ended with, which is what has a history, is everybody's.
 */
const ofOne = (identity: Pick<ApiError, "method" | "urlTemplate" | "url">) => (error: ApiError): ApiError => {
  if (error._tag !== "ClientError" || error.retry !== undefined) return error
  const { body: _, ...fields } = error
  return new ClientError({ ...fields, ...identity })
}
