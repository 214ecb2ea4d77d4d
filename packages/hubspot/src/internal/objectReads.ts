/** The calls that read records by their ids, or all of them. */
import type { ApiError } from "effect-resilience/ApiError"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { BatchResult } from "../BatchResult.ts"
import type { BatchSettings, CrmObject, Lookup, Pages, Related, Selection, Settings } from "../CrmObject.ts"
import type { CrmRecord, Fields, Read } from "../CrmRecord.ts"
import { HubSpotClient, type Service as Client } from "../HubSpotClient.ts"
import * as Batches from "./batches.ts"
import { invalid } from "./invalid.ts"
import * as MergedGets from "./mergedGets.ts"
import { keyFor, type ObjectWire, sent, together } from "./objectWire.ts"
import { type Cursor, endless, firstPage, nextPage, Paging } from "./paging.ts"
import { type Answered, undecoded } from "./records.ts"
import { type Asked, maxRecords, split } from "./selection.ts"

type Calls<F extends Fields> = Pick<CrmObject<F>, "get" | "batchRead" | "pages" | "stream">

export const make = <F extends Fields>(wire: ObjectWire<F>): Calls<F> => {
  const { checkId, path } = wire

  const template = `${path}/{id}`

  // Written without a generator: it is what programs do most.
  const get = <Name extends string, Past extends string>(
    id: string,
    options: Lookup<F> & Selection<Name, Past> & Related & Settings = {}
  ): Effect.Effect<Read<F, Name, Past>, ApiError, HubSpotClient> => {
    type R = Read<F, Name, Past>
    return Effect.flatMap(
      HubSpotClient,
      (client) =>
        client.batching !== undefined && MergedGets.canBeMerged(id, options)
          ? Effect.flatMap(
            getMerged<R>(client.batching, id, options),
            Option.match({ onNone: () => getAlone<R>(client, id, options), onSome: Effect.succeed })
          )
          : getAlone<R>(client, id, options)
    ).pipe(together(options))
  }

  const getAlone = <R extends CrmRecord<unknown>>(
    client: Client,
    id: string,
    { archived, associations, by, properties, propertiesWithHistory, ...settings }:
      & Lookup<F>
      & Selection<string, string>
      & Related
      & Settings
  ): Effect.Effect<R, ApiError, HubSpotClient> => {
    const checked = checkId("GET", id)
    if (Either.isLeft(checked)) return Effect.fail(checked.left)
    const { head, rest } = split(wire.asked({ properties, propertiesWithHistory }))
    const answered = client.get(`${path}/${encodeURIComponent(id)}`, wire.read<R>(head.names, head.history), {
      ...settings,
      urlTemplate: template,
      query: { ...queryOf(head), associations, archived, idProperty: by }
    })
    return rest === undefined
      ? Effect.map(answered, ({ record }) => record)
      : Effect.flatMap(answered, ({ record }) =>
        Effect.flatMap(
          read<R>([record.id], rest, { ...settings, archived }),
          ({ failed, succeeded }) =>
            failed[0] === undefined
              ? Effect.succeed(merge(record, succeeded[0]!.record))
              : Effect.fail(failed[0].error)
        ))
  }

  const read = <R extends CrmRecord<unknown>>(
    ids: ReadonlyArray<string>,
    asked: Asked,
    options: Lookup<F> & Pick<Selection<string>, "archived"> & BatchSettings
  ) => readAs(wire.read<R>(asked.names, asked.history), ids, asked, options)

  const readAs = <R extends { readonly id: string }>(
    schema: Schema.Schema<Answered<R>, unknown>,
    ids: ReadonlyArray<string>,
    { history, names }: Asked,
    { archived, by, ...settings }: MergedGets.Which & BatchSettings
  ): Effect.Effect<BatchResult<string, R>, never, HubSpotClient> =>
    Batches.run<string, R>({
      path: `${path}/batch/read`,
      inputs: ids,
      itemOf: (id) => Either.map(checkId("POST", id), (id) => ({ key: keyFor(by)(id), body: { id } })),
      keyOf: ({ raw, record }) => keyFor(by)(by === undefined ? record.id : raw[by] ?? ""),
      schema,
      extras: {
        properties: by === undefined || names.includes(by) ? names : [...names, by],
        propertiesWithHistory: history,
        ...(by === undefined ? {} : { idProperty: by })
      },
      size: maxRecords({ names, history }),
      ...sent(settings, "safe", { archived }),
      repeats: "share"
    })

  const getMerged = MergedGets.make(wire, (ids, asked, which) => readAs(undecoded, ids, asked, which))

  /**
   * The records with the properties that a URL had no room for. One that has gone meanwhile is left out, as it would be
   * had it gone a moment sooner.
   */
  const readRest = <R extends CrmRecord<unknown>>(
    records: ReadonlyArray<R>,
    rest: Asked,
    options: Pick<Selection<string>, "archived"> & Settings
  ) =>
    Effect.gen(function*() {
      const { failed, succeeded } = yield* read<R>(records.map(({ id }) => id), rest, options)
      const failure = failed.find(({ error }) => !(error._tag === "ClientError" && error.status === 404))
      if (failure !== undefined) return yield* failure.error
      const others = new Map(succeeded.map(({ input, record }) => [input, record]))
      return records.flatMap((record) => {
        const other = others.get(record.id)
        return other === undefined ? [] : [merge(record, other)]
      })
    })

  const batchRead = <Name extends string, Past extends string>(
    ids: ReadonlyArray<string>,
    { properties, propertiesWithHistory, ...options }: Lookup<F> & Selection<Name, Past> & BatchSettings = {}
  ) => read<Read<F, Name, Past>>(ids, wire.asked({ properties, propertiesWithHistory }), options)

  const pages = <Name extends string, Past extends string>(
    options: Selection<Name, Past> & Related & Pages & Settings = {}
  ) => {
    const { archived, associations, pageSize, properties, propertiesWithHistory, ...settings } = options
    const asked = wire.asked({ properties, propertiesWithHistory })
    const most = maxRecords(asked)
    const limit = pageSize ?? most
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= most)) {
      return Stream.fail(invalid("GET", path, {
        field: "pageSize",
        problem: "is not what HubSpot allows",
        remedy: `use a whole number from 1 to ${most}`
      }))
    }
    const { head, rest } = split(asked)
    const schema = Page(wire.read<Read<F, Name, Past>>(head.names, head.history))
    const next = (page: typeof schema.Type, cursor: Cursor) => {
      const after = page.paging?.next?.after
      return after !== undefined && after === cursor.mark
        ? Effect.fail(endless("GET", path))
        : Effect.succeed(Option.map(Option.fromNullable(after), (after) => nextPage(cursor, after)))
    }
    const recordsOf = (page: typeof schema.Type) => {
      const records = page.results.map(({ record }) => record)
      return rest === undefined ? Effect.succeed(records) : readRest(records, rest, { ...settings, archived })
    }
    const query = { limit, ...queryOf(head), associations, archived }
    return Stream.paginateEffect(firstPage, (cursor) =>
      Effect.flatMap(HubSpotClient, (client) =>
        Effect.flatMap(
          client.get(path, schema, { ...settings, query: { ...query, after: cursor.after } }),
          (page) => Effect.zipWith(next(page, cursor), recordsOf(page), (next, records) => [records, next] as const)
        )).pipe(together(settings)))
  }

  return {
    get,
    batchRead,
    pages,
    stream: (options) => Stream.mapConcatChunk(pages(options), Chunk.unsafeFromArray)
  }
}

const queryOf = ({ history, names }: Asked) => ({
  properties: names,
  propertiesWithHistory: history.length === 0 ? undefined : history
})

/** One record out of two reads. What the type says of its properties is true of the two together. */
const merge = <R extends CrmRecord<unknown>>(one: R, other: R): R => {
  const histories = [one, other].map((record) =>
    "propertiesWithHistory" in record ? record.propertiesWithHistory as object : undefined
  )
  return {
    ...one,
    properties: { ...one.properties as object, ...other.properties as object },
    ...(histories.every((history) => history === undefined)
      ? {}
      : { propertiesWithHistory: { ...histories[0], ...histories[1] } })
  }
}

const Page = <R>(record: Schema.Schema<Answered<R>, unknown>) =>
  Schema.Struct({ results: Schema.Array(record), paging: Paging })
