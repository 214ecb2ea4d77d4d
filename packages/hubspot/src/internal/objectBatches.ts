/** The calls that write many records at once; an upsert of one is a batch too, as HubSpot has no other. */
import type { ApiError } from "effect-resilience/ApiError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { CrmObject, Update } from "../CrmObject.ts"
import type { Fields, Input, Upserted, Written } from "../CrmRecord.ts"
import * as Associations from "./associations.ts"
import * as Batches from "./batches.ts"
import { keyFor, type ObjectWire, sent } from "./objectWire.ts"
import type { Answered } from "./records.ts"

type Calls<F extends Fields> = Pick<
  CrmObject<F>,
  "upsert" | "batchCreate" | "batchUpdate" | "batchUpsert" | "batchArchive"
>

export const make = <F extends Fields>(wire: ObjectWire<F>): Calls<F> => {
  const { checkId, encode } = wire
  const written = wire.written<Written<F>>()

  const batchCreate: Calls<F>["batchCreate"] = (inputs, { associations, ...settings } = {}) =>
    Batches.run({
      path: `${wire.path}/batch/create`,
      inputs,
      // With a trace id of its own a bad input fails alone.
      itemOf: (input, index) =>
        Either.gen(function*() {
          const properties = yield* encode("POST", input)
          const links = yield* Associations.encode(wire, associations?.(input, index))
          return { key: String(index), body: { properties, ...links, objectWriteTraceId: String(index) } }
        }),
      keyOf: ({ traceId }) => traceId,
      schema: written,
      ...sent(settings, "unsafe"),
      repeats: "refuse"
    })

  const batchUpdate: Calls<F>["batchUpdate"] = (inputs, { by, ...settings } = {}) =>
    Batches.run({ ...updates(wire, by), inputs, schema: written, ...sent(settings, "safe"), repeats: "refuse" })

  const batchUpsert: Calls<F>["batchUpsert"] = (inputs, { by, ...settings }) =>
    Batches.run({
      ...upserts(wire, by),
      inputs,
      schema: wire.written<Upserted<F>>(),
      ...sent(settings, "safe"),
      repeats: "refuse"
    })

  const upsert: Calls<F>["upsert"] = (properties, options) =>
    Effect.flatMap(
      batchUpsert([properties], options),
      ({ failed, succeeded }) =>
        failed[0] === undefined ? Effect.succeed(succeeded[0]!.record) : Effect.fail(failed[0].error)
    )

  const batchArchive: Calls<F>["batchArchive"] = (ids, settings) =>
    Batches.run<string, void>({
      path: `${wire.path}/batch/archive`,
      inputs: ids,
      itemOf: (id) => Either.map(checkId("POST", id), (id) => ({ key: id, body: { id } })),
      keyOf: () => undefined,
      schema: { nothing: undefined },
      ...sent(settings, "safe"),
      repeats: "share"
    })

  return { batchCreate, batchUpdate, batchUpsert, batchArchive, upsert }
}

/** What updates are on the wire, whoever makes them; `method` is that of the call that an error is to speak of. */
export const updates = <F extends Fields>(wire: ObjectWire<F>, by: string | undefined, method = "POST") => ({
  path: `${wire.path}/batch/update`,
  // With a trace id of its own a bad input fails alone.
  itemOf: ({ id, properties }: Update<F>): Either.Either<Batches.Item, ApiError> =>
    Either.gen(function*() {
      const key = keyFor(by)(yield* wire.checkId(method, id))
      const idProperty = by === undefined ? {} : { idProperty: by }
      const encoded = yield* wire.encode(method, properties)
      return { key, body: { id, ...idProperty, properties: encoded, objectWriteTraceId: key } }
    }),
  keyOf: ({ raw, record, traceId }: Answered<{ readonly id: string }>): string =>
    traceId ?? (by === undefined ? record.id : keyFor(by)(raw[by] ?? ""))
})

export const upserts = <F extends Fields>(wire: ObjectWire<F>, by: string) => ({
  path: `${wire.path}/batch/upsert`,
  itemOf: (input: Input<F>): Either.Either<Batches.Item, ApiError> =>
    Either.gen(function*() {
      const properties = yield* wire.encode("POST", input)
      const id = yield* wire.checkKey(by, properties[by])
      const key = keyFor(by)(id)
      return { key, body: { idProperty: by, id, properties, objectWriteTraceId: key } }
    }),
  keyOf: ({ raw, traceId }: Answered<unknown>): string => traceId ?? keyFor(by)(raw[by] ?? "")
})
