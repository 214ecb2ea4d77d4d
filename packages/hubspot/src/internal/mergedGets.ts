/** Gets of records that are answered by a batch read. */
import type { ApiError } from "effect-resilience/ApiError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { BatchResult } from "../BatchResult.ts"
import type { Related, Selection, Settings } from "../CrmObject.ts"
import type { CrmRecord, Fields } from "../CrmRecord.ts"
import type { HubSpotClient } from "../HubSpotClient.ts"
import type { Batching } from "./batching.ts"
import * as Merged from "./merged.ts"
import { keyFor, type ObjectWire } from "./objectWire.ts"
import type { Undecoded } from "./records.ts"
import { type Asked, maxRecords } from "./selection.ts"

/** By what records are found. */
export interface Which {
  readonly by?: string | undefined
  readonly archived?: boolean | undefined
}

type Options = Which & Selection<string, string> & Related & Settings

/** A batch read has no associations, and one set of properties for all. */
export const canBeMerged = (
  id: string,
  { associations = [], by, propertiesWithHistory = [], ...settings }: Options
): boolean => associations.length === 0 && propertiesWithHistory.length === 0 && Merged.canBeMerged(id, by, settings)

type ReadAll = (
  ids: ReadonlyArray<string>,
  asked: Asked,
  which: Which
) => Effect.Effect<BatchResult<string, Undecoded>, never, HubSpotClient>

/** None where the batch says nothing of the record, as it does of one that was merged into another. */
export const make = <F extends Fields>(wire: ObjectWire<F>, readAll: ReadAll) => {
  const identity = { method: "GET", urlTemplate: `${wire.path}/{id}`, url: `${wire.path}/{id}` }
  return <R extends CrmRecord<unknown>>(
    batching: Batching,
    id: string,
    options: Options
  ): Effect.Effect<Option.Option<R>, ApiError, HubSpotClient> =>
    Effect.gen(function*() {
      const { archived = false, by } = options
      const asked = wire.asked(options)
      const key = keyFor(by)(yield* wire.checkId("GET", id))
      const answer = yield* batching.ask({
        group: JSON.stringify(["get", wire.path, by, archived, [...asked.names].sort()]),
        item: { key, body: { id: key } },
        most: maxRecords(asked),
        send: (items) => {
          const ids = items.map(({ key }) => key)
          return Effect.map(readAll(ids, asked, { by, archived }), (result) => Merged.answersOf((id) => id, result))
        },
        onDeadline: Merged.onDeadline(identity)
      })
      if (answer === undefined) return Option.none()
      const json = yield* Either.mapLeft(answer, Merged.errorOf(identity))
      return Option.some(yield* Merged.decode(wire.read<R>(asked.names), identity, json))
    })
}
