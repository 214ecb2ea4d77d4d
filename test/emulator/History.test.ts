import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { call, contacts, createContact, unhurried } from "./RawHttp.ts"

type Running = Parameters<typeof call>[0]

const set = (emulator: Running, id: string, properties: object) =>
  call(emulator, "PATCH", `${contacts}/${id}`, { body: { properties } })

const valuesIn = (versions: ReadonlyArray<{ readonly value: string }>) => versions.map(({ value }) => value)

describe("property history", () => {
  it.scoped("tells every value, newest first, with the time it was set", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { id } } = yield* createContact(emulator, { email: "ada@example.com", city: "Rome" })
      yield* TestClock.adjust("1 hour")
      yield* set(emulator, id, { city: "Oslo", phone: "1" })
      yield* TestClock.adjust("1 hour")
      yield* set(emulator, id, { city: "" })
      const { json } = yield* call(emulator, "GET", `${contacts}/${id}?propertiesWithHistory=city,phone,email,size`)
      const { city, email, phone, size } = json.propertiesWithHistory
      assert.deepStrictEqual(city, [
        { value: "", timestamp: "1970-01-01T02:00:00.000Z", sourceType: "INTEGRATION" },
        { value: "Oslo", timestamp: "1970-01-01T01:00:00.000Z", sourceType: "INTEGRATION" },
        { value: "Rome", timestamp: "1970-01-01T00:00:00.000Z", sourceType: "INTEGRATION" }
      ])
      assert.deepStrictEqual([valuesIn(phone), valuesIn(email), size], [["1"], ["ada@example.com"], undefined])
    }))

  it.scopedLive("a write that changes nothing is no version", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { id } } = yield* createContact(emulator, { city: "Rome" })
      yield* set(emulator, id, { city: "Rome", phone: "" })
      const { json } = yield* call(emulator, "GET", `${contacts}/${id}?propertiesWithHistory=city,phone`)
      assert.deepStrictEqual([
        valuesIn(json.propertiesWithHistory.city),
        valuesIn(json.propertiesWithHistory.phone)
      ], [["Rome"], []])
    }))

  it.scopedLive("is kept for the last 45 values", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { id } } = yield* createContact(emulator, { city: "0" })
      yield* Effect.forEach(Array.from({ length: 50 }, (_, i) => i + 1), (i) => set(emulator, id, { city: String(i) }))
      const { json } = yield* call(emulator, "GET", `${contacts}/${id}?propertiesWithHistory=city`)
      const values = valuesIn(json.propertiesWithHistory.city)
      assert.deepStrictEqual([values.length, values[0], values.at(-1)], [45, "50", "6"])
    }))

  it.scopedLive("comes with lists and batch reads too, of half the size", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { id } } = yield* createContact(emulator, { city: "Rome" })
      const list = yield* call(emulator, "GET", `${contacts}?propertiesWithHistory=city&limit=50`)
      assert.deepStrictEqual(valuesIn(list.json.results[0].propertiesWithHistory.city), ["Rome"])
      assert.strictEqual((yield* call(emulator, "GET", `${contacts}?propertiesWithHistory=city&limit=51`)).status, 400)
      const read = (size: number) => {
        const inputs = Array.from({ length: size }, (_, i) => ({ id: String(Number(id) + i) }))
        const body = { inputs, properties: ["city"], propertiesWithHistory: ["city"] }
        return call(emulator, "POST", `${contacts}/batch/read`, { body })
      }
      assert.deepStrictEqual(valuesIn((yield* read(50)).json.results[0].propertiesWithHistory.city), ["Rome"])
      assert.strictEqual((yield* read(51)).status, 400)
    }))
})

describe("gdpr-delete", () => {
  const purge = (emulator: Running, body: object) => call(emulator, "POST", `${contacts}/gdpr-delete`, { body })

  it.scopedLive("leaves nothing, not even among the archived", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { id } } = yield* createContact(emulator, { email: "ada@example.com" })
      assert.strictEqual((yield* purge(emulator, { objectId: id })).status, 204)
      assert.strictEqual((yield* call(emulator, "GET", `${contacts}/${id}`)).status, 404)
      assert.isEmpty((yield* call(emulator, "GET", `${contacts}?archived=true`)).json.results)
      assert.strictEqual((yield* createContact(emulator, { email: "ada@example.com" })).status, 201)
    }))

  it.scopedLive("takes an email address, known or not; an unknown id is a 404", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* createContact(emulator, { email: "ada@example.com" })
      const byEmail = (objectId: string) => purge(emulator, { objectId, idProperty: "email" })
      assert.strictEqual((yield* byEmail("Ada@example.com")).status, 204)
      assert.isEmpty(yield* emulator.records("contacts"))
      assert.strictEqual((yield* byEmail("nobody@example.com")).status, 204)
      assert.strictEqual((yield* purge(emulator, { objectId: "1" })).status, 404)
    }))

  it.scopedLive("is for contacts alone", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const path = "/crm/v3/objects/companies/gdpr-delete"
      assert.strictEqual((yield* call(emulator, "POST", path, { body: { objectId: "1" } })).status, 404)
    }))
})
