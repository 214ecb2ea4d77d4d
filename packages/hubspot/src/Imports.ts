/**
 * Imports of files: HubSpot reads them on its own time, and says how far it is.
 *
 * @since 0.1.0
 */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { type ApiError, RateLimited } from "effect-resilience/ApiError"
import * as Deadline from "effect-resilience/Deadline"
import * as RetrySchedule from "effect-resilience/RetrySchedule"
import * as Effect from "effect/Effect"
import type * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { Settings } from "./CrmObject.ts"
import { HubSpotClient } from "./HubSpotClient.ts"
import { concat } from "./internal/bytes.ts"
import * as Calls from "./internal/calls.ts"
import { invalid } from "./internal/invalid.ts"
import * as Multipart from "./internal/multipart.ts"
import * as Paths from "./internal/paths.ts"
import * as Poll from "./internal/poll.ts"
import { uuid } from "./internal/uuid.ts"
import * as Wire from "./internal/wire.ts"

/**
 * An import, as it stands. Its `state` is `STARTED`, `PROCESSING` or `DEFERRED`, and in the end `DONE`, `FAILED`,
 * `CANCELED` or `REVERTED`. One that is `DONE` may have rows that failed: `counters` has their number, `errors` lists them.
 *
 * @since 0.1.0
 * @category models
 */
export const Import = Schema.Struct({
  id: Wire.Id,
  state: Wire.maybe(Schema.String),
  importName: Wire.maybe(Schema.String),
  importSource: Wire.maybe(Schema.String),
  optOutImport: Wire.maybe(Schema.Boolean),
  mappedObjectTypeIds: Wire.list(Schema.String),
  metadata: Wire.maybe(Schema.Struct({
    /** Such as `TOTAL_ROWS`, `CREATED_OBJECTS`, `UPDATED_OBJECTS` and `ERRORS`. */
    counters: Schema.optionalWith(Schema.Record({ key: Schema.String, value: Schema.NullOr(Schema.Number) }), {
      nullable: true,
      default: () => ({})
    }),
    fileIds: Wire.list(Wire.Id),
    objectLists: Wire.list(Schema.Struct({ listId: Wire.Id, objectType: Wire.maybe(Schema.String) }))
  })),
  createdAt: Wire.maybe(Wire.Instant),
  updatedAt: Wire.maybe(Wire.Instant)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Import = typeof Import.Type

/**
 * What was wrong with a row.
 *
 * @since 0.1.0
 * @category models
 */
export const RowError = Schema.Struct({
  id: Wire.Id,
  /** Such as `INVALID_EMAIL`, `COULD_NOT_PARSE_ROW` or `UNKNOWN_BAD_REQUEST`. */
  errorType: Wire.maybe(Schema.String),
  errorMessage: Wire.maybe(Schema.String),
  objectType: Wire.maybe(Schema.String),
  objectTypeId: Wire.maybe(Schema.String),
  invalidValue: Wire.maybe(Schema.String),
  knownColumnNumber: Wire.maybe(Schema.Number),
  extraContext: Wire.maybe(Schema.String),
  sourceData: Wire.maybe(Schema.Struct({
    fileId: Wire.maybe(Wire.Id),
    lineNumber: Wire.maybe(Schema.Number),
    pageName: Wire.maybe(Schema.String),
    rowData: Wire.list(Schema.NullOr(Schema.String))
  })),
  createdAt: Wire.maybe(Wire.Instant)
})

/**
 * @since 0.1.0
 * @category models
 */
export type RowError = typeof RowError.Type

/**
 * A column of a file, and where its values go.
 *
 * @since 0.1.0
 * @category models
 */
export interface Column {
  /** As it stands in the header. */
  readonly columnName: string
  /** The id of a type, such as `0-1` for contacts. */
  readonly columnObjectTypeId: string
  /** Default: none, for columns that are only there to tell records apart or to associate them. */
  readonly propertyName?: string | undefined
  /** `HUBSPOT_OBJECT_ID` and `HUBSPOT_ALTERNATE_ID` tell records apart. Default: HubSpot's, a plain column. */
  readonly columnType?:
    | "HUBSPOT_OBJECT_ID"
    | "HUBSPOT_ALTERNATE_ID"
    | "FLEXIBLE_ASSOCIATION_LABEL"
    | "STANDARD"
    | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface File {
  readonly fileName: string
  readonly content: string | Uint8Array
  /** Default: `CSV`. */
  readonly fileFormat?: "CSV" | "SPREADSHEET" | undefined
  /** Default: true. */
  readonly hasHeader?: boolean | undefined
  readonly columns: ReadonlyArray<Column>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Input {
  readonly name: string
  readonly files: ReadonlyArray<File>
  /** By the id of the type, whether rows may make records, change them, or both. Default: HubSpot's, `UPSERT`. */
  readonly importOperations?: { readonly [objectTypeId: string]: "CREATE" | "UPDATE" | "UPSERT" } | undefined
  /** Default: HubSpot's, `MONTH_DAY_YEAR`. */
  readonly dateFormat?: "MONTH_DAY_YEAR" | "DAY_MONTH_YEAR" | "YEAR_MONTH_DAY" | undefined
  readonly timeZone?: string | undefined
  readonly marketableContactImport?: boolean | undefined
  readonly createContactListFromImport?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Polling {
  /** When to look again. Default: after one second, each time half as much longer, up to thirty seconds. */
  readonly schedule?: Schedule.Schedule<unknown> | undefined
}

/**
 * Starts an import. A start whose outcome is unknown is not repeated. HubSpot answers an import that is too large with a
 * 429, whenever it is sent: a 429 that names no limit is therefore not repeated.
 *
 * @example
 * ```ts
 * import { Imports } from "effect-hubspot"
 * import { Console, Effect, Stream } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const { id } = yield* Imports.start({
 *     name: "November",
 *     files: [{
 *       fileName: "contacts.csv",
 *       content: "First name,Email\nAda,ada@example.com\n",
 *       columns: [
 *         { columnName: "First name", columnObjectTypeId: "0-1", propertyName: "firstname" },
 *         { columnName: "Email", columnObjectTypeId: "0-1", propertyName: "email", columnType: "HUBSPOT_ALTERNATE_ID" }
 *       ]
 *     }]
 *   })
 *   yield* Stream.runForEach(Imports.states(id), ({ state }) => Console.log(state))
 *   yield* Stream.runForEach(Imports.errors(id), ({ errorType, sourceData }) =>
 *     Console.error(`line ${sourceData?.lineNumber}: ${errorType}`))
 * })
 * ```
 *
 * @since 0.1.0
 * @category calls
 */
export const start = (
  input: Input,
  { deadline, retries, ...settings }: Settings = {}
): Effect.Effect<Import, ApiError, HubSpotClient> =>
  Effect.gen(function*() {
    const client = yield* HubSpotClient
    yield* check(input)
    const boundary = yield* uuid
    const { retry } = yield* client.http.policy
    const request = HttpClientRequest.post(Paths.imports, { acceptJson: true }).pipe(
      HttpClientRequest.bodyUint8Array(
        Multipart.encode(partsOf(input), boundary),
        `multipart/form-data; boundary=${boundary}`
      )
    )
    return yield* client.http.json(request, Import, { ...settings, kind: "upload", replay: "unsafe", retries: 0 }).pipe(
      Effect.mapError((error) =>
        error._tag === "RateLimited" && error.policy === undefined
          ? new RateLimited({ ...error, retryable: false })
          : error
      ),
      Effect.retry({
        schedule: RetrySchedule.fromSettings<ApiError>({ ...retry, retries: retries ?? retry.retries }),
        while: ({ outcome, retryable }) => retryable && outcome !== "unknown"
      })
    )
  }).pipe(deadline === undefined ? (start) => start : Deadline.within(deadline))

/**
 * How an import stands.
 *
 * @since 0.1.0
 * @category calls
 */
export const get = (id: string, settings: Settings = {}): Effect.Effect<Import, ApiError, HubSpotClient> =>
  Calls.send("GET", one, { id }, Import, settings)

/**
 * How an import stands, again and again until it has ended.
 *
 * @since 0.1.0
 * @category calls
 */
export const states = (
  id: string,
  { schedule, ...settings }: Polling & Settings = {}
): Stream.Stream<Import, ApiError, HubSpotClient> =>
  Poll.states(get(id, settings), ({ state }) => state !== undefined && ends.includes(state), schedule)

/**
 * All imports of the account, newest first, page by page as they are asked for.
 *
 * @since 0.1.0
 * @category calls
 */
export const stream = (settings: Settings = {}): Stream.Stream<Import, ApiError, HubSpotClient> =>
  Calls.paged(Paths.imports, {}, Import, { ...settings, query: { limit: 100 } })

/**
 * The rows that failed, page by page as they are asked for.
 *
 * @since 0.1.0
 * @category calls
 */
export const errors = (id: string, settings: Settings = {}): Stream.Stream<RowError, ApiError, HubSpotClient> =>
  Calls.paged(`${one}/errors`, { id }, RowError, {
    ...settings,
    query: { limit: 100, includeErrorMessage: true, includeRowData: true }
  })

/**
 * Stops an import. Rows that have been read stay.
 *
 * @since 0.1.0
 * @category calls
 */
export const cancel = (id: string, settings: Settings = {}): Effect.Effect<void, ApiError, HubSpotClient> =>
  Calls.tell("POST", `${one}/cancel`, { id }, settings)

const one = `${Paths.imports}/{id}`

const ends = ["DONE", "FAILED", "CANCELED", "REVERTED"]

/** HubSpot's own limit for a file. Source: its guide to imports. */
const maxBytes = 512 * 1024 * 1024

const check = ({ files }: Input) => {
  const sizes = files.map(({ content }) => typeof content === "string" ? concat(content).length : content.length)
  const tooLarge = sizes.findIndex((size) => size > maxBytes)
  if (files.length > 0 && tooLarge === -1) return Effect.void
  return invalid("POST", Paths.imports, {
    field: tooLarge === -1 ? "files" : `files.${tooLarge}.content`,
    problem: tooLarge === -1 ? "is empty" : "is larger than the 512 MB that HubSpot takes",
    remedy: tooLarge === -1 ? "give at least one file" : "divide it among several imports"
  })
}

const partsOf = ({ files, ...request }: Input): ReadonlyArray<Multipart.Part> => [
  {
    name: "importRequest",
    content: JSON.stringify({
      ...request,
      files: files.map(({ columns, fileFormat = "CSV", fileName, hasHeader = true }) => ({
        fileName,
        fileFormat,
        fileImportPage: { hasHeader, columnMappings: columns.map((column) => ({ propertyName: null, ...column })) }
      }))
    })
  },
  ...files.map(({ content, fileName }) => ({ name: "files", fileName, content }))
]
