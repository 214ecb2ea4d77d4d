/**
 * The quotas of one account and how much of them is spent. A request is admitted by all that bind it, or it spends
 * nothing.
 */
import * as Duration from "effect/Duration"
import type { Limits } from "../Limits.ts"
import * as RollingWindow from "./RollingWindow.ts"

/** What a call is counted in; `none` is not counted at all. */
export type Bucket = "general" | "search" | "associations" | "events" | "none"

/** Who calls. Every app has a general window of its own, and only private ones spend the account's day. */
export interface Caller {
  readonly key: string
  readonly app: "private" | "public"
}

/** What may be spent between two midnights. */
interface Day {
  readonly limit: number
  number: number
  used: number
}

export interface Quota {
  readonly limits: Limits
  readonly general: Map<string, RollingWindow.RollingWindow>
  readonly search: RollingWindow.RollingWindow
  readonly associations: RollingWindow.RollingWindow
  readonly events: RollingWindow.RollingWindow
  readonly day: Day
  readonly associationsDay: Day
  /** The most that a general window ever held. */
  peak: number
}

const dayLength = 86_400_000
const dayOf = (now: number) => Math.floor(now / dayLength)

const window = ({ limit, window }: Limits["general"]) => RollingWindow.make(limit, Duration.toMillis(window))

export const make = (limits: Limits, now: number): Quota => ({
  limits,
  general: new Map(),
  search: window(limits.search),
  associations: window(limits.associations),
  events: window(limits.events),
  day: { limit: limits.daily, number: dayOf(now), used: 0 },
  associationsDay: { limit: limits.associationsDaily, number: dayOf(now), used: 0 },
  peak: 0
})

const windowOf = (self: Quota, bucket: Exclude<Bucket, "none">, { app, key }: Caller) => {
  if (bucket !== "general") return self[bucket]
  const known = self.general.get(key)
  if (known !== undefined) return known
  const fresh = window(app === "public" ? self.limits.oauth : self.limits.general)
  self.general.set(key, fresh)
  return fresh
}

const dayFor = (self: Quota, bucket: Bucket, { app }: Caller): Day | undefined =>
  bucket === "associations" ? self.associationsDay : bucket === "events" || app === "public" ? undefined : self.day

const usedOf = (day: Day, now: number): number => {
  if (dayOf(now) !== day.number) {
    day.number = dayOf(now)
    day.used = 0
  }
  return day.used
}

/** Requests of this day, which begins at midnight UTC. */
export const usedToday = (self: Quota, now: number): number => usedOf(self.day, now)

/** When the daily quota begins again. */
export const resetsAt = (now: number): number => (dayOf(now) + 1) * dayLength

const refusals = { general: "tenSecondly", search: "search", associations: "tenSecondly", events: "secondly" } as const

/** Counts a request, or names the quota that refuses it, in the word for its body. */
export const admit = (
  self: Quota,
  bucket: Bucket,
  caller: Caller,
  now: number
): "admitted" | "daily" | (typeof refusals)[keyof typeof refusals] => {
  if (bucket === "none") return "admitted"
  const day = dayFor(self, bucket, caller)
  if (day !== undefined && usedOf(day, now) >= day.limit) return "daily"
  const window = windowOf(self, bucket, caller)
  if (!RollingWindow.hasRoom(window, now)) return refusals[bucket]
  RollingWindow.add(window, now)
  if (day !== undefined) day.used++
  if (bucket === "general") self.peak = Math.max(self.peak, RollingWindow.held(window, now))
  return "admitted"
}

/** Search answers tell only of the daily quota, OAuth calls only of the burst, events of neither. */
export const headers = (self: Quota, bucket: Bucket, caller: Caller, now: number): Record<string, string> => {
  if (bucket === "none") return {}
  const day = dayFor(self, bucket, caller)
  const daily: Record<string, string> = day === undefined ? {} : {
    "x-hubspot-ratelimit-daily": String(day.limit),
    "x-hubspot-ratelimit-daily-remaining": String(Math.max(0, day.limit - usedOf(day, now)))
  }
  if (bucket === "search" || bucket === "events") return daily
  const window = windowOf(self, bucket, caller)
  const { limit, width } = window
  const remaining = Math.max(0, limit - RollingWindow.held(window, now))
  const secondly = Math.floor(limit / 10)
  return {
    ...daily,
    "x-hubspot-ratelimit-max": String(limit),
    "x-hubspot-ratelimit-remaining": String(remaining),
    "x-hubspot-ratelimit-interval-milliseconds": String(width),
    "x-hubspot-ratelimit-secondly": String(secondly),
    "x-hubspot-ratelimit-secondly-remaining": String(Math.min(secondly, remaining))
  }
}
