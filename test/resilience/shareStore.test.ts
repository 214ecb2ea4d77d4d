import { assert, it } from "@effect/vitest"
import * as ShareStore from "../../packages/resilience/src/internal/shareStore.ts"

const bucket = (name: string, limit: number) => ({ name, limit, window: 1000 })

it("nobody overtakes an earlier one that waits for the same bucket, and others do not wait for it", () => {
  const store = ShareStore.make([bucket("a", 4), bucket("b", 4)], 0.5)
  const call = (weight: number, ...buckets: ReadonlyArray<number>) => ({ weight, buckets })
  const [first, heavy, light, other] = ShareStore.take(
    store,
    [call(1, 0), call(2, 0), call(1, 0), call(1, 1)],
    0
  )
  assert.deepStrictEqual([first?.wait, heavy?.wait, light?.wait, other?.wait], [0, Infinity, -1, 0])
})
