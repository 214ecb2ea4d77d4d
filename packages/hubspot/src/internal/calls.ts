/** Calls by a template of their path, one at a time or page by page. */
import { type ApiError, InvalidResponse } from "effect-resilience/ApiError"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { HubSpotClient, type RequestOptions } from "../HubSpotClient.ts"
import * as Paths from "./paths.ts"
import { Page } from "./wire.ts"

type Params = { readonly [name: string]: string }

const verbs = { GET: "get", POST: "post", PUT: "put", PATCH: "patch" } as const

/** A call, and how its answer is read. */
export const send = <A, I>(
  method: keyof typeof verbs,
  template: string,
  params: Params,
  schema: Schema.Schema<A, I>,
  options: RequestOptions = {}
): Effect.Effect<A, ApiError, HubSpotClient> =>
  Effect.gen(function*() {
    const client = yield* HubSpotClient
    const filled = yield* Paths.fill(method, template, params)
    return yield* client[verbs[method]](filled.path, schema, { ...options, urlTemplate: filled.template })
  })

/** A call whose answer says nothing, or nothing of use. */
export const tell = (
  method: keyof typeof verbs | "DELETE",
  template: string,
  params: Params,
  options: RequestOptions = {}
): Effect.Effect<void, ApiError, HubSpotClient> =>
  method !== "DELETE"
    ? Effect.asVoid(send(method, template, params, Schema.Unknown, options))
    : Effect.gen(function*() {
      const client = yield* HubSpotClient
      const filled = yield* Paths.fill(method, template, params)
      yield* client.del(filled.path, { ...options, urlTemplate: filled.template }).pipe(
        // A repeat that finds nothing: the attempt that was never answered has done it.
        Effect.catchIf(
          (error) => error._tag === "ClientError" && error.status === 404 && error.retry?.uncertain === true,
          () => Effect.void
        )
      )
    })

/** All items of a listing, page by page as they are asked for. */
export const paged = <A, I>(
  template: string,
  params: Params,
  item: Schema.Schema<A, I>,
  options: RequestOptions = {}
): Stream.Stream<A, ApiError, HubSpotClient> => {
  const schema = Page(item)
  return pages(template, (after) =>
    Effect.map(
      send("GET", template, params, schema, { ...options, query: { ...options.query, after } }),
      ({ paging, results }) => [results, paging?.next?.after] as const
    ))
}

/** The same for listings of any form: each page comes with the cursor of the next. */
export const pages = <A, E, R>(
  path: string,
  read: (after: string | undefined) => Effect.Effect<readonly [ReadonlyArray<A>, string | undefined], E, R>
): Stream.Stream<A, E | InvalidResponse, R> =>
  Stream.paginateChunkEffect(
    start,
    (cursor) =>
      Effect.flatMap(read(cursor.after), ([items, next]) =>
        next !== undefined && next === cursor.mark
          ? Effect.fail(endless(path))
          : Effect.succeed(
            [
              Chunk.unsafeFromArray(items),
              Option.map(Option.fromNullable(next), (after) => advance(cursor, after))
            ] as const
          ))
  )

/** Where a listing stands; `mark` is an earlier cursor, by which a listing that goes in circles is found out. */
interface Cursor {
  readonly after: string | undefined
  readonly mark: string | undefined
  readonly steps: number
}

const start: Cursor = { after: undefined, mark: undefined, steps: 1 }

/** The mark moves up at each power of two (Brent's algorithm): one is enough for circles of any length. */
const advance = ({ mark, steps }: Cursor, after: string): Cursor => ({
  after,
  mark: (steps & (steps - 1)) === 0 ? after : mark,
  steps: steps + 1
})

/** A listing that would never end. */
export const endless = (path: string): InvalidResponse =>
  new InvalidResponse({
    method: "GET",
    urlTemplate: path,
    url: path,
    status: 200,
    problem: "its next page is one that was there already",
    outcome: "refused",
    retryable: false
  })
