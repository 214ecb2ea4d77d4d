import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { RetryHint } from "effect-resilience"

const now = Date.UTC(1994, 10, 6, 8, 49, 37) // the instant of RFC 9110's own examples
const in2Minutes = now + 120_000

/** value, seconds to wait; undefined where it is not a Retry-After */
const retryAfter: ReadonlyArray<readonly [string, number | undefined]> = [
  ["120", 120],
  ["00120", 120],
  ["0", 0],
  [" 120 ", 120],
  ["1.5", undefined],
  ["-5", undefined],
  ["+5", undefined],
  ["1e3", undefined],
  ["", undefined],
  ["Infinity", undefined],
  ["120, 60", undefined],
  ["120s", undefined],
  ["0x10", undefined],
  ["Sun, 06 Nov 1994 08:51:37 GMT", 120],
  ["Sunday, 06-Nov-94 08:51:37 GMT", 120],
  ["Sun Nov  6 08:51:37 1994", 120],
  ["Sun, 06 Nov 1994 08:49:37 GMT", 0],
  ["Sun, 06 Nov 1994 08:00:00 GMT", 0],
  ["Fri, 01 Jan 1904 00:00:00 GMT", 0],
  ["Sun, 06 Nov 1994 08:49:60 GMT", 23],
  ["Sun, 06 Nov 1994 08:51:37", undefined],
  ["Sun, 06 Nov 1994 08:51:37 UTC", undefined],
  ["Sun, 06 Nov 1994 08:51:37 +0000", undefined],
  ["Sun, 6 Nov 1994 08:51:37 GMT", undefined],
  ["sun, 06 nov 1994 08:51:37 gmt", undefined],
  ["Sun, 06 Nov 1994 24:00:00 GMT", undefined],
  ["Sun, 06 Nov 1994 08:60:00 GMT", undefined],
  ["Sun, 06 Nov 1994 08:49:61 GMT", undefined],
  ["Wed, 31 Nov 1994 08:51:37 GMT", undefined],
  ["Sun, 00 Nov 1994 08:51:37 GMT", undefined],
  ["1994-11-06T08:51:37Z", undefined],
  ["tomorrow", undefined]
]

const headers: ReadonlyArray<readonly [string, RetryHint.Headers, number | undefined]> = [
  ["no headers", {}, undefined],
  ["retry-after", { "retry-after": "120" }, in2Minutes],
  ["retry-after-ms", { "retry-after-ms": "1500" }, now + 1500],
  ["x-ms-retry-after-ms", { "x-ms-retry-after-ms": "1500" }, now + 1500],
  ["fractions of a millisecond are invalid", { "retry-after-ms": "0.5" }, undefined],
  ["Retry-After wins", { "retry-after": "120", "retry-after-ms": "1500" }, in2Minutes],
  ["an invalid Retry-After does not fall through", { "retry-after": "1.5", "retry-after-ms": "1500" }, undefined],
  [
    "a date is measured against the server's own clock",
    { "retry-after": "Sun, 06 Nov 1994 10:02:00 GMT", date: "Sun, 06 Nov 1994 10:00:00 GMT" },
    in2Minutes
  ],
  [
    "an invalid Date header is ignored",
    { "retry-after": "Sun, 06 Nov 1994 08:51:37 GMT", date: "today" },
    in2Minutes
  ]
]

const laterDate = "Tue, 14 Nov 2023 22:13:20 GMT" // 1700000000
const epoch = now / 1000
const left = (n: number) => ({ "x-ratelimit-remaining": String(n), "x-ratelimit-reset": "30" })

/** what it shows, status, headers, seconds to wait; undefined where there is no hint */
const answers: ReadonlyArray<readonly [string, number, RetryHint.Headers, number | undefined]> = [
  ["no headers", 429, {}, undefined],
  ["Retry-After counts on any status", 404, { "retry-after": "120" }, 120],
  ["a 429 with nothing left waits for the reset", 429, left(0), 30],
  ["a 429 with something left had another reason", 429, left(1), undefined],
  ["a 429 that does not say what is left", 429, { "x-ratelimit-reset": "30" }, 30],
  ["a 503 with nothing left", 503, left(0), 30],
  ["a 503 that does not say what is left", 503, { "x-ratelimit-reset": "30" }, undefined],
  ["a 404 with nothing left", 404, left(0), undefined],
  ["a 500 with nothing left", 500, left(0), undefined],
  ["a 200 with nothing left", 200, left(0), undefined],
  ["nothing left, but until when?", 429, { "x-ratelimit-remaining": "0" }, undefined],
  ["RateLimit with nothing left", 429, { ratelimit: `"default";r=0;t=30` }, 30],
  ["RateLimit with something left", 429, { ratelimit: `"default";r=50;t=30` }, undefined],
  ["of several limits, the last to end", 429, { ratelimit: `"a";r=0;t=5, "b";r=0;t=60, "c";r=0;t=30` }, 60],
  ["of several limits, only those that are spent", 429, { ratelimit: `"a";r=0;t=5, "b";r=9;t=60` }, 5],
  ["a RateLimit that is not well-formed", 429, { ratelimit: `"default;r=0;t=30` }, undefined],
  ["the combined form", 429, { ratelimit: "limit=10, remaining=0, reset=7" }, 7],
  ["RateLimit-Reset", 429, { "ratelimit-remaining": "0", "ratelimit-reset": "7" }, 7],
  ["the epoch in seconds", 429, { "x-ratelimit-reset": String(784_111_777 + 1e9) }, 784_111_777 + 1e9 - epoch],
  ["the epoch in milliseconds", 429, { "x-ratelimit-reset": String(now + 1e12) }, 1e9],
  ["an instant that has passed", 429, { "x-ratelimit-reset": "1000000001", date: laterDate }, 0],
  ["an instant by the server's own clock", 429, { "x-ratelimit-reset": "1700000060", date: laterDate }, 60],
  ["Retry-After wins over all", 429, { "retry-after": "3", ratelimit: `"a";r=0;t=9`, ...left(0) }, 3],
  ["retry-after-ms wins over limits", 429, { "retry-after-ms": "1500", ...left(0) }, 1.5],
  ["an invalid Retry-After does not fall through", 429, { "retry-after": "1.5", ...left(0) }, undefined],
  ["nor does an invalid retry-after-ms", 429, { "retry-after-ms": "soon", ...left(0) }, undefined],
  ["RateLimit wins over RateLimit-Reset", 429, { ratelimit: `"a";r=0;t=9`, "ratelimit-reset": "2" }, 9],
  ["RateLimit-Reset wins over X-RateLimit-Reset", 429, { "ratelimit-reset": "2", ...left(0) }, 2],
  ["an invalid RateLimit gives way to others", 429, { ratelimit: "what?", ...left(0) }, 30],
  ["an answer out of a cache", 429, { ...left(0), age: "5" }, undefined]
]

/** zone, minutes that it is behind UTC at that instant */
const zones = [["UTC", 0], ["America/New_York", 300], ["Asia/Kathmandu", -345]] as const

describe.each(zones)("in the time zone %s", (zone, offset) => {
  const before = process.env.TZ
  beforeAll(() => {
    process.env.TZ = zone
  })
  afterAll(() => {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  })

  it("the process is there", () => {
    assert.strictEqual(new Date(now).getTimezoneOffset(), offset)
  })

  it.each(retryAfter)("Retry-After: %j means %s s", (value, seconds) => {
    const instant = Option.getOrUndefined(RetryHint.parseRetryAfter(value, now))
    assert.strictEqual(instant, seconds === undefined ? undefined : now + seconds * 1000)
  })

  it.each(headers)("%s", (_, headers, expected) => {
    assert.strictEqual(Option.getOrUndefined(RetryHint.fromHeaders(headers, now)), expected)
  })

  it.each(answers)("%s", (_, status, headers, seconds) => {
    const instant = Option.getOrUndefined(RetryHint.fromResponse({ status, headers }, now))
    assert.strictEqual(instant, seconds === undefined ? undefined : now + seconds * 1000)
  })
})

describe("Retry-After", () => {
  it("an enormous number of seconds is still an instant", () => {
    const instant = Option.getOrThrow(RetryHint.parseRetryAfter("9".repeat(40), now))
    assert.isFalse(Number.isNaN(new Date(instant).getTime()))
  })

  it.each(
    [
      // now, two digits, the year meant
      [Date.UTC(2026, 0, 1), "75", 2075],
      [Date.UTC(2026, 0, 1), "77", 1977],
      [Date.UTC(2099, 0, 1), "05", 2105],
      [Date.UTC(1994, 0, 1), "94", 1994]
    ] as const
  )("a two-digit year over 50 years ahead is in the past: %d, %s is %d", (now, digits, year) => {
    const instant = Option.getOrThrow(RetryHint.parseHttpDate(`Sunday, 06-Nov-${digits} 08:49:37 GMT`, now))
    assert.strictEqual(new Date(instant).getUTCFullYear(), year)
  })
})
