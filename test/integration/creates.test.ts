import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, Fiber, Schema } from "effect"
import { Contacts, CrmObject, Property } from "effect-hubspot"
import { Emulator, type FaultPlan, ObjectType } from "hubspot-emulator"
import { live } from "../support/hubspot.ts"

type Fault = NonNullable<FaultPlan.Input["rules"]>[number]["fault"]

const always = (fault: Fault): FaultPlan.Input => ({ rules: [{ share: 1, fault }] })
const person = (n: number) => ({ email: `person-${n}@example.com`, firstname: `Person ${n}` })

describe("a create whose outcome is unknown", () => {
  it.scopedLive.each(["resetAfterCommit", "hangAfterCommit", "reset", "hang"] as const)(
    "is reconciled, and never made twice: %s",
    (kind) =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.Emulator
        yield* emulator.setFaults({ seed: 5, rules: [{ share: 0.4, fault: { kind }, methods: ["POST"] }] })
        const created = yield* Effect.forEach(Array.makeBy(40, person), (input) => Contacts.create(input), {
          concurrency: 10
        })
        const { faults } = yield* emulator.stats
        assert.isAbove(faults[kind] ?? 0, 5)
        const stored = yield* emulator.records("contacts")
        assert.strictEqual(stored.length, 40)
        assert.deepStrictEqual(created.map(({ id }) => id).sort(), stored.map(({ id }) => id).sort())
        assert.deepStrictEqual(
          created.map(({ properties }) => properties.firstname),
          Array.makeBy(40, (n) => `Person ${n}`)
        )
      }).pipe(Effect.provide(live({ overrides: { attemptTimeout: "200 millis", retry: { retries: 10 } } })))
  )

  it.scopedLive("is a conflict all the same when the record is somebody else's", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("contacts", [{ email: "ada@example.com", firstname: "Another Ada" }])
      yield* emulator.setFaults(always({ kind: "hang" }))
      const call = yield* Effect.fork(Effect.flip(Contacts.create({ email: "ada@example.com", firstname: "Ada" })))
      yield* Effect.sleep("50 millis")
      yield* emulator.setFaults({})
      assert.deepInclude(yield* Fiber.join(call), { _tag: "ClientError", status: 409 })
    }).pipe(Effect.provide(live({ overrides: { attemptTimeout: "200 millis" } }))))

  const cars = live({
    emulator: {
      objectTypes: [ObjectType.make({
        name: "cars",
        id: "2-7",
        properties: { vin: { type: "string", unique: true }, colour: { type: "string" } }
      })]
    },
    overrides: { attemptTimeout: "200 millis", retry: { retries: 10 } }
  })
  const carsBy = (reconcileBy: "vin" | undefined) =>
    CrmObject.make({
      type: "cars",
      properties: Schema.Struct({ vin: Property.text, colour: Property.text }),
      reconcileBy
    })

  it.scopedLive.each(["resetAfterCommit", "hangAfterCommit"] as const)(
    "of any type is reconciled by the unique property that it is given: %s",
    (kind) =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.Emulator
        yield* emulator.setFaults({ seed: 5, rules: [{ share: 0.4, fault: { kind }, methods: ["POST"] }] })
        const inputs = Array.makeBy(30, (n) => ({ vin: `VIN-${n}`, colour: "red" }))
        const created = yield* Effect.forEach(inputs, (input) => carsBy("vin").create(input), { concurrency: 10 })
        assert.isAbove((yield* emulator.stats).faults[kind] ?? 0, 5)
        const stored = yield* emulator.records("cars")
        assert.strictEqual(stored.length, 30)
        assert.deepStrictEqual(created.map(({ id }) => id).sort(), stored.map(({ id }) => id).sort())
        assert.deepStrictEqual(created.map(({ properties }) => properties.vin), inputs.map(({ vin }) => vin))
      }).pipe(Effect.provide(cars))
  )

  it.scopedLive("of any type is a collision all the same where the record is somebody else's", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("cars", [{ vin: "VIN-1", colour: "blue" }])
      yield* emulator.setFaults(always({ kind: "hang" }))
      const call = yield* Effect.fork(Effect.flip(carsBy("vin").create({ vin: "VIN-1", colour: "red" })))
      yield* Effect.repeat(Effect.delay(emulator.stats, 2), { until: ({ requests }) => requests > 0 })
      yield* emulator.setFaults({})
      const error = yield* Fiber.join(call)
      assert.deepInclude(error, { _tag: "ClientError", status: 400, outcome: "refused" })
    }).pipe(Effect.provide(cars)))

  it.scopedLive("of any type is not repeated where it is given none, and says so", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.setFaults(always({ kind: "resetAfterCommit" }))
      const error = yield* Effect.flip(carsBy(undefined).create({ vin: "VIN-1" }))
      assert.strictEqual(error.outcome, "unknown")
      assert.strictEqual((yield* emulator.records("cars")).length, 1)
    }).pipe(Effect.provide(cars)))

  it.scopedLive("without an email is not repeated, and says so", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.setFaults(always({ kind: "resetAfterCommit" }))
      const error = yield* Effect.flip(Contacts.create({ firstname: "Nobody" }))
      assert.strictEqual(error.outcome, "unknown")
      assert.strictEqual(error.retry?.stopped, "not-replayable")
      assert.strictEqual((yield* emulator.records("contacts")).length, 1)
    }).pipe(Effect.provide(live())))
})
