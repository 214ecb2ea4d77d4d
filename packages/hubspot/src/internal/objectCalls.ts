/** The calls for one record, and the listing of all. */
import { type ApiError, InvalidResponse } from "effect-resilience/ApiError"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { CrmObject, Lookup, Pages, Selection, Settings } from "../CrmObject.ts"
import type { Fields, Read, Written } from "../CrmRecord.ts"
import * as ErrorBody from "../ErrorBody.ts"
import { HubSpotClient } from "../HubSpotClient.ts"
import { normalized } from "./batches.ts"
import { invalid } from "./invalid.ts"
import type { ObjectWire } from "./objectWire.ts"
import type { Answered } from "./records.ts"

type Calls<F extends Fields> = Pick<CrmObject<F>, "create" | "get" | "update" | "archive" | "stream" | "pages">

export const make = <F extends Fields>(wire: ObjectWire<F>): Calls<F> => {
  const { encode, path } = wire
  const template = `${path}/{id}`
  const at = (id: string) => `${path}/${encodeURIComponent(id)}`

  const get = <Name extends string>(id: string, options: Lookup<F> & Selection<Name> & Settings = {}) =>
    Effect.gen(function*() {
      const client = yield* HubSpotClient
      const { archived, by, properties, ...settings } = options
      const names = wire.names({ properties })
      const answered = yield* client.get(at(yield* wire.checkId("GET", id)), wire.read<Read<F, Name>>(names), {
        ...settings,
        urlTemplate: template,
        query: { properties: names, archived, idProperty: by }
      })
      return answered.record
    })

  const create: Calls<F>["create"] = (input, settings) =>
    Effect.gen(function*() {
      const client = yield* HubSpotClient
      const properties = yield* encode("POST", input)
      const unique = wire.reconcileBy === undefined ? undefined : properties[wire.reconcileBy]
      const answered = yield* client.post(path, wire.written<Written<F>>(), {
        ...settings,
        body: { properties },
        replay: unique ? "safe" : "unsafe"
      }).pipe(
        Effect.catchTag("ClientError", (conflict) => {
          const id = conflict.retry?.uncertain === true ? ErrorBody.existingId(conflict) : Option.none()
          return Option.isNone(id) ? Effect.fail(conflict) : reconcile(client, id.value, properties, conflict, settings)
        })
      )
      return answered.record
    })

  /**
   * A repeat collided with a record that an earlier attempt may have created. It did if the record is as we sent it; if
   * not, the record is somebody else's, and the collision is real.
   */
  const reconcile = (
    client: HubSpotClient["Type"],
    id: string,
    sent: Answered<unknown>["raw"],
    conflict: ApiError,
    settings: Settings | undefined
  ) =>
    client.get(at(id), wire.read<Written<F>>(Object.keys(sent)), {
      ...settings,
      urlTemplate: template,
      query: { properties: Object.keys(sent) }
    }).pipe(
      Effect.filterOrFail(
        ({ raw }) =>
          Object.entries(sent).every(([name, value]) => normalized(value ?? "") === normalized(raw[name] ?? "")),
        () => conflict
      )
    )

  const update: Calls<F>["update"] = (id, input, { by, ...settings } = {}) =>
    Effect.gen(function*() {
      const client = yield* HubSpotClient
      const answered = yield* client.patch(at(yield* wire.checkId("PATCH", id)), wire.written<Written<F>>(), {
        ...settings,
        urlTemplate: template,
        query: { idProperty: by },
        body: { properties: yield* encode("PATCH", input) },
        replay: "safe"
      })
      return answered.record
    })

  const archive: Calls<F>["archive"] = (id, settings) =>
    Effect.gen(function*() {
      const client = yield* HubSpotClient
      yield* client.del(at(yield* wire.checkId("DELETE", id)), { ...settings, urlTemplate: template })
    })

  const pages = <Name extends string>(options: Selection<Name> & Pages & Settings = {}) => {
    const { archived, pageSize = 100, properties, ...settings } = options
    if (!(Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= 100)) {
      return Stream.fail(invalid("GET", path, {
        field: "pageSize",
        problem: "is not what HubSpot allows",
        remedy: "use a whole number from 1 to 100"
      }))
    }
    const names = wire.names({ properties })
    const schema = Page(wire.read<Read<F, Name>>(names))
    return Stream.paginateEffect(undefined as string | undefined, (after) =>
      Effect.gen(function*() {
        const client = yield* HubSpotClient
        const page = yield* client.get(path, schema, {
          ...settings,
          query: { limit: pageSize, after, properties: names, archived }
        })
        const next = page.paging?.next?.after
        if (next !== undefined && next === after) return yield* endless(path)
        return [page.results.map(({ record }) => record), Option.fromNullable(next)] as const
      }))
  }

  return {
    get,
    create,
    update,
    archive,
    pages,
    stream: (options) => Stream.mapConcatChunk(pages(options), Chunk.unsafeFromArray)
  }
}

const Page = <R>(record: Schema.Schema<Answered<R>, unknown>) =>
  Schema.Struct({
    results: Schema.Array(record),
    paging: Schema.optional(Schema.Struct({ next: Schema.optional(Schema.Struct({ after: Schema.String })) }))
  })

const endless = (path: string): InvalidResponse =>
  new InvalidResponse({
    method: "GET",
    urlTemplate: path,
    url: path,
    status: 200,
    problem: "its next page is the same page again",
    outcome: "refused",
    retryable: false
  })
