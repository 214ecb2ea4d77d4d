/** What has changed, as a stream of pages with the cursor to go on from each. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Changes from "../Changes.ts"
import type { ChangesOptions, CrmObject, Settings } from "../CrmObject.ts"
import type { CrmRecord, Fields, Read } from "../CrmRecord.ts"
import { HubSpotClient } from "../HubSpotClient.ts"
import * as Search from "../Search.ts"
import * as Rounds from "./changes.ts"
import { walk } from "./objectSearch.ts"
import type { ObjectWire } from "./objectWire.ts"
import type { Answered } from "./records.ts"
import * as SearchBody from "./searchBody.ts"

type Calls<F extends Fields> = Pick<CrmObject<F>, "changes">

export const make = <F extends Fields>(wire: ObjectWire<F>): Calls<F> => {
  const path = `${wire.path}/search`

  const changes = <Name extends string>(
    from: DateTime.Utc | Changes.Cursor,
    { filter, overlap = "1 minute", pageSize, properties, ...settings }: ChangesOptions<F, Name> & Settings = {}
  ) =>
    Effect.gen(function*() {
      type R = Read<F, Name>
      const cursor = DateTime.isDateTime(from) ? Changes.since(from) : from
      const { names } = wire.asked({ properties })
      const changed = Search.gte(wire.modified, cursor.since)
      const search = Search.where<ReadonlyArray<Search.Filter<never>>>(
        ...(filter === undefined ? [] : [filter]),
        changed
      )
      const found = yield* SearchBody.make(wire, search, { names: [...new Set([...names, wire.modified])], pageSize })
      const body = yield* SearchBody.checkWalk(wire, found)
      const latest = cursor.round === undefined ? yield* latestOf(found, settings) : 0
      if (latest === undefined) return Stream.empty
      const pages = walk(path, { body, from: cursor.round?.after, schema: wire.read<R>(names), settings })
      const begun = Rounds.round(cursor, latest, Duration.toMillis(overlap))
      return Stream.mapAccum(pages, begun, (round, { after, results }) => {
        const [next, fresh] = Rounds.step(round, results.map(changeOf))
        const records = results.filter((_, index) => fresh[index]).map(({ record }) => record)
        return [next, { records, cursor: Rounds.cursor(next, after) }]
      })
    }).pipe(Stream.unwrap)

  /** When a record was last modified, by its property; `updatedAt` differs from it by moments, if at all. */
  const changeOf = ({ raw, record }: Answered<CrmRecord<unknown>>): Rounds.Change => ({
    id: record.id,
    modified: DateTime.toEpochMillis(
      Option.getOrElse(DateTime.make(raw[wire.modified] ?? ""), () => record.updatedAt)
    )
  })

  /** The instant of the latest change of all, if there is any. */
  const latestOf = (body: SearchBody.Body, settings: Settings) =>
    Effect.gen(function*() {
      const client = yield* HubSpotClient
      const { results } = yield* client.post(path, Schema.Struct({ results: Schema.Array(wire.read([])) }), {
        ...settings,
        body: {
          ...body,
          sorts: [{ propertyName: wire.modified, direction: "DESCENDING" }],
          properties: [wire.modified],
          limit: 1
        }
      })
      return results[0] === undefined ? undefined : changeOf(results[0]).modified
    })

  return { changes }
}
