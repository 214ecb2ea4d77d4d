/** What is kept for each server (or account) that a client talks to: its circuit, and its retry budget. */
import * as Effect from "effect/Effect"
import * as CircuitBreaker from "../CircuitBreaker.ts"
import type { Policy } from "../Policy.ts"
import * as RetryBudget from "../RetryBudget.ts"
import { monotonicMillis } from "./time.ts"

export interface Destination {
  readonly key: string
  readonly breaker: CircuitBreaker.CircuitBreaker | undefined
  readonly budget: RetryBudget.RetryBudget | undefined
  lastUsed: number
}

export interface Destinations {
  readonly get: (key: string) => Effect.Effect<Destination>
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
  const forgetIdle = (now: number): Effect.Effect<void> => {
    if (now < lookedAt + idleFor / 10) return Effect.void
    lookedAt = now
    const idle = [...kept.values()].filter(({ lastUsed }) => lastUsed + idleFor <= now)
    return Effect.forEach(
      idle,
      ({ breaker, key }) =>
        Effect.map(breaker === undefined ? Effect.succeed({ mode: "closed" }) : breaker.state, ({ mode }) => {
          // What somebody did by hand is not ours to undo.
          if (mode !== "isolated" && mode !== "disabled") kept.delete(key)
        }),
      { discard: true }
    )
  }

  const add = (key: string, now: number): Effect.Effect<Destination> =>
    Effect.zipRight(
      forgetIdle(now),
      Effect.map(
        breaker === "off"
          ? Effect.succeed(undefined)
          : CircuitBreaker.fromSettings(breaker, (mode) => onChange(key, mode)),
        (breaker) => {
          // Somebody may have been faster.
          const found = kept.get(key)
          if (found !== undefined) return found
          const destination = {
            key,
            breaker,
            budget: budget === "off" ? undefined : RetryBudget.fromSettings(budget),
            lastUsed: now
          }
          kept.set(key, destination)
          return destination
        }
      )
    )

  return {
    get: (key) =>
      Effect.flatMap(monotonicMillis, (now) => {
        const found = kept.get(key)
        if (found === undefined) return add(key, now)
        found.lastUsed = now
        return Effect.succeed(found)
      }),
    circuits: () =>
      new Map([...kept.values()].flatMap(({ breaker, key }) => breaker === undefined ? [] : [[key, breaker] as const]))
  }
}
