/**
 * What HubSpot sends to an app: the check that it was HubSpot, and the events themselves.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Headers from "@effect/platform/Headers"
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Signature from "./internal/signature.ts"
import * as Wire from "./internal/wire.ts"

/**
 * An event. Which fields there are depends on its `subscriptionType`, such as `contact.creation`,
 * `contact.propertyChange`, `deal.deletion` or `contact.associationChange`. HubSpot may send an event more than once and
 * in any order: `eventId` tells whether two are the same, `occurredAt` which came first.
 *
 * @since 0.1.0
 * @category models
 */
export const Event = Schema.Struct({
  eventId: Wire.maybe(Wire.Id),
  subscriptionId: Wire.maybe(Wire.Id),
  portalId: Wire.maybe(Wire.Id),
  appId: Wire.maybe(Wire.Id),
  subscriptionType: Wire.maybe(Schema.String),
  occurredAt: Wire.maybe(Wire.Instant),
  /** 0 at first; HubSpot tries up to ten times. */
  attemptNumber: Wire.maybe(Schema.Number),
  objectId: Wire.maybe(Wire.Id),
  objectTypeId: Wire.maybe(Schema.String),
  propertyName: Wire.maybe(Schema.String),
  propertyValue: Wire.maybe(Wire.Text),
  isSensitive: Wire.maybe(Schema.Boolean),
  changeSource: Wire.maybe(Schema.String),
  changeFlag: Wire.maybe(Schema.String),
  sourceId: Wire.maybe(Wire.Id),
  fromObjectId: Wire.maybe(Wire.Id),
  toObjectId: Wire.maybe(Wire.Id),
  associationType: Wire.maybe(Schema.String),
  associationTypeId: Wire.maybe(Wire.Id),
  associationRemoved: Wire.maybe(Schema.Boolean),
  isPrimaryAssociation: Wire.maybe(Schema.Boolean),
  primaryObjectId: Wire.maybe(Wire.Id),
  mergedObjectIds: Wire.list(Wire.Id),
  newObjectId: Wire.maybe(Wire.Id),
  messageId: Wire.maybe(Wire.Id),
  messageType: Wire.maybe(Schema.String)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Event = typeof Event.Type

/**
 * Why a request is not taken for one of HubSpot's: a header is missing or is not what it should be, the request is older
 * than the tolerance, or from the future, or the signature is that of another request.
 *
 * @since 0.1.0
 * @category errors
 */
export class Unverified extends Schema.TaggedError<Unverified>()("Unverified", {
  reason: Schema.Literal("missing-header", "malformed-header", "stale", "future", "mismatch"),
  /** The header that is missing or malformed. */
  header: Schema.optional(Schema.String)
}) {
  override get message(): string {
    return this.header === undefined ? reasons[this.reason] : `${reasons[this.reason]}: ${this.header}`
  }
}

const reasons = {
  "missing-header": "a header is missing",
  "malformed-header": "a header is not what it should be",
  stale: "the request is too old",
  future: "the request is from the future",
  mismatch: "the signature is that of another request"
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Request {
  /** The app's client secret. */
  readonly secret: Redacted.Redacted
  readonly method: string
  /** As HubSpot has it, from `https://` to the end of the query. Version 1 does not sign it. */
  readonly uri: string
  /** As it came, before anything has read it. */
  readonly body: string | Uint8Array
  /** In any case of their letters. */
  readonly headers: Headers.Input
  /** Milliseconds since the epoch. */
  readonly now: number
  /**
   * How much older or newer than `now` a request may be; versions 1 and 2 have no time. Default: 5 minutes, as HubSpot
   * says.
   */
  readonly tolerance?: Duration.DurationInput | undefined
  /**
   * Which signature counts. Default: `v3`. The older ones can be replayed for ever, and the first leaves the address out:
   * they are for requests that have no other.
   */
  readonly version?: Version | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export type Version = "v1" | "v2" | "v3"

/**
 * Whether a request is one of HubSpot's. Signatures are compared in constant time.
 *
 * @example
 * ```ts
 * import { Webhooks } from "effect-hubspot"
 * import { Clock, Effect, Redacted } from "effect"
 *
 * const handler = Effect.fn(function*(event: { readonly body: string; readonly headers: Record<string, string> }) {
 *   yield* Webhooks.verify({
 *     secret: Redacted.make("the app's client secret"),
 *     method: "POST",
 *     uri: "https://hooks.example.com/hubspot",
 *     body: event.body,
 *     headers: event.headers,
 *     now: yield* Clock.currentTimeMillis
 *   })
 *   const events = yield* Webhooks.decode(event.body)
 *   yield* Effect.log(`${events.length} events`)
 * })
 * ```
 *
 * @since 0.1.0
 * @category verification
 */
export const verify = (request: Request): Effect.Effect<void, Unverified> =>
  Effect.gen(function*() {
    const { body, headers, method, now, secret, tolerance = "5 minutes", uri, version = "v3" } = request
    const header = headerIn(Headers.fromInput(headers))
    const given = yield* header(version === "v3" ? "x-hubspot-signature-v3" : "x-hubspot-signature")
    const timestamp = version === "v3" ? yield* header("x-hubspot-request-timestamp") : ""
    if (version === "v3") yield* checkAge(timestamp, now, Duration.toMillis(tolerance))
    else yield* checkVersion(yield* header("x-hubspot-signature-version"), version)
    const expected = yield* Signature.of(version, {
      secret: Redacted.value(secret),
      method,
      uri,
      body: typeof body === "string" ? new TextEncoder().encode(body) : body,
      timestamp
    })
    if (!Signature.isEqual(expected, given)) return yield* new Unverified({ reason: "mismatch" })
  })

/**
 * The events in a body. HubSpot sends an array of them, and at times one alone.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decode = (body: string | Uint8Array): Effect.Effect<ReadonlyArray<Event>, Malformed> =>
  Schema.decode(Body)(typeof body === "string" ? body : new TextDecoder().decode(body)).pipe(
    Effect.mapBoth({
      // The parser's own complaint holds what it could not read.
      onFailure: () => new Malformed(),
      onSuccess: (events) => Array.isArray(events) ? events : [events]
    })
  ) as Effect.Effect<ReadonlyArray<Event>, Malformed> // `Array.isArray` does not see that a struct is no array

/**
 * A body that holds no events.
 *
 * @since 0.1.0
 * @category errors
 */
export class Malformed extends Schema.TaggedError<Malformed>()("Malformed", {}) {
  override get message(): string {
    return "the body holds no events"
  }
}

/**
 * The events of the request at hand, for apps behind `middleware`.
 *
 * @since 0.1.0
 * @category tags
 */
export class Events extends Context.Tag("effect-hubspot/Webhooks/Events")<Events, ReadonlyArray<Event>>() {}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The app's client secret. */
  readonly secret: Redacted.Redacted
  /** Where HubSpot reaches the server, such as `https://hooks.example.com`: behind a proxy no header is sure to tell. */
  readonly baseUrl: string
  /** Default: 5 minutes. */
  readonly tolerance?: Duration.DurationInput | undefined
  /** Default: `v3`. See `Request`. */
  readonly version?: Version | undefined
  /** Bytes of the largest body that is read. Default: 1 MiB; HubSpot sends a hundred events at most. */
  readonly maxBodySize?: number | undefined
}

/**
 * Lets an app see HubSpot's requests alone, with their events decoded: others get a 401, a signed body that holds no
 * events a 400. An answer of 2xx tells HubSpot that the events have arrived; after any other, and after five seconds
 * without one, it sends them again.
 *
 * @example
 * ```ts
 * import { HttpRouter, HttpServerResponse } from "@effect/platform"
 * import { Webhooks } from "effect-hubspot"
 * import { Effect, Redacted } from "effect"
 *
 * const receive = Effect.gen(function*() {
 *   for (const event of yield* Webhooks.Events) yield* Effect.log(`${event.subscriptionType} of ${event.objectId}`)
 *   return HttpServerResponse.empty()
 * })
 *
 * const router = HttpRouter.empty.pipe(
 *   HttpRouter.post(
 *     "/hubspot",
 *     Webhooks.middleware(receive, {
 *       secret: Redacted.make("the app's client secret"),
 *       baseUrl: "https://hooks.example.com"
 *     })
 *   )
 * )
 * ```
 *
 * @since 0.1.0
 * @category middleware
 */
export const middleware: {
  (options: Options): <E, R>(app: HttpApp.Default<E, R>) => HttpApp.Default<E, Exclude<R, Events>>
  <E, R>(app: HttpApp.Default<E, R>, options: Options): HttpApp.Default<E, Exclude<R, Events>>
} = dual(
  2,
  <E, R>(app: HttpApp.Default<E, R>, options: Options): HttpApp.Default<E, Exclude<R, Events>> =>
    Effect.matchEffect(received(options), {
      onFailure: ({ _tag }) => HttpServerResponse.empty({ status: _tag === "Unverified" ? 401 : 400 }),
      onSuccess: (events) => Effect.provideService(app, Events, events)
    })
)

const received = ({ baseUrl, maxBodySize = 1024 * 1024, ...options }: Options) =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const now = yield* Clock.currentTimeMillis
    const body = new Uint8Array(
      yield* HttpServerRequest.withMaxBodySize(request.arrayBuffer, Option.some(FileSystem.Size(maxBodySize)))
    )
    // Node's requests have the path alone, the web's a whole address, which behind a proxy is not the public one.
    const path = request.originalUrl.replace(/^[a-z]+:\/\/[^/]*/i, "")
    const uri = baseUrl.replace(/\/+$/, "") + path
    yield* verify({ ...options, method: request.method, uri, body, headers: request.headers, now })
    return yield* decode(body)
  })

const headerIn = (headers: Headers.Headers) => (name: string): Effect.Effect<string, Unverified> => {
  const value = headers[name]
  return value === undefined || value === ""
    ? new Unverified({ reason: "missing-header", header: name })
    : Effect.succeed(value)
}

const checkAge = (timestamp: string, now: number, tolerance: number): Effect.Effect<void, Unverified> => {
  if (!/^\d{1,15}$/.test(timestamp)) {
    return new Unverified({ reason: "malformed-header", header: "x-hubspot-request-timestamp" })
  }
  const age = now - Number(timestamp)
  if (age > tolerance) return new Unverified({ reason: "stale" })
  return age < -tolerance ? new Unverified({ reason: "future" }) : Effect.void
}

/** One version's signature is not to be taken for another's. */
const checkVersion = (given: string, version: Version): Effect.Effect<void, Unverified> =>
  given.toLowerCase() === version
    ? Effect.void
    : new Unverified({ reason: "malformed-header", header: "x-hubspot-signature-version" })

const Body = Schema.parseJson(Schema.Union(Schema.Array(Event), Event))
