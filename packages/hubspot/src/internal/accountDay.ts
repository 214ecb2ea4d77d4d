/** What a client knows of its account's day, and learns of it: only then are its daily buckets held to what HubSpot tells. */
import type * as ResilientHttpClient from "effect-resilience/ResilientHttpClient"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import type { Service as Client } from "../HubSpotClient.ts"
import type { Service as Config } from "../HubSpotConfig.ts"
import { isDay } from "./buckets.ts"
import * as Day from "./day.ts"

export interface AccountDay {
  /** When the day of `now` ends, where that is known. */
  readonly endOf: (now: number) => number | undefined
  /** Do the buckets' days end when the account's do? */
  readonly isTheBuckets: () => boolean
  readonly learn: (
    account: Parameters<Client["learn"]>[0],
    http: Pick<ResilientHttpClient.Service, "policy" | "setPolicy">
  ) => Effect.Effect<void>
}

export const make = (config: Pick<Config, "limiter" | "timeZone">): Effect.Effect<AccountDay> =>
  Effect.sync(() => {
    const day: Day.Day = { zone: zoneOf(config.timeZone), resetsAt: undefined }
    let isTheBuckets = day.zone !== undefined

    return {
      endOf: (now) => Day.endOf(day, now),
      isTheBuckets: () => isTheBuckets,
      learn: ({ resetsAt, timeZone }, http) =>
        Effect.suspend(() => {
          if (resetsAt !== undefined) day.resetsAt = DateTime.toEpochMillis(resetsAt)
          const zone = day.zone ?? zoneOf(timeZone)
          if (timeZone === undefined || zone === day.zone) return Effect.void
          day.zone = zone
          // A limiter that is shared is not ours to change.
          if (config.limiter !== undefined) return Effect.void
          isTheBuckets = true
          // A policy that somebody changes is worth a line in the log; that a client gets to know its account is not.
          return Logger.withMinimumLogLevel(moveTo(timeZone, http), LogLevel.None)
        })
    }
  })

const zoneOf = (name: string | undefined): DateTime.TimeZone | undefined =>
  name === undefined ? undefined : Option.getOrUndefined(DateTime.zoneFromString(name))

const moveTo = (
  timeZone: string,
  { policy, setPolicy }: Pick<ResilientHttpClient.Service, "policy" | "setPolicy">
): Effect.Effect<void> =>
  Effect.flatMap(policy, (policy) =>
    Effect.orDie(setPolicy({ // only the zone is another, and that is a good one
      ...policy,
      limits: policy.limits.map((bucket) =>
        isDay(bucket.name) && "dayIn" in bucket.window ? { ...bucket, window: { dayIn: timeZone } } : bucket
      )
    })))
