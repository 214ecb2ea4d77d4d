/**
 * What the inspector page shows: the last requests, and how full each window is. A ring of 500, so it costs next to
 * nothing while nobody looks.
 */
import * as Duration from "effect/Duration"
import type { Account } from "./Account.ts"
import * as Quota from "./Quota.ts"
import * as RollingWindow from "./RollingWindow.ts"

export interface Entry {
  readonly n: number
  readonly at: number
  readonly method: string
  /** Without its query, which may hold what is nobody's business. */
  readonly path: string
  /** None when no answer came. */
  readonly status: number | null
  /** From the request's head until its answer is sent, or will not be; `null` while it is under way. */
  millis: number | null
  readonly fault: string | null
}

export interface Log {
  readonly entries: Array<Entry>
  count: number
}

const size = 500

export const make = (): Log => ({ entries: [], count: 0 })

export const add = (self: Log, entry: Omit<Entry, "n">): Entry => {
  const kept = { n: self.count + 1, ...entry }
  self.entries[self.count % size] = kept
  self.count++
  return kept
}

/** The entries after the n-th that are still kept, oldest first. */
export const since = (self: Log, n: number): ReadonlyArray<Entry> => {
  const first = Math.max(0, self.count - size, Math.min(Math.floor(n), self.count))
  return Array.from({ length: self.count - first }, (_, i) => self.entries[(first + i) % size]!)
}

const dayLength = 86_400_000

/** Tokens are told by their place: they are secrets, even here. */
export const windows = ({ byToken, homes }: Account, now: number) =>
  homes.flatMap((home) => {
    const { portal, quota } = home
    const { limits } = quota
    const named = (bucket: string) => homes.length > 1 ? `${portal.id}: ${bucket}` : bucket
    const shown = (bucket: string, window: RollingWindow.RollingWindow) => ({
      name: named(bucket),
      held: RollingWindow.held(window, now),
      limit: window.limit,
      width: window.width
    })
    const unused = RollingWindow.make(limits.general.limit, Duration.toMillis(limits.general.window))
    const tokens = [...byToken].filter(([, identity]) => identity.home === home).map(([token]) => token)
    const apps = [...quota.general].filter(([key]) => !byToken.has(key))
    return [
      ...tokens.map((token, i) => shown(i === 0 ? "general" : `general ${i + 1}`, quota.general.get(token) ?? unused)),
      ...apps.map(([key, window]) => shown(key, window)),
      shown("search", quota.search),
      shown("associations", quota.associations),
      shown("events", quota.events),
      { name: named("daily"), held: Quota.usedToday(quota, now), limit: limits.daily, width: dayLength }
    ]
  })
