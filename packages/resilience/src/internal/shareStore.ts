/** The store that stands in while the shared one is away: this process's share of each limit, in its own memory. */
import * as RollingWindow from "./rollingWindow.ts"
import type { Verdict } from "./takes.ts"
import type { Fate } from "./turnstile.ts"
import * as WaitingLine from "./waitingLine.ts"

export type ShareStore = ReadonlyArray<RollingWindow.RollingWindow>

export interface Call {
  readonly weight: number
  readonly buckets: ReadonlyArray<number>
}

export const make = (
  buckets: ReadonlyArray<{ readonly limit: number; readonly window: number }>,
  share: number
): ShareStore => buckets.map(({ limit, window }) => RollingWindow.make(Math.max(1, Math.floor(limit * share)), window))

const windowsOf = (self: ShareStore, { buckets }: Call) =>
  buckets.map((bucket) => self[bucket] as RollingWindow.RollingWindow)

/** Whether the share is large enough for it at all. */
export const fits = (self: ShareStore, call: Call): boolean =>
  windowsOf(self, call).every(({ limit }) => call.weight <= limit)

/** Admits as many of them as there is room for, in their order. */
export const take = (self: ShareStore, calls: ReadonlyArray<Call>, now: number): ReadonlyArray<Verdict> => {
  const blocked = new Set<number>()
  return calls.map((call) => {
    const windows = windowsOf(self, call)
    const behind = call.buckets.some((bucket) => blocked.has(bucket))
    const wait = Math.max(0, ...windows.map((window) => RollingWindow.soonest(window, call.weight, now) - now))
    if (!behind && wait === 0) {
      for (const window of windows) RollingWindow.take(window, call.weight)
      return { wait, known: 0 }
    }
    for (const bucket of call.buckets) blocked.add(bucket)
    return behind ? { wait: -1, known: 0 } : { wait, known: WaitingLine.knownWait(windows, call.weight, now) }
  })
}

const settled: Record<Fate, (window: RollingWindow.RollingWindow, weight: number, now: number) => void> = {
  answered: RollingWindow.answered,
  abandoned: RollingWindow.abandoned,
  "not-sent": RollingWindow.notSent
}

export const settle = (self: ShareStore, call: Call, fate: Fate, now: number): void => {
  for (const window of windowsOf(self, call)) settled[fate](window, call.weight, now)
}
