import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Csv from "../../packages/emulator/src/internal/Csv.ts"
import * as Multipart from "../../packages/emulator/src/internal/Multipart.ts"
import { call, unhurried } from "./RawHttp.ts"

type Running = Parameters<typeof call>[0]

const columns = [
  { columnObjectTypeId: "0-1", columnName: "Email", propertyName: "email", columnType: "HUBSPOT_ALTERNATE_ID" },
  { columnObjectTypeId: "0-1", columnName: "City", propertyName: "city" }
]

const form = (csv: string, page: object = { hasHeader: true, columnMappings: columns }, more: object = {}) =>
  [
    "--x",
    "Content-Disposition: form-data; name=\"importRequest\"",
    "",
    JSON.stringify({ name: "n", files: [{ fileName: "a.csv", fileFormat: "CSV", fileImportPage: page }], ...more }),
    "--x",
    "Content-Disposition: form-data; name=\"files\"; filename=\"a.csv\"",
    "Content-Type: text/csv",
    "",
    csv,
    "--x--",
    ""
  ].join("\r\n")

const start = (emulator: Running, text: string) => call(emulator, "POST", "/crm/v3/imports", { text })
const look = (emulator: Running, id = "1") => call(emulator, "GET", `/crm/v3/imports/${id}`)

describe("an import", () => {
  it.scopedLive("moves on when it is looked at, and makes and changes records when it is done", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* emulator.add("contacts", [{ email: "ada@example.com", city: "Paris" }])
      const started = yield* start(emulator, form("Email,City\nAda@example.com,London\nbob@example.com,\n"))
      assert.deepStrictEqual([started.status, started.json.state], [200, "STARTED"])
      assert.strictEqual((yield* look(emulator)).json.state, "PROCESSING")
      assert.lengthOf(yield* emulator.records("contacts"), 1)
      assert.strictEqual((yield* look(emulator)).json.state, "DONE")
      assert.deepStrictEqual((yield* emulator.records("contacts")).map(({ properties }) => properties.city), [
        "London",
        undefined
      ])
      yield* look(emulator)
      assert.strictEqual((yield* emulator.stats).creates, 1)
    }))

  it.scopedLive("that is cancelled makes nothing; one that is done cannot be", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* start(emulator, form("Email,City\nada@example.com,London\n"))
      const cancel = call(emulator, "POST", "/crm/v3/imports/1/cancel")
      assert.strictEqual((yield* cancel).status, 200)
      assert.strictEqual((yield* look(emulator)).json.state, "CANCELED")
      assert.isEmpty(yield* emulator.records("contacts"))
      yield* start(emulator, form("Email,City\nada@example.com,London\n"))
      yield* Effect.replicateEffect(look(emulator, "2"), 2)
      assert.strictEqual((yield* call(emulator, "POST", "/crm/v3/imports/2/cancel")).status, 400)
    }))

  const refused: ReadonlyArray<readonly [status: number, why: string, text: string]> = [
    [400, "is no form", "{}"],
    [400, "has no file of the name", form("Email\n").replace("filename=\"a.csv\"", "filename=\"b.csv\"")],
    [400, "names a column that is not there", form("Mail,City\n")],
    [400, "maps no column", form("Email\n", { hasHeader: true, columnMappings: [] })],
    [400, "has no name", form("Email,City\n", undefined, { name: 1 })],
    [429, "has too many rows", form(`Email,City\n${"a,b\n".repeat(1_048_577)}`)]
  ]
  it.scopedLive.each(refused)("%d: it %s", ([status, , text]) =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      assert.strictEqual((yield* start(emulator, text)).status, status)
    }), 20_000)

  it.scopedLive("that is not there is a 404", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      assert.strictEqual((yield* look(emulator, "7")).status, 404)
      assert.strictEqual((yield* call(emulator, "GET", "/crm/v3/imports/7/errors")).status, 404)
      assert.strictEqual((yield* call(emulator, "POST", "/crm/v3/imports/7/cancel")).status, 404)
    }))
})

describe("CSV", () => {
  const table: ReadonlyArray<readonly [string, ReadonlyArray<ReadonlyArray<string>>]> = [
    ["", []],
    ["a,b\n1,2\n", [["a", "b"], ["1", "2"]]],
    ["a,b\r\n1,2", [["a", "b"], ["1", "2"]]],
    ["\"a,\"\"b\"\"\nc\",d", [["a,\"b\"\nc", "d"]]],
    ["a,\n,b\n\nc", [["a", ""], ["", "b"], ["c"]]],
    ["\uFEFFa", [["a"]]],
    ["\"open", [["\"open"]]]
  ]
  it.each(table)("%j", (text, rows) => {
    assert.deepStrictEqual(Csv.parse(text), rows)
  })

  it("comes back as it was printed", () => {
    const rows = [["a", "b,c"], ["\"d\"", "e\nf"], ["", "g"]]
    assert.deepStrictEqual(Csv.parse(Csv.print(rows)), rows)
  })
})

it("a form may hold its own boundary's beginning", () => {
  const parts = Multipart.parse(form("--\r\n-x\n"))
  assert.deepStrictEqual(parts.map(({ fileName, name }) => [name, fileName]), [
    ["importRequest", undefined],
    ["files", "a.csv"]
  ])
  assert.strictEqual(parts[1]?.text, "--\r\n-x\n")
})
