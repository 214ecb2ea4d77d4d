import { assert, describe, it } from "@effect/vitest"
import { Array, DateTime, Effect, Random } from "effect"
import { Events } from "effect-hubspot"
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
