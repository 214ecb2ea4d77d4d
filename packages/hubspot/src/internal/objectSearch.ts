/** The calls that search: in the order of ids however many there are, or in an order of one's own as far as HubSpot goes. */
import type { InvalidRequest } from "effect-resilience/ApiError"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { CrmObject, SearchOptions, Settings } from "../CrmObject.ts"
import type { CrmRecord, Fields, Read } from "../CrmRecord.ts"
import { HubSpotClient } from "../HubSpotClient.ts"
import type { Known, Search } from "../Search.ts"
import { invalid } from "./invalid.ts"
import type { ObjectWire } from "./objectWire.ts"
import { endless, Paging } from "./paging.ts"
import type { Answered } from "./records.ts"
import * as SearchBody from "./searchBody.ts"

type Calls<F extends Fields> = Pick<CrmObject<F>, "search" | "searchPages" | "count">

/** HubSpot's own limit: `after` and the page together may not pass it. */
const maxResults = 10_000

export const make = <F extends Fields>(wire: ObjectWire<F>, limit: number = maxResults): Calls<F> => {
  const path = `${wire.path}/search`

  const searchPages = <Name extends string>(search: Search<Known<F>>, options: SearchOptions<Name> & Settings = {}) => {
    const { pageSize, properties, ...settings } = options
    const { names } = wire.asked({ properties })
    const found = SearchBody.make(wire, search, { names, pageSize })
    if (Either.isLeft(found)) return Stream.fail(found.left)
    const schema = wire.read<Read<F, Name>>(names)
    const walkable = search.order === undefined
      ? Either.getRight(SearchBody.checkWalk(wire, found.right))
      : Option.none()
    const pages = Option.match(walkable, {
      onNone: () => ordered(path, { body: { ...SearchBody.byId, ...found.right }, schema, settings, limit }),
      onSome: (body) => walk(path, { body, schema, settings })
    })
    return Stream.map(pages, ({ results }) => results.map(({ record }) => record))
  }

  const count: Calls<F>["count"] = (search, settings = {}) =>
    Effect.gen(function*() {
      const client = yield* HubSpotClient
      const body = yield* SearchBody.make(wire, search, { names: ["hs_object_id"], pageSize: 1 })
      const { total } = yield* client.post(path, Schema.Struct({ total: Schema.Number }), { ...settings, body })
      return total
    })

  return {
    searchPages,
    search: (search, options) => Stream.mapConcatChunk(searchPages(search, options), Chunk.unsafeFromArray),
    count
  }
}

interface Sent<R> {
  readonly body: SearchBody.Body
  readonly schema: Schema.Schema<Answered<R>, unknown>
  readonly settings: Settings
}

export interface Found<R> {
  readonly results: ReadonlyArray<Answered<R>>
  /** The id after which there may be more. */
  readonly after: string | undefined
}

/**
 * Every page is the first page of what comes after the last id. So nothing is skipped when records leave the results
 * meanwhile, and nothing comes twice when others enter them.
 */
export const walk = <R extends CrmRecord<unknown>>(
  path: string,
  { body, from, schema, settings }: Sent<R> & { readonly from?: string | undefined }
) => {
  const Page = PageOf(schema)
  return Stream.paginateEffect(from, (after: string | undefined) =>
    Effect.gen(function*() {
      const client = yield* HubSpotClient
      const { paging, results, total } = yield* client.post(path, Page, {
        ...settings,
        body: after === undefined ? body : SearchBody.beyond(body, after)
      })
      const last = results.at(-1)?.record.id
      if (last !== undefined && after !== undefined && !(Number(last) > Number(after))) {
        return yield* endless("POST", path)
      }
      const more = typeof paging?.next?.after === "string" || (total ?? 0) > results.length
      const next = more ? last : undefined
      const found: Found<R> = { results, after: next }
      return [found, Option.fromNullable(next)] as const
    }))
}

/** Page after page by HubSpot's cursor, up to the last result that it shows. */
const ordered = <R extends CrmRecord<unknown>>(
  path: string,
  { body, limit, schema, settings }: Sent<R> & { readonly limit: number }
) => {
  const Page = PageOf(schema)
  return Stream.paginateEffect(0, (after: number) =>
    Effect.gen(function*() {
      const room = limit - after
      if (room <= 0) return yield* beyondReach(path, limit)
      const client = yield* HubSpotClient
      const { paging, results } = yield* client.post(path, Page, {
        ...settings,
        body: { ...body, limit: Math.min(body.limit, room), ...(after === 0 ? {} : { after: String(after) }) }
      })
      const cursor = paging?.next?.after
      const next = cursor === undefined ? undefined : Number(cursor)
      if (next !== undefined && !(next > after)) return yield* endless("POST", path)
      const found: Found<R> = { results, after: undefined }
      return [found, Option.fromNullable(next)] as const
    }))
}

const PageOf = <R>(record: Schema.Schema<Answered<R>, unknown>) =>
  Schema.Struct({
    total: Schema.optional(Schema.NullOr(Schema.Number)),
    results: Schema.Array(record),
    paging: Paging
  })

const beyondReach = (path: string, limit: number): InvalidRequest =>
  invalid("POST", path, {
    field: "sorts",
    problem: `has more than ${limit} results, and HubSpot shows no more of an order`,
    remedy: "leave the sort out, and a filter less in groups of six, or narrow the search"
  })
