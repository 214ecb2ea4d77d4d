/** The short way to read plain JSON, beside the schemas that it stands for. */
import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck, Schema } from "effect"
import * as Plain from "../../packages/resilience/src/internal/plain.ts"

const Contact = Schema.Struct({
  id: Schema.String,
  age: Schema.optional(Schema.NullOr(Schema.Number)),
  "a b": Schema.optionalWith(Schema.Boolean, { exact: true })
})

const plain: ReadonlyArray<readonly [string, Schema.Schema.AnyNoContext]> = [
  ["a text", Schema.String],
  ["a number", Schema.Number],
  ["a truth value", Schema.Boolean],
  ["anything", Schema.Unknown],
  ["nothing", Schema.Null],
  ["one of some texts", Schema.Literal("a", "b", 1)],
  ["a struct", Contact],
  ["a struct or nothing", Schema.NullOr(Contact)],
  ["a list of structs", Schema.Array(Contact)],
  ["a struct of lists", Schema.Struct({ results: Schema.Array(Schema.NullOr(Schema.String)), more: Schema.Unknown })],
  ["a whole number", Schema.Int],
  ["a list that is not empty", Schema.Array(Schema.String).pipe(Schema.minItems(1))],
  ["a brand", Schema.String.pipe(Schema.nonEmptyString(), Schema.brand("Id"))],
  ["a text or a number", Schema.Union(Schema.String, Schema.Number)],
  ["a text that may be left out", Schema.Struct({ id: Schema.optional(Schema.String) })]
]

const others: ReadonlyArray<readonly [string, Schema.Schema.AnyNoContext]> = [
  ["a transformation", Schema.NumberFromString],
  ["one inside of a struct", Schema.Struct({ at: Schema.Date })],
  ["a default", Schema.Struct({ a: Schema.optionalWith(Schema.Number, { default: () => 1 }) })],
  ["a class", class Point extends Schema.Class<Point>("Point")({ x: Schema.Number }) {}],
  ["one of several structs", Schema.Union(Contact, Schema.Struct({ x: Schema.Number }))],
  ["anything, or a struct", Schema.Union(Schema.Unknown, Schema.Struct({ x: Schema.Literal(1) }))],
  ["no fields", Schema.Struct({})],
  ["any keys", Schema.Record({ key: Schema.String, value: Schema.Number })],
  ["a pair", Schema.Tuple(Schema.String, Schema.Number)],
  ["no other keys", Contact.annotations({ parseOptions: { onExcessProperty: "error" } })],
  ["a fallback", Schema.Struct({ a: Schema.String.annotations({ decodingFallback: () => Either.right("") }) })],
  ["what all objects have", Schema.Struct({ constructor: Schema.String })],
  ["itself", Schema.suspend((): Schema.Schema<string> => Schema.String)]
]

/** As it comes over the wire. */
const throughJson = (u: unknown): unknown => JSON.parse(JSON.stringify(u) ?? "null")

describe("the short way reads", () => {
  it.each(plain)("%s as the schema does", (_, schema) => {
    const decode = Schema.decodeUnknownEither(schema)
    const read = Plain.readerOf(schema)
    const keys = FastCheck.constantFrom("id", "age", "a b", "results", "more")
    const near = FastCheck.dictionary(keys, FastCheck.jsonValue())
    const json = FastCheck.oneof(
      FastCheck.jsonValue(),
      near,
      FastCheck.array(near),
      FastCheck.constantFrom("a", "b", 1),
      FastCheck.array(FastCheck.string())
    )
    const known = FastCheck.oneof(
      json,
      json.map((value) => ({ id: "1", age: value, results: ["a", null], more: value }))
    )
    let accepted = 0
    FastCheck.assert(
      FastCheck.property(known, (value) => {
        const input = throughJson(value)
        const found = read(input)
        if (found === Plain.notPlain) return
        accepted++
        assert.deepStrictEqual(Either.right(found), decode(input))
      }),
      { numRuns: 500 }
    )
    assert.isAbove(accepted, 0)
  })

  it.each(others)("nothing where the schema has %s", (_, schema) => {
    const read = Plain.readerOf(schema)
    for (const input of ["1", 1, { id: "1" }, { x: 1 }, { a: "b" }, ["a", 1], {}, null]) {
      assert.strictEqual(read(input), Plain.notPlain)
    }
  })
})
