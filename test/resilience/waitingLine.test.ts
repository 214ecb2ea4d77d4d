import { assert, it } from "@effect/vitest"
import * as RollingWindow from "../../packages/resilience/src/internal/rollingWindow.ts"
import * as WaitingLine from "../../packages/resilience/src/internal/waitingLine.ts"

it("a caller does not overtake an earlier one that waits for a window of its own and another, but does overtake others", () => {
  const search = RollingWindow.make(1, 1000)
  const all = RollingWindow.make(10, 1000)
  const other = RollingWindow.make(10, 1000)
  RollingWindow.take(search, 1)

  const line = WaitingLine.make()
  const first = WaitingLine.join(line, [search, all], 1)
  const second = WaitingLine.join(line, [all], 1)
  const third = WaitingLine.join(line, [other], 1)
  assert.deepStrictEqual(WaitingLine.serve(line, 0).admitted, [third])

  RollingWindow.answered(search, 1, 0)
  assert.deepStrictEqual(WaitingLine.serve(line, 1000).admitted, [first, second])
})
