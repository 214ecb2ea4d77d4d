import { assert, describe, it } from "@effect/vitest"
import { Array, DateTime, Effect, Random, Stream } from "effect"
import { EventDefinitions, Events } from "effect-hubspot"
import { RateLimiter } from "effect-resilience"
import { Emulator } from "hubspot-emulator"
import { live } from "../support/hubspot.ts"

const bought: Events.Event = { eventName: "pe1_bought", email: "ada@example.com", properties: { amount: 12 } }
const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/

describe("a custom event", () => {
  it.scopedLive("is sent, with an id of its own", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const occurredAt = DateTime.unsafeMake("2026-11-01T00:00:00Z")
      const sent = yield* Events.send({ ...bought, occurredAt })
      assert.match(sent.uuid, uuid)
      const [event] = yield* emulator.events
      assert.deepInclude(event ?? {}, { ...bought, uuid: sent.uuid, occurredAt: "2026-11-01T00:00:00.000Z" })
    }).pipe(Effect.provide(live())))

  it.scopedLive("keeps the id that it is given", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Events.send({ ...bought, uuid: "order-1" }), { uuid: "order-1" })
      yield* Events.send({ ...bought, uuid: "order-1" })
      assert.strictEqual((yield* (yield* Emulator.Emulator).events).length, 1)
    }).pipe(Effect.provide(live())))

  it.scopedLive("has an id out of the program's Random", () =>
    Effect.gen(function*() {
      const send = Effect.withRandom(Events.send(bought), Random.make("seed"))
      assert.deepStrictEqual(yield* send, yield* Effect.withRandom(Events.send(bought), Random.make("seed")))
      assert.notDeepEqual(yield* Events.send(bought), yield* Events.send(bought))
    }).pipe(Effect.provide(live())))

  it.scopedLive("is kept once, though its answer never comes", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.setFaults({ seed: 3, rules: [{ share: 0.5, fault: { kind: "resetAfterCommit" } }] })
      yield* Effect.forEach(Array.makeBy(20, () => bought), (event) => Events.send(event), { concurrency: 5 })
      assert.isAbove((yield* emulator.stats).requests, 20)
      assert.strictEqual((yield* emulator.events).length, 20)
    }).pipe(Effect.provide(live({ overrides: { retry: { retries: 20 } } }))))

  it.scopedLive("that names nobody is not sent", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Events.send({ eventName: "pe1_bought" }))
      assert.deepInclude(error, { _tag: "InvalidRequest", outcome: "not-sent" })
      assert.strictEqual((yield* (yield* Emulator.Emulator).stats).requests, 0)
    }).pipe(Effect.provide(live())))

  it.scopedLive("takes nothing from the limits of other calls", () =>
    Effect.gen(function*() {
      yield* Effect.replicateEffect(Events.send(bought), 10)
      assert.strictEqual((yield* (yield* Emulator.Emulator).events).length, 10)
    }).pipe(Effect.provide(live({ overrides: { limits: [RateLimiter.rolling("general", 1, "1 minute")] } }))))
})

describe("many custom events", () => {
  it.scopedLive("are sent five hundred in a call, each once", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const events = Array.makeBy(1201, (n) => ({ ...bought, properties: { n } }))
      const { failed, succeeded } = yield* Events.batchSend(events)
      assert.deepStrictEqual([failed.length, (yield* emulator.stats).requests], [0, 3])
      const kept = yield* emulator.events
      assert.sameMembers(
        kept.map(({ properties }) => Number(properties.n)),
        events.map(({ properties }) => properties.n)
      )
      assert.strictEqual(new Set(succeeded.map(({ record }) => record.uuid)).size, 1201)
    }).pipe(Effect.provide(live())))

  it.scopedLive("those that name nobody fail alone; one that HubSpot refuses fails its call", () =>
    Effect.gen(function*() {
      const nobody = { eventName: "pe1_bought" }
      const nameless = { ...bought, eventName: "" }
      const { failed, succeeded } = yield* Events.batchSend([...Array.makeBy(500, () => bought), nobody, nameless])
      assert.deepStrictEqual(succeeded.length, 500)
      assert.deepStrictEqual(failed.map(({ error, input }) => [input, error._tag]), [
        [nobody, "InvalidRequest"],
        [nameless, "ClientError"]
      ])
    }).pipe(Effect.provide(live())))
})

describe("the definitions of events", () => {
  const definition: EventDefinitions.Input = {
    name: "bought",
    label: "Bought something",
    properties: [{ name: "amount", label: "Amount", type: "number" }],
    matching: { eventProperty: "amount", recordProperty: "email" }
  }

  it.scopedLive("live their whole life, and so do their properties", () =>
    Effect.gen(function*() {
      const made = yield* EventDefinitions.create(definition)
      assert.deepInclude(made, { name: "bought", fullyQualifiedName: "pe1_bought", primaryObject: "CONTACT" })
      yield* EventDefinitions.createProperty("bought", {
        name: "by",
        label: "By",
        type: "enumeration",
        options: [{ label: "Card", value: "card" }, { label: "Cash", value: "cash" }]
      })
      const changed = yield* EventDefinitions.updateProperty("bought", "by", { label: "Paid by" })
      assert.deepStrictEqual(
        [changed.label, changed.options.map(({ displayOrder, value }) => [value, displayOrder])],
        ["Paid by", [["card", 0], ["cash", 1]]]
      )
      const properties = yield* EventDefinitions.properties("pe1_bought")
      assert.includeMembers(properties.map(({ name }) => name), ["hs_page_url", "amount", "by"])
      yield* EventDefinitions.removeProperty("bought", "by")
      assert.notInclude((yield* EventDefinitions.properties("bought")).map(({ name }) => name), "by")
      assert.strictEqual((yield* EventDefinitions.update("bought", { label: "Sold" })).labels?.singular, "Sold")
      yield* EventDefinitions.remove("bought")
      assert.deepInclude(yield* Effect.flip(EventDefinitions.get("bought")), { _tag: "ClientError", status: 404 })
    }).pipe(Effect.provide(live())))

  it.scopedLive("have HubSpot's own properties unless it is said otherwise", () =>
    Effect.gen(function*() {
      const { properties } = yield* EventDefinitions.create({ ...definition, includeDefaultProperties: false })
      assert.deepStrictEqual(properties.map(({ name }) => name), ["amount"])
    }).pipe(Effect.provide(live())))

  it.scopedLive("are read page by page, or by a word", () =>
    Effect.gen(function*() {
      const names = Array.makeBy(120, (n) => `event_${n}`)
      yield* Effect.forEach(names, (name) => EventDefinitions.create({ label: name, name }), { concurrency: 10 })
      const all = yield* Stream.runCollect(EventDefinitions.stream())
      assert.sameMembers([...all].map(({ name }) => name), names)
      const some = yield* Stream.runCollect(EventDefinitions.stream({ query: "event_11" }))
      assert.strictEqual(some.length, 11)
    }).pipe(Effect.provide(live())))

  it.scopedLive("that name nothing are not asked for", () =>
    Effect.gen(function*() {
      assert.deepInclude(yield* Effect.flip(EventDefinitions.get("")), { _tag: "InvalidRequest", field: "event" })
      assert.deepInclude(yield* Effect.flip(EventDefinitions.removeProperty("bought", "..")), {
        _tag: "InvalidRequest",
        field: "property"
      })
    }).pipe(Effect.provide(live())))

  it.scopedLive("and what is sent go to the dated paths where the config says so", () =>
    Effect.gen(function*() {
      yield* EventDefinitions.create(definition)
      yield* Events.send(bought)
      const { byRoute } = yield* (yield* Emulator.Emulator).stats
      assert.sameMembers(Object.keys(byRoute), ["POST /events/2026-09/event-definitions", "POST /events/2026-09/send"])
    }).pipe(Effect.provide(live({ client: { apiVersion: "2026-09" } }))))
})
