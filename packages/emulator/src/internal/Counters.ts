/**
 * Counts of what came and what became of it.
 */
import type { Stats } from "../Stats.ts"

export interface Counters {
  requests: number
  limited: number
  injected429: number
  creates: number
  readonly routes: Map<string, number>
  readonly statuses: Map<number, number>
  readonly faults: Map<string, number>
}

export const make = (): Counters => ({
  requests: 0,
  limited: 0,
  injected429: 0,
  creates: 0,
  routes: new Map(),
  statuses: new Map(),
  faults: new Map()
})

export const increment = <K>(counts: Map<K, number>, key: K): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

export const show = (self: Counters, rest: Pick<Stats, "records" | "peak" | "openSockets">): Stats => ({
  requests: self.requests,
  byRoute: Object.fromEntries(self.routes),
  byStatus: Object.fromEntries(self.statuses),
  rateLimited: { limiter: self.limited, injected: self.injected429 },
  faults: Object.fromEntries(self.faults),
  creates: self.creates,
  ...rest
})
