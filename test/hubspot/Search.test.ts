import { assert, describe, it } from "@effect/vitest"
import { DateTime, Either, FastCheck, Schema } from "effect"
import { Property, Search } from "effect-hubspot"
import { wireOf } from "../../packages/hubspot/src/internal/objectWire.ts"
import * as SearchBody from "../../packages/hubspot/src/internal/searchBody.ts"

const properties = Schema.Struct({
  name: Property.text,
  amount: Property.number,
  vip: Property.boolean,
  stage: Property.enumeration("open", "won"),
  tags: Property.options,
  since: Property.datetime,
  day: Property.date
})
const wire = wireOf({ type: "2-1", properties })

const bodyOf = (search: Search.Search<never>, options: { names?: ReadonlyArray<string>; pageSize?: number } = {}) =>
  SearchBody.make(wire, search, { names: ["name"], ...options })

const filtersOf = (...filters: ReadonlyArray<Search.Filter<never>>) =>
  Either.map(bodyOf(Search.where(...filters)), ({ filterGroups }) => filterGroups.map(({ filters }) => filters))

const instant = DateTime.unsafeMake("2026-11-23T10:30:00Z")
const ms = String(instant.epochMillis)
const midnight = String(DateTime.unsafeMake("2026-11-23").epochMillis)

describe("a filter goes out as HubSpot wants it", () => {
  const table: ReadonlyArray<readonly [string, Search.Filter<never>, object]> = [
    ["a text", Search.eq("name", "Ada"), { operator: "EQ", value: "Ada" }],
    ["another text", Search.neq("name", "Ada"), { operator: "NEQ", value: "Ada" }],
    ["a number", Search.lt("amount", 1.5), { operator: "LT", value: "1.5" }],
    ["at most", Search.lte("amount", 0), { operator: "LTE", value: "0" }],
    ["an instant, in milliseconds", Search.gt("since", instant), { operator: "GT", value: ms }],
    ["a day, at its midnight", Search.gte("day", instant), { operator: "GTE", value: midnight }],
    ["a boolean", Search.eq("vip", false), { operator: "EQ", value: "false" }],
    ["an option", Search.eq("stage", "won"), { operator: "EQ", value: "won" }],
    ["an option that the portal has added", Search.eq("stage", "lost"), { operator: "EQ", value: "lost" }],
    ["one of several options", Search.eq("tags", "a"), { operator: "EQ", value: "a" }],
    ["a range", Search.between("amount", 1, 2), { operator: "BETWEEN", value: "1", highValue: "2" }],
    ["a list, in lower case", Search.in("name", ["Ada", "BOB"]), { operator: "IN", values: ["ada", "bob"] }],
    ["a list of numbers", Search.notIn("amount", [1, 2]), { operator: "NOT_IN", values: ["1", "2"] }],
    ["a word", Search.containsToken("name", "*ace"), { operator: "CONTAINS_TOKEN", value: "*ace" }],
    ["no such word", Search.notContainsToken("name", "ace"), { operator: "NOT_CONTAINS_TOKEN", value: "ace" }],
    ["what is set", Search.has("name"), { operator: "HAS_PROPERTY" }],
    ["what is not set", Search.hasNot("name"), { operator: "NOT_HAS_PROPERTY" }],
    ["a number of a property that is not known", Search.eq("mine", 5), { operator: "EQ", value: "5" }],
    ["an instant of one that is not known", Search.eq("mine", instant), { operator: "EQ", value: ms }]
  ]
  it.each(table)("%s", (_, filter, expected) => {
    const propertyName = filter.groups[0]?.[0]?.propertyName
    assert.deepEqual(Either.getOrThrow(filtersOf(filter)), [[{ propertyName, ...expected }]] as object)
  })
})

describe("filters combine", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => Search.has(name))
  const namesIn = (filter: Search.Filter<never>) =>
    filter.groups.map((group) => group.map(({ propertyName }) => propertyName).join(""))

  it.each<readonly [string, Search.Filter<never>, ReadonlyArray<string>]>([
    ["all of them are one group", Search.and(a!, b!, c!), ["abc"]],
    ["any of them are groups", Search.or(a!, b!), ["a", "b"]],
    ["a group takes in what all of them need", Search.and(a!, Search.or(b!, c!)), ["ab", "ac"]],
    ["two choices give every pair", Search.and(Search.or(a!, b!), Search.or(c!, d!)), ["ac", "ad", "bc", "bd"]],
    ["nothing is no condition", Search.and(), [""]],
    ["none of nothing fits", Search.or(), []]
  ])("%s", (_, filter, expected) => assert.deepStrictEqual(namesIn(filter), [...expected]))

  it("a search without filters has no groups, nor has one of which a group is empty", () => {
    assert.deepStrictEqual(filtersOf(), Either.right([]))
    assert.deepStrictEqual(filtersOf(Search.or(Search.and(), a!)), Either.right([]))
  })

  it("a text and an order go along", () => {
    const search = Search.where(Search.has("name")).pipe(Search.query("ada"), Search.sort("amount", "descending"))
    assert.deepStrictEqual(search.groups.length, 1)
    assert.deepInclude(Either.getOrThrow(bodyOf(search, { pageSize: 5 })), {
      query: "ada",
      sorts: [{ propertyName: "amount", direction: "DESCENDING" }],
      limit: 5,
      properties: ["name"]
    })
    assert.deepStrictEqual(Search.sort(search, "name").order, { by: "name", direction: "ascending" })
    assert.strictEqual(Search.query(search, "bob").text, "bob")
  })
})

describe("what HubSpot would refuse is not sent", () => {
  const one = Search.has("name")
  const times = (n: number) => Array.from({ length: n }, () => one)
  const refused: ReadonlyArray<readonly [string, Parameters<typeof bodyOf>, string]> = [
    ["a sixth group", [Search.where(Search.or(...times(6)))], "filterGroups"],
    ["a seventh filter in a group", [Search.where(Search.or(one, Search.and(...times(7))))], "filterGroups.1"],
    [
      "a nineteenth filter",
      [Search.where(Search.or(...Array.from({ length: 3 }, () => Search.and(...times(6))), one))],
      "filterGroups"
    ],
    ["a choice of nothing, which would bring everything", [Search.where(Search.or())], "filterGroups"],
    ["a list without values", [Search.where(Search.in("name", []))], "filterGroups.0.filters.0.values"],
    [
      "a list of more than a hundred",
      [Search.where(one, Search.notIn("amount", Array.from({ length: 101 }, (_, n) => n)))],
      "filterGroups.0.filters.1.values"
    ],
    ["a value of another type", [Search.where(Search.eq("amount", "lots"))], "filterGroups.0.filters.0.value"],
    ["not a number", [Search.where(Search.eq("mine", Number.NaN))], "filterGroups.0.filters.0.value"],
    ["a number without end", [Search.where(Search.lt("mine", Infinity))], "filterGroups.0.filters.0.value"],
    ["a boolean of a number", [Search.where(Search.in("amount", [1, true]))], "filterGroups.0.filters.0.values.1"],
    ["an empty value", [Search.where(Search.eq("name", ""))], "filterGroups.0.filters.0.value"],
    ["no property", [Search.where(Search.has(""))], "filterGroups.0.filters.0.propertyName"],
    ["a body above 3,000 characters", [Search.where(Search.eq("name", "x".repeat(3000)))], "body"],
    ["properties that make it as long", [Search.where(), { names: ["x".repeat(3000)] }], "body"],
    ["an empty page", [Search.where(), { pageSize: 0 }], "pageSize"],
    ["a page above 200", [Search.where(), { pageSize: 201 }], "pageSize"],
    ["half a page", [Search.where(), { pageSize: 1.5 }], "pageSize"]
  ]
  it.each(refused)("%s", (_, [search, options], field) => {
    const body = bodyOf(search, options)
    assert.deepInclude(Either.getOrThrow(Either.flip(body)), { _tag: "InvalidRequest", field, outcome: "not-sent" })
  })

  it("whatever passes is within the limits, and nothing else is refused", () => {
    const sizes = FastCheck.array(FastCheck.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 })
    FastCheck.assert(FastCheck.property(sizes, (sizes) => {
      const body = bodyOf(Search.where(Search.or(...sizes.map((size) => Search.and(...times(size))))))
      const total = sizes.reduce((sum, size) => sum + size, 0)
      const allowed = sizes.length <= 5 && total <= 18 && sizes.every((size) => size <= 6)
      assert.strictEqual(Either.isRight(body), allowed)
    }))
  })
})

describe("walking past an id", () => {
  it("adds it to every group, and to none where there is none", () => {
    const beyond = (search: Search.Search<never>) =>
      SearchBody.beyond(Either.getOrThrow(bodyOf(search)), "6001").filterGroups.map(({ filters }) =>
        filters.map(({ operator, propertyName, value }) => [propertyName, operator, value].join(" ").trim())
      )
    assert.deepStrictEqual(beyond(Search.where(Search.or(Search.has("name"), Search.eq("amount", 1)))), [
      ["name HAS_PROPERTY", "hs_object_id GT 6001"],
      ["amount EQ 1", "hs_object_id GT 6001"]
    ])
    assert.deepStrictEqual(beyond(Search.where()), [["hs_object_id GT 6001"]])
  })

  it("needs room for that", () => {
    const room = (n: number) => {
      const body = Either.getOrThrow(bodyOf(Search.where(...Array.from({ length: n }, () => Search.has("name")))))
      return Either.isRight(SearchBody.checkWalk(wire, body))
    }
    assert.deepStrictEqual([room(0), room(5), room(6)], [true, true, false])
  })
})
