import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { type Answer, call, deals, unhurried } from "./RawHttp.ts"

const rows = [
  { dealname: "Blue Whale", amount: "100", closedate: "2026-01-01T00:00:00Z", description: "sold to ada@acme.com" },
  { dealname: "red fox", amount: "20", closedate: "2026-06-01T00:00:00Z" },
  { dealname: "Red Panda", amount: "3", dealtype: "newbusiness" },
  { dealname: "grey" }
].map((row) => ({ dealstage: "s", pipeline: "p", ...row }))

const searchFor = (body: unknown) =>
  Effect.gen(function*() {
    const emulator = yield* unhurried()
    yield* emulator.add("deals", rows)
    return yield* call(emulator, "POST", `${deals}/search`, { body })
  })

const names = (results: ReadonlyArray<{ properties: { dealname: string } }>) =>
  results.map(({ properties }) => properties.dealname)

describe("the pattern of CONTAINS_TOKEN", () => {
  it.scopedLive.each(
    [
      ["*whale", ["Blue Whale"]],
      ["red*", ["red fox", "Red Panda"]],
      ["*e*a*", ["Blue Whale", "Red Panda"]],
      ["*a*a*a*a*a*a*a*a*b", []]
    ] as const
  )("%s", ([value, found]) =>
    Effect.gen(function*() {
      const filters = [{ propertyName: "dealname", operator: "CONTAINS_TOKEN", value }]
      const { json } = yield* searchFor({ filterGroups: [{ filters }] })
      assert.deepStrictEqual(names(json.results), [...found])
    }))
})

describe("the operators", () => {
  const table: ReadonlyArray<readonly [filter: Record<string, unknown>, found: ReadonlyArray<string>]> = [
    [{ propertyName: "dealname", operator: "EQ", value: "RED FOX" }, ["red fox"]],
    [{ propertyName: "amount", operator: "EQ", value: "20.0" }, ["red fox"]],
    [{ propertyName: "amount", operator: "NEQ", value: "20" }, ["Blue Whale", "Red Panda"]],
    [{ propertyName: "amount", operator: "LT", value: "20" }, ["Red Panda"]],
    [{ propertyName: "amount", operator: "LTE", value: "20" }, ["red fox", "Red Panda"]],
    [{ propertyName: "amount", operator: "GT", value: "20" }, ["Blue Whale"]],
    [{ propertyName: "amount", operator: "GTE", value: "20" }, ["Blue Whale", "red fox"]],
    [{ propertyName: "amount", operator: "BETWEEN", value: "3", highValue: "20" }, ["red fox", "Red Panda"]],
    [{ propertyName: "closedate", operator: "GT", value: String(Date.UTC(2026, 2)) }, ["red fox"]],
    [{ propertyName: "dealname", operator: "IN", values: ["red fox", "Red Panda"] }, ["red fox"]],
    [{ propertyName: "dealname", operator: "NOT_IN", values: ["red fox", "grey"] }, ["Blue Whale", "Red Panda"]],
    [{ propertyName: "dealtype", operator: "HAS_PROPERTY" }, ["Red Panda"]],
    [{ propertyName: "amount", operator: "NOT_HAS_PROPERTY" }, ["grey"]],
    [{ propertyName: "dealname", operator: "CONTAINS_TOKEN", value: "red" }, ["red fox", "Red Panda"]],
    [{ propertyName: "dealname", operator: "CONTAINS_TOKEN", value: "re" }, []],
    [{ propertyName: "dealname", operator: "CONTAINS_TOKEN", value: "wh*" }, ["Blue Whale"]],
    [{ propertyName: "description", operator: "CONTAINS_TOKEN", value: "*acme.com" }, ["Blue Whale"]],
    [{ propertyName: "dealname", operator: "NOT_CONTAINS_TOKEN", value: "red" }, ["Blue Whale", "grey"]]
  ]
  for (const [filter, found] of table) {
    it.scopedLive(JSON.stringify(filter), () =>
      Effect.gen(function*() {
        const { json, status } = yield* searchFor({ filterGroups: [{ filters: [filter] }] })
        assert.strictEqual(status, 200)
        assert.deepStrictEqual(names(json.results), found)
        assert.strictEqual(json.total, found.length)
      }))
  }
})

describe("the whole of a search", () => {
  it.scopedLive("filters of a group have all to fit, of the groups only one", () =>
    Effect.gen(function*() {
      const small = { propertyName: "amount", operator: "LT", value: "50" }
      const fox = { propertyName: "dealname", operator: "CONTAINS_TOKEN", value: "fox" }
      const grey = { propertyName: "dealname", operator: "EQ", value: "grey" }
      const { json } = yield* searchFor({ filterGroups: [{ filters: [small, fox] }, { filters: [grey] }] })
      assert.deepStrictEqual(names(json.results), ["red fox", "grey"])
    }))

  it.scopedLive("a query finds its text in any value", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(names((yield* searchFor({ query: "ACME" })).json.results), ["Blue Whale"])
    }))

  it.scopedLive("a sort orders numbers by size, unset ones last", () =>
    Effect.gen(function*() {
      const { json } = yield* searchFor({ sorts: [{ propertyName: "amount", direction: "DESCENDING" }] })
      assert.deepStrictEqual(names(json.results), ["Blue Whale", "red fox", "Red Panda", "grey"])
    }))

  it.scopedLive("the way past 10,000 results visits each record once", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const added = yield* emulator.add("deals", [...rows, ...rows, ...rows])
      const seen: Array<string> = []
      for (let last = "0", more = true; more;) {
        const filter = { propertyName: "hs_object_id", operator: "GT", value: last }
        const { json }: Answer = yield* call(emulator, "POST", `${deals}/search`, {
          body: {
            filterGroups: [{ filters: [filter] }],
            sorts: [{ propertyName: "hs_object_id", direction: "ASCENDING" }],
            limit: 5
          }
        })
        seen.push(...json.results.map(({ id }: { id: string }) => id))
        last = seen.at(-1)!
        more = json.results.length < json.total
      }
      assert.deepStrictEqual(seen, added.map(({ id }) => id))
    }))

  it.scopedLive("the pages follow each other by after", () =>
    Effect.gen(function*() {
      const first = (yield* searchFor({ limit: 3 })).json
      assert.deepStrictEqual([first.total, first.results.length, first.paging.next.after], [4, 3, "3"])
      const last = (yield* searchFor({ limit: 3, after: "3" })).json
      assert.deepStrictEqual(names(last.results), ["grey"])
      assert.notProperty(last, "paging")
    }))

  it.scoped("a new record is hidden for the lag that the options ask for", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ searchLag: "5 seconds" })
      yield* emulator.add("deals", rows)
      const total = Effect.map(call(emulator, "POST", `${deals}/search`, { body: {} }), ({ json }) => json.total)
      assert.strictEqual(yield* total, 0)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(yield* total, 4)
    }))
})

describe("what search does not take", () => {
  const filter = { propertyName: "amount", operator: "GT", value: "1" }
  const filters = (n: number) => ({ filters: Array.from({ length: n }, () => filter) })
  const table: ReadonlyArray<readonly [why: string, body: unknown]> = [
    ["a page above 200", { limit: 201 }],
    ["results past 10,000", { after: "9991" }],
    ["a body above 3,000 characters", { query: "x".repeat(3000) }],
    ["a sixth group", { filterGroups: Array.from({ length: 6 }, () => filters(1)) }],
    ["a seventh filter in a group", { filterGroups: [filters(7)] }],
    ["a nineteenth filter", { filterGroups: [filters(6), filters(6), filters(6), filters(1)] }],
    ["a second sort", { sorts: [{ propertyName: "amount" }, { propertyName: "dealname" }] }],
    ["an unknown property", { filterGroups: [{ filters: [{ ...filter, propertyName: "shoesize" }] }] }],
    ["an unknown operator", { filterGroups: [{ filters: [{ ...filter, operator: "LIKE" }] }] }],
    ["an operator that every object has", { filterGroups: [{ filters: [{ ...filter, operator: "constructor" }] }] }],
    ["a value that is an object", { filterGroups: [{ filters: [{ ...filter, value: { toString: 1 } }] }] }],
    ["an operator without its value", { filterGroups: [{ filters: [{ ...filter, operator: "IN" }] }] }]
  ]
  for (const [why, body] of table) {
    it.scopedLive(why, () =>
      Effect.gen(function*() {
        const { json, status } = yield* searchFor(body)
        assert.deepStrictEqual([status, json.category], [400, "VALIDATION_ERROR"])
      }))
  }

  it.scopedLive("results past the number that the options say", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ searchResults: 20 })
      const page = (after: string) => call(emulator, "POST", `${deals}/search`, { body: { limit: 10, after } })
      assert.deepStrictEqual([(yield* page("10")).status, (yield* page("11")).status], [200, 400])
    }))

  it.scopedLive("but it takes all of them at their limits", () =>
    Effect.gen(function*() {
      const body = { limit: 200, after: "9800", filterGroups: [filters(6), filters(6), filters(6)], sorts: ["-amount"] }
      assert.strictEqual((yield* searchFor(body)).status, 200)
    }))
})
