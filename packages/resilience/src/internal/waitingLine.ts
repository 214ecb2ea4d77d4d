/**
 * Who is next? Callers that wait for the same set of windows form a lane; the lanes' heads are served by arrival.
 * Plain data, changed in place; time is an argument, in milliseconds.
 */
import * as RollingWindow from "./rollingWindow.ts"

export interface Waiter {
  readonly arrival: number
  readonly lane: Lane
  readonly weight: number
  state: "waiting" | "admitted" | "gone"
  /** Called once, when it is admitted or sent away. */
  notify: () => void
}

export interface Lane {
  readonly windows: ReadonlyArray<RollingWindow.RollingWindow>
  readonly waiters: Array<Waiter>
  head: number
}

export interface WaitingLine {
  readonly lanes: Array<Lane>
  arrivals: number
  waiting: number
}

export const make = (): WaitingLine => ({ lanes: [], arrivals: 0, waiting: 0 })

export const join = (
  self: WaitingLine,
  windows: ReadonlyArray<RollingWindow.RollingWindow>,
  weight: number
): Waiter => {
  let lane = self.lanes.find((lane) => sameWindows(lane.windows, windows))
  if (lane === undefined) self.lanes.push(lane = { windows, waiters: [], head: 0 })
  const waiter: Waiter = { arrival: self.arrivals++, lane, weight, state: "waiting", notify: () => {} }
  lane.waiters.push(waiter)
  self.waiting++
  return waiter
}

/** The caller gave up while it waited. */
export const leave = (self: WaitingLine, waiter: Waiter): void => {
  if (waiter.state !== "waiting") return
  waiter.state = "gone"
  self.waiting--
}

/** Sends away all of whom that is true. */
export const dismiss = (self: WaitingLine, who: (waiter: Waiter) => boolean): ReadonlyArray<Waiter> => {
  const waiting = self.lanes.flatMap(({ head, waiters }) => waiters.slice(head)).filter((waiter) =>
    waiter.state === "waiting" && who(waiter)
  )
  for (const waiter of waiting) leave(self, waiter)
  return waiting
}

export const isTooHeavy = ({ lane, weight }: Waiter): boolean =>
  lane.windows.some((window) => !RollingWindow.fits(window, weight))

/**
 * Admits everyone whose turn it is, and tells when to look again: infinite while that depends on answers to come.
 * Nobody takes the room that an earlier caller of another lane waits for, so a heavy call is not starved by light ones; but
 * where two lanes share a window that has room for both, neither waits for the windows of the other.
 */
export const serve = (self: WaitingLine, now: number): { admitted: ReadonlyArray<Waiter>; lookAgain: number } => {
  const admitted: Array<Waiter> = []
  for (;;) {
    const { lookAgain, waiter } = next(self, now)
    if (waiter === undefined) return { admitted, lookAgain }
    for (const window of waiter.lane.windows) RollingWindow.take(window, waiter.weight)
    waiter.state = "admitted"
    self.waiting--
    admitted.push(waiter)
  }
}

const next = (self: WaitingLine, now: number): { waiter: Waiter | undefined; lookAgain: number } => {
  const heads = self.lanes.map(head).filter((waiter) => waiter !== undefined).sort((a, b) => a.arrival - b.arrival)
  const reserved = new Map<RollingWindow.RollingWindow, number>()
  let lookAgain = Number.POSITIVE_INFINITY
  for (const waiter of heads) {
    const { lane: { windows }, weight } = waiter
    const soonest = soonestOf(windows, weight, now, reserved)
    if (soonest <= now) return { waiter, lookAgain }
    lookAgain = Math.min(lookAgain, soonest)
    for (const window of windows) reserved.set(window, (reserved.get(window) ?? 0) + weight)
  }
  return { waiter: undefined, lookAgain }
}

/** The soonest instant at which all the windows can have room for the weight, beside what is reserved. */
const soonestOf = (
  windows: ReadonlyArray<RollingWindow.RollingWindow>,
  weight: number,
  now: number,
  reserved?: ReadonlyMap<RollingWindow.RollingWindow, number>
): number => {
  let latest = now
  for (const window of windows) {
    latest = Math.max(latest, RollingWindow.soonest(window, weight + (reserved?.get(window) ?? 0), now))
  }
  return latest
}

/** May a caller that comes now go straight through? */
export const isOpen = (
  self: WaitingLine,
  windows: ReadonlyArray<RollingWindow.RollingWindow>,
  weight: number,
  now: number
): boolean => self.waiting === 0 && soonestOf(windows, weight, now) <= now

/** How long a caller will have to wait at the least, as far as that is certain by now. */
export const knownWait = (
  windows: ReadonlyArray<RollingWindow.RollingWindow>,
  weight: number,
  now: number
): number => {
  const soonest = soonestOf(windows, weight, now)
  return (Number.isFinite(soonest) ? soonest : Math.max(now, ...windows.map((window) => window.closedUntil))) - now
}

/** The lane's first caller that still waits. */
const head = (lane: Lane): Waiter | undefined => {
  while (lane.head < lane.waiters.length && lane.waiters[lane.head]?.state !== "waiting") lane.head++
  // Those who have gone take their fibres with them: a lane that is idle holds on to nobody.
  if (lane.head === lane.waiters.length || (lane.head > 1024 && lane.head * 2 > lane.waiters.length)) {
    lane.waiters.splice(0, lane.head)
    lane.head = 0
  }
  return lane.waiters[lane.head]
}

const sameWindows = (
  a: ReadonlyArray<RollingWindow.RollingWindow>,
  b: ReadonlyArray<RollingWindow.RollingWindow>
): boolean => a.length === b.length && a.every((window, i) => window === b[i])
