/** The calls that write many records at once; an upsert of one is a batch too, as HubSpot has no other. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { CrmObject } from "../CrmObject.ts"
import type { Fields, Input, Upserted, Written } from "../CrmRecord.ts"
import * as Associations from "./associations.ts"
import * as Batches from "./batches.ts"
import { keyFor, type ObjectWire, sent } from "./objectWire.ts"

type Calls<F extends Fields> = Pick<
  CrmObject<F>,
  "upsert" | "batchCreate" | "batchUpdate" | "batchUpsert" | "batchArchive"
>

export const make = <F extends Fields>(wire: ObjectWire<F>): Calls<F> => {
  const { checkId, checkKey, encode } = wire
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
    Batches.run({
      path: `${wire.path}/batch/update`,
      inputs,
      itemOf: ({ id, properties }) =>
        Either.gen(function*() {
          const key = keyFor(by)(yield* checkId("POST", id))
          const idProperty = by === undefined ? {} : { idProperty: by }
          return {
            key,
            body: { id, ...idProperty, properties: yield* encode("POST", properties), objectWriteTraceId: key }
          }
        }),
      keyOf: ({ record, traceId }) => traceId ?? record.id,
      schema: written,
      ...sent(settings, "safe"),
      repeats: "refuse"
    })

  const batchUpsert: Calls<F>["batchUpsert"] = (inputs, { by, ...settings }) =>
    Batches.run<Input<F>, Upserted<F>>({
      path: `${wire.path}/batch/upsert`,
      inputs,
      itemOf: (input) =>
        Either.gen(function*() {
          const properties = yield* encode("POST", input)
          const id = yield* checkKey(by, properties[by])
          return { key: keyFor(by)(id), body: { idProperty: by, id, properties } }
        }),
      keyOf: ({ raw }) => keyFor(by)(raw[by] ?? ""),
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
