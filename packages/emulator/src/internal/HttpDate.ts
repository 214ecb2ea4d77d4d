/**
 * Dates as HTTP writes them: the form that is sent, and the two old ones that a client has to understand too.
 */
import * as Duration from "effect/Duration"
import type { RetryAfter } from "../FaultPlan.ts"

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

type Format = "imf" | "rfc850" | "asctime"

export const format = (millis: number, form: Format = "imf"): string => {
  const date = new Date(millis)
  const imf = date.toUTCString()
  if (form === "imf") return imf
  // "Sun, 06 Nov 1994 08:49:37 GMT"
  const [weekday, day, month, year, time] = imf.replace(",", "").split(" ") as [string, string, string, string, string]
  return form === "rfc850"
    ? `${days[date.getUTCDay()]}, ${day}-${month}-${year.slice(-2)} ${time} GMT`
    : `${weekday} ${month} ${String(date.getUTCDate()).padStart(2)} ${time} ${year}`
}

/** The header's value at a time of the server's clock. */
export const retryAfter = (value: RetryAfter | undefined, now: number): string | undefined =>
  value === undefined
    ? undefined
    : typeof value === "object"
    ? format(now + Duration.toMillis(value.date), value.format)
    : String(value)
