/** The batch calls on associations: HubSpot names an input by both of its ends. */
import type { ApiError } from "effect-resilience/ApiError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { Associated, Labelled, Pair } from "../Associations.ts"
import type { BatchResult } from "../BatchResult.ts"
import type { BatchSettings } from "../CrmObject.ts"
import type { HubSpotClient } from "../HubSpotClient.ts"
import * as Batches from "./batches.ts"
import * as Calls from "./calls.ts"
import * as Chunks from "./chunks.ts"
import { invalid } from "./invalid.ts"
import { Link } from "./links.ts"
import * as Paths from "./paths.ts"
import * as Wire from "./wire.ts"

/** HubSpot's own limits for one call. */
const maxRead = 1000
const maxCreate = 2000
const maxArchive = 100

const keyOf = (from: string, to: string): string => `${from}>${to}`

const pathOf = (from: string, to: string, call: string) =>
  Paths.fill("POST", `${Paths.associations}/batch/${call}`, { from, to })

/** An id that HubSpot could know: a blank one is not sent. */
const check = (path: string, ids: ReadonlyArray<string>, index: number): Either.Either<unknown, ApiError> =>
  ids.every((id) => typeof id === "string" && id.trim() !== "")
    ? Either.void
    : Either.left(invalid("POST", path, {
      field: `inputs.${index}`,
      problem: "does not name a record",
      remedy: "give the ids of records"
    }))

/** Both ends, as a labelled association answers with them, or a default one. */
const Ends = Schema.Union(
  Schema.Struct({ fromObjectId: Wire.Id, toObjectId: Wire.Id, labels: Wire.list(Schema.NullOr(Schema.String)) }),
  Schema.Struct({ from: Schema.Struct({ id: Wire.Id }), to: Schema.Struct({ id: Wire.Id }) })
)

interface Answer extends Associated {
  readonly from: string
  readonly to: string
}

const AnswerOf = Batches.answered(
  Schema.transform(Ends, Schema.declare((_): _ is Answer => true), {
    strict: true,
    decode: (ends) =>
      "from" in ends
        ? { from: ends.from.id, to: ends.to.id, labels: [] }
        : { from: ends.fromObjectId, to: ends.toObjectId, labels: ends.labels.filter((label) => label !== null) },
    encode: ({ from, to }) => ({ from: { id: from }, to: { id: to } })
  })
)

const connect = <Input extends Pair>(
  path: Either.Either<Paths.Filled, ApiError>,
  inputs: ReadonlyArray<Input>,
  repeats: "share" | "refuse",
  { concurrency = 4, ...settings }: BatchSettings
): Effect.Effect<BatchResult<Input, Associated>, never, HubSpotClient> => {
  const asked = new Set(inputs.map(({ from, to }) => keyOf(from, to)))
  const result = Batches.run<Input, Answer>({
    path: Either.match(path, { onLeft: () => Paths.associations, onRight: ({ path }) => path }),
    inputs,
    itemOf: ({ from, to, ...rest }, index) =>
      Either.flatMap(path, ({ path }) =>
        Either.map(check(path, [from, to], index), () => ({
          key: keyOf(from, to),
          body: { from: { id: from }, to: { id: to }, ...rest }
        }))),
    // A default association answers with both directions.
    keyOf: ({ record: { from, to } }) => asked.has(keyOf(from, to)) ? keyOf(from, to) : keyOf(to, from),
    keysOfError: ({ fromObjectId, toObjectId }) =>
      [fromObjectId].flat().flatMap((from) => [toObjectId].flat().map((to) => keyOf(String(from), String(to)))),
    schema: AnswerOf,
    concurrency,
    size: maxCreate,
    options: { ...settings, kind: "batch" },
    repeats
  })
  return Effect.map(result, ({ failed, succeeded }) => ({
    failed,
    succeeded: succeeded.map(({ input, record: { labels } }) => ({ input, record: { labels } }))
  }))
}

export const associate = (
  from: string,
  to: string,
  pairs: ReadonlyArray<Pair>,
  settings: BatchSettings
): Effect.Effect<BatchResult<Pair, Associated>, never, HubSpotClient> =>
  connect(pathOf(from, to, "associate/default"), pairs, "share", settings)

export const create = (
  from: string,
  to: string,
  inputs: ReadonlyArray<Labelled>,
  settings: BatchSettings
): Effect.Effect<BatchResult<Labelled, Associated>, never, HubSpotClient> =>
  connect(pathOf(from, to, "create"), inputs, "refuse", settings)

const withoutAnswer = <Input extends Pair>(
  call: string,
  from: string,
  to: string,
  inputs: ReadonlyArray<Input>,
  bodyOf: (input: Input) => object,
  { concurrency, ...settings }: BatchSettings
): Effect.Effect<BatchResult<Input, void>, never, HubSpotClient> => {
  const template = `${Paths.associations}/batch/${call}`
  return Chunks.run(
    {
      inputs,
      size: maxArchive,
      concurrency,
      check: (input, index) => check(template, [input.from, input.to], index)
    },
    (inputs) =>
      Effect.as(
        Calls.tell("POST", template, { from, to }, {
          ...settings,
          kind: "batch",
          body: { inputs: inputs.map(bodyOf) }
        }),
        inputs.map(() => undefined)
      )
  )
}

export const archive = (
  from: string,
  to: string,
  pairs: ReadonlyArray<Pair>,
  settings: BatchSettings
): Effect.Effect<BatchResult<Pair, void>, never, HubSpotClient> =>
  withoutAnswer("archive", from, to, pairs, (pair) => ({ from: { id: pair.from }, to: [{ id: pair.to }] }), settings)

export const archiveLabels = (
  from: string,
  to: string,
  inputs: ReadonlyArray<Labelled>,
  settings: BatchSettings
): Effect.Effect<BatchResult<Labelled, void>, never, HubSpotClient> =>
  withoutAnswer(
    "labels/archive",
    from,
    to,
    inputs,
    (input) => ({ from: { id: input.from }, to: { id: input.to }, types: input.types }),
    settings
  )

/** One page of what a record is associated with. */
const PageOf = Batches.answered(Schema.Struct({
  from: Schema.Struct({ id: Wire.Id }),
  to: Wire.list(Link),
  paging: Wire.maybe(Schema.Struct({ next: Wire.maybe(Schema.Struct({ after: Wire.maybe(Wire.Id) })) }))
}))

interface Asked {
  readonly id: string
  readonly after?: string
}

/** Round after round, until no record has more than it has shown. */
export const read = (
  from: string,
  to: string,
  ids: ReadonlyArray<string>,
  settings: BatchSettings
): Effect.Effect<BatchResult<string, ReadonlyArray<Link>>, never, HubSpotClient> =>
  Effect.gen(function*() {
    const links = new Map<string, ReadonlyArray<Link>>()
    const errors = new Map<string, ApiError>()
    let round: ReadonlyArray<Asked> = [...new Set(ids)].map((id) => ({ id }))
    while (round.length > 0) {
      const { failed, succeeded } = yield* readPages(from, to, round, settings)
      for (const { error, input: { id } } of failed) {
        if (saysNone(error)) links.set(id, links.get(id) ?? [])
        else errors.set(id, error)
      }
      round = succeeded.flatMap(({ input: { after: before, id }, record }) => {
        links.set(id, [...links.get(id) ?? [], ...record.to])
        const after = record.paging?.next?.after
        if (after === undefined) return []
        if (after !== before) return [{ id, after }]
        errors.set(id, Calls.endless(Paths.associations))
        return []
      })
    }
    const [failed, succeeded] = Arr.partitionMap(ids, (input) => {
      const error = errors.get(input)
      return error === undefined
        ? Either.right({ input, record: links.get(input) ?? [] })
        : Either.left({ input, error })
    })
    return { succeeded, failed }
  })

const readPages = (
  from: string,
  to: string,
  inputs: ReadonlyArray<Asked>,
  { concurrency = 4, ...settings }: BatchSettings
) => {
  const path = pathOf(from, to, "read")
  return Batches.run({
    path: Either.match(path, { onLeft: () => Paths.associations, onRight: ({ path }) => path }),
    inputs,
    itemOf: (input, index) =>
      Either.flatMap(
        path,
        ({ path }) => Either.map(check(path, [input.id], index), () => ({ key: input.id, body: input }))
      ),
    keyOf: ({ record }) => record.from.id,
    keysOfError: ({ fromObjectId, id, ids }) => [fromObjectId, ids, id],
    schema: PageOf,
    concurrency,
    size: maxRead,
    options: { ...settings, kind: "batch" },
    repeats: "share"
  })
}

/** A record without associations is an error to HubSpot; here it is an empty list. */
const saysNone = (error: ApiError): boolean =>
  error._tag === "ClientError" && Predicate.isRecord(error.body) &&
  error.body.subCategory === "crm.associations.NO_ASSOCIATIONS_FOUND"
