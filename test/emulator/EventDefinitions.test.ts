import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Emulator from "hubspot-emulator/Emulator"
import { call, unhurried } from "./RawHttp.ts"

type Running = Parameters<typeof call>[0]

const root = "/events/v3/event-definitions"
const bought = {
  label: "Bought something",
  name: "bought",
  description: "In the shop",
  includeDefaultProperties: false,
  propertyDefinitions: [{ name: "amount", label: "Amount", type: "number" }]
}
const define = (emulator: Running, body: object = bought) => call(emulator, "POST", root, { body })
const status = (emulator: Running, method: string, path: string, body?: object) =>
  Effect.map(call(emulator, method, `${root}${path}`, { body }), ({ status }) => status)
const names = (json: { readonly properties: ReadonlyArray<{ readonly name: string }> }) =>
  json.properties.map(({ name }) => name)

describe("definitions of events", () => {
  it.scopedLive("are made, and found by either name", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const made = yield* define(emulator)
      assert.strictEqual(made.status, 201)
      assert.deepInclude(made.json, {
        name: "bought",
        fullyQualifiedName: "pe1_bought",
        labels: { singular: "Bought something", plural: "Bought something" },
        primaryObject: "CONTACT",
        archived: false
      })
      for (const name of ["bought", "pe1_bought"]) {
        assert.deepStrictEqual((yield* call(emulator, "GET", `${root}/${name}`)).json, made.json)
      }
      assert.strictEqual(yield* status(emulator, "GET", "/sold"), 404)
    }))

  it.scopedLive("have HubSpot's own properties too, unless it is said otherwise, and a name out of their label", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json } = yield* define(emulator, { label: "Logged in!" })
      assert.strictEqual(json.name, "logged_in")
      assert.include(names(json), "hs_page_url")
      assert.deepStrictEqual(names((yield* define(emulator)).json), ["amount"])
    }))

  it.scopedLive("are listed page by page, found by a word, with or without their properties", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      for (const name of ["one", "two", "three"]) yield* define(emulator, { ...bought, name, label: `No. ${name}` })
      const list = (query: string) => Effect.map(call(emulator, "GET", `${root}?${query}`), ({ json }) => json)
      const first = yield* list("limit=2")
      assert.deepStrictEqual([first.total, first.results.length], [3, 2])
      const rest = yield* list(`limit=2&after=${first.paging.next.after}`)
      assert.deepStrictEqual(rest.results.map(({ name }: { name: string }) => name), ["three"])
      assert.isUndefined(rest.paging)
      const found = yield* list("searchString=TW&includeProperties=false")
      assert.deepStrictEqual([found.total, found.results[0].name, found.results[0].properties], [1, "two", []])
    }))

  it.scopedLive("are changed and deleted", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* define(emulator)
      const changed = yield* call(emulator, "PATCH", `${root}/bought`, { body: { label: "Sold", name: "sold" } })
      assert.deepStrictEqual([changed.json.labels.singular, changed.json.name], ["Sold", "bought"])
      assert.strictEqual(yield* status(emulator, "DELETE", "/bought"), 204)
      assert.strictEqual(yield* status(emulator, "DELETE", "/bought"), 404)
      assert.strictEqual(yield* status(emulator, "PATCH", "/bought", {}), 404)
    }))

  it.scopedLive("have properties that are made, changed and taken away", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* define(emulator)
      const options = [{ label: "Card", value: "card" }]
      const made = yield* call(emulator, "POST", `${root}/bought/property`, {
        body: { name: "by", label: "By", type: "enumeration", options }
      })
      assert.deepInclude(made.json, { name: "by", type: "enumeration", fieldType: "select" })
      assert.strictEqual(made.status, 201)
      const changed = yield* call(emulator, "PATCH", `${root}/bought/property/by`, {
        body: { options: [...options, { label: "Cash", value: "cash" }] }
      })
      assert.deepStrictEqual(changed.json.options.map(({ value }: { value: string }) => value), ["card", "cash"])
      assert.strictEqual(yield* status(emulator, "DELETE", "/bought/property/by"), 204)
      assert.deepStrictEqual(names((yield* call(emulator, "GET", `${root}/bought`)).json), ["amount"])
    }))

  const refusals: ReadonlyArray<readonly [why: string, status: number, method: string, path: string, body: object]> = [
    ["no label", 400, "POST", "", { name: "x" }],
    ["a name that is none", 400, "POST", "", { label: "X", name: "1x" }],
    ["a name that is taken", 409, "POST", "", bought],
    ["a property of no type", 400, "POST", "", { label: "X", propertyDefinitions: [{ label: "Y" }] }],
    ["a property of an unknown type", 400, "POST", "/bought/property", { label: "Y", type: "bool" }],
    ["a property that is there", 409, "POST", "/bought/property", { name: "amount", label: "A", type: "number" }],
    ["a property of an event that is not there", 404, "POST", "/sold/property", { label: "A", type: "number" }],
    ["a property that is not there", 404, "PATCH", "/bought/property/x", { label: "A" }]
  ]
  for (const [why, expected, method, path, body] of refusals) {
    it.scopedLive(`${why}: ${expected}`, () =>
      Effect.gen(function*() {
        const emulator = yield* unhurried()
        yield* define(emulator)
        assert.strictEqual(yield* status(emulator, method, path, body), expected)
      }))
  }

  it.scopedLive("spend the general quota, and are kept in a snapshot", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits: { general: { limit: 2, window: "1 minute" } } })
      yield* define(emulator)
      const snapshot = yield* emulator.snapshot
      yield* emulator.restore(snapshot)
      assert.strictEqual(yield* status(emulator, "GET", "/bought"), 200)
      assert.strictEqual(yield* status(emulator, "GET", "/bought"), 429)
    }))
})
