/** The calls that write one record. */
import { ClientError } from "effect-resilience/ApiError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CrmObject, Settings } from "../CrmObject.ts"
import type { Fields, Written } from "../CrmRecord.ts"
import * as ErrorBody from "../ErrorBody.ts"
import { HubSpotClient } from "../HubSpotClient.ts"
import * as Associations from "./associations.ts"
import { normalized, type ObjectWire, together } from "./objectWire.ts"
import type { WireProperties } from "./records.ts"

type Calls<F extends Fields> = Pick<CrmObject<F>, "create" | "update" | "archive" | "merge">

export const make = <F extends Fields>(wire: ObjectWire<F>): Calls<F> => {
  const { encode, path } = wire
  const template = `${path}/{id}`
  const at = (id: string) => `${path}/${encodeURIComponent(id)}`

  const create: Calls<F>["create"] = (input, { associations, ...settings } = {}) =>
    Effect.gen(function*() {
      const client = yield* HubSpotClient
      const startedAt = yield* DateTime.now
      const properties = yield* encode("POST", input)
      const unique = wire.reconcileBy === undefined ? undefined : properties[wire.reconcileBy]
      const answered = yield* client.post(path, wire.written<Written<F>>(), {
        ...settings,
        body: { properties, ...(yield* Associations.encode(wire, associations)) },
        replay: unique ? "safe" : "unsafe"
      }).pipe(
        Effect.catchTag("ClientError", (conflict) => {
          const existing = conflict.retry?.uncertain === true ? existingOf(conflict, properties) : undefined
          if (existing === undefined) return Effect.fail(conflict)
          return reconcile(client, existing, { properties, startedAt, conflict, settings })
        })
      )
      return answered.record
    }).pipe(together(settings))

  /** The record that has the value which must be unique. HubSpot tells its id where it is a contact's email. */
  const existingOf = (conflict: ClientError, properties: WireProperties): Existing | undefined => {
    const by = wire.reconcileBy
    const id = ErrorBody.existingId(conflict)
    if (Option.isSome(id)) return { id: id.value, by: undefined }
    const isTaken = conflict.details?.fields?.some(({ code, field }) => code === valueTaken && field === by)
    return by !== undefined && isTaken === true ? { id: properties[by]!, by } : undefined
  }

  /**
   * A repeat collided with a record that an earlier attempt may have created. It did if the record is as new as the call,
   * and as we sent it; if not, the record is somebody else's, and the collision is real.
   */
  const reconcile = (
    client: HubSpotClient["Type"],
    { by, id }: Existing,
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
      query: { properties: Object.keys(properties), idProperty: by }
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

  const merge: Calls<F>["merge"] = (primaryId, otherId, settings) =>
    Effect.gen(function*() {
      const client = yield* HubSpotClient
      const answered = yield* client.post(`${path}/merge`, wire.written<Written<F>>(), {
        ...settings,
        body: {
          primaryObjectId: yield* wire.checkId("POST", primaryId, "primaryId"),
          objectIdToMerge: yield* wire.checkId("POST", otherId, "otherId")
        },
        replay: "unsafe"
      })
      return answered.record
    })

  return { create, update, archive, merge }
}

/** Where to find a record: by its id, or by a property. */
interface Existing {
  readonly id: string
  readonly by: string | undefined
}

/** What HubSpot calls a value that another record has. */
const valueTaken = "CONFLICTING_UNIQUE_VALUE"

/** HubSpot's clock may be behind ours by this much, in milliseconds. */
const clockSkew = 5 * 60_000

/** HubSpot writes some values its own way: emails in lower case, 1.50 as 1.5, a date without its time. */
const isSameValue = (sent: string, stored: string): boolean =>
  normalized(sent) === normalized(stored) ||
  (stored.trim() !== "" && Number(sent) === Number(stored)) ||
  (/^\d{4}-\d\d-\d\d/.test(stored) && Date.parse(sent) === Date.parse(stored))
