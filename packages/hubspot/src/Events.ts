/**
 * Custom events: things that happened to a contact or another record, sent as they happen.
 *
 * @since 0.1.0
 */
import type { ApiError } from "effect-resilience/ApiError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { BatchResult } from "./BatchResult.ts"
import type { BatchSettings, Settings } from "./CrmObject.ts"
import type { HubSpotClient } from "./HubSpotClient.ts"
import * as Calls from "./internal/calls.ts"
import * as Chunks from "./internal/chunks.ts"
import { invalid } from "./internal/invalid.ts"
import * as Paths from "./internal/paths.ts"
import { uuid } from "./internal/uuid.ts"

/**
 * What happened, and to whom: `email`, `utk` (the visitor's cookie) or `objectId` names the record.
 *
 * @since 0.1.0
 * @category models
 */
export interface Event {
  /** The full name of the event's definition, such as `pe123_bought`. */
  readonly eventName: string
  readonly email?: string | undefined
  readonly utk?: string | undefined
  readonly objectId?: string | undefined
  /** Default: HubSpot's, the instant at which it arrives. */
  readonly occurredAt?: DateTime.DateTime | undefined
  readonly properties?: { readonly [name: string]: string | number | boolean } | undefined
  /**
   * HubSpot keeps one event of each. Default: a new one, so that a call whose answer never came can be repeated. A
   * program that may send the same event twice sets its own.
   */
  readonly uuid?: string | undefined
}

/**
 * The `uuid` that an event was sent with.
 *
 * @since 0.1.0
 * @category models
 */
export interface Sent {
  readonly uuid: string
}

/**
 * Sends an event. It has a `uuid`, so it is repeated where an answer never came, and kept once.
 *
 * @example
 * ```ts
 * import { Events } from "effect-hubspot"
 *
 * const program = Events.send({
 *   eventName: "pe123_bought",
 *   email: "ada@example.com",
 *   properties: { amount: 12 },
 *   uuid: "0d5f2a8e-6c1b-4a5e-9f6d-3f1c2b7a9e10" // of the order, say
 * })
 * ```
 *
 * @since 0.1.0
 * @category calls
 */
export const send = (event: Event, settings: Settings = {}): Effect.Effect<Sent, ApiError, HubSpotClient> =>
  Effect.gen(function*() {
    yield* check(event)
    const sent = event.uuid ?? (yield* uuid)
    yield* Calls.tell("POST", Paths.events, {}, { ...settings, body: written(event, sent), replay: "safe" })
    return { uuid: sent }
  })

/**
 * Sends any number of events, five hundred in a call. HubSpot takes all events of a call or none.
 *
 * @since 0.1.0
 * @category calls
 */
export const batchSend = (
  events: ReadonlyArray<Event>,
  { concurrency, ...settings }: BatchSettings = {}
): Effect.Effect<BatchResult<Event, Sent>, never, HubSpotClient> =>
  Chunks.run({ inputs: events, size: batchSize, concurrency, check }, (events) =>
    Effect.gen(function*() {
      const sent = yield* Effect.forEach(events, (event) =>
        Effect.map(event.uuid === undefined ? uuid : Effect.succeed(event.uuid), (uuid) => ({ uuid })))
      yield* Calls.tell("POST", `${Paths.events}/batch`, {}, {
        ...settings,
        kind: "batch",
        body: {
          inputs: events.map((event, n) =>
            written(event, sent[n]!.uuid)
          )
        },
        replay: "safe"
      })
      return sent
    }))

/** HubSpot's own limit for one call. */
const batchSize = 500

const check = (event: Event): Either.Either<Event, ApiError> =>
  [event.email, event.utk, event.objectId].some((name) => name !== undefined && name !== "")
    ? Either.right(event)
    : Either.left(invalid("POST", Paths.events, {
      field: "email",
      problem: "is missing, and so are `utk` and `objectId`",
      remedy: "give one of them: it names the record"
    }))

const written = ({ occurredAt, ...event }: Event, uuid: string) => ({
  ...event,
  ...(occurredAt === undefined ? {} : { occurredAt: DateTime.formatIso(occurredAt) }),
  uuid
})
