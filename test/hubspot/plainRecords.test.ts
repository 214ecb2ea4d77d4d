import { assert, describe, it } from "@effect/vitest"
import { DateTime, Either, FastCheck, Schema } from "effect"
import { Property } from "effect-hubspot"
import { Paging } from "../../packages/hubspot/src/internal/paging.ts"
import * as Plain from "../../packages/hubspot/src/internal/plainRecords.ts"
import * as Records from "../../packages/hubspot/src/internal/records.ts"
import { readerOf } from "../../packages/resilience/src/internal/plain.ts"

const fields = {
  name: Property.text,
  amount: Property.number,
  vip: Property.boolean,
  stage: Property.enumeration("open", "won"),
  tags: Property.options,
  since: Property.datetime,
  day: Property.date,
  positive: Property.number.pipe(Schema.positive()),
  upper: Schema.Uppercase
}
const names = Object.keys(fields) as Array<keyof typeof fields>

const anyInstant = FastCheck.date({ noInvalidDate: false }).chain((date) =>
  FastCheck.constantFrom(
    Number.isNaN(date.getTime()) ? "soon" : date.toISOString(),
    "2026-11-23T10:30:00Z",
    "2026-11-23T24:00:00Z",
    "2026-02-30T10:30:00Z",
    "2026-11-23T10:30:00+01:00",
    "2026-11-23T10:30:00",
    "2026-11-23",
    "2026-11-31",
    "2026-13-01",
    "23 Nov 2026",
    "Z",
    String(date.getTime())
  )
)
const anyNumber = FastCheck.oneof(
  FastCheck.double().map(String),
  FastCheck.constantFrom("0", "-0", "00", " ", " 1 ", "\n", "1e3", "1e999", "0x10", ".5", "1,5", "Infinity", "NaN")
)
const anyText = FastCheck.oneof(
  anyInstant,
  anyNumber,
  FastCheck.string(),
  FastCheck.constantFrom("", "true", "false", "TRUE", "won", "a;b", "A")
)

describe("a value that is plain", () => {
  it.each(names)("is what the schema says: %s", (name) => {
    const field: Schema.Schema.AnyNoContext = fields[name]
    const decode = Schema.decodeUnknownEither(field)
    FastCheck.assert(
      FastCheck.property(anyText.filter((text) => text !== ""), (text) => {
        const plain = Plain.readerOf(field)(text)
        if (plain !== undefined) assert.deepStrictEqual(plain, Either.getOrThrow(decode(text)))
      }),
      { numRuns: 1000 }
    )
  })

  it.each(
    [
      ["name", "Ada"],
      ["stage", "an option that the portal has added"],
      ["amount", "0"],
      ["amount", "-1.50"],
      ["vip", "false"],
      ["since", "2026-11-23T10:30:00.123Z"],
      ["day", "2026-11-23"],
      ["tags", "a;b"]
    ] as const
  )("is the usual form: %s %j", (name, text) => {
    assert.isDefined(Plain.readerOf(fields[name])(text))
  })

  it.each(
    [
      ["positive", "1"],
      ["upper", "a"],
      ["amount", " "],
      ["since", "2026-11-23T10:30:00"],
      ["day", "1795392000000"]
    ] as const
  )("is no other, of which the schema has more to say: %s %j", (name, text) => {
    assert.isUndefined(Plain.readerOf(fields[name])(text))
  })
})

describe("a record that is plain", () => {
  const usual = { id: "1", createdAt: "2026-01-01T00:00:00Z", updatedAt: "2026-01-02T00:00:00Z" }
  const plain = Plain.records((name) => Plain.readerOf(fields[name as "name"]), names)

  it("has what was asked for, and nothing else", () => {
    const raw = { name: "Ada", vip: "", amount: "1.5", stranger: "x" }
    assert.deepStrictEqual(plain({ ...usual, properties: raw, url: "https://app.hubspot.com" }) as unknown, {
      record: {
        id: "1",
        createdAt: DateTime.unsafeMake("2026-01-01"),
        updatedAt: DateTime.unsafeMake("2026-01-02"),
        archived: false,
        properties: { ...Object.fromEntries(names.map((name) => [name, null])), name: "Ada", amount: 1.5 }
      },
      raw,
      traceId: undefined
    })
  })

  it("is read so on a page, too, with its neighbours and the cursor", () => {
    const schema = Schema.Struct({ results: Schema.Array(Records.decoder(fields)(["name"])), paging: Paging })
    const page = (name: unknown, more = {}) => ({ results: [{ ...usual, properties: { name } }], ...more })
    const read = readerOf(schema)
    for (const paging of [null, {}, { next: null }, { next: { after: "2" } }]) {
      const expected: unknown = Schema.decodeUnknownSync(schema)(page("Ada", { paging }))
      assert.deepStrictEqual(read(page("Ada", { paging })), expected)
    }
    assert.isTrue(Either.isLeft(Schema.decodeUnknownEither(schema)(page(1))))
    assert.strictEqual(typeof read(page(1)), "symbol")
  })

  const decode = (asked: ReadonlyArray<string> | undefined) =>
    Schema.decodeUnknownEither(Records.decoder(fields)(asked))
  const withAssociations = (wire: unknown): unknown =>
    typeof wire === "object" && wire !== null && !Array.isArray(wire) ? { ...wire, associations: {} } : wire
  const withoutAssociations = ({ record, ...answered }: Records.Answered<object>) => {
    const { associations: _, ...plain } = record as Record<string, unknown>
    return { ...answered, record: plain }
  }

  it("is what the schema says, which reads those that have associations", () => {
    const anything = FastCheck.oneof(FastCheck.jsonValue(), anyText, FastCheck.constantFrom(null, true, 1))
    const anyProperties = FastCheck.oneof(
      FastCheck.dictionary(FastCheck.oneof(FastCheck.constantFrom(...names), FastCheck.string()), anyText),
      FastCheck.dictionary(FastCheck.constantFrom(...names), anything),
      anything
    )
    const strangers = FastCheck.dictionary(
      FastCheck.constantFrom(
        "id",
        "createdAt",
        "updatedAt",
        "archived",
        "archivedAt",
        "new",
        "objectWriteTraceId",
        "url"
      ),
      anything,
      { maxKeys: 2 }
    )
    const anyRecord = FastCheck.tuple(anyInstant, anyProperties, strangers).map((
      [createdAt, properties, strangers]
    ) => ({
      ...usual,
      createdAt,
      properties,
      ...strangers
    }))
    const asked = FastCheck.constantFrom(names, ["mine", "name", "constructor"], [], undefined)
    FastCheck.assert(
      FastCheck.property(FastCheck.oneof(anyRecord, FastCheck.jsonValue()), asked, (wire, asked) => {
        const read = decode(asked)(wire)
        const exact = decode(asked)(withAssociations(wire))
        assert.strictEqual(Either.isRight(read), Either.isRight(exact))
        if (Either.isRight(read) && Either.isRight(exact)) {
          assert.deepStrictEqual(withoutAssociations(read.right), withoutAssociations(exact.right))
        }
      }),
      { numRuns: 2000 }
    )
  })
})
