import { assert, describe, it } from "@effect/vitest"
import { Array, DateTime, Effect, Fiber, TestClock } from "effect"
import { RateLimiter } from "effect-resilience"
import * as RollingWindow from "../../packages/resilience/src/internal/rollingWindow.ts"

const { daily, rolling } = RateLimiter

const available = (limiter: RateLimiter.RateLimiter) =>
  Effect.map(limiter.state, ({ buckets }) => buckets.map(({ available }) => available))

/** A call in the middle of which the server says how much room there is left. */
const callThatLearns = (limiter: RateLimiter.RateLimiter, remaining: number) =>
  RateLimiter.limit(limiter.report("a", remaining), limiter)

describe("what the server says of its limits", () => {
  it.scoped("tightens: somebody else uses them too", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 100, "10 seconds")])
      yield* callThatLearns(limiter, 20)
      assert.deepStrictEqual(yield* available(limiter), [20])
      yield* RateLimiter.limit(Effect.void, limiter)
      assert.deepStrictEqual(yield* available(limiter), [19])
    }))

  it.scoped("never loosens", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 100, "10 seconds")])
      yield* callThatLearns(limiter, 1_000_000)
      assert.deepStrictEqual(yield* available(limiter), [99])
    }))

  it.scoped("the calls in flight come off it: the server may not have seen them", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 100, "10 seconds")])
      yield* Effect.fork(
        Effect.replicateEffect(RateLimiter.limit(Effect.never, limiter), 5, { concurrency: "unbounded" })
      )
      yield* TestClock.adjust(0)
      yield* callThatLearns(limiter, 20)
      assert.deepStrictEqual(yield* available(limiter), [15])
    }))

  it.scoped("the newest word counts", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 100, "10 seconds")])
      yield* callThatLearns(limiter, 3)
      yield* callThatLearns(limiter, 50)
      assert.deepStrictEqual(yield* available(limiter), [50])
    }))

  it.scoped("the room comes back bit by bit, and whole after a window", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 100, "10 seconds")])
      yield* callThatLearns(limiter, 0)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* available(limiter), [10])
      yield* TestClock.adjust("9 seconds")
      assert.deepStrictEqual(yield* available(limiter), [100])
    }))

  it.scoped("who waits for room that the server does not have is let in when it comes back", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 10, "10 seconds")])
      yield* callThatLearns(limiter, 0)
      const waiting = yield* Effect.fork(RateLimiter.limit(Effect.void, limiter))
      yield* TestClock.adjust("999 millis")
      assert.strictEqual((yield* limiter.state).waiting, 1)
      yield* TestClock.adjust("11 millis")
      yield* Fiber.join(waiting)
    }))

  it.scoped.each([Number.NaN, -1])("nonsense (%s) is not heard", (remaining) =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 100, "10 seconds")])
      yield* callThatLearns(limiter, remaining)
      assert.deepStrictEqual(yield* available(limiter), [99])
    }))

  it.scoped("a bucket that is not there is nobody's business", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("b", 100, "10 seconds")])
      yield* callThatLearns(limiter, 0)
      assert.deepStrictEqual(yield* available(limiter), [99])
    }))

  it("a heavy call waits for as many answers as make room for it", () => {
    const window = RollingWindow.make(4, 1000)
    for (const at of [0, 100, 200, 300]) {
      RollingWindow.take(window, 1)
      RollingWindow.answered(window, 1, at)
    }
    assert.deepStrictEqual([1, 2, 3, 4].map((weight) => RollingWindow.soonest(window, weight, 300)), [
      1000,
      1100,
      1200,
      1300
    ])
  })

  it("a request that was never sent gives back the room it took", () => {
    const window = RollingWindow.make(100, 1000)
    RollingWindow.report(window, 10, 0, 0)
    RollingWindow.take(window, 4)
    RollingWindow.notSent(window, 4)
    assert.strictEqual(RollingWindow.available(window, 0), 10)
  })
})

describe("a limit of the day", () => {
  const at = (instant: string) => TestClock.setTime(DateTime.toEpochMillis(DateTime.unsafeMake(instant)))

  it.scoped.each(
    [
      ["UTC", "2026-11-22T22:00:00Z", "2026-11-23T00:00:00Z"],
      ["Europe/Berlin", "2026-11-22T22:00:00Z", "2026-11-22T23:00:00Z"],
      ["America/New_York", "2026-11-22T22:00:00Z", "2026-11-23T05:00:00Z"],
      ["+05:45", "2026-11-22T22:00:00Z", "2026-11-23T18:15:00Z"],
      // the day the clocks go back has 25 hours
      ["Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"]
    ] as const
  )("is that of its time zone: %s, from %s to %s", ([zone, from, midnight]) =>
    Effect.gen(function*() {
      yield* at(from)
      const limiter = yield* RateLimiter.make([daily("day", 2, zone)])
      yield* Effect.replicateEffect(RateLimiter.limit(Effect.void, limiter), 2)
      const error = yield* Effect.flip(RateLimiter.limit(Effect.void, limiter, { longestWait: "1 minute" }))
      assert.deepStrictEqual(error.retryAt, DateTime.unsafeMake(midnight))
      yield* at(midnight)
      assert.deepStrictEqual(yield* available(limiter), [2])
    }))

  it.scoped("is corrected by what the server has counted, until the day ends", () =>
    Effect.gen(function*() {
      yield* at("2026-11-22T22:00:00Z")
      const limiter = yield* RateLimiter.make([daily("a", 1000)])
      yield* callThatLearns(limiter, 7)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* available(limiter), [7])
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* available(limiter), [1000])
    }))

  it.scoped("a call that was in flight at midnight counts on the new day too: nobody knows when it got there", () =>
    Effect.gen(function*() {
      yield* at("2026-11-22T23:59:59Z")
      const limiter = yield* RateLimiter.make([daily("day", 2)])
      yield* Effect.fork(RateLimiter.limit(Effect.sleep("2 seconds"), limiter))
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* available(limiter), [1])
    }))

  it.scoped("a time zone that does not exist is refused, with an example of one that does", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(RateLimiter.make([daily("day", 1, "Mars/Olympus")]))
      assert.include(error.message, "Europe/Berlin")
    }))

  it.scoped("without a hint, a 429 closes it for a tenth of the shortest window, not of the day", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([daily("day", 10), rolling("a", 10, "10 seconds")])
      yield* limiter.close(undefined)
      const { buckets } = yield* limiter.state
      assert.deepStrictEqual(
        Array.map(buckets, ({ closedFor }) => `${closedFor.value._tag === "Millis" ? closedFor.value.millis : ""}`),
        [
          "1000",
          "1000"
        ]
      )
    }))
})

describe("a line with an end", () => {
  it.scoped("refuses the next one at once", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 1, "1 minute")], { longestQueue: 2 })
      yield* RateLimiter.limit(Effect.void, limiter)
      yield* Effect.fork(
        Effect.replicateEffect(RateLimiter.limit(Effect.void, limiter), 2, { concurrency: "unbounded" })
      )
      yield* TestClock.adjust(0)
      const error = yield* Effect.flip(RateLimiter.limit(Effect.void, limiter))
      assert.strictEqual(error.reason, "queue-full")
      assert.strictEqual((yield* limiter.state).waiting, 2)
    }))

  it.scoped("with no places refuses whoever would have to wait, and nobody else", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 1, "1 minute")], { longestQueue: 0 })
      yield* RateLimiter.limit(Effect.void, limiter)
      assert.strictEqual((yield* Effect.flip(RateLimiter.limit(Effect.void, limiter))).reason, "queue-full")
    }))
})

describe("what becomes of a call", () => {
  it.scoped("counts as abandoned where whoever is to say so makes a mistake", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 1, "1 second")])
      const fate = () => {
        throw new Error("a mistake")
      }
      yield* limiter.withSlots({ fate }, () => Effect.void)
      yield* TestClock.adjust("1999 millis")
      assert.deepStrictEqual(yield* available(limiter), [0])
      yield* TestClock.adjust("1 milli")
      assert.deepStrictEqual(yield* available(limiter), [1])
    }))
})

describe("changing a limiter while it runs", () => {
  it.scoped("a bucket that keeps its name keeps its count", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 10, "10 seconds")])
      yield* Effect.replicateEffect(RateLimiter.limit(Effect.void, limiter), 4)
      yield* limiter.reconfigure([rolling("a", 20, "10 seconds"), rolling("b", 5, "1 second")])
      assert.deepStrictEqual(yield* available(limiter), [16, 5])
    }))

  it.scoped("a longer window keeps what was answered for as long as it lasts", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 1, "10 seconds")])
      yield* RateLimiter.limit(Effect.void, limiter)
      yield* limiter.reconfigure([rolling("a", 1, "1 minute")])
      yield* TestClock.adjust("59999 millis")
      assert.deepStrictEqual(yield* available(limiter), [0])
      yield* TestClock.adjust("1 milli")
      assert.deepStrictEqual(yield* available(limiter), [1])
    }))

  it.scoped("more room lets in who waits", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 1, "1 minute")])
      yield* RateLimiter.limit(Effect.void, limiter)
      const waiting = yield* Effect.fork(RateLimiter.limit(Effect.void, limiter))
      yield* TestClock.adjust(0)
      yield* limiter.reconfigure([rolling("a", 2, "1 minute")])
      yield* Fiber.join(waiting)
    }))

  it.scoped("bad settings change nothing", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 1, "1 minute")])
      assert.include((yield* Effect.flip(limiter.reconfigure([rolling("a", 0, "1 minute")]))).message, "limit")
      assert.deepStrictEqual(yield* available(limiter), [1])
    }))
})
