import { assert, describe, it } from "@effect/vitest"
import { DateTime, Either, FastCheck, ParseResult, Schema } from "effect"
import { Property } from "effect-hubspot"
import * as Records from "../../packages/hubspot/src/internal/records.ts"
import { maxRecords, room, split } from "../../packages/hubspot/src/internal/selection.ts"

const fields = {
  name: Property.text,
  amount: Property.number,
  vip: Property.boolean,
  stage: Property.enumeration("open", "won"),
  tags: Property.options,
  since: Property.datetime,
  day: Property.date
}
const names = Object.keys(fields)
const decode = (wire: unknown, asked: ReadonlyArray<string> = names, history?: ReadonlyArray<string>) =>
  Schema.decodeUnknownEither(Records.decoder(fields)(asked, history))(wire)

const properties = {
  name: "Ada",
  amount: "1.5",
  vip: "true",
  stage: "won",
  tags: "a;b",
  since: "2026-11-23T10:30:00Z",
  day: "2026-11-23"
}
const required = {
  id: "1",
  properties,
  createdAt: "2026-01-01T00:00:00Z",
  updatedAt: "2026-01-02T00:00:00Z"
}
const version = { value: "1", timestamp: "2026-01-01T00:00:00Z", sourceType: "CRM_UI" }
const optional = {
  archived: true,
  archivedAt: "2026-01-03T00:00:00Z",
  propertiesWithHistory: { amount: [version] },
  associations: { companies: { results: [{ id: "2", type: "contact_to_company" }] } },
  new: true,
  objectWriteTraceId: "7",
  url: "https://app.hubspot.com/contacts/1/record/0-1/1"
}

it("one selection is one schema, however many others there are", () => {
  const read = Records.decoder(fields)
  assert.strictEqual(read(["name"]), read(["name"]))
  assert.notStrictEqual(read(["name"]), read(["name"], ["name"]))
  assert.notStrictEqual(read(["name,vip"]), read(["name", "vip"]))
  for (let n = 0; n < 250; n++) {
    const { record } = Schema.decodeUnknownSync(read([`made-up-${n}`]))(required)
    assert.deepStrictEqual(record.properties, { [`made-up-${n}`]: null })
  }
})

describe("a property on the wire", () => {
  const instant = DateTime.unsafeMake("2026-11-23T10:30:00Z")
  const day = DateTime.unsafeMake("2026-11-23")
  const table: ReadonlyArray<readonly [name: keyof typeof fields, text: string, value: unknown]> = [
    ["name", "Ada", "Ada"],
    ["amount", "-1.50", -1.5],
    ["amount", "1e3", 1000],
    ["vip", "false", false],
    ["stage", "won", "won"],
    ["stage", "an option that the portal has added", "an option that the portal has added"],
    ["tags", "a", ["a"]],
    ["tags", "a;b", ["a", "b"]],
    ["since", "2026-11-23T10:30:00Z", instant],
    ["since", "2026-11-23T11:30:00+01:00", instant],
    ["since", String(instant.epochMillis), instant],
    ["day", "2026-11-23", day],
    ["day", "2026-11-23T10:30:00Z", day],
    ["day", String(day.epochMillis), day]
  ]
  it.each(table)("%s %j is %j", (name, text, value) => {
    const { record } = Either.getOrThrow(decode({ ...required, properties: { [name]: text } }, [name]))
    assert.deepEqual(record.properties, { [name]: value })
  })

  it.each(names)("%s is null where it is null, empty or not there", (name) => {
    for (const properties of [{ [name]: null }, { [name]: "" }, {}]) {
      assert.deepEqual(Either.getOrThrow(decode({ ...required, properties }, [name])).record.properties, {
        [name]: null
      })
    }
  })

  it.each([["amount", "a lot"], ["amount", "Infinity"], ["vip", "yes"], ["since", "soon"], ["day", "monday"]])(
    "%s %j is an error that names it",
    (name, text) => {
      const error = Either.getOrThrow(Either.flip(decode({ ...required, properties: { [name]: text } }, [name])))
      assert.include(ParseResult.TreeFormatter.formatErrorSync(error), `["properties"]["${name}"]`)
    }
  )

  it("that is not known to the module is its text, and there if it was asked for", () => {
    const wire = { ...required, properties: { mine: "5", other: "x" } }
    assert.deepEqual(Either.getOrThrow(decode(wire, ["mine"])).record.properties, { mine: "5" })
    const all = Schema.decodeUnknownSync(Records.decoder(fields)(undefined))(wire)
    assert.deepEqual(all.record.properties, { mine: "5", other: "x" })
  })

  it.each([
    ["amount", 1.5, "1.5"],
    ["vip", true, "true"],
    ["stage", "lost", "lost"],
    ["tags", ["a", "b"], "a;b"],
    ["since", instant, "2026-11-23T10:30:00.000Z"],
    ["day", instant, "2026-11-23"],
    ["day", null, ""]
  ])("%s is written %j as %j", (name, value, text) => {
    const encoded = Records.encoder(fields)({ [name]: value }, { method: "POST", path: "/" })
    assert.deepEqual(Either.getOrThrow(encoded), { [name]: text })
  })
})

describe("a record on the wire", () => {
  it("has what it was asked for", () => {
    const { record } = Either.getOrThrow(decode({ ...required, ...optional }, ["amount"], ["amount", "name"]))
    assert.deepEqual(record as unknown, {
      id: "1",
      properties: { amount: 1.5 },
      createdAt: DateTime.unsafeMake("2026-01-01"),
      updatedAt: DateTime.unsafeMake("2026-01-02"),
      archived: true,
      archivedAt: DateTime.unsafeMake("2026-01-03"),
      propertiesWithHistory: {
        amount: [{ value: 1, text: "1", timestamp: DateTime.unsafeMake("2026-01-01"), sourceType: "CRM_UI" }],
        name: []
      },
      associations: { companies: { results: [{ id: "2", type: "contact_to_company" }] } },
      isNew: true
    })
  })

  it("survives any optional field that is missing or null, and any field that is new", () => {
    const subset = FastCheck.dictionary(
      FastCheck.constantFrom(...Object.keys(optional)),
      FastCheck.constantFrom("missing", "null")
    )
    const strangers = FastCheck.dictionary(FastCheck.string().map((name) => `hs_${name}`), FastCheck.anything())
    FastCheck.assert(FastCheck.property(subset, strangers, (changed, strangers) => {
      const wire: Record<string, unknown> = { ...required, ...optional, ...strangers }
      for (const [name, how] of Object.entries(changed)) {
        if (how === "null") wire[name] = null
        else delete wire[name]
      }
      const { record } = Either.getOrThrow(decode(wire, names, ["amount"]))
      assert.deepEqual(record.properties, Either.getOrThrow(decode(required)).record.properties)
      assert.strictEqual(record.archived, !("archived" in changed))
      assert.strictEqual("associations" in record, !("associations" in changed))
      assert.deepEqual(Object.keys((record as unknown as typeof optional).propertiesWithHistory), ["amount"])
    }))
  })

  it.each(Object.keys(required))("without %s is an error that names it", (name) => {
    const { [name as "id"]: _, ...wire } = required
    const error = Either.getOrThrow(Either.flip(decode(wire)))
    assert.include(ParseResult.TreeFormatter.formatErrorSync(error), name)
  })

  it("whatever arrives is a record or an error", () => {
    const part = FastCheck.oneof(
      FastCheck.anything(),
      FastCheck.constantFrom(...Object.values({ ...required, ...optional }))
    )
    const wire = FastCheck.dictionary(FastCheck.constantFrom(...Object.keys({ ...required, ...optional })), part)
    FastCheck.assert(
      FastCheck.property(wire, (wire) => assert.isTrue(Either.isEither(decode(wire, names, ["amount"]))))
    )
  })

  it("has old values that are not of their type any more as text, and where an id is a number, its text", () => {
    const wire = {
      ...required,
      id: 1,
      propertiesWithHistory: {
        amount: [{ value: "a lot", timestamp: version.timestamp }, { value: "", timestamp: version.timestamp }]
      },
      associations: { companies: { results: [{ id: 2 }], paging: { next: { after: "3" } } } }
    }
    const { record } = Either.getOrThrow(decode(wire, [], ["amount"]))
    const timestamp = DateTime.unsafeMake(version.timestamp)
    assert.deepInclude(record as object, {
      id: "1",
      propertiesWithHistory: {
        amount: [{ value: null, text: "a lot", timestamp }, { value: null, text: "", timestamp }]
      },
      associations: { companies: { results: [{ id: "2" }], after: "3" } }
    })
  })
})

describe("a list of properties", () => {
  const name = FastCheck.string({ minLength: 1, maxLength: 60, unit: "binary" })
  const list = FastCheck.array(name, { maxLength: 300 })

  it("is split so that a URL has room for the first part, and none is lost, repeated or moved", () => {
    FastCheck.assert(
      FastCheck.property(list, list, (names, history) => {
        const { head, rest } = split({ names, history })
        const query = new URLSearchParams({ p: head.names.join(","), h: head.history.join(",") }).toString()
        assert.isAtMost(query.length, room + "p=&h=".length)
        assert.deepStrictEqual([...head.names, ...rest?.names ?? []], names)
        assert.deepStrictEqual([...head.history, ...rest?.history ?? []], history)
      }),
      { numRuns: 200 }
    )
  })

  it("that fits is not split, and as many as fit go together", () => {
    const names = Array.from({ length: 1000 }, (_, n) => `property_${n}`)
    assert.isUndefined(split({ names: names.slice(0, 100), history: [] }).rest)
    assert.isAbove(split({ names, history: [] }).head.names.length, 300)
  })

  it("with histories makes pages and batches of fifty", () => {
    assert.deepStrictEqual([maxRecords({ names: ["a"], history: [] }), maxRecords({ names: [], history: ["a"] })], [
      100,
      50
    ])
  })
})
