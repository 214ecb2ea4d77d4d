import { assert, describe, it } from "@effect/vitest"
import { Array, Deferred, Effect, Either, Exit, Fiber, Schema } from "effect"
import { Companies, Contacts, CrmObject, Property } from "effect-hubspot"
import { type ApiError, Deadline } from "effect-resilience"
import { Emulator, type FaultPlan, ObjectType } from "hubspot-emulator"
import { clientFor, live, type Options } from "../support/hubspot.ts"
import * as ScriptedServer from "../support/ScriptedServer.ts"

const writes: Options = { client: { batching: { window: "20 millis", writes: true } } }
const added = (count: number) =>
  Effect.gen(function*() {
    const emulator = yield* Emulator.Emulator
    const records = yield* emulator.add("contacts", Array.makeBy(count, (n) => ({ email: `p-${n}@example.com` })))
    return { emulator, ids: records.map(({ id }) => id) }
  })
const requests = Effect.flatMap(Emulator.Emulator, ({ stats }) => Effect.map(stats, ({ requests }) => requests))
const all = { concurrency: "unbounded" } as const
const patient = { attemptTimeout: "20 seconds", deadline: "60 seconds" } as const

type Fault = NonNullable<FaultPlan.Input["rules"]>[number]["fault"]
const always = (fault: Fault): FaultPlan.Input => ({ rules: [{ share: 1, fault }] })

describe("updates of a client that merges writes", () => {
  it.scopedLive("a thousand are ten calls, and each gets its own record", () =>
    Effect.gen(function*() {
      const { ids } = yield* added(1000)
      const records = yield* Effect.forEach(ids, (id, n) => Contacts.update(id, { firstname: `P${n}` }), all)
      assert.deepStrictEqual(records.map(({ id }) => id), ids)
      assert.deepStrictEqual(records.map(({ properties }) => properties.firstname), ids.map((_, n) => `P${n}`))
      assert.strictEqual(yield* requests, 10)
    }).pipe(Effect.provide(live({ ...writes, overrides: patient }))), 60_000)

  it.scopedLive("of one record keep their order: none is lost, and the last one stays", () =>
    Effect.gen(function*() {
      const { ids: [id = ""] } = yield* added(1)
      const changes = [{ firstname: "A" }, { lastname: "B" }, { firstname: "C" }]
      yield* Effect.forEach(changes, (change) => Contacts.update(id, change), all)
      const { properties } = yield* Contacts.get(id, { properties: ["firstname", "lastname"] })
      assert.deepStrictEqual(properties, { firstname: "C", lastname: "B" })
      assert.strictEqual(yield* requests, 4)
    }).pipe(Effect.provide(live(writes))))

  it.scopedLive("of one record keep their order where one of them cannot be merged", () =>
    Effect.gen(function*() {
      const { ids: [id = ""] } = yield* added(1)
      yield* Effect.all([
        Contacts.update(id, { firstname: "merged" }),
        Contacts.update(id, { firstname: "alone" }, { retries: 0 })
      ], all)
      const { properties } = yield* Contacts.get(id, { properties: ["firstname"] })
      assert.deepStrictEqual(properties, { firstname: "alone" })
    }).pipe(Effect.provide(live(writes))))

  it.scopedLive("fail each for itself: unknown, refused, and not even sent", () =>
    Effect.gen(function*() {
      const { ids: [id = ""] } = yield* added(1)
      const [good, unknown, refused, unsent, wrong] = yield* Effect.all([
        Effect.either(Contacts.update(id, { firstname: "Ada" })),
        Effect.flip(Contacts.update("404404", { firstname: "X" })),
        Effect.flip(Contacts.update("p-0@example.com", { email: "not an email" }, { by: "email" })),
        Effect.flip(Contacts.update("", { firstname: "X" })),
        Effect.flip(Contacts.update("not-a-number", { firstname: "X" }))
      ], all)
      assert.isTrue(Either.isRight(good))
      assert.deepInclude(unknown, {
        _tag: "ClientError",
        status: 404,
        method: "PATCH",
        urlTemplate: "/crm/v3/objects/contacts/{id}",
        outcome: "refused",
        retryable: false
      })
      assert.notInclude(JSON.stringify(unknown), id)
      assert.deepInclude(refused, { _tag: "ClientError", status: 400 })
      assert.strictEqual((refused as ApiError.ClientError).details?.fields?.[0]?.code, "INVALID_EMAIL")
      assert.deepInclude(unsent, { _tag: "InvalidRequest", method: "PATCH", field: "id" })
      assert.deepInclude(wrong, { _tag: "ClientError" })
    }).pipe(Effect.provide(live(writes))))

  it.scopedLive("are apart where type or `by` differ", () =>
    Effect.gen(function*() {
      const { emulator, ids: [id = ""] } = yield* added(2)
      const [company] = yield* emulator.add("companies", [{ name: "Acme" }])
      yield* Effect.all([
        Contacts.update(id, { firstname: "A" }),
        Contacts.update("p-1@example.com", { firstname: "B" }, { by: "email" }),
        Companies.update(company!.id, { name: "C" })
      ], all)
      assert.strictEqual(yield* requests, 3)
    }).pipe(Effect.provide(live(writes))))

  it.scopedLive.each([["an attempt timeout", { attemptTimeout: "1 second" }], ["retries", { retries: 1 }]] as const)(
    "go alone with %s",
    ([, options]) =>
      Effect.gen(function*() {
        const { ids } = yield* added(2)
        yield* Effect.forEach(ids, (id) => Contacts.update(id, { city: "Rome" }, options), all)
        assert.strictEqual(yield* requests, 2)
      }).pipe(Effect.provide(live(writes)))
  )

  it.scopedLive("are read by each module in its own way", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const [one, two] = yield* emulator.add(
        "deals",
        [{ dealname: "A" }, { dealname: "B" }].map((deal) => ({
          ...deal,
          dealstage: "s",
          pipeline: "p"
        }))
      )
      const as = <S extends Schema.Schema.AnyNoContext>(amount: S) =>
        CrmObject.make({ type: "deals", properties: Schema.Struct({ amount }) })
      const [text, number] = yield* Effect.all([
        as(Property.text).update(one!.id, { amount: "12" }),
        as(Property.number).update(two!.id, { amount: 13 })
      ], all)
      assert.strictEqual(text.properties.amount, "12")
      assert.strictEqual(number.properties.amount as unknown, 13)
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(live(writes))))

  it.scopedLive("go alone where the batch is refused as a whole, and where it says nothing of them", () =>
    Effect.gen(function*() {
      const record = (id: string) => ({
        id,
        properties: {},
        createdAt: "2026-11-23T09:00:00Z",
        updatedAt: "2026-11-23T09:00:00Z"
      })
      for (const [status, batch] of [[400, { message: "one of them" }], [200, { results: [] }]] as const) {
        const server = yield* ScriptedServer.make((request, response) => {
          const isBatch = request.method === "POST"
          const body = isBatch ? batch : record(request.url!.split("/").at(-1)!)
          response.writeHead(isBatch ? status : 200, { "content-type": "application/json" }).end(JSON.stringify(body))
        })
        const records = yield* Effect.forEach(["1", "2"], (id) => Contacts.update(id, { city: "Rome" }), all).pipe(
          Effect.provide(clientFor({ url: server.url, token: "t" }, {}, writes.client))
        )
        assert.deepStrictEqual(records.map(({ id }) => id), ["1", "2"])
        assert.strictEqual(server.requests.length, 3)
      }
    }))

  it.scopedLive("all have the error of a batch that may not be made", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedServer.make((_, response) => {
        response.writeHead(403, { "content-type": "application/json" }).end(
          JSON.stringify({ category: "MISSING_SCOPES" })
        )
      })
      const errors = yield* Effect.forEach(["1", "2"], (id) => Effect.flip(Contacts.update(id, { city: "Rome" })), all)
        .pipe(Effect.provide(clientFor({ url: server.url, token: "t" }, {}, writes.client)))
      assert.deepStrictEqual(errors.map(({ _tag }) => _tag), ["ClientError", "ClientError"])
      assert.strictEqual(server.requests.length, 1)
    }))
})

describe("values of a unique property that differ in their letters", () => {
  it.scopedLive("name different records: the error of one is not the other's", () =>
    Effect.gen(function*() {
      const Cars = CrmObject.make({
        type: "cars",
        properties: Schema.Struct({ vin: Property.text, doors: Property.text })
      })
      const [wrong, right] = yield* Effect.all([
        Effect.flip(Cars.upsert({ vin: "ABC", doors: "many" }, { by: "vin" })),
        Cars.upsert({ vin: "abc", doors: "4" }, { by: "vin" })
      ], all)
      assert.deepInclude(wrong, { _tag: "ClientError", status: 400 })
      assert.strictEqual(right.properties.vin, "abc")
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(live({
      ...writes,
      emulator: {
        objectTypes: [ObjectType.make({
          name: "cars",
          id: "2-7",
          properties: { vin: { type: "string", unique: true }, doors: { type: "number" } }
        })]
      }
    }))))
})

describe("upserts of a client that merges writes", () => {
  it.scopedLive(
    "any number: nothing lost, nothing twice, and each knows whether it is new",
    () =>
      Effect.gen(function*() {
        const { emulator } = yield* added(30)
        const people = Array.makeBy(250, (n) => ({ email: `p-${n}@example.com`, firstname: `P${n}` }))
        const records = yield* Effect.forEach(people, (person) => Contacts.upsert(person, { by: "email" }), all)
        assert.deepStrictEqual(records.map(({ properties }) => properties.firstname), people.map((p) => p.firstname))
        assert.deepStrictEqual(records.map(({ isNew }) => isNew), people.map((_, n) => n >= 30))
        assert.strictEqual((yield* emulator.records("contacts")).length, 250)
        assert.strictEqual(yield* requests, 3)
      }).pipe(Effect.provide(live({ ...writes, overrides: patient }))),
    60_000
  )

  it.scopedLive("of one email, in any letters, are one record: the first makes it, the second changes it", () =>
    Effect.gen(function*() {
      const [first, second] = yield* Effect.all([
        Contacts.upsert({ email: "ada@example.com", firstname: "A" }, { by: "email" }),
        Contacts.upsert({ email: " ADA@example.com", firstname: "B" }, { by: "email" })
      ], all)
      assert.deepStrictEqual([first.isNew, second.isNew], [true, false])
      assert.strictEqual(first.id, second.id)
      assert.strictEqual(second.properties.firstname, "B")
    }).pipe(Effect.provide(live(writes))))

  it.scopedLive("fail each for itself", () =>
    Effect.gen(function*() {
      const [good, bad, none] = yield* Effect.all([
        Effect.either(Contacts.upsert({ email: "ada@example.com" }, { by: "email" })),
        Effect.flip(Contacts.upsert({ email: "nobody" }, { by: "email" })),
        Effect.flip(Contacts.upsert({ firstname: "X" }, { by: "email" }))
      ], all)
      assert.isTrue(Either.isRight(good))
      assert.deepInclude(bad, { _tag: "ClientError", status: 400, method: "POST" })
      assert.deepInclude(none, { _tag: "InvalidRequest", field: "properties.email" })
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(live(writes))))
})

describe("trouble on the way of merged writes", () => {
  const both = ([first = "", second = ""]: ReadonlyArray<string>) => [
    Contacts.update(first, { city: "Rome" }),
    Contacts.update(second, { city: "Rome" })
  ]

  it.scopedLive.each(
    [
      ["RateLimited", { kind: "rateLimited", body: "tenSecondly" }],
      ["ServerError", { kind: "status", status: 503 }],
      ["ConnectionError", { kind: "reset" }],
      ["ConnectionError", { kind: "cutBody" }]
    ] as const
  )("is everybody's, after retries that are made together: %s by %o", ([tag, fault]) =>
    Effect.gen(function*() {
      const { emulator, ids } = yield* added(2)
      yield* emulator.setFaults(always(fault))
      const errors = yield* Effect.all(both(ids).map(Effect.flip), all)
      assert.deepStrictEqual(errors.map(({ _tag }) => _tag), [tag, tag])
      assert.strictEqual(yield* requests, 2)
    }).pipe(Effect.provide(live({ ...writes, overrides: { retry: { retries: 1 } } }))))

  it.scopedLive.each(
    [{ kind: "status", status: 503 }, { kind: "resetAfterCommit" }, { kind: "hang" }] satisfies ReadonlyArray<Fault>
  )("that passes is nobody's: %o", (fault) =>
    Effect.gen(function*() {
      const { emulator, ids } = yield* added(2)
      yield* emulator.setFaults(always(fault))
      const call = yield* Effect.fork(Effect.all(both(ids), all))
      yield* Effect.repeat(Effect.delay(emulator.stats, 2), { until: ({ requests }) => requests > 0 })
      yield* emulator.setFaults({})
      const records = yield* Fiber.join(call)
      assert.deepStrictEqual(records.map(({ properties }) => properties.city), ["Rome", "Rome"])
    }).pipe(Effect.provide(live({ ...writes, overrides: { attemptTimeout: "400 millis" } }))))

  it.scopedLive("leaves each its own deadline, and the batch goes on for the other", () =>
    Effect.gen(function*() {
      const { emulator, ids: [one = "", two = ""] } = yield* added(2)
      yield* emulator.setFaults(always({ kind: "slowBody", over: "400 millis" }))
      const [short, long] = yield* Effect.all([
        Effect.flip(Deadline.within(Contacts.update(one, { city: "Rome" }), "100 millis")),
        Effect.exit(Contacts.update(two, { city: "Rome" }, { deadline: "6 seconds" }))
      ], all)
      assert.deepInclude(short, { _tag: "Timeout", scope: "deadline", outcome: "unknown" })
      assert.isTrue(Exit.isSuccess(long))
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(live(writes))))

  it.scopedLive("that has everybody give up leaves no request behind", () =>
    Effect.gen(function*() {
      const arrived = yield* Deferred.make<void>()
      const closed = yield* Deferred.make<void>()
      const server = yield* ScriptedServer.make((request) => {
        Deferred.unsafeDone(arrived, Effect.void)
        request.on("close", () => Deferred.unsafeDone(closed, Effect.void))
      })
      yield* Effect.gen(function*() {
        const fibers = yield* Effect.forEach(both(["1", "2"]), Effect.fork)
        yield* Deferred.await(arrived)
        yield* Fiber.interruptAll(fibers)
        yield* Deferred.await(closed)
      }).pipe(Effect.provide(clientFor({ url: server.url, token: "t" }, {}, writes.client)))
      assert.strictEqual(server.requests.length, 1)
    }))
})

describe("unless it is asked for", () => {
  it.scopedLive("each write goes by itself, though gets are merged", () =>
    Effect.gen(function*() {
      const { ids } = yield* added(2)
      yield* Effect.forEach(ids, (id) => Contacts.update(id, { city: "Rome" }), all)
      assert.strictEqual(yield* requests, 2)
    }).pipe(Effect.provide(live({ client: { batching: true } }))))
})
