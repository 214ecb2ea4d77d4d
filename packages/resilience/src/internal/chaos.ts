/** Which faults a request meets: chance from seeds, as plain data that is changed in place. */
import * as Duration from "effect/Duration"
import { PCGRandom } from "effect/Utils"
import type { Fault, Rule } from "../Chaos.ts"

export interface Chaos {
  /** Gives each rule a seed of its own. */
  readonly seeds: PCGRandom
  paused: boolean
  requests: number
  rules: ReadonlyArray<Armed>
}

interface Armed {
  readonly rule: Rule
  readonly route: Route | undefined
  /**
   * A generator for each rule, so that what a rule does depends on the requests that it matches and on nothing else. It
   * is not `Random`, whose draws are effects: between two of those another request could get in.
   */
  readonly chance: PCGRandom
  matched: number
  injected: number
}

export interface Decision {
  /** In milliseconds. */
  readonly latency: number
  readonly fault: Exclude<Fault, { readonly kind: "latency" }> | undefined
}

export const make = (seed: number, rules: ReadonlyArray<Rule>): Chaos => {
  const self: Chaos = { seeds: new PCGRandom(seed), paused: false, requests: 0, rules: [] }
  setRules(self, rules)
  return self
}

export const setRules = (self: Chaos, rules: ReadonlyArray<Rule>): void => {
  self.requests = 0
  self.rules = rules.map((rule) => ({
    rule,
    route: rule.route === undefined ? undefined : parseRoute(rule.route),
    chance: new PCGRandom(self.seeds.integer(0xffffffff)),
    matched: 0,
    injected: 0
  }))
}

export const decide = (self: Chaos, method: string, url: string): Decision => {
  let latency = 0
  let fault: Decision["fault"]
  if (!self.paused) {
    self.requests++
    for (const armed of self.rules) {
      if (armed.route !== undefined && !matches(armed.route, method, url)) continue
      armed.matched++
      // Drawn even where an earlier rule has won, so that its luck does not depend on theirs.
      if (armed.chance.number() >= armed.rule.share) continue
      const { fault: hit } = armed.rule
      if (hit.kind === "latency") {
        const [min, max] = [Duration.toMillis(hit.min), Duration.toMillis(hit.max)]
        latency += min + (max - min) * armed.chance.number()
      } else if (fault === undefined) {
        fault = hit
      } else continue
      armed.injected++
    }
  }
  return { latency, fault }
}

interface Route {
  readonly method: string | undefined
  /** It names the server too. */
  readonly absolute: boolean
  /** What lies between the stars. */
  readonly parts: readonly [string, ...ReadonlyArray<string>]
}

export const parseRoute = (route: string): Route => {
  // However it is split, a text has at least one part.
  const [place, method] = route.split(" ").reverse() as [string, string?]
  return { method, absolute: !place.startsWith("/"), parts: place.split("*") as [string, ...Array<string>] }
}

export const matches = (route: Route, method: string, url: string): boolean => {
  if (route.method !== undefined && route.method !== method) return false
  if (!URL.canParse(url, anywhere)) return false
  const { origin, pathname } = new URL(url, anywhere)
  return fits(route.parts, route.absolute ? origin + pathname : pathname)
}

/** For URLs that are only a path. */
const anywhere = "http://localhost"

/** From left to right and never back, however many stars there are. */
const fits = ([first, ...rest]: Route["parts"], text: string): boolean => {
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
