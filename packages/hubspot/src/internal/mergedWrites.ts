/** Updates and upserts that are made at about the same time, and answered by a batch. */
import type { ApiError } from "effect-resilience/ApiError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Schema } from "effect/Schema"
import type { CrmObject, Settings } from "../CrmObject.ts"
import type { Fields, Upserted, Written } from "../CrmRecord.ts"
import { HubSpotClient } from "../HubSpotClient.ts"
import * as Batches from "./batches.ts"
import * as Merged from "./merged.ts"
import { updates, upserts } from "./objectBatches.ts"
import { type ObjectWire, sent, together } from "./objectWire.ts"
import { type Answered, type Undecoded, undecoded } from "./records.ts"

type Calls<F extends Fields> = Pick<CrmObject<F>, "update" | "upsert">

/** The same calls, merged where the client wants that. */
export const make = <F extends Fields>(wire: ObjectWire<F>, alone: Calls<F>): Calls<F> => ({
  update: (id, properties, options = {}) => {
    const { by, ...settings } = options
    const batch = updates(wire, by, "PATCH")
    const template = `${wire.path}/{id}`
    return run<Written<F>>({
      line: [wire.path, by],
      batch,
      item: () => batch.itemOf({ id, properties }),
      canBeMerged: Merged.canBeMerged(id, by, settings),
      alone: alone.update(id, properties, options),
      identity: { method: "PATCH", urlTemplate: template, url: template },
      schema: wire.written(),
      settings
    })
  },
  upsert: (properties, options) => {
    const { by, ...settings } = options
    const batch = upserts(wire, by)
    return run<Upserted<F>>({
      line: [wire.path, by],
      batch,
      item: () => batch.itemOf(properties),
      canBeMerged: Merged.canBeMerged("", by, settings),
      alone: alone.upsert(properties, options),
      identity: { method: "POST", urlTemplate: batch.path, url: batch.path },
      schema: wire.written(),
      settings
    })
  }
})

interface Write<R> {
  /** With the item's key it names the record, whose writes are sent in their order. */
  readonly line: ReadonlyArray<string | undefined>
  readonly batch: Pick<Batches.Batch<never, Undecoded>, "path" | "keyOf">
  readonly item: () => Either.Either<Batches.Item, ApiError>
  readonly canBeMerged: boolean
  readonly alone: Effect.Effect<R, ApiError, HubSpotClient>
  readonly identity: Merged.Identity
  readonly schema: Schema<Answered<R>, unknown>
  readonly settings: Settings
}

/** HubSpot's limit for one call. */
const most = 100

/** With others where the client wants that; alone where it does not, and where the batch has no answer to this one. */
const run = <R>(write: Write<R>): Effect.Effect<R, ApiError, HubSpotClient> =>
  Effect.gen(function*() {
    const { batching } = yield* HubSpotClient
    const { alone, batch, canBeMerged, identity, line, schema } = write
    if (batching === undefined || !batching.writes) return yield* alone
    const item = yield* write.item()
    const onDeadline = Merged.onDeadline(identity)
    return yield* batching.inTurn(JSON.stringify([...line, item.key]), onDeadline, (turn) =>
      Effect.gen(function*() {
        if (!canBeMerged) return yield* alone
        const answer = yield* batching.ask({
          group: JSON.stringify([batch.path, ...line]),
          item,
          most,
          send: (items) => Effect.map(sendAll(batch, items), (result) => Merged.answersOf(({ key }) => key, result)),
          onDeadline,
          turn
        })
        if (answer === undefined) return yield* alone
        return yield* Merged.decode(schema, identity, yield* Either.mapLeft(answer, Merged.errorOf(identity)))
      }))
  }).pipe(together(write.settings))

const sendAll = (batch: Write<unknown>["batch"], items: ReadonlyArray<Batches.Item>) =>
  Batches.run<Batches.Item, Undecoded>({
    ...batch,
    inputs: items,
    itemOf: Either.right,
    schema: undecoded,
    ...sent({}, "safe"),
    repeats: "refuse"
  })
