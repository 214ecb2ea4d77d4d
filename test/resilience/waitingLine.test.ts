import { assert, it } from "@effect/vitest"
import * as RollingWindow from "../../packages/resilience/src/internal/rollingWindow.ts"
import * as WaitingLine from "../../packages/resilience/src/internal/waitingLine.ts"

/** The room that `first` needs of `all` is `[own, all]`'s, and `own` is full until 1000. */
const lineOf = (all: RollingWindow.RollingWindow, weight: number) => {
  const own = RollingWindow.make(weight, 1000)
  const line = WaitingLine.make()
  RollingWindow.take(own, 1)
  RollingWindow.answered(own, 1, 0)
  return { line, first: WaitingLine.join(line, [own, all], weight) }
}

it("nobody takes the room that an earlier caller of another lane waits for, but others are served", () => {
  const all = RollingWindow.make(1, 1000)
  const { first, line } = lineOf(all, 1)
  const second = WaitingLine.join(line, [all], 1)
  const third = WaitingLine.join(line, [RollingWindow.make(10, 1000)], 1)
  assert.deepStrictEqual(WaitingLine.serve(line, 0), { admitted: [third], lookAgain: 1000 })
  assert.deepStrictEqual(WaitingLine.serve(line, 1000).admitted, [first])
  RollingWindow.answered(all, 1, 1000)
  assert.deepStrictEqual(WaitingLine.serve(line, 2000).admitted, [second])
})

it("where there is room for both, nobody waits for the windows of another lane", () => {
  const { first, line } = lineOf(RollingWindow.make(10, 1000), 1)
  const [, all] = first.lane.windows
  const later = Array.from({ length: 9 }, () => WaitingLine.join(line, [all as RollingWindow.RollingWindow], 1))
  const { admitted } = WaitingLine.serve(line, 0)
  assert.deepStrictEqual(admitted, later)
  assert.deepStrictEqual(WaitingLine.serve(line, 1000).admitted, [first])
})

it("a heavy caller is not starved by light ones that keep coming", () => {
  const { first, line } = lineOf(RollingWindow.make(10, 1000), 8)
  const [, all] = first.lane.windows
  const light = Array.from({ length: 5 }, () => WaitingLine.join(line, [all as RollingWindow.RollingWindow], 1))
  assert.deepStrictEqual(WaitingLine.serve(line, 0).admitted, light.slice(0, 2))
  assert.deepStrictEqual(WaitingLine.serve(line, 1000).admitted, [first])
})

it("those of a third lane leave room for all who came before them", () => {
  const { first, line } = lineOf(RollingWindow.make(2, 1000), 1)
  const [, all] = first.lane.windows as ReadonlyArray<RollingWindow.RollingWindow>
  const full = RollingWindow.make(1, 1000)
  RollingWindow.take(full, 1)
  WaitingLine.join(line, [full, all!], 1)
  WaitingLine.join(line, [all!], 1)
  assert.deepStrictEqual(WaitingLine.serve(line, 0).admitted, [])
})

it("nobody who was served, or has left, is held on to", () => {
  const window = RollingWindow.make(2, 1000)
  const line = WaitingLine.make()
  const [, , last] = [1, 2, 3].map(() => WaitingLine.join(line, [window], 1))
  WaitingLine.serve(line, 0)
  WaitingLine.leave(line, last!)
  WaitingLine.serve(line, 0)
  assert.deepStrictEqual(line.lanes.map(({ waiters }) => waiters.length), [0])
})

it("a day's calls take no more room than one", () => {
  const day = RollingWindow.daily(100_000, () => 1_000_000)
  for (let n = 0; n < 100_000; n++) {
    RollingWindow.take(day, 1)
    RollingWindow.answered(day, 1, n)
  }
  assert.strictEqual(day.openings.length, 1)
  assert.strictEqual(RollingWindow.available(day, 999_999), 0)
  assert.strictEqual(RollingWindow.soonest(day, 1, 999_999), 1_000_000)
  assert.strictEqual(RollingWindow.available(day, 1_000_000), 100_000)
})
