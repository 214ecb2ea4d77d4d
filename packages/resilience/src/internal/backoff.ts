/** How long to wait before the next try, chance aside. Plain data in, plain data out; milliseconds. */
import * as Duration from "effect/Duration"
import * as Jitter from "../Jitter.ts"

export interface Pace {
  readonly base: Duration.Duration
  readonly factor: number
  readonly cap: Duration.Duration
  readonly jitter: Jitter.Jitter
}

/** The retries so far, whatever their errors. */
export interface Past {
  readonly retries: number
  /** What was drawn for the latest of them, before any hint. */
  readonly previous: number
}

export const start: Past = { retries: 0, previous: 0 }

export const after = (past: Past, drawn: number): Past => ({ retries: past.retries + 1, previous: drawn })

/** The soonest and the latest delay; one between them is drawn evenly. */
export const range = (pace: Pace, past: Past): readonly [soonest: number, latest: number] => {
  const [base, cap] = [Duration.toMillis(pace.base), Duration.toMillis(pace.cap)]
  if (pace.jitter === "decorrelated") return [base, Math.min(cap, 3 * Math.max(base, past.previous))]
  const [min, max] = Jitter.band(pace.jitter)
  // Jitter must stay inside the cap without piling every late client up at the cap itself: leave room for it first.
  const delay = Math.min(base * Math.pow(pace.factor, past.retries), cap / Math.max(1, max))
  return [delay * min, Math.min(cap, delay * max)]
}

/**
 * The longest delays of so many retries, each of them at any of these paces. No delay makes a later one shorter, so the
 * longest at every step is the longest of all.
 */
export const longest = (paces: ReadonlyArray<Pace>, retries: number): ReadonlyArray<number> => {
  const delays: Array<number> = []
  for (let past = start; past.retries < retries;) {
    const delay = Math.max(...paces.map((pace) => range(pace, past)[1]))
    delays.push(delay)
    past = after(past, delay)
  }
  return delays
}

/** What a hint is multiplied by, so that clients with the same hint do not come back together; never less than 1. */
export const hintBand = (jitter: Jitter.Jitter): readonly [min: number, max: number] =>
  jitter === "none" ? [1, 1] : [1, 1.1]
