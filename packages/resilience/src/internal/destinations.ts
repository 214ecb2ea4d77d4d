/** What is kept for each server (or account) that a client talks to: its circuit, and its retry budget. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as CircuitBreaker from "../CircuitBreaker.ts"
import type { Policy } from "../Policy.ts"
import * as RetryBudget from "../RetryBudget.ts"
import * as Budget from "./budget.ts"
import type { Observer } from "./observer.ts"

export interface Destination {
  readonly key: string
  readonly breaker: CircuitBreaker.Unsafe | undefined
  readonly budget: Budget.Purse | undefined
  lastUsed: number
}

export interface Destinations {
  readonly get: (key: string, now: number) => Destination
  readonly circuits: () => ReadonlyMap<string, CircuitBreaker.CircuitBreaker>
  /** Circuits start anew where the settings of circuits differ, budgets where those of budgets do. */
  readonly change: (settings: Settings, now: number) => void
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
  const forgetIdle = (now: number): void => {
    if (now < lookedAt + idleFor / 10) return
    lookedAt = now
    for (const { breaker, key, lastUsed } of kept.values()) {
      const mode = breaker?.unsafeMode() ?? "closed"
      // What somebody did by hand is not ours to undo.
      if (now < lastUsed + idleFor || mode === "isolated" || mode === "disabled") continue
      kept.delete(key)
      if (mode !== "closed") circuitAnew(key)
    }
  }

  const newCircuit = (key: string, now: number): CircuitBreaker.Unsafe | undefined => {
    if (settings.breaker !== "off" || kept.get(key)?.breaker !== undefined) circuitAnew(key)
    if (settings.breaker === "off") return undefined
    const own: CircuitBreaker.Unsafe = CircuitBreaker.unsafeMake(settings.breaker, now, (mode) =>
      // Calls that began under earlier settings keep their circuit: what becomes of it is nobody else's business.
      kept.get(key)?.breaker === own ? circuitChanged(key, mode) : Effect.void)
    return own
  }

  const newBudget = (key: string): Budget.Purse | undefined =>
    settings.budget === "off"
      ? undefined
      : Budget.purse(RetryBudget.toBudget(settings.budget), (level) => onLevel(key, level))

  return {
    get: (key, now) => {
      let found = kept.get(key)
      if (found === undefined) {
        forgetIdle(now)
        found = { key, breaker: newCircuit(key, now), budget: newBudget(key), lastUsed: now }
        kept.set(key, found)
      }
      found.lastUsed = now
      return found
    },
    circuits: () =>
      new Map([...kept.values()].flatMap(({ breaker, key }) => breaker === undefined ? [] : [[key, breaker] as const])),
    change: (after, now) => {
      const sameCircuits = isSame(settings.breaker, after.breaker)
      const sameBudgets = isSame(settings.budget, after.budget)
      settings = after
      for (const destination of kept.values()) {
        kept.set(destination.key, {
          ...destination,
          breaker: sameCircuits ? destination.breaker : newCircuit(destination.key, now),
          budget: sameBudgets ? destination.budget : newBudget(destination.key)
        })
      }
    }
  }
}

/** Settings are plain data, and durations. */
const isSame = (a: unknown, b: unknown): boolean => {
  if (Duration.isDuration(a) || typeof a !== "object" || a === null) return Equal.equals(a, b)
  if (typeof b !== "object" || b === null || Duration.isDuration(b)) return false
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => isSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
}
