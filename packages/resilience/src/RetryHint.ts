/**
 * When does the server want to be asked again? Pure functions of its headers and the current time.
 *
 * The reading is strict (RFC 9110 §10.2.3): what is not exactly a number of seconds or one of the three HTTP dates is
 * ignored, and an invalid `Retry-After` does not fall through to weaker headers.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"

/**
 * The headers of an answer, with lower-case names, as `@effect/platform` has them.
 *
 * @since 0.1.0
 * @category models
 */
export interface Headers {
  readonly [name: string]: string | undefined
}

/**
 * The earliest instant, in milliseconds since the epoch, at which the server wants to be asked again.
 *
 * `Retry-After` wins; `retry-after-ms` and `x-ms-retry-after-ms` (whole milliseconds) are read when it is absent. A
 * date is measured against the answer's own `Date` header when there is one, so that a server whose clock is wrong
 * still gets the pause it meant. An instant that has passed is now.
 *
 * @example
 * ```ts
 * import { RetryHint } from "effect-resilience"
 *
 * RetryHint.fromHeaders({ "retry-after": "120" }, 1_000) // Option.some(121_000)
 * RetryHint.fromHeaders({ "retry-after": "1.5" }, 1_000) // Option.none()
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromHeaders = (headers: Headers, now: number): Option.Option<number> => {
  const retryAfter = headers["retry-after"]
  if (retryAfter !== undefined) {
    const serverNow = Option.flatMap(Option.fromNullable(headers["date"]), (date) => parseHttpDate(date, now))
    return parseRetryAfter(retryAfter, now, Option.getOrElse(serverNow, () => now))
  }
  const millis = headers["retry-after-ms"] ?? headers["x-ms-retry-after-ms"]
  return Option.map(Option.flatMap(Option.fromNullable(millis), parseDigits), (wait) => clamp(now + wait))
}

/**
 * The instant a `Retry-After` value stands for, in milliseconds since the epoch. `serverNow` is the server's own time,
 * against which its dates are measured.
 *
 * @since 0.1.0
 * @category parsing
 */
export const parseRetryAfter = (value: string, now: number, serverNow: number = now): Option.Option<number> =>
  Option.orElse(
    Option.map(parseDigits(value), (seconds) => clamp(now + seconds * 1000)),
    () => Option.map(parseHttpDate(value, now), (instant) => clamp(now + Math.max(0, instant - serverNow)))
  )

const lastInstant = 8_640_000_000_000_000

const clamp = (instant: number): number => Math.min(instant, lastInstant)

const parseDigits = (value: string): Option.Option<number> =>
  /^[ \t]*[0-9]+[ \t]*$/.test(value) ? Option.some(Number(value)) : Option.none()

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
const month = `(?<month>${months.join("|")})`
const time = "(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)"
const shortDay = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
const longDay = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"

const httpDates = [
  new RegExp(`^${shortDay}, (?<day>\\d\\d) ${month} (?<year>\\d{4}) ${time} GMT$`), // IMF-fixdate
  new RegExp(`^${longDay}, (?<day>\\d\\d)-${month}-(?<year>\\d\\d) ${time} GMT$`), // RFC 850
  new RegExp(`^${shortDay} ${month} (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})$`) // asctime, which is UTC
]

/**
 * An HTTP date in any of its three forms, in milliseconds since the epoch. `now` settles the century of the
 * two-digit year of RFC 850: a date over 50 years ahead is in the past.
 *
 * @since 0.1.0
 * @category parsing
 */
export const parseHttpDate = (value: string, now: number): Option.Option<number> => {
  const trimmed = value.replace(/^[ \t]+|[ \t]+$/g, "")
  const parts = httpDates.map((form) => form.exec(trimmed)?.groups).find((groups) => groups !== undefined)
  if (parts === undefined) return Option.none()
  const monthIndex = months.indexOf(parts.month ?? "")
  const [day, hour, minute, second] = [parts.day, parts.hour, parts.minute, parts.second].map(Number) as [
    number,
    number,
    number,
    number
  ]
  if (hour > 23 || minute > 59 || second > 60) return Option.none()
  const instantIn = (year: number): number => {
    const date = new Date(0)
    date.setUTCFullYear(year, monthIndex, day)
    // A day that its month does not have would roll over into the next one.
    return date.getUTCDate() === day && day > 0 ? date.setUTCHours(hour, minute, second) : Number.NaN
  }
  const instant = parts.year?.length === 2
    ? inCentury(Number(parts.year), now, instantIn)
    : instantIn(Number(parts.year))
  return Number.isNaN(instant) ? Option.none() : Option.some(instant)
}

const inCentury = (twoDigits: number, now: number, instantIn: (year: number) => number): number => {
  const thisYear = new Date(now).getUTCFullYear()
  const year = thisYear - thisYear % 100 + twoDigits
  const fiftyYearsAhead = new Date(now).setUTCFullYear(thisYear + 50)
  return [year + 100, year].map(instantIn).find((instant) => instant <= fiftyYearsAhead) ?? instantIn(year - 100)
}
