/**
 * When does the server want to be asked again? Pure functions of its headers and the current time.
 *
 * The reading is strict (RFC 9110 §10.2.3): what is not exactly a number of seconds or one of the three HTTP dates is
 * ignored, and an invalid `Retry-After` does not fall through to weaker headers.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Internal from "./internal/headers.ts"
import * as RateLimitHeaders from "./RateLimitHeaders.ts"

/**
 * The headers of an answer, with lower-case names, as `@effect/platform` has them.
 *
 * @since 0.1.0
 * @category models
 */
export type Headers = Internal.Headers

/** In words meant for it, the strongest first: the one that is there decides, even if it cannot be read. */
const inSoManyWords = ["retry-after", "retry-after-ms", "x-ms-retry-after-ms"]

/**
 * The earliest instant, in milliseconds since the epoch, at which an answer wants its request to be repeated.
 *
 * What `fromHeaders` reads wins. Where none of its headers is there, the end of a rate limit's window is a hint too (see
 * `RateLimitHeaders`), but only on answers that the limit explains, and only of a limit of which nothing is left: on a
 * 429, also where the server does not say how much is left; on a 503, only where it says that nothing is. On any other
 * answer, such as a 404, the limit is no reason to wait. Of several limits the last to end counts.
 *
 * @example
 * ```ts
 * import { RetryHint } from "effect-resilience"
 *
 * const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "30" }
 *
 * RetryHint.fromResponse({ status: 429, headers }, 1_000) // Option.some(31_000)
 * RetryHint.fromResponse({ status: 404, headers }, 1_000) // Option.none()
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromResponse = (
  { headers, status }: { readonly status: number; readonly headers: Headers },
  now: number
): Option.Option<number> => {
  if (inSoManyWords.some((name) => headers[name] !== undefined)) return fromHeaders(headers, now)
  if (status !== 429 && status !== 503) return Option.none()
  const resets = RateLimitHeaders.fromHeaders(headers, now).flatMap(({ remaining, reset }) =>
    reset !== undefined && (remaining === 0 || (remaining === undefined && status === 429)) ? [reset] : []
  )
  return resets.length === 0 ? Option.none() : Option.some(clamp(now + Math.max(...resets)))
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
    return parseRetryAfter(retryAfter, now, Internal.serverNow(headers, now))
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

/**
 * An HTTP date in any of its three forms, in milliseconds since the epoch. `now` settles the century of the
 * two-digit year of RFC 850: a date over 50 years ahead is in the past.
 *
 * @since 0.1.0
 * @category parsing
 */
export const parseHttpDate = (value: string, now: number): Option.Option<number> => Internal.parseHttpDate(value, now)

const clamp = (instant: number): number => Math.min(instant, Internal.lastInstant)

const parseDigits = (value: string): Option.Option<number> =>
  /^[ \t]*[0-9]+[ \t]*$/.test(value) ? Option.some(Number(value)) : Option.none()
