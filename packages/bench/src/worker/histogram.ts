/** Latencies in buckets that are 2 % wide, from 10 microseconds on: percentiles of any number of calls in little room. */
import type { Latency } from "../model.ts"

export interface Histogram {
  readonly record: (millis: number) => void
  readonly latency: () => Latency
}

const smallest = 0.01
const width = Math.log(1.02)

export const make = (): Histogram => {
  const buckets: Array<number> = []
  let count = 0
  let max = 0
  const percentile = (share: number): number => {
    let left = Math.ceil(count * share)
    for (let index = 0; index < buckets.length; index++) {
      left -= buckets[index] ?? 0
      if (left <= 0) return Math.min(max, smallest * Math.exp((index + 0.5) * width))
    }
    return max
  }
  return {
    record: (millis) => {
      const index = Math.max(0, Math.floor(Math.log(millis / smallest) / width))
      buckets[index] = (buckets[index] ?? 0) + 1
      count++
      max = Math.max(max, millis)
    },
    latency: () => ({ p50: percentile(0.5), p90: percentile(0.9), p99: percentile(0.99), max })
  }
}
