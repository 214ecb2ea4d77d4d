/**
 * What the inspector page shows: the last requests, and how full each window is. A ring of 500, so it costs next to
 * nothing while nobody looks.
 */
import type { Account } from "./Account.ts"
import * as RollingWindow from "./RollingWindow.ts"

export interface Entry {
  readonly n: number
  readonly at: number
  readonly method: string
  /** Without its query, which may hold what is nobody's business. */
  readonly path: string
  /** None when no answer came. */
  readonly status: number | null
  readonly millis: number
  readonly fault: string | null
}

export interface Log {
  readonly entries: Array<Entry>
  count: number
}

const size = 500

export const make = (): Log => ({ entries: [], count: 0 })

export const add = (self: Log, entry: Omit<Entry, "n">): void => {
  self.entries[self.count % size] = { n: ++self.count, ...entry }
}

/** The entries after the n-th that are still kept, oldest first. */
export const since = (self: Log, n: number): ReadonlyArray<Entry> => {
  const first = Math.max(0, self.count - size, Math.min(Math.floor(n), self.count))
  return Array.from({ length: self.count - first }, (_, i) => self.entries[(first + i) % size]!)
}

/** Tokens are told by their place: they are secrets, even here. */
export const windows = ({ homes }: Account, now: number) =>
  homes.flatMap(({ portal, quota }) => {
    const shown = (bucket: string, window: RollingWindow.RollingWindow) => ({
      name: homes.length > 1 ? `${portal.id}: ${bucket}` : bucket,
      held: RollingWindow.held(window, now),
      limit: window.limit,
      width: window.width
    })
    return [
      ...[...quota.general.values()].map((window, i) => shown(i === 0 ? "general" : `general ${i + 1}`, window)),
      shown("search", quota.search),
      shown("associations", quota.associations),
      shown("events", quota.events)
    ]
  })
