import { assert, describe, it } from "@effect/vitest"
import { Array, Chunk, DateTime, Effect, Schema, Stream } from "effect"
import { Contacts, CrmObject, HubSpotClient, Property } from "effect-hubspot"
import { type ApiError, RateLimiter } from "effect-resilience"
import { Emulator, ObjectType, StandardTypes } from "hubspot-emulator"
import { live } from "../support/hubspot.ts"

const fails = <A, R>(effect: Effect.Effect<A, ApiError.ApiError, R>) => Effect.flip(effect)
/** Contacts of a portal with properties of its own. */
const Mine = Contacts.extend(Schema.Struct({
  no_such_property: Property.text,
  score: Property.number,
  tags: Property.options,
  vip: Property.boolean,
  since: Property.datetime
}))
const person = (n: number) => ({ email: `person-${n}@example.com`, firstname: `Person ${n}` })

describe("one contact", () => {
  it.scopedLive("is created, read, updated and archived", () =>
    Effect.gen(function*() {
      const created = yield* Contacts.create({ email: "ada@example.com", firstname: "Ada", phone: null })
      assert.strictEqual(created.properties.email, "ada@example.com")
      assert.isTrue(DateTime.isDateTime(created.createdAt))

      const read = yield* Contacts.get(created.id, { properties: ["firstname", "lastname", "no_such_property"] })
      assert.deepStrictEqual(read.properties, { firstname: "Ada", lastname: null, no_such_property: null })

      yield* Contacts.update(created.id, { lastname: "Lovelace", firstname: null })
      const { properties } = yield* Contacts.get(created.id)
      assert.deepInclude(properties, { firstname: null, lastname: "Lovelace", email: "ada@example.com" })
      assert.isTrue(DateTime.isDateTime(properties.createdate))

      yield* Contacts.archive(created.id)
      assert.deepInclude(yield* fails(Contacts.get(created.id)), { _tag: "ClientError", status: 404 })
      assert.isTrue((yield* Contacts.get(created.id, { archived: true })).archived)
    }).pipe(Effect.provide(live())))

  it.scopedLive("is found, and changed, by email", () =>
    Effect.gen(function*() {
      const { id } = yield* Contacts.create({ email: "ada+1@example.com" })
      assert.strictEqual((yield* Contacts.get("ada+1@example.com", { by: "email" })).id, id)
      yield* Contacts.update("ada+1@example.com", { city: "London" }, { by: "email" })
      assert.strictEqual((yield* Contacts.get(id)).properties.city, "London")
    }).pipe(Effect.provide(live())))

  it.scopedLive("is created by the first upsert, and updated by the second", () =>
    Effect.gen(function*() {
      const first = yield* Contacts.upsert({ email: "ada@example.com", firstname: "Ada" }, { by: "email" })
      const second = yield* Contacts.upsert({ email: "Ada@Example.com", lastname: "Lovelace" }, { by: "email" })
      assert.deepStrictEqual([first.isNew, second.isNew, second.id], [true, false, first.id])
      assert.deepInclude((yield* Contacts.get(first.id)).properties, { firstname: "Ada", lastname: "Lovelace" })
    }).pipe(Effect.provide(live())))

  it.scopedLive("that exists is a conflict with its id", () =>
    Effect.gen(function*() {
      yield* Contacts.create(person(1))
      const error = yield* fails(Contacts.create(person(1)))
      assert.deepInclude(error, { _tag: "ClientError", status: 409, outcome: "refused" })
      assert.include(error.message, "CONFLICT")
    }).pipe(Effect.provide(live())))

  it.scopedLive("with a property that HubSpot refuses is a ClientError that names it", () =>
    Effect.gen(function*() {
      const error = yield* fails(Mine.create({ email: "ada@example.com", no_such_property: "x" }))
      assert.strictEqual(error._tag, "ClientError")
      assert.strictEqual(error._tag === "ClientError" && error.details?.category, "VALIDATION_ERROR")
      const fields = error._tag === "ClientError" ? error.details?.fields : undefined
      assert.deepInclude(fields?.[0], { field: "no_such_property", code: "PROPERTY_DOESNT_EXIST" })
    }).pipe(Effect.provide(live())))

  it.scopedLive.each(["", "  ", ".", ".."])("cannot be named by %j: nothing is sent", (id) =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      for (const call of [Contacts.get(id), Contacts.update(id, { city: "x" }), Contacts.archive(id)]) {
        assert.deepInclude(yield* fails(call), { _tag: "InvalidRequest", field: "id", outcome: "not-sent" })
      }
      assert.strictEqual((yield* emulator.stats).requests, 0)
    }).pipe(Effect.provide(live())))

  it.scopedLive("with a value that cannot be written is an InvalidRequest that names it", () =>
    Effect.gen(function*() {
      const error = yield* fails(Mine.create({ email: "ada@example.com", score: Number.NaN }))
      assert.deepInclude(error, { _tag: "InvalidRequest", field: "properties.score" })
    }).pipe(Effect.provide(live())))
})

describe("typed properties", () => {
  const type = ObjectType.extend(StandardTypes.contacts, {
    score: { type: "number" },
    tags: { type: "string" },
    vip: { type: "bool" },
    since: { type: "datetime" }
  })
  const portal = live({ emulator: { objectTypes: [type] } })

  it.scopedLive("go out as strings and come back as they were", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const since = DateTime.unsafeMake("2026-11-23T00:00:00Z")
      const { id } = yield* Mine.create({ email: "ada@example.com", score: 1.5, tags: ["a", "b"], vip: true, since })
      const [stored] = yield* emulator.records("contacts")
      assert.deepInclude(stored?.properties, { score: "1.5", tags: "a;b", vip: "true" })
      const { properties } = yield* Mine.get(id, { properties: ["score", "tags", "vip", "since"] })
      assert.deepStrictEqual(properties, { score: 1.5, tags: ["a", "b"], vip: true, since })
    }).pipe(Effect.provide(portal)))

  it.scopedLive("are null once they are cleared", () =>
    Effect.gen(function*() {
      const { id } = yield* Mine.create({ email: "ada@example.com", score: 1 })
      yield* Mine.update(id, { score: null })
      assert.isNull((yield* Mine.get(id)).properties.score)
    }).pipe(Effect.provide(portal)))

  it.scopedLive("one that is not of its type is an InvalidResponse that names it, and not its value", () =>
    Effect.gen(function*() {
      const Wrong = CrmObject.make({ type: "contacts", properties: Schema.Struct({ firstname: Property.number }) })
      const { id } = yield* Contacts.create({ email: "ada@example.com", firstname: "Augusta" })
      const error = yield* fails(Wrong.get(id))
      assert.strictEqual(error._tag, "InvalidResponse")
      assert.include(error.message, "properties.firstname")
      assert.notInclude(error.message, "Augusta")
    }).pipe(Effect.provide(live())))
})

describe("any path", () => {
  it.scopedLive("a search has its own bucket, and may be repeated", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const client = yield* HubSpotClient.HubSpotClient
      const search = client.post("/crm/v3/objects/contacts/search", Schema.Struct({ total: Schema.Number }), {
        body: { filterGroups: [], limit: 1 }
      })
      yield* Effect.replicateEffect(search, 12, { concurrency: "unbounded", discard: true })
      yield* emulator.setFaults({ outages: [{ from: 0, to: "60 millis", fault: { kind: "reset" } }] })
      yield* search
      assert.deepStrictEqual((yield* emulator.stats).rateLimited, { limiter: 0, injected: 0 })
    }).pipe(Effect.provide(live({
      emulator: { limits: { search: { limit: 5, window: "200 millis" } } },
      overrides: { limits: [RateLimiter.rolling("search", 5, "200 millis")] }
    }))))
})

describe("many contacts", () => {
  it.scopedLive("are streamed, each once, page by page as they are asked for", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("contacts", Array.makeBy(250, person))
      const all = yield* Stream.runCollect(Contacts.stream({ properties: ["email"] }))
      assert.strictEqual(new Set(Chunk.map(all, ({ properties }) => properties.email)).size, 250)
      assert.strictEqual((yield* emulator.stats).requests, 3)

      const few = yield* Contacts.pages({ pageSize: 10 }).pipe(Stream.take(2), Stream.runCollect)
      assert.deepStrictEqual(Chunk.toReadonlyArray(Chunk.map(few, (page) => page.length)), [10, 10])
      assert.strictEqual((yield* emulator.stats).requests, 5)
    }).pipe(Effect.provide(live())))

  it.scopedLive.each([0, 101, 1.5])(
    "a page size that HubSpot refuses is not sent: %d",
    (pageSize) =>
      Effect.gen(function*() {
        const error = yield* fails(Stream.runDrain(Contacts.stream({ pageSize })))
        assert.deepInclude(error, { _tag: "InvalidRequest", field: "pageSize" })
      }).pipe(Effect.provide(live()))
  )

  it.scopedLive("are created in hundreds, with successes and failures side by side", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const inputs = Array.makeBy(250, (n) => n === 120 ? { email: "not an email" } : person(n))
      const { failed, succeeded } = yield* Contacts.batchCreate(inputs)
      assert.deepStrictEqual(succeeded.map(({ input }) => input), inputs.filter((_, n) => n !== 120))
      assert.isTrue(succeeded.every(({ input, record }) => record.properties.email === input.email))
      assert.deepStrictEqual(failed.map(({ input }) => input), [{ email: "not an email" }])
      assert.deepInclude(failed[0]?.error, { _tag: "ClientError", status: 400 })
      assert.deepInclude(yield* emulator.stats, { requests: 3, creates: 249 })
    }).pipe(Effect.provide(live())))

  it.scopedLive("are read in hundreds; equal ids share one, and a missing one is its own 404", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const ids = (yield* emulator.add("contacts", Array.makeBy(120, person))).map(({ id }) => id)
      const asked = [...ids, "999999", ids[0] ?? ""]
      const { failed, succeeded } = yield* Contacts.batchRead(asked, { properties: ["email"] })
      assert.deepStrictEqual(succeeded.map(({ record }) => record.id), [...ids, ids[0] ?? ""])
      assert.strictEqual(succeeded[7]?.record.properties.email, "person-7@example.com")
      assert.deepInclude(failed[0], { input: "999999" })
      assert.deepInclude(failed[0]?.error, { _tag: "ClientError", status: 404 })
      assert.strictEqual((yield* emulator.stats).requests, 2)
    }).pipe(Effect.provide(live())))

  it.scopedLive("are read by email, whatever its case", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("contacts", [person(1), person(2)])
      const asked = ["Person-1@Example.com", "person-2@example.com", "nobody@example.com"]
      const { failed, succeeded } = yield* Contacts.batchRead(asked, { by: "email", properties: ["firstname"] })
      assert.deepStrictEqual(succeeded.map(({ input, record }) => [input, record.properties.firstname]), [
        ["Person-1@Example.com", "Person 1"],
        ["person-2@example.com", "Person 2"]
      ])
      assert.strictEqual(failed[0]?.input, "nobody@example.com")
    }).pipe(Effect.provide(live())))

  it.scopedLive("are read from the archive where that is asked", () =>
    Effect.gen(function*() {
      const { id } = yield* Contacts.create(person(1))
      yield* Contacts.archive(id)
      assert.strictEqual((yield* Contacts.batchRead([id], { archived: true })).succeeded[0]?.record.id, id)
      assert.strictEqual((yield* Contacts.batchRead([id])).failed.length, 1)
    }).pipe(Effect.provide(live())))

  it.scopedLive("values of a unique property that differ in their letters name different records", () =>
    Effect.gen(function*() {
      const Cars = CrmObject.make({ type: "2-1", properties: Schema.Struct({ vin: Property.text }) })
      yield* Cars.batchUpsert([{ vin: "abc" }, { vin: "ABC" }], { by: "vin" })
      const { succeeded } = yield* Cars.batchRead(["abc", "ABC"], { by: "vin" })
      assert.deepStrictEqual(succeeded.map(({ input, record }) => [input, record.properties.vin]), [
        ["abc", "abc"],
        ["ABC", "ABC"]
      ])
      assert.notStrictEqual(succeeded[0]?.record.id, succeeded[1]?.record.id)
    }).pipe(Effect.provide(live({
      emulator: {
        objectTypes: [
          ObjectType.make({ name: "cars", id: "2-1", properties: { vin: { type: "string", unique: true } } })
        ]
      }
    }))))

  it.scopedLive("are updated, by id and by email", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const [one] = yield* emulator.add("contacts", [person(1), person(2)])
      const byId = yield* Contacts.batchUpdate([
        { id: one?.id ?? "", properties: { city: "London" } },
        { id: "999999", properties: { city: "Nowhere" } }
      ])
      assert.deepStrictEqual([byId.succeeded.length, byId.failed.map(({ input }) => input.id)], [1, ["999999"]])
      const byEmail = yield* Contacts.batchUpdate(
        [{ id: "person-2@example.com", properties: { city: "Paris" } }],
        { by: "email" }
      )
      assert.deepStrictEqual(byEmail.failed, [])
      assert.deepStrictEqual((yield* emulator.records("contacts")).map(({ properties }) => properties.city), [
        "London",
        "Paris"
      ])
    }).pipe(Effect.provide(live())))

  it.scopedLive("are upserted; the second input for one email is refused before anything is sent for it", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("contacts", [person(1)])
      const { failed, succeeded } = yield* Contacts.batchUpsert(
        [person(1), person(2), { email: "PERSON-2@example.com ", city: "Paris" }, { firstname: "nobody" }],
        { by: "email" }
      )
      assert.deepStrictEqual(succeeded.map(({ record }) => record.isNew), [false, true])
      assert.deepStrictEqual(failed.map(({ error }) => error._tag === "InvalidRequest" && error.field), [
        "inputs.2",
        "properties.email"
      ])
      assert.strictEqual((yield* emulator.records("contacts")).length, 2)
    }).pipe(Effect.provide(live())))

  it.scopedLive("when the whole call fails, each input has its error", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.setFaults({ rules: [{ share: 1, fault: { kind: "status", status: 503 } }] })
      const { failed, succeeded } = yield* Contacts.batchUpsert(Array.makeBy(150, person), { by: "email" })
      assert.deepStrictEqual([succeeded.length, failed.length], [0, 150])
      assert.isTrue(failed.every(({ error }) => error._tag === "ServerError" && error.retry?.attempts === 5))
    }).pipe(Effect.provide(live())))

  it.scopedLive("none is no call at all", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      assert.deepStrictEqual(yield* Contacts.batchCreate([]), { succeeded: [], failed: [] })
      assert.strictEqual((yield* emulator.stats).requests, 0)
    }).pipe(Effect.provide(live())))
})
