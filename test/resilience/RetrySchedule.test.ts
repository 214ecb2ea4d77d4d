import { assert, describe, it } from "@effect/vitest"
import {
  Array,
  Clock,
  Data,
  DateTime,
  Duration,
  Effect,
  Either,
  FastCheck,
  Fiber,
  ParseResult,
  Random,
  Schedule,
  Schema,
  TestClock
} from "effect"
import { ApiError, Jitter, RateLimiter, RetrySchedule, SampleErrors } from "effect-resilience"
import { anySettings } from "../support/arbitraries.ts"

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
      ["decorrelated: 2 s to 3 × the one before", Jitter.decorrelated, [2000, 2000, 2000, 2000], [
        6000,
        18_000,
        54_000,
        60_000
      ]],
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

  it.effect("decorrelated: each delay is drawn from the one before it, not from the number of the retry", () =>
    Effect.gen(function*() {
      const schedule = RetrySchedule.exponential({ base: "1 second", jitter: Jitter.decorrelated })
      // Half-way between 1 s and three times 1, 2, 3.5 and 5.75 s.
      const delays = yield* Effect.withRandom(RetrySchedule.plan(schedule, down), Random.fixed([0.5]))
      assert.deepStrictEqual(millis(delays), [2000, 3500, 5750, 9125])
    }))

  it.effect("decorrelated: a hint lengthens its own delay only, not those after it", () =>
    Effect.gen(function*() {
      const schedule = RetrySchedule.exponential({ base: "1 second", jitter: Jitter.decorrelated })
      const errors = [serverError, rateLimited("40 seconds"), serverError]
      const delays = yield* Effect.withRandom(RetrySchedule.plan(schedule, errors), Random.fixed([0.5]))
      assert.deepStrictEqual(millis(delays), [2000, 42_000, 5750])
    }))

  it.effect.prop(
    "a delay is never above the cap, nor below the server's hint; so many retries, for any mix of errors",
    {
      settings: anySettings(8),
      errors: FastCheck.array(
        FastCheck.oneof(
          FastCheck.constantFrom(serverError, timeout, connectionReset),
          FastCheck.option(FastCheck.integer({ min: 0, max: 60_000 }), { nil: undefined })
        ),
        { maxLength: 12 }
      ),
      seed: FastCheck.integer()
    },
    ({ errors, seed, settings }) =>
      Effect.gen(function*() {
        const schedule = RetrySchedule.fromSettings(settings)
        const thrown = errors.map((error) => typeof error === "object" ? error : rateLimited(error))
        const delays = yield* Effect.withRandom(RetrySchedule.plan(schedule, thrown), Random.make(seed))
        const longest = RetrySchedule.longest(settings)
        assert.strictEqual(delays.length, Math.min(errors.length, 8))
        for (const [i, delay] of millis(delays).entries()) {
          const error = errors[i]
          const [tag, hint] = typeof error === "object" ? [error._tag, 0] : ["RateLimited", error ?? 0] as const
          const { cap } = RetrySchedule.forError(settings, tag)
          assert.isAtLeast(delay, hint)
          assert.isAtMost(delay, Math.max(Duration.toMillis(cap), hint * 1.1 + 1e-6))
          if (hint === 0) assert.isAtMost(delay, millis(longest.delays)[i] as number + 1e-6)
          assert.isAtMost(delay, millis(longest.hinted)[i] as number + 1e-6)
        }
      })
  )
})

describe("delays by error", () => {
  const byError = { RateLimited: { base: "1 second" }, ConnectionError: { factor: 10, cap: "3 seconds" } } as const
  const schedule = RetrySchedule.exponential({ base: "100 millis", jitter: Jitter.none, retries: 4, byError })

  it.effect.each(
    [
      ["those without settings of their own have the common ones", [serverError, timeout, serverError], [
        100,
        200,
        400
      ]],
      ["a 429 has its own base", [rateLimited(), rateLimited(), rateLimited()], [1000, 2000, 4000]],
      ["a lost connection has its own factor and cap", [connectionReset, connectionReset, connectionReset], [
        100,
        1000,
        3000
      ]],
      ["all retries before count, whatever they were for", [serverError, rateLimited(), timeout, rateLimited()], [
        100,
        2000,
        400,
        8000
      ]],
      ["the retries are counted together", Array.replicate([serverError, rateLimited(), connectionReset], 9).flat(), [
        100,
        2000,
        3000,
        800
      ]]
    ] as const
  )("%s", ([, errors, expected]) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(millis(yield* RetrySchedule.plan(schedule, errors)), [...expected])
    }))

  it.effect("a jitter and a longest hint of their own", () =>
    Effect.gen(function*() {
      const schedule = RetrySchedule.exponential({
        hintCap: "5 seconds",
        byError: { RateLimited: { hintCap: "1 minute", jitter: "none" } }
      })
      assert.deepStrictEqual(millis(yield* RetrySchedule.plan(schedule, [rateLimited("1 minute")])), [60_000])
      const unavailable = new ApiError.ServerError({ ...serverError, retryAt: DateTime.unsafeMake(6000) })
      assert.deepStrictEqual(yield* RetrySchedule.plan(schedule, [unavailable]), [])
    }))

  it.effect("errors of one's own are put on a par with ours by the function that reads them", () =>
    Effect.gen(function*() {
      const own = RetrySchedule.exponential<"busy" | "lost">(
        { base: "100 millis", jitter: "none", byError },
        (error) => ({ retryable: true, ...(error === "busy" ? { tag: "RateLimited" } : {}) })
      )
      assert.deepStrictEqual(millis(yield* RetrySchedule.plan(own, ["lost", "busy"])), [100, 2000])
    }))

  it("the longest of them count every error, and the longest hint of each", () => {
    const settings = { ...RetrySchedule.defaults, jitter: "equal", hintCap: Duration.seconds(3), retries: 3 } as const
    const longest = RetrySchedule.longest({
      ...settings,
      byError: {
        Timeout: { base: Duration.seconds(3), cap: Duration.seconds(5) },
        RateLimited: { hintCap: Duration.seconds(10), jitter: "none" }
      }
    })
    assert.deepStrictEqual(millis(longest.delays), [3000, 5000, 5000])
    assert.deepStrictEqual(millis(longest.hinted), [10_000, 10_000, 10_000])
  })

  it("settings of an error that are undefined are as if left out", () => {
    const byError = { ServerError: { base: undefined, cap: undefined }, Timeout: undefined }
    const [, latest] = RetrySchedule.bounds(RetrySchedule.exponential({ byError, retries: 1 }), [serverError])
    assert.deepStrictEqual(millis(latest), [1000])
  })
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

  it.effect("a plan ends with a delay that never ends", () =>
    Effect.gen(function*() {
      const never = Schedule.forever.pipe(Schedule.delayed(() => Duration.infinity))
      assert.deepStrictEqual(yield* RetrySchedule.plan(never, [rateLimited(), rateLimited()]), [Duration.infinity])
    }))
})

describe("settings that cannot be right", () => {
  const cases = [
    ["base", { base: 0 }],
    ["base", { base: "-1 seconds" as never }],
    ["base", { base: "soon" as never }],
    ["factor", { factor: 0.5 }],
    ["factor", { factor: Number.NaN }],
    ["cap", { base: "2 minutes" }],
    ["cap", { cap: Infinity }],
    ["retries", { retries: -1 }],
    ["retries", { retries: 1.5 }],
    ["jitter", { jitter: { added: [0.3, 0.1] } }],
    ["jitter", { jitter: "ful" as never }],
    ["retires", { retires: 3 } as never],
    ["byError.RateLimitted", { byError: { RateLimitted: {} } as never }],
    ["byError.RateLimited.base", { byError: { RateLimited: { base: 0 } } }],
    ["byError.RateLimited.retries", { byError: { RateLimited: { retries: 3 } as never } }],
    ["byError.Timeout.cap", { byError: { Timeout: { cap: "10 millis" } } }],
    ["byError.Timeout.cap", { byError: { Timeout: { base: "2 minutes" } } }]
  ] as const

  it.each(cases)("are refused, naming them alone: %s in %j", (field, options) => {
    const error = Either.getOrThrow(Either.flip(RetrySchedule.decode(options)))
    const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
    assert.deepStrictEqual(issues.map(({ path }) => path.join(".")), [field])
    assert.throws(() => RetrySchedule.exponential(options), error.message)
  })

  it("are told of all at once, a line for each field, with what would be right", () => {
    const { message } = Either.getOrThrow(Either.flip(RetrySchedule.decode({
      base: "soon" as never,
      retries: 1.5,
      jitter: { added: [0.3, 0.1] },
      byError: { ServerError: { hintCap: -1 } }
    })))
    assert.strictEqual(
      message,
      [
        `retry settings`,
        `├─ ["base"]`,
        `│  └─ Expected a duration such as "5 seconds", or a number of milliseconds, actual "soon"`,
        `├─ ["jitter"]`,
        `│  └─ must be "full", "equal", "decorrelated", "none", or { added: [min, max] } with two factors, ` +
        `0 <= min <= max, such as [0.1, 0.3]`,
        `├─ ["retries"]`,
        `│  └─ Expected an integer, actual 1.5`,
        `└─ ["byError"]["ServerError"]["hintCap"]`,
        `   └─ must be finite and not negative`
      ].join("\n")
    )
  })

  it("a cap that is too short is told what for", () => {
    const error = Either.getOrThrow(Either.flip(RetrySchedule.decode({ base: "2 minutes" })))
    assert.include(error.message, "must not be shorter than the base (2m)")
  })

  it("settings that are right are a schedule", () => {
    const schedule = Either.getOrThrow(RetrySchedule.decode({ base: "2 seconds", jitter: "none", retries: 1 }))
    assert.deepStrictEqual(RetrySchedule.bounds(schedule, down).map(millis), [[2000], [2000]])
  })

  it("settings may come from JSON", () => {
    const json = `{ "retries": 2, "jitter": "none", "byError": { "RateLimited": { "base": "3 seconds" } } }`
    const read = Schema.decodeUnknownSync(Schema.partial(Schema.Struct(RetrySchedule.fields)))(JSON.parse(json))
    assert.deepStrictEqual(RetrySchedule.bounds(RetrySchedule.exponential(read), [rateLimited()]).map(millis), [
      [3000],
      [
        3000
      ]
    ])
  })
})
