import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber, Stream, TestClock } from "effect"
import { ApiError, CircuitBreaker, RetrySchedule, SampleErrors } from "effect-resilience"

const { clientError, rateLimited, serverError, timeout } = SampleErrors
const settings = { trip: { consecutiveFailures: 2 }, opening: "5 seconds" } as const

const failing = Effect.fail<ApiError.ApiError>(serverError)
const modeOf = (breaker: CircuitBreaker.CircuitBreaker) => Effect.map(breaker.state, ({ mode }) => mode)

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
      ["opening", { ...settings, opening: 0 }],
      ["factor", { ...settings, factor: 0.5 }],
      ["failureRate", { ...settings, trip: { over: { calls: 10 }, minimumCalls: 5, failureRate: 1.5 } }]
    ] as const
  )("settings that cannot be right fail, naming them: %s", ([name, wrong]) =>
    Effect.gen(function*() {
      assert.include((yield* Effect.flip(CircuitBreaker.make(wrong))).message, name)
    }))
})
