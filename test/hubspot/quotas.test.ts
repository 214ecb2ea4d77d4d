import { assert, describe, it } from "@effect/vitest"
import type { RateLimitHeaders } from "effect-resilience"
import * as Quotas from "../../packages/hubspot/src/internal/quotas.ts"

const burst = {
  "x-hubspot-ratelimit-max": "190",
  "x-hubspot-ratelimit-remaining": "12",
  "x-hubspot-ratelimit-interval-milliseconds": "10000"
}
const daily = { "x-hubspot-ratelimit-daily": "1000000", "x-hubspot-ratelimit-daily-remaining": "999" }
const quotas = Quotas.make(() => true)
const general = { name: "general", limit: 190, remaining: 12, window: 10_000 }

describe("HubSpot's limits, from the headers of an answer", () => {
  const table: ReadonlyArray<readonly [string, Record<string, string>, ReadonlyArray<RateLimitHeaders.Quota>]> = [
    ["a private app's answer", { ...burst, ...daily }, [
      general,
      { name: "daily", limit: 1_000_000, remaining: 999 }
    ]],
    ["an OAuth app's has no daily pair", burst, [general]],
    ["a search's has the daily pair alone", daily, [{ name: "daily", limit: 1_000_000, remaining: 999 }]],
    ["nothing", {}, []],
    ["only what is left", { "x-hubspot-ratelimit-remaining": "0" }, [
      { name: "general", limit: undefined, remaining: 0, window: undefined }
    ]],
    ["an interval alone says nothing", { "x-hubspot-ratelimit-interval-milliseconds": "10000" }, []],
    ["the deprecated pair is not read", { "x-hubspot-ratelimit-secondly-remaining": "0" }, []],
    [
      "what is not a number",
      { ...burst, "x-hubspot-ratelimit-remaining": "-1", "x-hubspot-ratelimit-max": "many" },
      []
    ],
    ["an answer out of a cache", { ...burst, ...daily, age: "3" }, []]
  ]
  it.each(table)("%s", (_, headers, expected) => {
    assert.deepStrictEqual(quotas(headers, 0, ["general", "daily"]), expected)
  })

  const all = { ...burst, ...daily }
  const left = { limit: 1_000_000, remaining: 999 }
  const calls: ReadonlyArray<
    readonly [string, ReadonlyArray<string> | undefined, ReadonlyArray<RateLimitHeaders.Quota>]
  > = [
    ["a search has no burst to tell of", ["search", "daily"], [{ name: "daily", ...left }]],
    ["an associations call has limits of its own", ["associations", "associationsDaily"], [
      { ...general, name: "associations" },
      { name: "associationsDaily", ...left }
    ]],
    ["a public app's has no day", ["general"], [general]],
    ["events tell of nothing", ["events"], []],
    ["a call that takes from all, of nothing", undefined, []]
  ]
  it.each(calls)("are those of the buckets of its call: %s", (_, buckets, expected) => {
    assert.deepStrictEqual(quotas(all, 0, buckets), expected)
  })

  it("are not told of a day that nobody knows the end of", () => {
    assert.deepStrictEqual(Quotas.make(() => false)(all, 0, ["general", "daily"]), [general])
  })
})
