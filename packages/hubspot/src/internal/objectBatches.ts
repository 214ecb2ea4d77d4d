/** The calls for many records at once; an upsert of one is a batch too, as HubSpot has no other. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { BatchSettings, CrmObject } from "../CrmObject.ts"
import type { Fields, Input, Read, Upserted, Written } from "../CrmRecord.ts"
import type { Query } from "../HubSpotClient.ts"
import * as Batches from "./batches.ts"
import type { ObjectWire } from "./objectWire.ts"

type Calls<F extends Fields> = Pick<
  CrmObject<F>,
  "upsert" | "batchCreate" | "batchRead" | "batchUpdate" | "batchUpsert"
>

export const make = <F extends Fields>(wire: ObjectWire<F>): Calls<F> => {
  const { checkId, checkKey, encode } = wire
  const written = wire.written<Written<F>>()

  const batchCreate: Calls<F>["batchCreate"] = (inputs, settings) =>
    Batches.run({
      path: `${wire.path}/batch/create`,
      inputs,
      // With a trace id of its own a bad input fails alone.
      itemOf: (input, index) =>
        Either.map(encode("POST", input), (properties) => ({
          key: String(index),
          body: { properties, objectWriteTraceId: String(index) }
        })),
      keyOf: ({ traceId }) => traceId,
      schema: written,
      ...sent(settings, "unsafe"),
      repeats: "refuse"
    })

  const batchRead: Calls<F>["batchRead"] = (ids, { archived, by, properties, ...settings } = {}) => {
    type R = Read<F, NonNullable<typeof properties>[number]>
    const names = wire.names({ properties })
    return Batches.run<string, R>({
      path: `${wire.path}/batch/read`,
      inputs: ids,
      itemOf: (id) => Either.map(checkId("POST", id), (id) => ({ key: keyFor(by)(id), body: { id } })),
      keyOf: ({ raw, record }) => keyFor(by)(by === undefined ? record.id : raw[by] ?? ""),
      schema: wire.read<R>(names),
      extras: {
        properties: by === undefined || names.includes(by) ? names : [...names, by],
        propertiesWithHistory: [],
        ...(by === undefined ? {} : { idProperty: by })
      },
      ...sent(settings, "safe", { archived }),
      repeats: "share"
    })
  }

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

  return { batchCreate, batchRead, batchUpdate, batchUpsert, upsert }
}

const sent = (
  { concurrency = 4, ...settings }: BatchSettings = {},
  replay: "safe" | "unsafe",
  query: Query = {}
) => ({ concurrency, options: { ...settings, kind: "batch" as const, replay, query } })

/** HubSpot trims and lower-cases emails; values of other properties differ where their letters do. */
const keyFor = (by: string | undefined) => (value: string): string => by === "email" ? Batches.normalized(value) : value
