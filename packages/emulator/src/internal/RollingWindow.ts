/**
 * An exact rolling window: it holds the arrivals of the last `width` milliseconds and admits no more than `limit`.
 * Changed in place, since it is asked on every request; time is an argument.
 */
export interface RollingWindow {
  readonly limit: number
  readonly width: number
  /** Times of arrival, oldest first; those before `first` have left. */
  arrivals: Array<number>
  first: number
}

export const make = (limit: number, width: number): RollingWindow => ({ limit, width, arrivals: [], first: 0 })

/** How many arrivals the window holds. One that came `width` ago has just left. */
export const held = (self: RollingWindow, now: number): number => {
  const { arrivals, width } = self
  while (self.first < arrivals.length && arrivals[self.first]! <= now - width) self.first++
  if (self.first > 1024 && self.first * 2 > arrivals.length) {
    self.arrivals = arrivals.slice(self.first)
    self.first = 0
  }
  return self.arrivals.length - self.first
}

export const hasRoom = (self: RollingWindow, now: number): boolean => held(self, now) < self.limit

export const add = (self: RollingWindow, now: number): void => {
  self.arrivals.push(now)
}
