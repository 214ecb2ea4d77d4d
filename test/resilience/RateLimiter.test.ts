import { assert, describe, it } from "@effect/vitest"
import { Array, Clock, Deferred, Duration, Effect, Exit, FastCheck, Fiber, Scope, TestClock } from "effect"
import { RateLimiter } from "effect-resilience"
import * as RollingWindow from "../../packages/resilience/src/internal/rollingWindow.ts"
import * as WaitingLine from "../../packages/resilience/src/internal/waitingLine.ts"

const { rolling } = RateLimiter

/** Runs `calls` effects of `duration` each through the limiter, and notes when each began. */
const begin = (
  limiter: RateLimiter.RateLimiter,
  calls: number,
  options: RateLimiter.Options & { lasting?: number } = {}
) =>
  Effect.gen(function*() {
    const at: Array<number> = []
    const call = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.delay(Effect.sync(() => at.push(now)), options.lasting ?? 0))
    const fibers = yield* Effect.forEach(Array.range(1, calls), () =>
      Effect.fork(RateLimiter.limit(call, limiter, options)))
    return { at, fibers }
  })

describe("the pure core", () => {
  interface Plan {
    readonly limit: number
    readonly window: number
    readonly gaps: ReadonlyArray<number>
    /** From sending to the server, and from there to the answer. */
    readonly latencies: ReadonlyArray<readonly [number, number]>
    /** Calls that are never sent after all. */
    readonly unsent: ReadonlyArray<boolean>
  }

  /** Discrete events, in order of time: arrivals at the client, answers, and looks at the line. */
  const arrivalsAtServer = ({ gaps, latencies, limit, unsent, window }: Plan): ReadonlyArray<number> => {
    const bucket = RollingWindow.make(limit, window)
    const line = WaitingLine.make()
    const events: Array<{ at: number; run: (now: number) => void }> = []
    const served: Array<number> = []
    const schedule = (at: number, run: (now: number) => void) => events.push({ at, run })
    const serve = (now: number) => {
      const { admitted, lookAgain } = WaitingLine.serve(line, now)
      for (const waiter of admitted) waiter.notify()
      if (Number.isFinite(lookAgain)) schedule(lookAgain, serve)
    }
    let arrival = 0
    let clock = 0
    gaps.forEach((gap, i) => {
      const [out, back] = latencies[i % latencies.length] ?? [0, 0]
      schedule(arrival += gap, (now) => {
        const waiter = WaitingLine.join(line, [bucket], 1)
        waiter.notify = () => {
          const used = !unsent[i % unsent.length]
          const [sentAt, answeredAt] = used ? [clock + out, clock + out + back] : [clock, clock]
          if (used) served.push(sentAt)
          schedule(answeredAt, (now) => {
            if (used) RollingWindow.answered(bucket, 1, now)
            else RollingWindow.notSent(bucket, 1)
            serve(now)
          })
        }
        serve(now)
      })
    })
    while (events.length > 0) {
      events.sort((a, b) => a.at - b.at)
      const event = events.shift() as typeof events[number]
      clock = event.at
      event.run(event.at)
    }
    return served.sort((a, b) => a - b)
  }

  it.prop(
    "no window of the server ever holds more than the limit, whatever the traffic and the latencies",
    {
      limit: FastCheck.integer({ min: 1, max: 20 }),
      window: FastCheck.integer({ min: 1, max: 1000 }),
      gaps: FastCheck.array(FastCheck.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 200 }),
      latencies: FastCheck.array(FastCheck.tuple(FastCheck.nat(300), FastCheck.nat(300)), {
        minLength: 1,
        maxLength: 20
      }),
      unsent: FastCheck.array(FastCheck.boolean(), { minLength: 1, maxLength: 5 })
    },
    (plan) => {
      const served = arrivalsAtServer(plan)
      for (let i = plan.limit; i < served.length; i++) {
        assert.isAtLeast((served[i] ?? 0) - (served[i - plan.limit] ?? 0), plan.window)
      }
    }
  )

  it("loses at most 3 % of the throughput to a round trip of 50 ms", () => {
    const served = arrivalsAtServer({
      limit: 190,
      window: 10_000,
      gaps: Array.replicate(0, 2000),
      latencies: [[25, 25]],
      unsent: [false]
    })
    const perfect = Math.floor((2000 - 1) / 190) * 10_000
    assert.isAtMost(served[1999] ?? Infinity, perfect * 1.03)
  })
})

describe("a limiter", () => {
  it.scoped("lets the limit through at once, and the rest one window after the answers", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 3, "10 seconds")])
      const { at } = yield* begin(limiter, 7, { lasting: 500 })
      yield* TestClock.adjust("10499 millis")
      assert.deepStrictEqual(at, [0, 0, 0])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(at, [0, 0, 0, 10_500, 10_500, 10_500, 21_000])
    }))

  it.scoped("serves in order of arrival", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 1, "1 second")])
      const order: Array<number> = []
      yield* Effect.forEach(Array.range(1, 5), (n) =>
        Effect.fork(RateLimiter.limit(Effect.sync(() => order.push(n)), limiter)))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(order, [1, 2, 3, 4, 5])
    }))

  it.scoped("takes from all of its buckets or from none", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("burst", 1, "1 second"), rolling("long", 2, "10 seconds")])
      const { at } = yield* begin(limiter, 3)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(at, [0, 1000, 10_000])
    }))

  it.scoped("a call that waits for one bucket does not hold up those for another", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("general", 5, "1 second"), rolling("search", 1, "1 second")])
      const searches = yield* begin(limiter, 3, { buckets: ["search"] })
      const others = yield* begin(limiter, 3, { buckets: ["general"] })
      yield* TestClock.adjust(0)
      assert.deepStrictEqual([searches.at, others.at], [[0], [0, 0, 0]])
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(searches.at, [0, 1000, 2000])
    }))

  it.scoped("a heavy call is not starved by light ones that come later", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 3, "1 second")])
      yield* begin(limiter, 1)
      const heavy = yield* begin(limiter, 1, { weight: 3 })
      const light = yield* begin(limiter, 2)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual([heavy.at, light.at], [[1000], [2000, 2000]])
    }))

  it.scoped("a waiter that is interrupted leaves the line", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 1, "1 second")])
      const { at, fibers: [, second] } = yield* begin(limiter, 3)
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(second as Fiber.Fiber<unknown, unknown>)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(at, [0, 1000])
      assert.strictEqual((yield* limiter.state).waiting, 0)
    }))

  it.scoped("a call that is interrupted counts from that moment, and a second of grace: it may still be on its way", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 1, "1 second")])
      const running = yield* Effect.fork(RateLimiter.limit(Effect.never, limiter))
      const { at } = yield* begin(limiter, 1)
      yield* TestClock.adjust("300 millis")
      yield* Fiber.interrupt(running)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(at, [2300])
    }))

  it.scoped("an abandoned call does not hold up those that were answered after it", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 2, "1 second")])
      const abandoned = yield* Effect.fork(RateLimiter.limit(Effect.never, limiter))
      yield* Effect.fork(RateLimiter.limit(Effect.sleep("200 millis"), limiter))
      const { at } = yield* begin(limiter, 2)
      yield* TestClock.adjust("100 millis")
      yield* Fiber.interrupt(abandoned)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(at, [1200, 2100])
    }))

  it.scoped("a slot whose request was never sent is free at once", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 1, "1 minute")])
      const gate = yield* Deferred.make<void, string>()
      yield* Effect.fork(limiter.withSlots({ fate: () => "not-sent" }, () => Deferred.await(gate)))
      const { at } = yield* begin(limiter, 1)
      yield* TestClock.adjust("5 seconds")
      yield* Deferred.fail(gate, "refused")
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(at, [5000])
    }))

  it.scoped("closing the gate holds everyone until it opens, in flight or not", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 5, "1 second")])
      yield* limiter.close("7 seconds")
      const { at } = yield* begin(limiter, 2)
      yield* TestClock.adjust("6999 millis")
      assert.deepStrictEqual(at, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(at, [7000, 7000])
    }))

  it.scoped("a shorter pause does not open a gate that is closed for longer", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 5, "1 second")])
      yield* limiter.close("7 seconds")
      yield* limiter.close("1 second")
      const { at } = yield* begin(limiter, 1)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(at, [7000])
    }))

  it.scoped("without a hint the gate is closed for a tenth of the window", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 5, "10 seconds")])
      yield* limiter.close(undefined)
      const { at } = yield* begin(limiter, 1)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(at, [1000])
    }))

  it.scoped("only the named buckets are closed", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 5, "1 second"), rolling("b", 5, "1 second")])
      yield* limiter.close("5 seconds", ["b"])
      const { at } = yield* begin(limiter, 1, { buckets: ["a"] })
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(at, [0])
    }))

  it.scoped("a wait that is known to be too long fails at once", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 1, "1 minute")])
      yield* RateLimiter.limit(Effect.void, limiter)
      const error = yield* Effect.flip(RateLimiter.limit(Effect.void, limiter, { longestWait: "59 seconds" }))
      assert.strictEqual(error.reason, "waited-too-long")
    }))

  it.scoped("a wait that turns out to be too long ends in time, and leaves the line", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 1, "1 minute")])
      yield* Effect.fork(RateLimiter.limit(Effect.never, limiter))
      const waiting = yield* Effect.fork(
        Effect.flip(RateLimiter.limit(Effect.void, limiter, { longestWait: "5 seconds" }))
      )
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(waiting)).reason, "waited-too-long")
      assert.strictEqual((yield* limiter.state).waiting, 0)
    }))

  it.effect("whoever waits when its scope ends is interrupted, and so is whoever comes later", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const limiter = yield* Scope.extend(RateLimiter.make([rolling("a", 1, "1 minute")]), scope)
      yield* RateLimiter.limit(Effect.void, limiter)
      const waiting = yield* Effect.fork(RateLimiter.limit(Effect.void, limiter))
      yield* TestClock.adjust("1 second")
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.await(waiting)))
      assert.isTrue(Exit.isInterrupted(yield* Effect.exit(RateLimiter.limit(Effect.void, limiter))))
      assert.strictEqual((yield* limiter.state).waiting, 0)
    }))

  it.scoped("the longest wait holds where the caller must not be interrupted", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 1, "1 minute")])
      yield* Effect.fork(RateLimiter.limit(Effect.never, limiter))
      const limited = RateLimiter.limit(Effect.void, limiter, { longestWait: "5 seconds" })
      const waiting = yield* Effect.fork(Effect.flip(Effect.uninterruptible(limited)))
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(waiting)).reason, "waited-too-long")
    }))

  it.scoped("a heavy call after an abandoned one is counted whole", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 1_000_000, "1 second")])
      const abandoned = yield* Effect.fork(RateLimiter.limit(Effect.never, limiter))
      yield* TestClock.adjust(0)
      yield* Fiber.interrupt(abandoned)
      yield* RateLimiter.limit(Effect.void, limiter, { weight: 500_000 })
      assert.deepInclude((yield* limiter.state).buckets[0], { inFlight: 0, available: 499_999 })
    }))

  it.scoped("its state can be read", () =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 3, "1 minute")])
      yield* RateLimiter.limit(Effect.void, limiter)
      yield* Effect.fork(RateLimiter.limit(Effect.never, limiter))
      yield* TestClock.adjust(0)
      yield* limiter.close("5 seconds")
      assert.deepStrictEqual(yield* limiter.state, {
        waiting: 0,
        buckets: [{
          name: "a",
          limit: 3,
          window: Duration.minutes(1),
          available: 1,
          inFlight: 1,
          closedFor: Duration.seconds(5)
        }]
      })
    }))

  it.scoped.each(
    [
      ["unknown-bucket", { buckets: ["b"] }],
      ["weight", { weight: 0 }],
      ["weight", { weight: 4 }],
      ["weight", { weight: 1.5 }],
      ["weight", { weight: Number.NaN }]
    ] as const
  )("refuses what can never be let through: %s", ([reason, options]) =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([rolling("a", 3, "1 second")])
      assert.strictEqual((yield* Effect.flip(RateLimiter.limit(Effect.void, limiter, options))).reason, reason)
    }))

  it.scoped.each(
    [
      ["limit", [rolling("a", 0, "1 second")]],
      ["limit", [rolling("a", 1.5, "1 second")]],
      ["window", [rolling("a", 1, 0)]],
      ["window", [rolling("a", 1, Infinity)]],
      ["name", [rolling("", 1, "1 second")]],
      ["same name", [rolling("a", 1, "1 second"), rolling("a", 2, "1 second")]]
    ] as const
  )("settings that cannot be right fail, naming them: %s", ([word, buckets]) =>
    Effect.gen(function*() {
      assert.include((yield* Effect.flip(RateLimiter.make(buckets))).message, word)
    }))
})
