import { assert, describe, it } from "@effect/vitest"
import { Array, Deferred, Effect, Either, Fiber, Schema } from "effect"
import { Companies, Contacts, CrmObject, Property } from "effect-hubspot"
import { ApiError, Deadline } from "effect-resilience"
import { Emulator } from "hubspot-emulator"
import { clientFor, live, type Options } from "../support/hubspot.ts"
import * as ScriptedServer from "../support/ScriptedServer.ts"

const batching: Options = { client: { batching: { window: "20 millis" } } }
const people = (count: number) => Array.makeBy(count, (n) => ({ email: `person-${n}@example.com`, firstname: `P${n}` }))
const added = (count: number) =>
  Effect.gen(function*() {
    const emulator = yield* Emulator.Emulator
    const records = yield* emulator.add("contacts", people(count))
    return { emulator, ids: records.map(({ id }) => id) }
  })
const requests = Effect.flatMap(Emulator.Emulator, ({ stats }) => Effect.map(stats, ({ requests }) => requests))
const all = { concurrency: "unbounded" } as const

describe("gets of a client with batching", () => {
  it.scopedLive("ten thousand are a hundred batch reads, and each gets its own record", () =>
    Effect.gen(function*() {
      const { ids } = yield* added(10_000)
      const records = yield* Effect.forEach(ids, (id) => Contacts.get(id, { properties: ["firstname"] }), all)
      assert.deepStrictEqual(records.map(({ id }) => id), ids)
      assert.deepStrictEqual(records.map(({ properties }) => properties.firstname), ids.map((_, n) => `P${n}`))
      assert.strictEqual(yield* requests, 100)
    }).pipe(Effect.provide(live({
      ...batching,
      overrides: { attemptTimeout: "20 seconds", deadline: "60 seconds" }
    }))), 90_000)

  it.scopedLive("are merged across fibres, with those for the same record and by email in other letters", () =>
    Effect.gen(function*() {
      yield* added(2)
      const emails = ["person-0@example.com", "PERSON-0@example.com ", "person-1@example.com"]
      const fibers = yield* Effect.forEach(emails, (email) => Effect.fork(Contacts.get(email, { by: "email" })))
      const records = yield* Effect.forEach(fibers, Fiber.join)
      assert.deepStrictEqual(records.map(({ properties }) => properties.firstname), ["P0", "P0", "P1"])
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(live(batching))))

  it.scopedLive("one alone is a batch of one", () =>
    Effect.gen(function*() {
      const { ids } = yield* added(1)
      assert.strictEqual((yield* Contacts.get(ids[0]!)).id, ids[0])
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(live(batching))))

  it.scopedLive("fail for a record that is not there as any get does, and do not fail the others", () =>
    Effect.gen(function*() {
      const { ids } = yield* added(1)
      const [found, missing, other] = yield* Effect.forEach(
        [ids[0]!, "404404", "404405"],
        (id) => Effect.either(Contacts.get(id)),
        all
      )
      assert.isTrue(Either.isRight(found!))
      const error = Either.isLeft(missing!) ? missing.left : undefined
      assert.instanceOf(error, ApiError.ClientError)
      assert.deepInclude(error, {
        status: 404,
        method: "GET",
        urlTemplate: "/crm/v3/objects/contacts/{id}",
        outcome: "refused",
        retryable: false
      })
      assert.strictEqual((error as ApiError.ClientError).details?.category, "OBJECT_NOT_FOUND")
      assert.notInclude(JSON.stringify(error), "404405") // which is another caller's business
      assert.isTrue(Either.isLeft(other!))
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(live(batching))))

  it.scopedLive("are apart where type, properties, `by` or `archived` differ; the order of properties does not count", () =>
    Effect.gen(function*() {
      const { emulator, ids: [id = ""] } = yield* added(1)
      const [company] = yield* emulator.add("companies", [{ name: "Acme" }])
      yield* Effect.all([
        Contacts.get(id, { properties: ["email", "firstname"] }),
        Contacts.get(id, { properties: ["firstname", "email"] }),
        Contacts.get(id, { properties: ["email"] }),
        Contacts.get("person-0@example.com", { by: "email", properties: ["email"] }),
        Effect.either(Contacts.get(id, { archived: true, properties: ["email"] })),
        Companies.get(company!.id)
      ], all)
      assert.strictEqual(yield* requests, 5)
    }).pipe(Effect.provide(live(batching))))

  it.scopedLive.each(
    [
      ["associations", { associations: ["companies"] }],
      ["a history", { propertiesWithHistory: ["email"] }],
      ["an attempt timeout", { attemptTimeout: "1 second" }],
      ["retries", { retries: 1 }]
    ] as const
  )("go alone with %s", ([, options]) =>
    Effect.gen(function*() {
      const { ids } = yield* added(2)
      yield* Effect.forEach(ids, (id) => Contacts.get(id, options), all)
      assert.strictEqual(yield* requests, 2)
    }).pipe(Effect.provide(live(batching))))

  it.scopedLive("go alone with an id that is not a number, which would fail all of a batch", () =>
    Effect.gen(function*() {
      const { ids } = yield* added(2)
      const [wrong, ...right] = yield* Effect.forEach(["nobody", ...ids], (id) => Effect.either(Contacts.get(id)), all)
      assert.isTrue(Either.isLeft(wrong!))
      assert.isTrue(right.every(Either.isRight))
      assert.strictEqual(yield* requests, 2)
    }).pipe(Effect.provide(live(batching))))

  it.scopedLive("each have their own deadline", () =>
    Effect.gen(function*() {
      const { emulator, ids } = yield* added(2)
      yield* emulator.setFaults({ rules: [{ share: 1, fault: { kind: "slowBody", over: "300 millis" } }] })
      const [short, long] = yield* Effect.all([
        Effect.either(Deadline.within(Contacts.get(ids[0]!), "100 millis")),
        Effect.either(Contacts.get(ids[1]!, { deadline: "4 seconds" }))
      ], all)
      assert.strictEqual(Either.isLeft(short) ? short.left._tag : undefined, "Timeout")
      assert.isTrue(Either.isRight(long))
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(live(batching))))

  it.scopedLive.each(
    [
      ["RateLimited", { kind: "rateLimited" }],
      ["ServerError", { kind: "status", status: 503 }]
    ] as const
  )("all have the error of their batch: %s", ([tag, fault]) =>
    Effect.gen(function*() {
      const { emulator, ids } = yield* added(3)
      yield* emulator.setFaults({ rules: [{ share: 1, fault }] })
      const errors = yield* Effect.forEach(ids, (id) => Effect.flip(Contacts.get(id)), all)
      assert.deepStrictEqual(
        errors.map(({ _tag, urlTemplate }) => [_tag, urlTemplate]),
        Array.replicate([
          tag,
          "/crm/v3/objects/contacts/batch/read"
        ], 3)
      )
      assert.strictEqual(yield* requests, 2) // retried once, together
    }).pipe(Effect.provide(live({ ...batching, overrides: { retry: { retries: 1 } } }))))

  it.scopedLive("of modules that read a property in different ways are merged all the same", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const [deal] = yield* emulator.add("deals", [{ dealname: "D", dealstage: "s", pipeline: "p", amount: "12" }])
      const as = <S extends Schema.Schema.AnyNoContext>(amount: S) =>
        CrmObject.make({ type: "deals", properties: Schema.Struct({ amount }) })
      const [text, number, wrong] = yield* Effect.all([
        as(Property.text).get(deal!.id),
        as(Property.number).get(deal!.id),
        Effect.flip(as(Property.boolean).get(deal!.id))
      ], all)
      assert.strictEqual(text.properties.amount, "12")
      assert.strictEqual(number.properties.amount as unknown, 12)
      assert.deepInclude(wrong, { _tag: "InvalidResponse", problem: "properties.amount is not what the schema says" })
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(live(batching))))

  it.scopedLive("ask alone for what the batch says nothing of, such as records that were merged into others", () =>
    Effect.gen(function*() {
      const record = (id: string) => ({
        id,
        properties: {},
        createdAt: "2026-11-23T09:00:00Z",
        updatedAt: "2026-11-23T09:00:00Z"
      })
      const server = yield* ScriptedServer.make((request, response) => {
        const body = request.method === "POST"
          ? { status: "COMPLETE", results: [record("91"), record("92")] }
          : record("9" + request.url!.match(/(\d)\?/)![1])
        response.setHeader("content-type", "application/json").end(JSON.stringify(body))
      })
      const records = yield* Effect.forEach(["1", "2"], (id) => Contacts.get(id), all).pipe(
        Effect.provide(clientFor({ url: server.url, token: "t" }, {}, batching.client))
      )
      assert.deepStrictEqual(records.map(({ id }) => id), ["91", "92"])
      assert.strictEqual(server.requests.length, 3)
    }))

  it.scopedLive("that are all interrupted leave no request behind", () =>
    Effect.gen(function*() {
      const arrived = yield* Deferred.make<void>()
      const closed = yield* Deferred.make<void>()
      const server = yield* ScriptedServer.make((request) => {
        Deferred.unsafeDone(arrived, Effect.void)
        request.on("close", () => Deferred.unsafeDone(closed, Effect.void))
      })
      const client = clientFor({ url: server.url, token: "t" }, {}, batching.client)
      yield* Effect.gen(function*() {
        const fibers = yield* Effect.forEach(["1", "2"], (id) => Effect.fork(Contacts.get(id)))
        yield* Deferred.await(arrived)
        yield* Fiber.interruptAll(fibers)
        yield* Deferred.await(closed)
      }).pipe(Effect.provide(client))
      assert.strictEqual(server.requests.length, 1)
    }))
})

describe("without batching", () => {
  it.scopedLive("each get goes by itself", () =>
    Effect.gen(function*() {
      const { ids } = yield* added(3)
      yield* Effect.forEach(ids, (id) => Contacts.get(id), all)
      assert.strictEqual(yield* requests, 3)
    }).pipe(Effect.provide(live())))
})
