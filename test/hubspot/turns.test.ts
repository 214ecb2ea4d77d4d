import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
import * as Deferred from "effect/Deferred"
import * as Turns from "../../packages/hubspot/src/internal/turns.ts"

const hasCome = (turn: Turns.Turn) => Effect.runSync(Deferred.isDone(turn.hasCome))

describe("turns", () => {
  it("come in their order, one at a time, and each key has its own", () => {
    const turns: Turns.Turns = new Map()
    const [first, second, other] = ["a", "a", "b"].map((key) => Turns.join(turns, key))
    assert.deepStrictEqual([first!, second!, other!].map(hasCome), [true, false, true])
    Turns.release(turns, first!)
    assert.isTrue(hasCome(second!))
  })

  it("are given up by who leaves the line, and nobody goes twice", () => {
    const turns: Turns.Turns = new Map()
    const [first, second, third] = ["a", "a", "a"].map((key) => Turns.join(turns, key))
    Turns.release(turns, second!)
    assert.isFalse(hasCome(third!))
    Turns.release(turns, first!)
    assert.isTrue(hasCome(third!))
    assert.isFalse(hasCome(second!))
  })

  it("are over when all who hold them are through", () => {
    const turns: Turns.Turns = new Map()
    const [first, second] = ["a", "a"].map((key) => Turns.join(turns, key))
    Turns.hold(first!)
    Turns.release(turns, first!)
    assert.isFalse(hasCome(second!))
    Turns.release(turns, first!)
    assert.isTrue(hasCome(second!))
  })

  it("whoever comes and goes: the first of each line has its turn, nobody else, and empty lines are forgotten", () =>
    FastCheck.assert(FastCheck.property(
      FastCheck.array(FastCheck.record({
        key: FastCheck.constantFrom("a", "b", "c"),
        leaves: FastCheck.option(FastCheck.nat())
      })),
      (events) => {
        const turns: Turns.Turns = new Map()
        const lines: Array<Turns.Turn> = []
        for (const { key, leaves } of events) {
          lines.push(Turns.join(turns, key))
          if (leaves !== null) Turns.release(turns, lines.splice(leaves % lines.length, 1)[0]!)
          for (const turn of lines) {
            assert.strictEqual(hasCome(turn), lines.find((other) => other.key === turn.key) === turn)
          }
        }
        lines.forEach((turn) => Turns.release(turns, turn))
        assert.strictEqual(turns.size, 0)
      }
    )))
})
