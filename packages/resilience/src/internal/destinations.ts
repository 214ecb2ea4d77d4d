/** What is kept for each server (or account) that a client talks to: its circuit, and its retry budget. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as CircuitBreaker from "../CircuitBreaker.ts"
import type { Policy } from "../Policy.ts"
import * as RetryBudget from "../RetryBudget.ts"
import type { Observer } from "./observer.ts"
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
  /** Circuits start anew where the settings of circuits differ, budgets where those of budgets do. */
  readonly change: (settings: Settings) => Effect.Effect<void>
}

export type Settings = Pick<Policy, "breaker" | "budget">

/** Long after the longest opening: a server of which nothing was heard for so long starts anew. */
const idleFor = 10 * 60 * 1000

export const make = (
  initial: Settings,
  { budget: onLevel, circuitAnew, circuitChanged }: Pick<Observer, "budget" | "circuitAnew" | "circuitChanged">
): Destinations => {
  const kept = new Map<string, Destination>()
  let settings = initial
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
          if (mode === "isolated" || mode === "disabled") return
          kept.delete(key)
          if (mode !== "closed") circuitAnew(key)
        }),
      { discard: true }
    )
  }

  const newCircuit = (key: string): Effect.Effect<CircuitBreaker.CircuitBreaker | undefined> =>
    Effect.suspend(() => {
      if (settings.breaker !== "off" || kept.get(key)?.breaker !== undefined) circuitAnew(key)
      if (settings.breaker === "off") return Effect.succeed(undefined)
      // Calls that began under earlier settings keep their circuit: what becomes of it is nobody else's business.
      const onChange = (mode: CircuitBreaker.Mode) =>
        kept.get(key)?.breaker === own ? circuitChanged(key, mode) : Effect.void
      let own: CircuitBreaker.CircuitBreaker | undefined
      return Effect.map(CircuitBreaker.fromSettings(settings.breaker, onChange), (breaker) => own = breaker)
    })

  const newBudget = (key: string): RetryBudget.RetryBudget | undefined =>
    settings.budget === "off" ? undefined : RetryBudget.fromSettings(settings.budget, (level) => onLevel(key, level))

  const add = (key: string, now: number): Effect.Effect<Destination> =>
    Effect.zipRight(
      forgetIdle(now),
      Effect.map(newCircuit(key), (breaker) => {
        // Somebody may have been faster.
        const found = kept.get(key)
        if (found !== undefined) return found
        const destination = { key, breaker, budget: newBudget(key), lastUsed: now }
        kept.set(key, destination)
        return destination
      })
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
      new Map([...kept.values()].flatMap(({ breaker, key }) => breaker === undefined ? [] : [[key, breaker] as const])),
    change: (after) =>
      Effect.suspend(() => {
        const sameCircuits = isSame(settings.breaker, after.breaker)
        const sameBudgets = isSame(settings.budget, after.budget)
        settings = after
        return Effect.forEach(kept.values(), (destination) =>
          Effect.map(sameCircuits ? Effect.succeed(destination.breaker) : newCircuit(destination.key), (breaker) => {
            const budget = sameBudgets ? destination.budget : newBudget(destination.key)
            kept.set(destination.key, { ...destination, breaker, budget })
          }), { discard: true })
      })
  }
}

/** Settings are plain data, and durations. */
const isSame = (a: unknown, b: unknown): boolean => {
  if (Duration.isDuration(a) || typeof a !== "object" || a === null) return Equal.equals(a, b)
  if (typeof b !== "object" || b === null || Duration.isDuration(b)) return false
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => isSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
}
