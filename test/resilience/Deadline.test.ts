import { HttpClientRequest } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, TestClock } from "effect"
import { Deadline } from "effect-resilience"
import { clientOver } from "../support/client.ts"
import * as ScriptedClient from "../support/ScriptedClient.ts"

const get = HttpClientRequest.get("https://api.example.com/things")

describe("a deadline", () => {
  it.effect("is what is left of it, down to nothing", () =>
    Effect.gen(function*() {
      assert.strictEqual(Duration.toMillis(yield* Deadline.remaining), Infinity)
      yield* Effect.gen(function*() {
        yield* TestClock.adjust("4 seconds")
        assert.deepStrictEqual(yield* Deadline.remaining, Duration.seconds(6))
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual(yield* Deadline.remaining, Duration.zero)
      }).pipe(Deadline.within("10 seconds"))
    }))

  it.effect("is never later than that of the region around it", () =>
    Effect.gen(function*() {
      const inner = Deadline.remaining.pipe(Deadline.within("1 minute"), Deadline.within("10 seconds"))
      assert.deepStrictEqual(yield* inner, Duration.seconds(10))
    }))

  it.effect("is inherited by child fibres", () =>
    Effect.gen(function*() {
      const forked = Effect.flatMap(Effect.fork(Deadline.remaining), Fiber.join)
      assert.deepStrictEqual(yield* forked.pipe(Deadline.within("10 seconds")), Duration.seconds(10))
    }))

  it.scoped("fails a call at once where the server asks for a longer pause", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({ status: 429, headers: { "retry-after": "60" } }))
      // The test's clock stands still: whatever slept would never end.
      const error = yield* Effect.flip(client.execute(get)).pipe(Deadline.within("5 seconds"))
      assert.deepInclude(error, { _tag: "RateLimited" })
      assert.deepInclude(error.retry, { attempts: 1, stopped: "deadline", elapsed: Duration.zero })
    }))
})

describe("a deadline from outside", () => {
  it.effect.each(
    [
      [3000, undefined, 3000],
      [3000, "500 millis", 2500],
      [300, "500 millis", 0],
      [-1, undefined, 0],
      [Number.NaN, undefined, 0]
    ] as const
  )("%d ms left, of which %s are kept: %d", ([left, margin, expected]) =>
    Effect.gen(function*() {
      const remaining = yield* Deadline.remaining.pipe(Deadline.withinRemaining(() => left, { margin }))
      assert.strictEqual(Duration.toMillis(remaining), expected)
    }))

  it.effect("is asked for when the effect starts, each time", () =>
    Effect.gen(function*() {
      let left = 5000
      const effect = Deadline.withinRemaining(Deadline.remaining, () => left)
      assert.strictEqual(Duration.toMillis(yield* effect), 5000)
      left = 1000
      assert.strictEqual(Duration.toMillis(yield* effect), 1000)
    }))

  it.scoped("leaves nothing to send where nothing is left", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({})
      const client = yield* clientOver(scripted)
      const error = yield* Effect.flip(client.execute(get)).pipe(Deadline.withinRemaining(() => 0))
      assert.deepInclude(error, { _tag: "Timeout", scope: "deadline", outcome: "not-sent" })
      assert.strictEqual(scripted.sent.length, 0)
    }))
})
