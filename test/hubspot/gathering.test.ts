import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import * as Gathering from "../../packages/hubspot/src/internal/gathering.ts"

const caller = (key: string, deadline = Infinity): Gathering.Caller => ({ key, deadline })
const keys = (batch: Gathering.Batch) => [...batch.keys.keys()]

describe("a batch", () => {
  it("has each key once, and all who ask for it", () => {
    const open: Gathering.Open = new Map()
    const batches = ["1", "2", "1"].map((key) => Gathering.join(open, "group", caller(key), 100))
    assert.strictEqual(new Set(batches).size, 1)
    assert.deepStrictEqual(keys(batches[0]!), ["1", "2"])
    assert.strictEqual(batches[0]!.callers.size, 3)
  })

  it("holds questions of one group only", () => {
    const open: Gathering.Open = new Map()
    assert.notStrictEqual(
      Gathering.join(open, "one", caller("1"), 100),
      Gathering.join(open, "other", caller("1"), 100)
    )
  })

  it("is closed once it is full, and the next who asks is in another", () => {
    const open: Gathering.Open = new Map()
    const first = Gathering.join(open, "group", caller("1"), 2)
    assert.isTrue(Gathering.isOpen(open, first))
    Gathering.join(open, "group", caller("2"), 2)
    assert.isFalse(Gathering.isOpen(open, first))
    assert.deepStrictEqual(keys(Gathering.join(open, "group", caller("3"), 2)), ["3"])
  })

  it("forgets what nobody asks for any more, and is closed when all have left", () => {
    const open: Gathering.Open = new Map()
    const [one, same, other] = [caller("1"), caller("1"), caller("2")]
    const batch = Gathering.join(open, "group", one, 100)
    Gathering.join(open, "group", same, 100)
    Gathering.join(open, "group", other, 100)
    Gathering.leave(open, batch, one)
    assert.deepStrictEqual(keys(batch), ["1", "2"])
    Gathering.leave(open, batch, same)
    Gathering.leave(open, batch, same)
    assert.deepStrictEqual(keys(batch), ["2"])
    Gathering.leave(open, batch, other)
    assert.isFalse(Gathering.isOpen(open, batch))
  })

  it("has the latest deadline of its callers, and none where one of them has none", () => {
    const open: Gathering.Open = new Map()
    const batch = Gathering.join(open, "group", caller("1", 20), 100)
    Gathering.join(open, "group", caller("2", 10), 100)
    assert.strictEqual(Gathering.latest(batch), 20)
    Gathering.join(open, "group", caller("3"), 100)
    assert.strictEqual(Gathering.latest(batch), Infinity)
  })

  it("closed late does not close the one that came after it", () => {
    const open: Gathering.Open = new Map()
    const first = Gathering.join(open, "group", caller("1"), 1)
    const second = Gathering.join(open, "group", caller("2"), 2)
    Gathering.close(open, first)
    assert.isTrue(Gathering.isOpen(open, second))
  })
})

describe("whoever comes and goes", () => {
  const event = FastCheck.record({
    group: FastCheck.constantFrom("a", "b"),
    key: FastCheck.integer({ min: 0, max: 30 }).map(String),
    leaves: FastCheck.boolean()
  })

  it("no batch is too large, and each holds exactly what its callers ask for", () =>
    FastCheck.assert(FastCheck.property(
      FastCheck.array(event, { maxLength: 300 }),
      FastCheck.integer({ min: 1, max: 10 }),
      (events, most) => {
        const open: Gathering.Open = new Map()
        const batches = new Set<Gathering.Batch>()
        const staying = new Map<Gathering.Caller, Gathering.Batch>()
        for (const { group, key, leaves } of events) {
          const one = caller(key)
          const batch = Gathering.join(open, group, one, most)
          assert.strictEqual(batch.group, group)
          batches.add(batch)
          if (leaves) Gathering.leave(open, batch, one)
          else staying.set(one, batch)
        }
        for (const batch of batches) {
          const asked = [...staying].filter(([, its]) => its === batch).map(([{ key }]) => key)
          assert.sameMembers(keys(batch), [...new Set(asked)])
          assert.isAtMost(batch.keys.size, most)
        }
      }
    )))
})
