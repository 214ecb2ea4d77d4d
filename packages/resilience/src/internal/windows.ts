/** A bucket's window, by the clock of the limiter: the days of a time zone are a matter of the calendar. */
import type * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { Bucket } from "../RateLimiter.ts"
import * as RollingWindow from "./rollingWindow.ts"

export const fromBucket = ({ limit, window }: Bucket, clock: Clock.Clock): RollingWindow.RollingWindow => {
  if (!("dayIn" in window)) return RollingWindow.make(limit, Duration.toMillis(window))
  // The schema has seen to it that there is such a zone.
  const endOfDay = endOfDays(Option.getOrThrow(DateTime.zoneFromString(window.dayIn)))
  // Midnight is a matter of the wall clock; everything else here is measured on the one that is never set.
  return RollingWindow.daily(limit, (now) => {
    const ahead = clock.unsafeCurrentTimeMillis() - Number(clock.unsafeCurrentTimeNanos()) / 1_000_000
    return endOfDay(now + ahead) - ahead
  })
}

/** Every call asks for its day's end, and the calendar of a zone is slow to answer: it is asked once a day. */
const endOfDays = (timeZone: DateTime.TimeZone) => {
  let asked = { at: Number.POSITIVE_INFINITY, end: Number.NEGATIVE_INFINITY }
  return (now: number): number => {
    if (now < asked.at || now >= asked.end) asked = { at: now, end: nextMidnight(now, timeZone) }
    return asked.end
  }
}

const nextMidnight = (now: number, timeZone: DateTime.TimeZone): number =>
  DateTime.unsafeMakeZoned(now, { timeZone }).pipe(
    DateTime.add({ days: 1 }),
    DateTime.startOf("day"),
    DateTime.toEpochMillis
  )
