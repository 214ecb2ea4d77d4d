/** What is kept for each server (or account) that a client talks to: its circuit, and its retry budget. */
import type * as Effect from "effect/Effect"
import * as CircuitBreaker from "../CircuitBreaker.ts"
import type { Policy } from "../Policy.ts"
import * as RetryBudget from "../RetryBudget.ts"
import * as Budget from "./budget.ts"

export interface Destination {
  readonly key: string
  readonly breaker: CircuitBreaker.Unsafe | undefined
  readonly budget: Budget.Budget | undefined
  lastUsed: number
}

export interface Destinations {
  readonly get: (key: string, now: number) => Destination
  readonly circuits: () => ReadonlyMap<string, CircuitBreaker.CircuitBreaker>
}

/** Long after the longest opening: a server of which nothing was heard for so long starts anew. */
const idleFor = 10 * 60 * 1000

export const make = (
  { breaker, budget }: Pick<Policy, "breaker" | "budget">,
  onChange: (key: string, mode: CircuitBreaker.Mode) => Effect.Effect<void>
): Destinations => {
  const kept = new Map<string, Destination>()
  let lookedAt = Number.NEGATIVE_INFINITY

  /** Now and then, when there is somebody new. */
  const forgetIdle = (now: number): void => {
    if (now < lookedAt + idleFor / 10) return
    lookedAt = now
    for (const { breaker, key, lastUsed } of kept.values()) {
      // What somebody did by hand is not ours to undo.
      const isByHand = breaker !== undefined && ["isolated", "disabled"].includes(breaker.unsafeMode())
      if (lastUsed + idleFor <= now && !isByHand) kept.delete(key)
    }
  }

  return {
    get: (key, now) => {
      let found = kept.get(key)
      if (found === undefined) {
        forgetIdle(now)
        found = {
          key,
          breaker: breaker === "off"
            ? undefined
            : CircuitBreaker.unsafeMake(breaker, now, (mode) => onChange(key, mode)),
          budget: budget === "off" ? undefined : Budget.make(RetryBudget.toBudget(budget)),
          lastUsed: now
        }
        kept.set(key, found)
      }
      found.lastUsed = now
      return found
    },
    circuits: () =>
      new Map([...kept.values()].flatMap(({ breaker, key }) => breaker === undefined ? [] : [[key, breaker] as const]))
  }
}
