/**
 * Which fault a request meets. Every request draws one number, so the n-th request of a plan always has the n-th
 * number of its seed, whatever the requests before it were.
 */
import * as Duration from "effect/Duration"
import { PCGRandom } from "effect/Utils"
import type { Fault, FaultPlan } from "../FaultPlan.ts"

export interface FaultChoice {
  readonly plan: FaultPlan
  readonly outages: ReadonlyArray<{ readonly from: number; readonly to: number; readonly fault: Fault }>
  readonly rules: ReadonlyArray<{
    readonly share: number
    readonly fault: Fault
    readonly fits: (method: string, path: string) => boolean
  }>
  readonly random: PCGRandom
}

/** A plan that begins now. */
export const make = (plan: FaultPlan, seed: number, now: number): FaultChoice => ({
  plan,
  outages: plan.outages.map(({ fault, from, to }) => ({
    from: now + Duration.toMillis(from),
    to: now + Duration.toMillis(to),
    fault
  })),
  rules: plan.rules.map(({ fault, methods, path, share }) => {
    const matches = path === undefined ? () => true : pathPattern(path)
    return {
      share,
      fault,
      fits: (method, path) =>
        (methods === undefined || (methods as ReadonlyArray<string>).includes(method)) && matches(path)
    }
  }),
  random: new PCGRandom(plan.seed ?? seed)
})

/** A prefix, or a glob for the whole path. */
export const pathPattern = (pattern: string): (path: string) => boolean => {
  if (!pattern.includes("*")) return (path) => path.startsWith(pattern)
  const source = pattern
    .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, (stars) => stars.length > 1 ? ".*" : "[^/]*")
  const glob = new RegExp(`^${source}$`)
  return (path) => glob.test(path)
}

/** The fault that the rules hold for the next request, if they hold one. */
export const draw = (self: FaultChoice, method: string, path: string): Fault | undefined => {
  const drawn = self.random.number()
  let share = 0
  for (const rule of self.rules) {
    if (!rule.fits(method, path)) continue
    share += rule.share
    if (drawn < share) return rule.fault
  }
  return undefined
}

/** The fault that every request meets at this time, if there is an outage. */
export const outage = (self: FaultChoice, now: number): Fault | undefined =>
  self.outages.find(({ from, to }) => from <= now && now < to)?.fault
