import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import * as Lru from "../../packages/resilience/src/internal/lru.ts"

/** The same thing as slowly and plainly as can be: a list from the one used longest ago to the one used last. */
const model = (capacity: number) => {
  let entries: ReadonlyArray<readonly [string, number]> = []
  return {
    entries: () => entries,
    get: (key: string) => {
      const found = entries.find(([other]) => other === key)
      if (found !== undefined) entries = [...entries.filter((entry) => entry !== found), found]
      return found?.[1]
    },
    set: (key: string, value: number) => {
      entries = [...entries.filter(([other]) => other !== key), [key, value] as const].slice(-capacity)
    }
  }
}

const key = FastCheck.constantFrom("a", "b", "c", "d", "e", "__proto__")
const step = FastCheck.oneof(
  FastCheck.record({ get: key }),
  FastCheck.record({ set: key, value: FastCheck.nat() })
)

describe("the least recently used", () => {
  it("makes way: as the model does, whatever is read and written", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.integer({ min: 1, max: 5 }),
        FastCheck.array(step, { maxLength: 60 }),
        (capacity, steps) => {
          const lru = Lru.make<string, number>(capacity)
          const plain = model(capacity)
          for (const step of steps) {
            if ("get" in step) {
              assert.strictEqual(Lru.get(lru, step.get), plain.get(step.get))
            } else {
              Lru.set(lru, step.set, step.value)
              plain.set(step.set, step.value)
            }
            assert.deepStrictEqual([...lru.entries], plain.entries())
          }
        }
      ),
      { numRuns: 1000 }
    )
  })
})
