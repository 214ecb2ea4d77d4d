import { assert, describe, it } from "@effect/vitest"
import { Array, Clock, Data, Duration, Effect, FastCheck, Fiber, Random, Schedule, TestClock } from "effect"
import { type ApiError, Jitter, RateLimiter, RetrySchedule, SampleErrors } from "effect-resilience"

const { clientError, connectionReset, rateLimited, serverError, timeout } = SampleErrors
const millis = (delays: ReadonlyArray<Duration.Duration>) => delays.map(Duration.toMillis)
const down = Array.replicate(serverError, 9)

describe("without jitter", () => {
  it.effect.each(
    [
      ["base 2 s", { base: "2 seconds" }, [2000, 4000, 8000, 16_000]],
      ["base 5 s", { base: "5 seconds" }, [5000, 10_000, 20_000, 40_000]],
      ["the defaults", {}, [1000, 2000, 4000, 8000]],
      ["factor 3", { factor: 3 }, [1000, 3000, 9000, 27_000]],
      ["factor 1", { factor: 1 }, [1000, 1000, 1000, 1000]],
      ["a cap", { cap: "3 seconds" }, [1000, 2000, 3000, 3000]],
      ["6 retries", { retries: 6 }, [1000, 2000, 4000, 8000, 16_000, 32_000]],
      ["no retries", { retries: 0 }, []]
    ] as const
  )("%s", ([, options, expected]) =>
    Effect.gen(function*() {
      const schedule = RetrySchedule.exponential({ jitter: Jitter.none, ...options })
      assert.deepStrictEqual(millis(yield* RetrySchedule.plan(schedule, down)), [...expected])
    }))

  it.effect("a thousand retries stay at the cap instead of overflowing", () =>
    Effect.gen(function*() {
      const schedule = RetrySchedule.exponential({ jitter: Jitter.none, retries: 2000 })
      const delays = millis(yield* RetrySchedule.plan(schedule, Array.replicate(serverError, 2000)))
      assert.strictEqual(delays.length, 2000)
      assert.strictEqual(delays[1999], 60_000)
    }))
})

describe("jitter", () => {
  it.each(
    [
      ["full", Jitter.full, [0, 0, 0, 0], [2000, 4000, 8000, 16_000]],
      ["equal: factor 0.5–1", Jitter.equal, [1000, 2000, 4000, 8000], [2000, 4000, 8000, 16_000]],
      ["added: factor 1.1–1.3", Jitter.added(0.1, 0.3), [2200, 4400, 8800, 17_600], [2600, 5200, 10_400, 20_800]],
      ["none", Jitter.none, [2000, 4000, 8000, 16_000], [2000, 4000, 8000, 16_000]]
    ] as const
  )("%s", (_, jitter, soonest, latest) => {
    const bounds = RetrySchedule.bounds(RetrySchedule.exponential({ base: "2 seconds", jitter }), down)
    assert.deepStrictEqual(bounds.map((delays) => millis(delays).map(Math.round)), [[...soonest], [...latest]])
  })

  it("never exceeds the cap, and does not pile up at it", () => {
    const [soonest, latest] = RetrySchedule.bounds(
      RetrySchedule.exponential({ base: "2 seconds", cap: "5 seconds", jitter: Jitter.added(0.1, 0.3) }),
      down
    )
    assert.deepStrictEqual(millis(latest).map(Math.round), [2600, 5000, 5000, 5000])
    assert.isTrue(millis(soonest).every((delay) => delay < 5000))
  })

  it.effect("is the same for the same seed", () =>
    Effect.gen(function*() {
      const planned = RetrySchedule.plan(RetrySchedule.exponential(), down)
      const seeded = Effect.withRandom(planned, Random.make("seed"))
      assert.deepStrictEqual(yield* seeded, yield* Effect.withRandom(planned, Random.make("seed")))
    }))

  it.effect.prop(
    "a delay is never above the cap, nor below the server's hint",
    {
      base: FastCheck.integer({ min: 1, max: 10_000 }),
      cap: FastCheck.integer({ min: 10_000, max: 100_000 }),
      jitter: FastCheck.oneof(
        FastCheck.constantFrom(Jitter.full, Jitter.equal, Jitter.none),
        FastCheck.tuple(
          FastCheck.float({ min: 0, max: 1, noNaN: true }),
          FastCheck.float({ min: 1, max: 2, noNaN: true })
        )
          .map(([min, max]) => Jitter.added(min, max))
      ),
      hints: FastCheck.array(FastCheck.option(FastCheck.integer({ min: 0, max: 60_000 }), { nil: undefined }), {
        maxLength: 8
      }),
      seed: FastCheck.integer()
    },
    ({ base, cap, hints, jitter, seed }) =>
      Effect.gen(function*() {
        const schedule = RetrySchedule.exponential({ base, cap, jitter, retries: 8 })
        const delays = yield* RetrySchedule.plan(schedule, hints.map((hint) => rateLimited(hint))).pipe(
          Effect.withRandom(Random.make(seed))
        )
        assert.strictEqual(delays.length, hints.length)
        for (const [i, delay] of millis(delays).entries()) {
          assert.isAtLeast(delay, hints[i] ?? 0)
          assert.isAtMost(delay, Math.max(cap, (hints[i] ?? 0) * 1.1) + 1e-6)
        }
      })
  )
})

describe("what an error asks for", () => {
  const schedule = RetrySchedule.exponential({ base: "2 seconds", jitter: Jitter.none, hintCap: "30 seconds" })

  it.effect("a hint is a floor under the delay", () =>
    Effect.gen(function*() {
      const delays = yield* RetrySchedule.plan(schedule, [
        serverError,
        rateLimited("5 seconds"),
        timeout,
        rateLimited()
      ])
      assert.deepStrictEqual(millis(delays), [2000, 5000, 8000, 16_000])
    }))

  it("with jitter a hint is exceeded by up to a tenth", () => {
    const jittered = RetrySchedule.exponential({ base: "2 seconds" })
    const [soonest, latest] = RetrySchedule.bounds(jittered, [rateLimited("30 seconds")])
    assert.deepStrictEqual([millis(soonest), millis(latest).map(Math.round)], [[30_000], [33_000]])
  })

  it.effect("a hint beyond its cap stops the schedule: it is not shortened", () =>
    Effect.gen(function*() {
      const delays = yield* RetrySchedule.plan(schedule, [serverError, rateLimited("31 seconds"), serverError])
      assert.deepStrictEqual(millis(delays), [2000])
    }))

  it.effect("an error that is not retryable stops it", () =>
    Effect.gen(function*() {
      const delays = yield* RetrySchedule.plan(schedule, [connectionReset, clientError, serverError])
      assert.deepStrictEqual(millis(delays), [2000])
    }))

  it.effect("errors of one's own are read by a function", () =>
    Effect.gen(function*() {
      interface Busy {
        readonly freeAt: number
      }
      const own = RetrySchedule.exponential<Busy>({ jitter: Jitter.none }, ({ freeAt }) => ({
        retryable: freeAt < 100_000,
        retryAt: freeAt
      }))
      assert.deepStrictEqual(millis(yield* RetrySchedule.plan(own, [{ freeAt: 7000 }, { freeAt: 100_000 }])), [7000])
    }))
})

describe("as a Schedule", () => {
  it.effect("works with plain Effect.retry, for N + 1 attempts", () =>
    Effect.gen(function*() {
      const at: Array<number> = []
      const call = Effect.flatMap(Clock.currentTimeMillis, (now) => {
        at.push(now)
        return Effect.fail<ApiError.ApiError>(serverError)
      })
      const fiber = yield* Effect.fork(
        Effect.flip(Effect.retry(call, RetrySchedule.exponential({ base: "2 seconds", jitter: Jitter.none })))
      )
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* Fiber.join(fiber), serverError)
      assert.deepStrictEqual(at, [0, 2000, 6000, 14_000, 30_000])
    }))

  it.scoped("goes with a limiter and errors of one's own; what the limiter will never admit is not repeated", () =>
    Effect.gen(function*() {
      class Busy extends Data.TaggedError("Busy")<{ readonly query: number }> {}
      const schedule = RetrySchedule.exponential(
        { jitter: Jitter.none },
        ({ query }: Busy) => ({ retryable: query < 3 })
      )
      let calls = 0
      const limiter = yield* RateLimiter.make([RateLimiter.rolling("a", 10, "1 second")])
      const query = Effect.suspend(() => new Busy({ query: calls++ })).pipe(
        RateLimiter.limit(limiter),
        Effect.retry(schedule)
      )
      const fiber = yield* Effect.fork(Effect.flip(query))
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* Fiber.join(fiber), { _tag: "Busy", query: 3 })

      const never = Effect.void.pipe(RateLimiter.limit(limiter, { weight: 11 }), Effect.retry(schedule))
      assert.deepInclude(yield* Effect.flip(never), { _tag: "NotAdmitted", reason: "weight" })
    }))

  it.each([undefined, 3])("an option that is %j where it may be left out", (retries) => {
    const [soonest] = RetrySchedule.bounds(RetrySchedule.exponential({ retries }), down)
    assert.strictEqual(soonest.length, retries ?? 4)
  })

  it.effect("composes with the combinators of Schedule", () =>
    Effect.gen(function*() {
      const schedule = RetrySchedule.exponential({ jitter: Jitter.none }).pipe(Schedule.intersect(Schedule.recurs(2)))
      assert.deepStrictEqual(millis(yield* RetrySchedule.plan(schedule, down)), [1000, 2000])
    }))

  it.each(
    [
      ["base", { base: 0 }],
      ["base", { base: "-1 seconds" as never }],
      ["factor", { factor: 0.5 }],
      ["factor", { factor: Number.NaN }],
      ["cap", { base: "2 minutes" }],
      ["cap", { cap: Infinity }],
      ["retries", { retries: -1 }],
      ["retries", { retries: 1.5 }],
      ["jitter", { jitter: { added: [0.3, 0.1] } }]
    ] as const
  )("refuses a setting that cannot be right, naming it: %s in %j", (field, options) => {
    assert.throws(() => RetrySchedule.exponential(options), field)
  })
})
