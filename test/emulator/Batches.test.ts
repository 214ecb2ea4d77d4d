import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { call, contacts, deals, unhurried } from "./RawHttp.ts"

const batch = (
  emulator: Parameters<typeof call>[0],
  operation: string,
  inputs: ReadonlyArray<unknown>,
  more: object = {}
) => call(emulator, "POST", `${contacts}/batch/${operation}`, { body: { inputs, ...more } })

const person = (name: string, objectWriteTraceId?: string) => ({
  properties: { email: `${name}@example.com` },
  ...(objectWriteTraceId === undefined ? {} : { objectWriteTraceId })
})

const invalid = { properties: { email: "nobody" } }

describe("batch create", () => {
  it.scopedLive("makes every record and answers 201", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json, status } = yield* batch(emulator, "create", [person("a"), person("b", "t2")])
      assert.strictEqual(status, 201)
      assert.strictEqual(json.status, "COMPLETE")
      assert.strictEqual(json.results[1].objectWriteTraceId, "t2")
      assert.lengthOf(yield* emulator.records("contacts"), 2)
    }))

  it.scopedLive("one bad input fails the whole call and writes nothing", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json, status } = yield* batch(emulator, "create", [person("a", "t1"), invalid])
      assert.strictEqual(status, 400)
      assert.strictEqual(json.category, "VALIDATION_ERROR")
      assert.isEmpty(yield* emulator.records("contacts"))
    }))

  it.scopedLive("one taken email fails the whole call with a conflict", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* emulator.add("contacts", [{ email: "a@example.com" }])
      const { json, status } = yield* batch(emulator, "create", [person("b"), person("a")])
      assert.deepStrictEqual([status, json.message], [409, "Contact already exists. Existing ID: 6001"])
      assert.lengthOf(yield* emulator.records("contacts"), 1)
    }))

  it.scopedLive("where every input has a trace id, 207 tells which one failed", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* emulator.add("contacts", [{ email: "a@example.com" }])
      const inputs = [person("a", "t1"), person("b", "t2"), { ...invalid, objectWriteTraceId: "t3" }]
      const { json, status } = yield* batch(emulator, "create", inputs)
      assert.strictEqual(status, 207)
      assert.strictEqual(json.status, "COMPLETE")
      assert.deepStrictEqual(json.results.map((r: { objectWriteTraceId: string }) => r.objectWriteTraceId), ["t2"])
      assert.strictEqual(json.numErrors, 2)
      assert.deepStrictEqual(
        json.errors.map((e: { category: string; context: object }) => [e.category, e.context]),
        [["CONFLICT", { objectWriteTraceId: ["t1"] }], ["VALIDATION_ERROR", { objectWriteTraceId: ["t3"] }]]
      )
      assert.lengthOf(yield* emulator.records("contacts"), 2)
    }))

  it.scopedLive("trace ids that are not distinct tell nothing apart", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { status } = yield* batch(emulator, "create", [person("a", "t"), { ...invalid, objectWriteTraceId: "t" }])
      assert.strictEqual(status, 400)
    }))

  it.scopedLive("the same email twice is refused", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      assert.strictEqual((yield* batch(emulator, "create", [person("a"), person("A")])).status, 400)
      assert.isEmpty(yield* emulator.records("contacts"))
    }))
})

describe("batch update", () => {
  it.scopedLive("an id that is not there is a 207 that names it, the others are changed", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const [a] = yield* emulator.add("contacts", [{ email: "a@example.com" }])
      const { json, status } = yield* batch(emulator, "update", [
        { id: a!.id, properties: { city: "Rome" } },
        { id: "1", properties: { city: "Rome" }, objectWriteTraceId: "t" }
      ])
      assert.strictEqual(status, 207)
      assert.strictEqual(json.results[0].properties.city, "Rome")
      assert.deepInclude(json.errors[0], {
        category: "OBJECT_NOT_FOUND",
        context: { ids: ["1"], objectWriteTraceId: ["t"] }
      })
    }))

  it.scopedLive("each input may be addressed by a unique property", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* emulator.add("contacts", [{ email: "a@example.com" }])
      const inputs = [{ id: "a@example.com", idProperty: "email", properties: { city: "Rome" } }]
      assert.strictEqual((yield* batch(emulator, "update", inputs)).status, 200)
      assert.strictEqual((yield* emulator.records("contacts"))[0]!.properties.city, "Rome")
    }))
})

describe("batch upsert", () => {
  it.scopedLive("says which records are new", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* emulator.add("contacts", [{ email: "a@example.com" }])
      const inputs = ["a", "b"].map((name) => ({
        idProperty: "email",
        id: `${name}@example.com`,
        properties: { city: "Rome" },
        objectWriteTraceId: name
      }))
      const { json, status } = yield* batch(emulator, "upsert", inputs)
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(
        json.results.map((r: { new: boolean; objectWriteTraceId: string }) => [r.objectWriteTraceId, r.new]),
        [["a", false], ["b", true]]
      )
      assert.deepStrictEqual(
        (yield* emulator.records("contacts")).map(({ properties }) => [properties.email, properties.city]),
        [["a@example.com", "Rome"], ["b@example.com", "Rome"]]
      )
      assert.strictEqual((yield* emulator.stats).creates, 1)
    }))

  it.scopedLive("an input that is refused is a 207, the others are written", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const inputs = ["nobody", "b@example.com"].map((id) => ({ idProperty: "email", id, properties: {} }))
      const { json, status } = yield* batch(emulator, "upsert", inputs)
      assert.strictEqual(status, 207)
      assert.deepStrictEqual(json.errors[0].context, { ids: ["nobody"] })
      assert.lengthOf(yield* emulator.records("contacts"), 1)
    }))
})

describe("batch read", () => {
  it.scopedLive("lists the ids that are not there in one error", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const [a] = yield* emulator.add("contacts", [{ email: "a@example.com", city: "Rome" }])
      const inputs = [{ id: "1" }, { id: a!.id }, { id: "2" }]
      const { json, status } = yield* batch(emulator, "read", inputs, { properties: ["city"] })
      assert.strictEqual(status, 207)
      assert.strictEqual(json.results[0].properties.city, "Rome")
      assert.strictEqual(json.numErrors, 1)
      assert.deepInclude(json.errors[0], { category: "OBJECT_NOT_FOUND", context: { ids: ["1", "2"] } })
    }))

  it.scopedLive("reads by a unique property", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const [a] = yield* emulator.add("contacts", [{ email: "a@example.com" }])
      const { json, status } = yield* batch(emulator, "read", [{ id: "A@example.com" }], { idProperty: "email" })
      assert.deepStrictEqual([status, json.results[0].id], [200, a!.id])
    }))
})

describe("batch archive", () => {
  it.scopedLive("archives what is there and minds nothing else", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const [a] = yield* emulator.add("contacts", [{ email: "a@example.com" }, { email: "b@example.com" }])
      assert.strictEqual((yield* batch(emulator, "archive", [{ id: a!.id }, { id: "1" }])).status, 204)
      assert.deepStrictEqual((yield* emulator.records("contacts")).map(({ properties }) => properties.email), [
        "b@example.com"
      ])
    }))
})

describe("what no batch takes", () => {
  const hundredAndOne = Array.from({ length: 101 }, (_, i) => ({ id: String(i + 1), properties: {} }))
  for (const operation of ["create", "read", "update", "archive"]) {
    it.scopedLive(`more than a hundred inputs to ${operation}`, () =>
      Effect.gen(function*() {
        const emulator = yield* unhurried()
        assert.strictEqual((yield* batch(emulator, operation, hundredAndOne)).status, 400)
        assert.notStrictEqual((yield* batch(emulator, operation, hundredAndOne.slice(1))).status, 400)
        assert.notProperty((yield* emulator.stats).records, "deals")
      }))
  }

  for (const operation of ["read", "update", "upsert", "archive"]) {
    it.scopedLive(`the same id twice in ${operation}`, () =>
      Effect.gen(function*() {
        const emulator = yield* unhurried()
        const [a] = yield* emulator.add("contacts", [{ email: "a@example.com" }])
        const inputs = [1, 2].map(() => ({ id: a!.id, properties: { city: "Rome" } }))
        const { json, status } = yield* batch(emulator, operation, inputs)
        assert.deepStrictEqual([status, json.context], [400, { ids: [a!.id] }])
      }))
  }

  it.scopedLive("an upsert by a property that is not unique", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const inputs = [{ idProperty: "dealname", id: "D", properties: { dealstage: "s", pipeline: "p" } }]
      assert.strictEqual((yield* call(emulator, "POST", `${deals}/batch/upsert`, { body: { inputs } })).status, 400)
    }))
})
