/** When the account's day ends, as far as that is known: its limits on the day begin anew then. */
import * as DateTime from "effect/DateTime"

export interface Day {
  /** Where the account is. */
  zone: DateTime.TimeZone | undefined
  /** HubSpot's own word, in milliseconds since the epoch. */
  resetsAt: number | undefined
}

const length = 24 * 60 * 60 * 1000

export const endOf = ({ resetsAt, zone }: Day, now: number): number | undefined => {
  if (resetsAt !== undefined && now < resetsAt) return resetsAt
  if (zone !== undefined) return midnightAfter(now, zone)
  return resetsAt === undefined ? undefined : resetsAt + Math.ceil((now + 1 - resetsAt) / length) * length
}

const midnightAfter = (now: number, timeZone: DateTime.TimeZone): number =>
  DateTime.unsafeMakeZoned(now, { timeZone }).pipe(
    DateTime.add({ days: 1 }),
    DateTime.startOf("day"),
    DateTime.toEpochMillis
  )
