import { assert, describe, it } from "@effect/vitest"
import { RateLimitHeaders } from "effect-resilience"
import { parseList } from "../../packages/resilience/src/internal/structuredFields.ts"

const now = Date.UTC(2026, 0, 1)
const read = (headers: Record<string, string>) => RateLimitHeaders.fromHeaders(headers, now)

describe("limits in the standard headers", () => {
  const table: ReadonlyArray<readonly [string, Record<string, string>, ReadonlyArray<RateLimitHeaders.Quota>]> = [
    ["none", {}, []],
    ["one item", { ratelimit: `"default";r=50;t=30` }, [{ name: "default", remaining: 50, reset: 30_000 }]],
    ["a token for a name", { ratelimit: "default;r=50;t=30" }, [{ name: "default", remaining: 50, reset: 30_000 }]],
    ["no reset", { ratelimit: `"default";r=50` }, [{ name: "default", remaining: 50 }]],
    ["several items, spaced at will", { ratelimit: `"a";r=1;t=2 ,\t"b"; r=3; t=4` }, [
      { name: "a", remaining: 1, reset: 2000 },
      { name: "b", remaining: 3, reset: 4000 }
    ]],
    ["parameters that nobody knows", { ratelimit: `"a";r=1;pk=:dHdv:;x;y=?0;z=1.5;t=2` }, [
      { name: "a", remaining: 1, reset: 2000 }
    ]],
    ["of a parameter that comes twice the last", { ratelimit: `"a";r=1;r=2` }, [{ name: "a", remaining: 2 }]],
    ["quoted quotes", { ratelimit: `"say \\"a\\\\b\\"";r=1` }, [{ name: `say "a\\b"`, remaining: 1 }]],
    ["a policy alone", { "ratelimit-policy": `"burst";q=100;w=60` }, [{ name: "burst", limit: 100, window: 60_000 }]],
    [
      "items and their policies",
      { ratelimit: `"day";r=9, "burst";r=50;t=30`, "ratelimit-policy": `"burst";q=100;w=60, "hour";q=5000;w=3600` },
      [
        { name: "day", remaining: 9 },
        { name: "burst", limit: 100, remaining: 50, reset: 30_000, window: 60_000 },
        { name: "hour", limit: 5000, window: 3_600_000 }
      ]
    ],
    [
      "limits on anything but requests are left out",
      {
        ratelimit: `"bytes";r=0;t=9, "a";r=1`,
        "ratelimit-policy": `"bytes";q=1000;qu="content-bytes", "a";q=5;qu="requests"`
      },
      [{ name: "a", limit: 5, remaining: 1 }]
    ],
    [
      "the combined form and its nameless policies",
      { ratelimit: "limit=10, remaining=3, reset=1", "ratelimit-policy": "10;w=1, 50;w=60" },
      [{ limit: 10, remaining: 3, reset: 1000, window: 1000 }, { limit: 50, window: 60_000 }]
    ],
    [
      "a header each",
      { "ratelimit-limit": "100", "ratelimit-remaining": "50", "ratelimit-reset": "30" },
      [{ limit: 100, remaining: 50, reset: 30_000 }]
    ],
    [
      "policies within the limit",
      { "ratelimit-limit": "10, 10;w=1;name=\"x\", 50;w=60", "ratelimit-remaining": "0" },
      [{ limit: 10, remaining: 0, window: 1000 }, { limit: 50, window: 60_000 }]
    ],
    [
      "the same with an X",
      { "x-ratelimit-limit": "100", "x-ratelimit-remaining": "50", "x-ratelimit-reset": "30" },
      [{ limit: 100, remaining: 50, reset: 30_000 }]
    ],
    ["a fraction of a second", { "x-ratelimit-reset": "0.25" }, [{ reset: 250 }]],
    ["the epoch in seconds, with a fraction", { "x-ratelimit-reset": `${now / 1000 + 60}.123` }, [{ reset: 60_123 }]],
    ["the epoch in milliseconds", { "x-ratelimit-reset": `${now + 60_000}` }, [{ reset: 60_000 }]],
    ["only the newest generation counts", { ratelimit: `"a";r=1`, "x-ratelimit-remaining": "9" }, [
      { name: "a", remaining: 1 }
    ]],
    ["an answer out of a cache", { ratelimit: `"a";r=1`, age: "1" }, []],
    ["an answer that a cache has just fetched", { ratelimit: `"a";r=1`, age: "0" }, [{ name: "a", remaining: 1 }]]
  ]
  it.each(table)("%s", (_, headers, expected) => {
    assert.deepStrictEqual(read(headers), expected)
  })
})

describe("what is not well-formed is ignored as a whole", () => {
  it.each([
    "",
    `"a`,
    `"a";`,
    `"a";r=`,
    `"a";r=-1`,
    `"a";r=1.5`,
    `"a";r="1"`,
    `"a";r`,
    `"a";R=1`,
    `"a";r=1;t=-5`,
    `"a" ;r=1`,
    `"a";r=1,`,
    `"a";r=1, , "b";r=1`,
    `"a";r=1, "b";r=x`,
    `"a";r=1 "b";r=1`,
    `"ä";r=1`,
    `"\\a";r=1`,
    `("a" "b");r=1`,
    "100;r=1",
    `"a";r=1234567890123456`,
    "limit=10, remaining=-1, reset=1",
    "limit=ten, remaining=1, reset=1",
    "limit 10; remaining 1"
  ])("RateLimit: %s", (ratelimit) => {
    assert.deepStrictEqual(read({ ratelimit }), [])
    assert.deepStrictEqual(read({ ratelimit, "x-ratelimit-remaining": "9" }), [{ remaining: 9 }])
  })

  it.each([`"a";q=x`, `"a";q=1;w=-1`, `"a";q=1;qu=5`, "1.5;w=1", "-1;w=1"])("RateLimit-Policy: %s", (policy) => {
    assert.deepStrictEqual(read({ "ratelimit-policy": policy }), [])
  })

  it.each(["-1", "+1", "1e3", "Infinity", "soon", "", "9".repeat(16), "1, 2", "Thu, 01 Jan 2026 00:00:00 GMT"])(
    "X-RateLimit-Reset: %s",
    (reset) => {
      assert.deepStrictEqual(read({ "x-ratelimit-reset": reset }), [])
    }
  )
})

it("a long field that is not well-formed is refused as fast as it is read", () => {
  const hostile = ["a;".repeat(50_000), "\"".padEnd(100_000, "\\\\"), `a${" ".repeat(100_000)}b`, "a,".repeat(50_000)]
  for (const field of hostile) assert.isUndefined(parseList(field))
})
