import { assert, describe, it } from "@effect/vitest"
import { Duration, FastCheck } from "effect"
import { Jitter } from "effect-resilience"
import * as Backoff from "../../packages/resilience/src/internal/backoff.ts"
import { anyPace } from "../support/arbitraries.ts"

const seconds = (base: number, cap: number, jitter: Jitter.Jitter, factor = 2): Backoff.Pace => ({
  base: Duration.seconds(base),
  cap: Duration.seconds(cap),
  factor,
  jitter
})

describe("the range a delay is drawn from", () => {
  it.each(
    [
      ["the base first", seconds(1, 60, "decorrelated"), { retries: 0, previous: 0 }, [1000, 3000]],
      ["three times the one before", seconds(1, 60, "decorrelated"), { retries: 1, previous: 2500 }, [1000, 7500]],
      ["never above the cap", seconds(1, 10, "decorrelated"), { retries: 2, previous: 9000 }, [1000, 10_000]],
      ["a cap that is the base", seconds(1, 1, "decorrelated"), { retries: 2, previous: 1000 }, [1000, 1000]],
      ["one before that was shorter than the base", seconds(2, 60, "decorrelated"), { retries: 1, previous: 100 }, [
        2000,
        6000
      ]],
      ["the retries do not count", seconds(1, 60, "decorrelated"), { retries: 9, previous: 1000 }, [1000, 3000]],
      ["the factor does not count", seconds(1, 60, "decorrelated", 9), { retries: 0, previous: 0 }, [1000, 3000]],
      ["full", seconds(1, 60, "full"), { retries: 3, previous: 1 }, [0, 8000]],
      ["full, at the cap", seconds(1, 60, "full"), { retries: 30, previous: 1 }, [0, 60_000]],
      ["equal, at the cap", seconds(1, 60, "equal"), { retries: 30, previous: 1 }, [30_000, 60_000]],
      ["added, at the cap", seconds(1, 60, Jitter.added(0, 1)), { retries: 30, previous: 1 }, [30_000, 60_000]],
      ["none", seconds(1, 60, "none", 3), { retries: 2, previous: 1 }, [9000, 9000]],
      ["more retries than a number can count", seconds(1, 60, "none"), { retries: 5000, previous: 1 }, [60_000, 60_000]]
    ] as const
  )("%s", (_, pace, past, expected) => {
    assert.deepStrictEqual(Backoff.range(pace, past), [...expected])
  })

  it("is in order, within the cap, and leaves room for chance below it", () => {
    FastCheck.assert(
      FastCheck.property(
        anyPace,
        FastCheck.nat(2000),
        FastCheck.double({ min: 0, max: 1, noNaN: true }),
        (pace, n, x) => {
          const cap = Duration.toMillis(pace.cap)
          const [soonest, latest] = Backoff.range(pace, { retries: n, previous: x * cap })
          assert.isTrue(0 <= soonest && soonest <= latest && latest <= cap)
          const chance = pace.jitter !== "none" &&
            (typeof pace.jitter === "string" || pace.jitter.added[0] < pace.jitter.added[1])
          if (chance && Duration.toMillis(pace.base) < cap) assert.isBelow(soonest, cap)
        }
      )
    )
  })
})

describe("the longest delays", () => {
  it.each(
    [
      ["one pace", [seconds(1, 60, "full")], [1000, 2000, 4000, 8000]],
      ["decorrelated", [seconds(1, 20, "decorrelated")], [3000, 9000, 20_000, 20_000]],
      ["two paces", [seconds(0.1, 60, "none", 10), seconds(1, 2, "none")], [1000, 2000, 10_000, 60_000]],
      // 10 s by the first, then three times that by the second
      ["one that takes over where another ended", [seconds(10, 10, "none"), seconds(1, 60, "decorrelated")], [
        10_000,
        30_000,
        60_000,
        60_000
      ]]
    ] as const
  )("of %s", (_, paces, expected) => {
    assert.deepStrictEqual(Backoff.longest(paces, 4), [...expected])
  })

  it("are as long as those of any mix of the paces, with any luck", () => {
    const draws = FastCheck.array(FastCheck.tuple(FastCheck.nat(), FastCheck.double({ min: 0, max: 1, noNaN: true })), {
      maxLength: 12
    })
    FastCheck.assert(
      FastCheck.property(FastCheck.array(anyPace, { minLength: 1, maxLength: 3 }), draws, (paces, draws) => {
        const longest = Backoff.longest(paces, draws.length)
        let past = Backoff.start
        for (const [which, luck] of draws) {
          const [soonest, latest] = Backoff.range(paces[which % paces.length] as Backoff.Pace, past)
          const drawn = soonest + (latest - soonest) * luck
          assert.isAtMost(drawn, (longest[past.retries] ?? 0) * (1 + 1e-9))
          past = Backoff.after(past, drawn)
        }
      })
    )
  })
})
