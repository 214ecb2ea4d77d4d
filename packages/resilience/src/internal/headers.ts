/** What every reader of headers needs: their shape, HTTP's dates, and the server's own time. */
import * as Option from "effect/Option"

export interface Headers {
  readonly [name: string]: string | undefined
}

/** The last instant that a `Date` can hold. */
export const lastInstant = 8_640_000_000_000_000

/** The server's clock where its answer tells it, else ours. Instants that a server names are measured against it. */
export const serverNow = (headers: Headers, now: number): number =>
  Option.getOrElse(
    Option.flatMap(Option.fromNullable(headers["date"]), (date) => parseHttpDate(date, now)),
    () => now
  )

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

export const parseHttpDate = (value: string, now: number): Option.Option<number> => {
  const trimmed = value.replace(/^[ \t]+|[ \t]+$/g, "")
  const parts = httpDates.map((form) => form.exec(trimmed)?.groups).find((groups) => groups !== undefined)
  if (parts === undefined) return Option.none()
  const monthIndex = months.indexOf(parts.month as string)
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
