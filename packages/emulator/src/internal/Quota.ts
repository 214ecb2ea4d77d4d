/**
 * The quotas of one account and how much of them is spent. A request is admitted by all that bind it, or it spends
 * nothing.
 */
import * as Duration from "effect/Duration"
import type { Limits } from "../Limits.ts"
import * as RollingWindow from "./RollingWindow.ts"

export type Bucket = "general" | "search"

export interface Quota {
  readonly limits: Limits
  readonly general: Map<string, RollingWindow.RollingWindow>
  readonly search: RollingWindow.RollingWindow
  day: number
  usedToday: number
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
  day: dayOf(now),
  usedToday: 0,
  peak: 0
})

const generalOf = (self: Quota, token: string) => {
  const known = self.general.get(token)
  if (known !== undefined) return known
  const fresh = window(self.limits.general)
  self.general.set(token, fresh)
  return fresh
}

/** Requests of this day, which begins at midnight UTC. */
export const usedToday = (self: Quota, now: number): number => {
  if (dayOf(now) !== self.day) {
    self.day = dayOf(now)
    self.usedToday = 0
  }
  return self.usedToday
}

/** When the daily quota begins again. */
export const resetsAt = (now: number): number => (dayOf(now) + 1) * dayLength

/** Counts a request, or names the quota that refuses it, in the word for its body. */
export const admit = (
  self: Quota,
  bucket: Bucket,
  token: string,
  now: number
): "admitted" | "daily" | "tenSecondly" | "search" => {
  if (usedToday(self, now) >= self.limits.daily) return "daily"
  const window = bucket === "search" ? self.search : generalOf(self, token)
  if (!RollingWindow.hasRoom(window, now)) return bucket === "search" ? "search" : "tenSecondly"
  RollingWindow.add(window, now)
  self.usedToday++
  if (bucket === "general") self.peak = Math.max(self.peak, RollingWindow.held(window, now))
  return "admitted"
}

/** Search answers tell only of the daily quota. */
export const headers = (self: Quota, bucket: Bucket, token: string, now: number): Record<string, string> => {
  const daily = {
    "x-hubspot-ratelimit-daily": String(self.limits.daily),
    "x-hubspot-ratelimit-daily-remaining": String(Math.max(0, self.limits.daily - usedToday(self, now)))
  }
  if (bucket === "search") return daily
  const { limit, width } = generalOf(self, token)
  const remaining = Math.max(0, limit - RollingWindow.held(generalOf(self, token), now))
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
