import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as StandardTypes from "hubspot-emulator/StandardTypes"
import * as Associations from "../../packages/emulator/src/internal/Associations.ts"

/** Ids 0–3 are contacts, 4–7 companies. */
const typeOf = (id: number) => id < 4 ? StandardTypes.contacts : StandardTypes.companies

const id = FastCheck.integer({ min: 0, max: 7 })

/** An index into the definitions between two types, whatever their number. */
const nth = FastCheck.nat(5)

const step = FastCheck.oneof(
  { weight: 5, arbitrary: FastCheck.record({ kind: FastCheck.constant("connect"), from: id, to: id, nth }) },
  FastCheck.record({ kind: FastCheck.constant("unlabel"), from: id, to: id, nth }),
  FastCheck.record({ kind: FastCheck.constant("disconnect"), from: id, to: id, nth }),
  FastCheck.record({ kind: FastCheck.constantFrom("forget", "move"), from: id, to: id, nth })
)

const run = (
  self: Associations.Associations,
  { from, kind, nth, to }: { kind: string; from: number; to: number; nth: number }
) => {
  const definitions = Associations.definitionsOf(self, typeOf(from), typeOf(to))
  const definition = definitions[nth % definitions.length]!
  switch (kind) {
    case "connect":
      return Associations.connect(self, from, to, definition)
    case "unlabel":
      return Associations.unlabel(self, from, to, definition)
    case "disconnect":
      return Associations.disconnect(self, from, typeOf(from).id, to, typeOf(to).id)
    case "forget":
      return Associations.forget(self, from, typeOf(from).id)
    case "move":
      return typeOf(from) === typeOf(to) && from !== to && Associations.move(self, from, typeOf(from).id, to)
  }
}

const definitionsAt = (self: Associations.Associations, from: number, to: number) =>
  self.links.get(from)?.get(typeOf(to).id)?.items.get(to)?.definitions

describe("links", () => {
  it("are the same from both ends, each with the type that has no label, whatever happened to them", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.array(step, { maxLength: 40 }), (steps) => {
        const self = Associations.make(StandardTypes.all)
        Associations.define(self, StandardTypes.contacts, StandardTypes.contacts, "USER_DEFINED", {
          labels: ["Parent", "Child"]
        })
        for (const step of steps) run(self, step)
        for (let from = 0; from < 8; from++) {
          for (let to = 0; to < 8; to++) {
            const there = definitionsAt(self, from, to)
            const back = definitionsAt(self, to, from)
            assert.sameMembers([...there ?? []], (back ?? []).map(({ inverse }) => inverse))
            if (there !== undefined) assert.isTrue(there.some(({ label }) => label === null))
          }
        }
      }),
      { numRuns: 500 }
    )
  })

  it("of a record that is gone are gone", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.array(step, { maxLength: 40 }), id, (steps, gone) => {
        const self = Associations.make(StandardTypes.all)
        for (const step of steps) run(self, step)
        Associations.forget(self, gone, typeOf(gone).id)
        for (let other = 0; other < 8; other++) {
          assert.isUndefined(definitionsAt(self, gone, other))
          assert.isUndefined(definitionsAt(self, other, gone))
        }
      }),
      { numRuns: 500 }
    )
  })
})
