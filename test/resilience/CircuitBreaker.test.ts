import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Exit, Fiber, Stream, TestClock } from "effect"
import { ApiError, CircuitBreaker, RetrySchedule, SampleErrors } from "effect-resilience"

const { clientError, rateLimited, serverError, timeout } = SampleErrors
const settings = { trip: { consecutiveFailures: 2 }, opening: "5 seconds" } as const

const failing = Effect.fail<ApiError.ApiError>(serverError)
const modeOf = (breaker: CircuitBreaker.CircuitBreaker) => Effect.map(breaker.state, ({ mode }) => mode)

const { method, url, urlTemplate } = serverError
const notSent = { method, url, urlTemplate, outcome: "not-sent", retryable: true } as const
const deadline = (outcome: "not-sent" | "unknown") =>
  new ApiError.Timeout({ ...notSent, outcome, scope: "deadline", limit: Duration.seconds(1) })

const opened = Effect.gen(function*() {
  const breaker = yield* CircuitBreaker.make(settings)
  yield* Effect.ignore(failing.pipe(CircuitBreaker.protect(breaker)))
  yield* Effect.ignore(failing.pipe(CircuitBreaker.protect(breaker)))
  return breaker
})

describe("a circuit breaker", () => {
  it.effect("does not run what it refuses, and says when to ask again", () =>
    Effect.gen(function*() {
      const breaker = yield* opened
      let runs = 0
      const call = CircuitBreaker.protect(Effect.sync(() => runs++), breaker)
      const error = yield* Effect.flip(call)
      assert.strictEqual(error._tag, "CircuitBreakerOpen")
      assert.strictEqual(error.retryAt && DateTime.toEpochMillis(error.retryAt), 5000)
      assert.strictEqual(runs, 0)
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual((yield* Effect.either(call))._tag, "Left")
      yield* TestClock.adjust("2 seconds")
      yield* call
      assert.strictEqual(yield* modeOf(breaker), "closed")
    }))

  it.effect("a judge that throws is the end of its effect, and leaves the probe's place to the next one", () =>
    Effect.gen(function*() {
      const breaker = yield* CircuitBreaker.make({ ...settings, probes: 1 })
      yield* Effect.replicateEffect(Effect.ignore(failing.pipe(CircuitBreaker.protect(breaker))), 2)
      yield* TestClock.adjust("5 seconds")
      const mistake = new Error("mine")
      const exit = yield* Effect.exit(breaker.withPermit(Effect.void, () => {
        throw mistake
      }))
      assert.deepStrictEqual(exit, Exit.die(mistake))
      yield* Effect.void.pipe(CircuitBreaker.protect(breaker))
      assert.strictEqual(yield* modeOf(breaker), "closed")
    }))

  it.effect.each(
    [
      ["a server's error", failing, "open"],
      ["a timeout", Effect.fail(timeout), "open"],
      ["a defect", Effect.die("boom"), "open"],
      ["a foreign error", Effect.fail("boom"), "open"],
      ["a refusal", Effect.fail(clientError), "closed"],
      ["a 429", Effect.fail(rateLimited("5 seconds")(DateTime.unsafeMake(0))), "closed"],
      ["an interruption", Effect.interrupt, "closed"]
    ] as ReadonlyArray<readonly [string, Effect.Effect<never, unknown>, CircuitBreaker.Mode]>
  )("after %s, twice, it is …", ([, effect, mode]) =>
    Effect.gen(function*() {
      const breaker = yield* CircuitBreaker.make(settings)
      yield* Effect.exit(effect.pipe(CircuitBreaker.protect(breaker)))
      yield* Effect.exit(effect.pipe(CircuitBreaker.protect(breaker)))
      assert.strictEqual(yield* modeOf(breaker), mode)
    }))

  it.effect.each(
    [
      ["what was never sent", Effect.fail(new ApiError.Rejected({ ...notSent, reason: "queue-full" })), "closed"],
      ["another circuit", Effect.fail(new ApiError.CircuitOpen({ ...notSent, key: "other" })), "closed"],
      ["a deadline that came before it was sent", Effect.fail(deadline("not-sent")), "closed"],
      ["the caller's own deadline", Effect.fail(deadline("unknown")), "closed"],
      [
        "a server that is not there",
        Effect.fail(new ApiError.ConnectionError({ ...notSent, reason: "refused" })),
        "open"
      ]
    ] as ReadonlyArray<readonly [string, Effect.Effect<never, unknown>, CircuitBreaker.Mode]>
  )("says nothing of a server's health but where nobody is there: %s", ([, effect, mode]) =>
    Effect.gen(function*() {
      const breaker = yield* CircuitBreaker.make(settings)
      for (let n = 0; n < 3; n++) yield* Effect.exit(effect.pipe(CircuitBreaker.protect(breaker)))
      assert.strictEqual(yield* modeOf(breaker), mode)
    }))

  const half = { minimumCalls: 2, failureRate: 0.5 } as const
  const well = Effect.void
  const slowly = Effect.sleep("3 seconds")
  const later = (effect: Effect.Effect<void, ApiError.ApiError>) =>
    Effect.zipRight(TestClock.adjust("11 seconds"), effect)
  it.effect.each(
    [
      ["half of the last four", { ...half, over: { calls: 4 } }, [well, failing], "open"],
      ["half of too few", { ...half, over: { calls: 4 }, minimumCalls: 3 }, [well, failing], "closed"],
      ["too few of the last four", { ...half, over: { calls: 4 } }, [well, well, well, failing], "closed"],
      ["what is older than the last two", { over: { calls: 2 }, minimumCalls: 2, failureRate: 1 }, [
        failing,
        well,
        failing
      ], "closed"],
      ["half of the last 10 seconds", { ...half, over: { time: "10 seconds" } }, [well, failing], "open"],
      ["what is older than 10 seconds", { ...half, over: { time: "10 seconds" } }, [failing, later(failing)], "closed"],
      ["slowness", { ...half, over: { calls: 4 }, slow: { from: "2 seconds", rate: 1 } }, [slowly, slowly], "open"],
      ["slowness, if nobody minds", { ...half, over: { calls: 4 } }, [slowly, slowly], "closed"],
      [
        "what is not so slow",
        { ...half, over: { calls: 4 }, slow: { from: "4 seconds", rate: 1 } },
        [slowly, slowly],
        "closed"
      ]
    ] as ReadonlyArray<
      readonly [
        string,
        typeof CircuitBreaker.Trip.Encoded,
        ReadonlyArray<Effect.Effect<void, ApiError.ApiError>>,
        CircuitBreaker.Mode
      ]
    >
  )("counts shares of calls: after %s", ([, trip, calls, mode]) =>
    Effect.gen(function*() {
      const breaker = yield* CircuitBreaker.make({ trip, opening: "1 minute" })
      for (const call of calls) {
        const fiber = yield* Effect.fork(Effect.exit(CircuitBreaker.protect(call, breaker)))
        yield* TestClock.adjust("3 seconds")
        yield* Fiber.join(fiber)
      }
      assert.strictEqual(yield* modeOf(breaker), mode)
    }))

  it.effect("what it refuses says until when, unless that is up to a person", () =>
    Effect.gen(function*() {
      const breaker = yield* opened
      const refused = Effect.flip(CircuitBreaker.protect(Effect.void, breaker))
      assert.strictEqual((yield* refused).message, "The circuit is open until 1970-01-01T00:00:05.000Z")
      yield* breaker.isolate
      assert.strictEqual((yield* refused).message, "The circuit is open")
    }))

  it.effect("a refusal between two failures shows that the server is well", () =>
    Effect.gen(function*() {
      const breaker = yield* CircuitBreaker.make(settings)
      for (const effect of [failing, Effect.fail(clientError), failing]) {
        yield* Effect.exit(effect.pipe(CircuitBreaker.protect(breaker)))
      }
      assert.strictEqual(yield* modeOf(breaker), "closed")
    }))

  it.effect("an interrupted probe gives its place back", () =>
    Effect.gen(function*() {
      const breaker = yield* opened
      yield* TestClock.adjust("5 seconds")
      const probe = yield* Effect.fork(Effect.never.pipe(CircuitBreaker.protect(breaker)))
      yield* TestClock.adjust(0)
      assert.strictEqual((yield* Effect.either(Effect.void.pipe(CircuitBreaker.protect(breaker))))._tag, "Left")
      yield* Fiber.interrupt(probe)
      yield* Effect.void.pipe(CircuitBreaker.protect(breaker))
      assert.strictEqual(yield* modeOf(breaker), "closed")
    }))

  it.effect("a result that began before the opening changes nothing", () =>
    Effect.gen(function*() {
      const breaker = yield* CircuitBreaker.make(settings)
      const early = yield* Effect.fork(
        Effect.delay(failing, "7 seconds").pipe(CircuitBreaker.protect(breaker), Effect.ignore)
      )
      yield* TestClock.adjust(0)
      yield* Effect.ignore(failing.pipe(CircuitBreaker.protect(breaker)))
      yield* Effect.ignore(failing.pipe(CircuitBreaker.protect(breaker)))
      yield* TestClock.adjust("6 seconds")
      yield* Effect.void.pipe(CircuitBreaker.protect(breaker))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(early)
      assert.strictEqual(yield* modeOf(breaker), "closed")
    }))

  it.effect("stays open for as long as the server asks", () =>
    Effect.gen(function*() {
      const breaker = yield* CircuitBreaker.make(settings)
      const busy = new ApiError.ServerError({ ...serverError, retryAt: DateTime.unsafeMake(30_000) })
      yield* Effect.ignore(Effect.fail(busy).pipe(CircuitBreaker.protect(breaker)))
      yield* Effect.ignore(Effect.fail(busy).pipe(CircuitBreaker.protect(breaker)))
      const { retryAt } = yield* breaker.state
      assert.strictEqual(retryAt && DateTime.toEpochMillis(retryAt), 30_000)
    }))

  it.effect("is waited for by a retry schedule, as long as that may be", () =>
    Effect.gen(function*() {
      const breaker = yield* opened
      const schedule = RetrySchedule.exponential({ jitter: "none", retries: 1 })
      const call = yield* Effect.fork(Effect.void.pipe(CircuitBreaker.protect(breaker), Effect.retry(schedule)))
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(call)
      assert.strictEqual(yield* modeOf(breaker), "closed")
    }))

  it.effect("tells its changes, each once", () =>
    Effect.gen(function*() {
      const breaker = yield* CircuitBreaker.make(settings)
      const changes = yield* Effect.fork(Stream.runCollect(Stream.take(breaker.changes, 4)))
      yield* TestClock.adjust(0)
      yield* Effect.ignore(failing.pipe(CircuitBreaker.protect(breaker)))
      yield* Effect.ignore(failing.pipe(CircuitBreaker.protect(breaker)))
      yield* TestClock.adjust("5 seconds")
      yield* Effect.yieldNow().pipe(CircuitBreaker.protect(breaker))
      assert.deepStrictEqual([...(yield* Fiber.join(changes))], ["closed", "open", "half-open", "closed"])
    }))

  it.effect("can be isolated, disabled and reset by hand", () =>
    Effect.gen(function*() {
      const breaker = yield* opened
      yield* breaker.isolate
      yield* TestClock.adjust("1 hour")
      const error = yield* Effect.flip(Effect.void.pipe(CircuitBreaker.protect(breaker)))
      assert.isUndefined(error.retryAt)
      yield* breaker.disable
      yield* Effect.void.pipe(CircuitBreaker.protect(breaker))
      yield* breaker.reset
      assert.deepStrictEqual(yield* breaker.state, { mode: "closed", retryAt: undefined })
    }))

  it.effect.each(
    [
      ["consecutiveFailures", { ...settings, trip: { consecutiveFailures: 0 } }],
      ["circuit breaker", null as never],
      ["longestOpenin", { ...settings, longestOpenin: "1 hour" } as typeof settings],
      ["opening", { ...settings, opening: 0 }],
      ["factor", { ...settings, factor: 0.5 }],
      ["failureRate", { ...settings, trip: { over: { calls: 10 }, minimumCalls: 5, failureRate: 1.5 } }],
      ["minimumCalls", { ...settings, trip: { over: { calls: 10 }, minimumCalls: 11, failureRate: 0.5 } }]
    ] as const
  )("settings that cannot be right fail, naming them: %s", ([name, wrong]) =>
    Effect.gen(function*() {
      assert.include((yield* Effect.flip(CircuitBreaker.make(wrong))).message, name)
    }))
})
