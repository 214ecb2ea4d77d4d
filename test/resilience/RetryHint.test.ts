import { assert, describe, it } from "@effect/vitest"
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

describe("Retry-After", () => {
  for (const zone of ["UTC", "America/New_York", "Asia/Kathmandu"]) {
    it.each(retryAfter)(`%j means %s s (${zone})`, (value, seconds) => {
      const before = process.env.TZ
      process.env.TZ = zone
      const instant = Option.getOrUndefined(RetryHint.parseRetryAfter(value, now))
      process.env.TZ = before ?? "UTC"
      assert.strictEqual(instant, seconds === undefined ? undefined : now + seconds * 1000)
    })
  }

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

describe("headers", () => {
  const table: ReadonlyArray<readonly [string, RetryHint.Headers, number | undefined]> = [
    ["none", {}, undefined],
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
  it.each(table)("%s", (_, headers, expected) => {
    assert.strictEqual(Option.getOrUndefined(RetryHint.fromHeaders(headers, now)), expected)
  })
})
