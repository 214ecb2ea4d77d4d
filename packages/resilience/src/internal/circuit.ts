/**
 * The state machine of a circuit breaker, as plain data that is changed in place; time is an argument, in milliseconds.
 *
 * Every permit carries the generation in which it was given: what began before the circuit last changed its mode says
 * nothing about the mode it is in now.
 */
import * as Sample from "./sample.ts"

export interface Settings {
  readonly trip: Trip
  /** How long the first opening lasts; each that follows soon is longer by `factor`, up to `longestOpening`, and never shorter. */
  readonly opening: number
  readonly factor: number
  readonly longestOpening: number
  /** Calls that are let through to see whether it may close, and how long one of them may keep its place. */
  readonly probes: number
  readonly probeTimeout: number
}

export type Trip = { readonly consecutiveFailures: number } | Shares

interface Shares {
  readonly over: Sample.Sample["over"]
  readonly minimumCalls: number
  /** From 0 to 1; a share above 1 never trips. */
  readonly failureRate: number
  readonly slowRate: number
  /** From this duration on a call is slow. */
  readonly slowCall: number
}

export type Mode = "closed" | "open" | "half-open" | "isolated" | "disabled"

/** `ignored` says nothing of the server's health: a refusal, or an interruption. */
export type Verdict = "success" | "failure" | "ignored"

/** A class for the sake of the collector: see `course.ts`. */
export class Permit {
  readonly generation: number
  readonly at: number

  constructor(generation: number, at: number) {
    this.generation = generation
    this.at = at
  }
}

export interface Circuit {
  readonly settings: Settings
  mode: Mode
  generation: number
  sample: Sample.Sample
  openUntil: number
  /** How long the last opening was: its back-off, or what the server asked for, if that was longer. */
  lastOpening: number
  backOff: number
  closedSince: number
  /** Probes under way, oldest first. */
  probing: Array<Permit>
}

export const make = (settings: Settings, now: number): Circuit => ({
  settings,
  mode: "closed",
  generation: 0,
  sample: emptySample(settings),
  openUntil: Number.NEGATIVE_INFINITY,
  lastOpening: 0,
  backOff: 0,
  closedSince: now,
  probing: []
})

const emptySample = ({ trip }: Settings): Sample.Sample =>
  Sample.make("over" in trip ? trip.over : { calls: trip.consecutiveFailures })

/** A permit, or the instant from which it is worth asking again. */
export const admit = (self: Circuit, now: number): Permit | { readonly retryAt: number } => {
  const retryAt = refusedUntil(self, now)
  if (retryAt !== undefined) return { retryAt }
  if (self.mode === "open") become(self, "half-open")
  const permit = new Permit(self.generation, now)
  if (self.mode === "half-open") self.probing.push(permit)
  return permit
}

/** The instant from which it is worth asking again, where `admit` would refuse now: infinite where that is up to a person. */
export const refusedUntil = (self: Circuit, now: number): number | undefined => {
  if (self.mode === "isolated") return Number.POSITIVE_INFINITY
  if (self.mode === "open") return now < self.openUntil ? self.openUntil : undefined
  if (self.mode !== "half-open") return undefined
  const { probes, probeTimeout } = self.settings
  // A probe that is lost must not keep its place for ever.
  self.probing = self.probing.filter(({ at }) => now < at + probeTimeout)
  const taken = self.probing.length + Sample.counts(self.sample, now).calls
  // A lost probe that is heard of after all takes a place too, so more than one may have to come free. There are as many
  // under way: `probes` results would have ended this mode.
  return taken >= probes ? (self.probing[taken - probes] as Permit).at + probeTimeout : undefined
}

/** What became of a call. `retryAt` is the server's own word on when it will be back, as far as it gave one. */
export const settle = (self: Circuit, permit: Permit, verdict: Verdict, now: number, retryAt?: number): void => {
  if (permit.generation !== self.generation) return
  if (self.probing.length > 0) self.probing = self.probing.filter((probe) => probe !== permit)
  if (verdict === "ignored" || self.mode === "disabled") return
  const { trip } = self.settings
  Sample.add(self.sample, verdict === "failure", "slowCall" in trip && now - permit.at >= trip.slowCall, now)
  if (self.mode === "closed") {
    if (trips(self, now)) open(self, now, retryAt)
  } else if (failsItsProbes(self, now)) {
    open(self, now, retryAt)
  } else if (Sample.counts(self.sample, now).calls >= self.settings.probes) {
    become(self, "closed")
    self.closedSince = now
  }
}

const trips = (self: Circuit, now: number): boolean => {
  const { trip } = self.settings
  const counts = Sample.counts(self.sample, now)
  if ("consecutiveFailures" in trip) return counts.failures >= trip.consecutiveFailures
  return counts.calls >= trip.minimumCalls && reachesAShare(counts, trip)
}

/** Where single failures count, one is enough; where shares do, all the probes are heard first. */
const failsItsProbes = (self: Circuit, now: number): boolean => {
  const { probes, trip } = self.settings
  const counts = Sample.counts(self.sample, now)
  if ("consecutiveFailures" in trip) return counts.failures > 0
  return counts.calls >= probes && reachesAShare(counts, trip)
}

/** Divided, and not multiplied out: 28 % of 25 calls are 7, but `0.28 * 25` is a little more. */
const reachesAShare = ({ calls, failures, slow }: Sample.Counts, { failureRate, slowRate }: Shares): boolean =>
  failures / calls >= failureRate || slow / calls >= slowRate

const open = (self: Circuit, now: number, retryAt = now): void => {
  const { factor, longestOpening, opening } = self.settings
  // The back-off is forgotten only by a circuit that stayed closed for as long as it was last open.
  const settledDown = self.mode === "closed" && now - self.closedSince >= self.lastOpening
  self.backOff = settledDown ? opening : Math.min(self.backOff * factor, Math.max(opening, longestOpening))
  self.lastOpening = Math.max(self.backOff, retryAt - now)
  self.openUntil = now + self.lastOpening
  become(self, "open")
}

const become = (self: Circuit, mode: Mode): void => {
  self.mode = mode
  self.generation++
  self.probing = []
  self.sample = mode === "half-open" ? Sample.make({ calls: self.settings.probes }) : emptySample(self.settings)
}

/** By hand: lets nothing through, or everything without counting, until told otherwise. */
export const isolate = (self: Circuit): void => become(self, "isolated")

export const disable = (self: Circuit): void => become(self, "disabled")

/** By hand: closed, with nothing remembered. */
export const reset = (self: Circuit, now: number): void => {
  become(self, "closed")
  self.lastOpening = 0
  self.closedSince = now
}
