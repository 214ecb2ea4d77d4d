/** The latest calls: how many there were, and how many of them failed or were slow. Plain data, changed in place. */

export interface Counts {
  readonly calls: number
  readonly failures: number
  readonly slow: number
}

interface Slice {
  calls: number
  failures: number
  slow: number
  /** When it began, in milliseconds; only in a window of time. */
  from: number
}

export interface Sample {
  /** The last so many calls, or those of the last so many milliseconds. */
  readonly over: { readonly calls: number } | { readonly time: number }
  /** Oldest first: one for each call, or one for each tenth of the time. */
  slices: Array<Slice>
}

/** A window of time forgets by tenths: it holds between nine tenths of itself and all. */
const slicesOfTime = 10

export const make = (over: Sample["over"]): Sample => ({ over, slices: [] })

export const add = (self: Sample, failed: boolean, slow: boolean, now: number): void => {
  const last = self.slices.at(-1)
  if ("time" in self.over && last !== undefined && now < last.from + self.over.time / slicesOfTime) {
    last.calls++
    last.failures += Number(failed)
    last.slow += Number(slow)
  } else {
    self.slices.push({ calls: 1, failures: Number(failed), slow: Number(slow), from: now })
    if ("calls" in self.over && self.slices.length > self.over.calls) self.slices.shift()
  }
}

/** Asked after every call: a loop, and nothing made but its answer. */
export const counts = (self: Sample, now: number): Counts => {
  forget(self, now)
  const sum = { calls: 0, failures: 0, slow: 0 }
  for (const { calls, failures, slow } of self.slices) {
    sum.calls += calls
    sum.failures += failures
    sum.slow += slow
  }
  return sum
}

const forget = ({ over, slices }: Sample, now: number): void => {
  if (!("time" in over)) return
  while (slices[0] !== undefined && slices[0].from <= now - over.time) slices.shift()
}
