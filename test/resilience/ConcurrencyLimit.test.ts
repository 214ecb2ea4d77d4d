import { assert, describe, it } from "@effect/vitest"
import { Array, Deferred, Effect, Exit, Fiber, TestClock } from "effect"
import { ConcurrencyLimit, RateLimiter } from "effect-resilience"

describe("a concurrency limit", () => {
  it.scoped("runs so many at a time, first come, first served", () =>
    Effect.gen(function*() {
      const limit = yield* ConcurrencyLimit.make({ limit: 2 })
      const begun: Array<number> = []
      yield* Effect.forEach(Array.range(1, 6), (n) =>
        Effect.sync(() => begun.push(n)).pipe(
          Effect.delay(0),
          Effect.zipRight(Effect.sleep("1 second")),
          ConcurrencyLimit.withPermit(limit),
          Effect.fork
        ))
      yield* TestClock.adjust("500 millis")
      assert.deepStrictEqual(begun, [1, 2])
      assert.deepStrictEqual(yield* limit.state, { limit: 2, running: 2, waiting: 4 })
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(begun, [1, 2, 3, 4])
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(begun, [1, 2, 3, 4, 5, 6])
      assert.deepStrictEqual(yield* limit.state, { limit: 2, running: 0, waiting: 0 })
    }))

  it.scoped("refuses whoever finds the queue full", () =>
    Effect.gen(function*() {
      const limit = yield* ConcurrencyLimit.make({ limit: 1, longestQueue: 1 })
      const never = ConcurrencyLimit.withPermit(Effect.never, limit)
      yield* Effect.fork(Effect.replicateEffect(never, 2, { concurrency: "unbounded" }))
      yield* TestClock.adjust(0)
      assert.strictEqual((yield* Effect.flip(never)).reason, "queue-full")
    }))

  it.scoped("refuses whoever has waited long enough", () =>
    Effect.gen(function*() {
      const limit = yield* ConcurrencyLimit.make({ limit: 1 })
      yield* Effect.fork(ConcurrencyLimit.withPermit(Effect.never, limit))
      const waiting = yield* Effect.fork(
        Effect.flip(ConcurrencyLimit.withPermit(Effect.void, limit, { longestWait: "2 seconds" }))
      )
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(waiting)).reason, "waited-too-long")
      assert.strictEqual((yield* limit.state).waiting, 0)
    }))

  it.scoped.each(["succeeds", "fails", "dies", "is interrupted"] as const)(
    "a place is free again when its holder %s",
    (how) =>
      Effect.gen(function*() {
        const limit = yield* ConcurrencyLimit.make({ limit: 1 })
        const end = yield* Deferred.make<void, string>()
        const holder = yield* Effect.fork(ConcurrencyLimit.withPermit(Deferred.await(end), limit))
        const next = yield* Effect.fork(ConcurrencyLimit.withPermit(Effect.succeed("in"), limit))
        yield* TestClock.adjust(0)
        yield* {
          succeeds: Deferred.succeed(end, undefined),
          fails: Deferred.fail(end, "oh"),
          dies: Deferred.die(end, "oh"),
          "is interrupted": Fiber.interrupt(holder)
        }[how]
        assert.strictEqual(yield* Fiber.join(next), "in")
      })
  )

  it.scoped("who is interrupted while waiting leaves the queue", () =>
    Effect.gen(function*() {
      const limit = yield* ConcurrencyLimit.make({ limit: 1 })
      yield* Effect.fork(ConcurrencyLimit.withPermit(Effect.never, limit))
      const waiting = yield* Effect.fork(ConcurrencyLimit.withPermit(Effect.void, limit))
      yield* TestClock.adjust(0)
      yield* Fiber.interrupt(waiting)
      assert.deepStrictEqual(yield* limit.state, { limit: 1, running: 1, waiting: 0 })
    }))

  it.scoped("a larger limit lets in who waits", () =>
    Effect.gen(function*() {
      const limit = yield* ConcurrencyLimit.make({ limit: 1 })
      yield* Effect.fork(ConcurrencyLimit.withPermit(Effect.never, limit))
      const waiting = yield* Effect.fork(ConcurrencyLimit.withPermit(Effect.void, limit))
      yield* TestClock.adjust(0)
      yield* limit.change({ limit: 2 })
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(waiting)))
    }))

  it.scoped.each([["concurrency", { limit: 0 }], ["longestQueue", { limit: 1, longestQueue: -1 }]] as const)(
    "settings that cannot be right fail, naming them: %s",
    ([field, options]) =>
      Effect.gen(function*() {
        assert.include((yield* Effect.flip(ConcurrencyLimit.make(options))).message, field)
      })
  )
})

describe("together with rates", () => {
  it.scoped("a call takes its place and its slots together or not at all, and one place however heavy it is", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([RateLimiter.rolling("a", 10, "10 seconds")], { concurrency: 2 })
      yield* Effect.fork(RateLimiter.limit(Effect.never, limiter, { weight: 5 }))
      yield* Effect.fork(RateLimiter.limit(Effect.never, limiter))
      yield* Effect.fork(RateLimiter.limit(Effect.never, limiter))
      yield* TestClock.adjust(0)
      const { buckets, waiting } = yield* limiter.state
      assert.deepStrictEqual([waiting, ...buckets.map(({ inFlight, name }) => [name, inFlight])], [
        1,
        ["a", 6],
        ["concurrency", 2]
      ])
    }))
})
