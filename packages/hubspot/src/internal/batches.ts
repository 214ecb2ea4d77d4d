/** Batches of any number of inputs: split, sent, and each answer given to the input it belongs to. */
import { type ApiError, ClientError, InvalidResponse } from "effect-resilience/ApiError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { BatchResult } from "../BatchResult.ts"
import * as ErrorBody from "../ErrorBody.ts"
import { HubSpotClient, type RequestOptions } from "../HubSpotClient.ts"
import { invalid } from "./invalid.ts"
import { normalized } from "./objectWire.ts"
import type { Answered } from "./records.ts"

/** One input on its way: `key` is what its answer will be known by. */
export interface Item {
  readonly key: string
  readonly body: unknown
}

export interface Batch<Input, R> {
  readonly path: string
  readonly inputs: ReadonlyArray<Input>
  readonly itemOf: (input: Input, index: number) => Either.Either<Item, ApiError>
  /** What the answer calls the input it belongs to. */
  readonly keyOf: (answered: Answered<R>) => string | undefined
  /** None for a call that HubSpot answers with nothing: what no error speaks of has succeeded, with this. */
  readonly schema: Schema.Schema<Answered<R>, unknown> | { readonly nothing: R }
  /** Inputs of one call. Default: 100, which is HubSpot's limit. */
  readonly size?: number
  /** What is sent beside the inputs. */
  readonly extras?: { readonly [name: string]: unknown }
  readonly options: RequestOptions
  readonly concurrency: number
  /** The inputs that an error of a 207 is about, by its context. Default: those whose trace id or id it has. */
  readonly keysOfError?: (context: Context) => ReadonlyArray<unknown>
  /** Two equal keys: one input for both, or a mistake? */
  readonly repeats: "share" | "refuse"
}

type Context = { readonly [name: string]: unknown }

type Outcome<R> = Either.Either<R, ApiError>

export const run = <Input, R>(
  batch: Batch<Input, R>
): Effect.Effect<BatchResult<Input, R>, never, HubSpotClient> =>
  Effect.gen(function*() {
    const prepared = batch.inputs.map((input, index) => ({ input, index, item: batch.itemOf(input, index) }))
    const first = new Map<string, { readonly item: Item; readonly index: number }>()
    for (const { index, item } of prepared) {
      if (Either.isRight(item) && !first.has(item.right.key)) first.set(item.right.key, { item: item.right, index })
    }
    const items = [...first.values()].map(({ item }) => item)
    // Nothing at all would be one empty chunk.
    const chunks = items.length === 0 ? [] : Arr.chunksOf(items, batch.size ?? 100)
    const answers = yield* Effect.forEach(chunks, (chunk) => send(batch, chunk), { concurrency: batch.concurrency })
    const outcomes = new Map(answers.flatMap((outcomes) => [...outcomes]))

    const outcomeOf = ({ index, item }: typeof prepared[number]): Outcome<R> =>
      Either.flatMap(item, ({ key }) =>
        batch.repeats === "refuse" && first.get(key)?.index !== index
          ? Either.left(invalid("POST", batch.path, {
            field: `inputs.${index}`,
            problem: "names a record that an earlier input names too",
            remedy: "merge the two, or send them one after the other"
          }))
          : outcomes.get(key) ?? unmentioned(batch))
    const [failed, succeeded] = Arr.partitionMap(prepared, (one) =>
      Either.mapBoth(outcomeOf(one), {
        onLeft: (error) => ({ input: one.input, error }),
        onRight: (record) => ({ input: one.input, record })
      }))
    return { succeeded, failed }
  })

/** One call: each input's own record or error, or for all of them the error of the call. */
const send = <Input, R>(
  batch: Batch<Input, R>,
  items: ReadonlyArray<Item>
): Effect.Effect<ReadonlyMap<string, Outcome<R>>, never, HubSpotClient> =>
  Effect.gen(function*() {
    const client = yield* HubSpotClient
    const body = { ...batch.extras, inputs: items.map((item) => item.body) }
    const options = { ...batch.options, body }
    const answer = yield* Effect.either(
      "nothing" in batch.schema
        ? Effect.map(client.post(batch.path, Schema.Unknown, options), nothing)
        : client.post(batch.path, Answer(batch.schema), options)
    )
    if (Either.isLeft(answer)) return new Map(items.map(({ key }) => [key, Either.left(answer.left)]))
    const outcomes = new Map<string, Outcome<R>>()
    const others: Array<ApiError> = []
    const keyed = new Set(items.map(({ key }) => key))
    for (const error of answer.right.errors ?? []) {
      const keys = keysOf(error, batch.keysOfError).map((key) => keyed.has(key) ? key : normalized(key)).filter((key) =>
        keyed.has(key)
      )
      for (const key of keys) outcomes.set(key, Either.left(inputError(batch, error)))
      if (keys.length === 0) others.push(inputError(batch, error))
    }
    const strangers: Array<R> = []
    for (const answered of answer.right.results) {
      const key = batch.keyOf(answered)
      if (key === undefined || !keyed.has(key)) strangers.push(answered.record)
      // What an error is about has failed, whatever else is said of it.
      else if (!outcomes.has(key)) outcomes.set(key, Either.right(answered.record))
    }
    // A merged record answers under another id, a secondary email under the first: what is left over belongs together.
    const [unanswered, ...more] = items.filter(({ key }) => !outcomes.has(key))
    const [stranger] = strangers
    if (unanswered !== undefined && more.length === 0 && strangers.length === 1 && stranger !== undefined) {
      outcomes.set(unanswered.key, Either.right(stranger))
    }
    // An error that names nobody is for all those who got nothing.
    for (const { key } of items) {
      if (!outcomes.has(key)) outcomes.set(key, others[0] === undefined ? unmentioned(batch) : Either.left(others[0]))
    }
    return outcomes
  })

const Answer = <R>(record: Schema.Schema<Answered<R>, unknown>) =>
  Schema.Struct({
    results: Schema.Array(record),
    errors: Schema.optional(Schema.NullOr(Schema.Array(Schema.Unknown)))
  })

/** An answer without a body; were there one, its errors would count. */
const nothing = (
  body: unknown
): { readonly results: ReadonlyArray<never>; readonly errors: ReadonlyArray<unknown> } => ({
  results: [],
  errors: Predicate.isRecord(body) && Array.isArray(body.errors) ? body.errors : []
})

/** The inputs that an error of a 207 is about. */
const keysOf = (error: unknown, keysIn: (context: Context) => ReadonlyArray<unknown> = byId): ReadonlyArray<string> => {
  const context = Predicate.isRecord(error) && Predicate.isRecord(error.context) ? error.context : {}
  return keysIn(context).flatMap((u) => Array.isArray(u) ? u : [u]).filter(Predicate.isString)
}

const byId = ({ id, ids, objectWriteTraceId }: Context) => [objectWriteTraceId, ids, id]

const identity = ({ path }: { readonly path: string }) => ({ method: "POST", urlTemplate: path, url: path })

/** The status that HubSpot gives to these categories when they come alone. */
const statusOf: Readonly<Record<string, number>> = {
  OBJECT_NOT_FOUND: 404,
  CONFLICT: 409,
  OBJECT_ALREADY_EXISTS: 409,
  MISSING_SCOPES: 403
}

const inputError = (batch: { readonly path: string }, error: unknown): ClientError => {
  const details = ErrorBody.details(error)
  return new ClientError({
    ...identity(batch),
    status: statusOf[details?.category ?? ""] ?? 400,
    body: error,
    ...(details === undefined ? {} : { details }),
    outcome: "refused",
    retryable: false
  })
}

const nothingSaid = "it says nothing of this input"

/** Whether that is all that is wrong: the call itself has succeeded. */
export const isUnmentioned = (error: ApiError): boolean =>
  error._tag === "InvalidResponse" && error.problem === nothingSaid

const unmentioned = <Input, R>(batch: Batch<Input, R>): Outcome<R> =>
  "nothing" in batch.schema
    ? Either.right(batch.schema.nothing)
    : Either.left(
      new InvalidResponse({
        ...identity(batch),
        status: 207,
        problem: nothingSaid,
        outcome: "unknown",
        retryable: false
      })
    )

/** Answers that tell by themselves whose they are. */
export const answered = <R, I>(schema: Schema.Schema<R, I>): Schema.Schema<Answered<R>, unknown> =>
  Schema.transform(schema, Schema.declare((_): _ is Answered<R> => true), {
    strict: true,
    decode: (record) => ({ record, raw: {}, traceId: undefined }),
    encode: ({ record }) => record
  }) as Schema.Schema<Answered<R>, unknown> // decoded from anything, so that it can be nested in any answer
