/**
 * Exports of records to files: HubSpot writes them on its own time, and says where they are.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { ApiError } from "effect-resilience/ApiError"
import * as Policy from "effect-resilience/Policy"
import * as ResilientHttpClient from "effect-resilience/ResilientHttpClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Settings } from "./CrmObject.ts"
import { HubSpotClient } from "./HubSpotClient.ts"
import type { Polling } from "./Imports.ts"
import * as Calls from "./internal/calls.ts"
import * as Paths from "./internal/paths.ts"
import * as Poll from "./internal/poll.ts"
import * as Wire from "./internal/wire.ts"

/**
 * An export, as it stands. Its `status` is `PENDING` or `PROCESSING`, and in the end `COMPLETE`, when `result` is the URL
 * of the file, or `CANCELED`.
 *
 * @since 0.1.0
 * @category models
 */
export const Task = Schema.Struct({
  status: Wire.maybe(Schema.String),
  result: Wire.maybe(Schema.String),
  numErrors: Wire.maybe(Schema.Number),
  errors: Wire.list(Schema.Struct({
    message: Wire.maybe(Schema.String),
    category: Wire.maybe(Schema.String)
  })),
  requestedAt: Wire.maybe(Wire.Instant),
  startedAt: Wire.maybe(Wire.Instant),
  completedAt: Wire.maybe(Wire.Instant)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Task = typeof Task.Type

/**
 * @since 0.1.0
 * @category models
 */
export const Started = Schema.Struct({ id: Wire.Id })

/**
 * @since 0.1.0
 * @category models
 */
export type Started = typeof Started.Type

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly exportName: string
  /** Default: `CSV`. */
  readonly format?: "CSV" | "XLS" | "XLSX" | undefined
  /** The name or id of a type, such as `contacts`. */
  readonly objectType: string
  /** The properties that become columns. */
  readonly objectProperties: ReadonlyArray<string>
  /** A type whose associated records are listed beside each record. Default: none. */
  readonly associatedObjectType?: string | undefined
  /** Default: `EN`. */
  readonly language?: string | undefined
  /** Names of properties, and values of options, as programs know them. Default: as people read them. */
  readonly exportInternalValuesOptions?: ReadonlyArray<"NAMES" | "VALUES"> | undefined
  /** Whether more than a thousand associated records are listed. Default: false. */
  readonly overrideAssociatedObjectsPerDefinitionPerRowLimit?: boolean | undefined
}

/**
 * What an export holds: a list, or whatever a search finds.
 *
 * @since 0.1.0
 * @category models
 */
export type Input =
  | Options & { readonly listId: string }
  | Options & {
    readonly publicCrmSearchRequest?:
      | {
        readonly filters?: ReadonlyArray<unknown> | undefined
        readonly query?: string | undefined
        readonly sorts?: ReadonlyArray<unknown> | undefined
      }
      | undefined
  }

/**
 * Starts an export. A start whose outcome is unknown is not repeated.
 *
 * @example
 * ```ts
 * import { NodeHttpClient } from "@effect/platform-node"
 * import { Exports } from "effect-hubspot"
 * import { Console, Effect, Stream } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const { id } = yield* Exports.start({
 *     exportName: "All contacts",
 *     objectType: "contacts",
 *     objectProperties: ["email", "firstname"]
 *   })
 *   yield* Exports.states(id).pipe(
 *     Stream.filter(({ result }) => result !== undefined),
 *     Stream.flatMap(({ result }) => Exports.download(result ?? "")),
 *     Stream.decodeText(),
 *     Stream.splitLines,
 *     Stream.runForEach((line) => Console.log(line))
 *   )
 * }).pipe(Effect.provide(NodeHttpClient.layerUndici)) // for the file, which is elsewhere than the API
 * ```
 *
 * @since 0.1.0
 * @category calls
 */
export const start = (input: Input, settings: Settings = {}): Effect.Effect<Started, ApiError, HubSpotClient> =>
  Calls.send("POST", `${Paths.exports}/async`, {}, Started, {
    ...settings,
    body: { ...defaults, exportType: "listId" in input ? "LIST" : "VIEW", ...input }
  })

/**
 * How an export stands.
 *
 * @since 0.1.0
 * @category calls
 */
export const get = (id: string, settings: Settings = {}): Effect.Effect<Task, ApiError, HubSpotClient> =>
  Calls.send("GET", `${Paths.exports}/async/tasks/{id}/status`, { id }, Task, settings)

/**
 * How an export stands, again and again until it has ended.
 *
 * @since 0.1.0
 * @category calls
 */
export const states = (
  id: string,
  { schedule, ...settings }: Polling & Settings = {}
): Stream.Stream<Task, ApiError, HubSpotClient> =>
  Poll.states(get(id, settings), ({ status }) => status === "COMPLETE" || status === "CANCELED", schedule)

/**
 * The bytes of a finished export: its file is at the URL in `result`, which is good for some minutes. As that is another
 * host than the API's, the request has no token, keeps to none of the account's limits, and follows redirects. It is
 * retried until the first byte, with the timeouts of the client's policy.
 *
 * @since 0.1.0
 * @category calls
 */
export const download = (
  url: string,
  settings: Settings = {}
): Stream.Stream<Uint8Array, ApiError, HubSpotClient | HttpClient.HttpClient> =>
  Stream.unwrapScoped(Effect.gen(function*() {
    const client = yield* HubSpotClient
    const files = yield* Effect.flatMap(client.http.policy, (policy) => Policy.make(policy, { limits: [] })).pipe(
      Effect.flatMap((policy) => ResilientHttpClient.make(policy)),
      Effect.provideServiceEffect(
        HttpClient.HttpClient,
        Effect.map(HttpClient.HttpClient, HttpClient.followRedirects(5))
      ),
      // The client has checked its policy already.
      Effect.orDie
    )
    return files.stream(HttpClientRequest.get(url), { ...settings, urlTemplate: "{url of an export}" })
  }))

const defaults = {
  format: "CSV",
  language: "EN",
  exportInternalValuesOptions: [],
  overrideAssociatedObjectsPerDefinitionPerRowLimit: false
}
