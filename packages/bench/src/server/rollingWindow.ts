/** The server's limit: at most so many requests in any stretch of time. What is refused spends nothing. */
export interface RollingWindow {
  /** How long until there is room: 0 means that the request is in. */
  readonly admit: (now: number) => number
}

export const make = (limit: number, windowMillis: number): RollingWindow => {
  const admitted = new Float64Array(limit).fill(-Infinity)
  let oldest = 0
  return {
    admit: (now) => {
      const free = (admitted[oldest] ?? -Infinity) + windowMillis
      if (free > now) return free - now
      admitted[oldest] = now
      oldest = (oldest + 1) % limit
      return 0
    }
  }
}
