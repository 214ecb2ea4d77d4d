/** The calls for one record, and the listing of all. */
import { ClientError, InvalidResponse } from "effect-resilience/ApiError"
import * as Deadline from "effect-resilience/Deadline"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
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
import type { Answered, WireProperties } from "./records.ts"

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

  const create: Calls<F>["create"] = (input, settings = {}) =>
    Effect.gen(function*() {
      const client = yield* HubSpotClient
      const startedAt = yield* DateTime.now
      const properties = yield* encode("POST", input)
      const unique = wire.reconcileBy === undefined ? undefined : properties[wire.reconcileBy]
      const answered = yield* client.post(path, wire.written<Written<F>>(), {
        ...settings,
        body: { properties },
        replay: unique ? "safe" : "unsafe"
      }).pipe(
        Effect.catchTag("ClientError", (conflict) => {
          const id = conflict.retry?.uncertain === true ? ErrorBody.existingId(conflict) : Option.none()
          if (Option.isNone(id)) return Effect.fail(conflict)
          return reconcile(client, id.value, { properties, startedAt, conflict, settings })
        })
      )
      return answered.record
    }).pipe(settings.deadline === undefined ? (create) => create : Deadline.within(settings.deadline))

  /**
   * A repeat collided with a record that an earlier attempt may have created. It did if the record is as new as the call,
   * and as we sent it; if not, the record is somebody else's, and the collision is real.
   */
  const reconcile = (
    client: HubSpotClient["Type"],
    id: string,
    { conflict, properties, settings, startedAt }: {
      readonly properties: WireProperties
      readonly startedAt: DateTime.Utc
      readonly conflict: ClientError
      readonly settings: Settings
    }
  ) =>
    client.get(at(id), wire.read<Written<F>>(Object.keys(properties)), {
      ...settings,
      urlTemplate: template,
      query: { properties: Object.keys(properties) }
    }).pipe(
      // The create may have been carried out, whatever became of looking for it.
      Effect.mapError(() => new ClientError({ ...conflict, outcome: "unknown" })),
      Effect.filterOrFail(
        ({ raw, record }) =>
          DateTime.distance(record.createdAt, startedAt) <= clockSkew &&
          Object.entries(properties).every(([name, value]) => isSameValue(value, raw[name] ?? "")),
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
    return Stream.paginateEffect(firstPage, (cursor) =>
      Effect.gen(function*() {
        const client = yield* HubSpotClient
        const page = yield* client.get(path, schema, {
          ...settings,
          query: { limit: pageSize, after: cursor.after, properties: names, archived }
        })
        const next = page.paging?.next?.after
        if (next !== undefined && next === cursor.mark) return yield* endless(path)
        return [
          page.results.map(({ record }) => record),
          Option.map(Option.fromNullable(next), (after) => nextPage(cursor, after))
        ] as const
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

/** Where a listing stands; `mark` is an earlier cursor, by which a listing that goes in circles is found out. */
interface Cursor {
  readonly after: string | undefined
  readonly mark: string | undefined
  readonly steps: number
}

const firstPage: Cursor = { after: undefined, mark: undefined, steps: 1 }

/** The mark moves up at each power of two (Brent's algorithm): one is enough for circles of any length. */
const nextPage = ({ mark, steps }: Cursor, after: string): Cursor => ({
  after,
  mark: (steps & (steps - 1)) === 0 ? after : mark,
  steps: steps + 1
})

/** HubSpot's clock may be behind ours by this much, in milliseconds. */
const clockSkew = 5 * 60_000

/** HubSpot writes some values its own way: emails in lower case, 1.50 as 1.5, a date without its time. */
const isSameValue = (sent: string, stored: string): boolean =>
  normalized(sent) === normalized(stored) ||
  (stored.trim() !== "" && Number(sent) === Number(stored)) ||
  (/^\d{4}-\d\d-\d\d/.test(stored) && Date.parse(sent) === Date.parse(stored))

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
    problem: "its next page is one that was there already",
    outcome: "refused",
    retryable: false
  })
