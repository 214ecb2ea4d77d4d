import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, TestClock } from "effect"
import { Policy, Profile, RateLimiter } from "effect-resilience"
import * as PortalLimiters from "../../packages/hubspot/src/internal/portalLimiters.ts"

const setup = Effect.gen(function*() {
  const limiters = yield* PortalLimiters.make
  const policy = yield* Policy.make(Profile.production, {
    limits: [RateLimiter.rolling("general", 5, "10 seconds"), RateLimiter.daily("daily", 100)]
  })
  /** Takes from the bucket, as a client that is closed at once. */
  const use = (portalId: number, bucket?: string) =>
    Effect.scoped(
      Effect.tap(limiters.get(portalId, policy), (limiter) =>
        bucket === undefined ? Effect.void : RateLimiter.limit(Effect.void, limiter, { buckets: [bucket] }))
    )
  return { use, limiters, policy }
})

describe("a portal's limiter", () => {
  it.scoped("is forgotten with its client where nothing of it counts any longer", () =>
    Effect.gen(function*() {
      const { use } = yield* setup
      assert.notStrictEqual(yield* use(1), yield* use(1))
    }))

  it.scoped.each([["general", "10 seconds"], ["daily", "24 hours"]] as const)(
    "is kept while its window or its day runs: %s",
    ([bucket, until]) =>
      Effect.gen(function*() {
        const { use } = yield* setup
        const limiter = yield* use(1, bucket)
        yield* TestClock.adjust(Duration.subtract(Duration.decode(until), "1 second"))
        yield* use(2)
        assert.strictEqual(yield* use(1), limiter)
        yield* TestClock.adjust("2 minutes")
        assert.notStrictEqual(yield* use(1), limiter)
      })
  )

  it.scoped("is kept while it is closed", () =>
    Effect.gen(function*() {
      const { limiters, policy, use } = yield* setup
      const limiter = yield* Effect.scoped(
        Effect.tap(limiters.get(1, policy), (limiter) => limiter.close("5 minutes", ["daily"]))
      )
      yield* TestClock.adjust("4 minutes")
      assert.strictEqual(yield* use(1), limiter)
    }))

  it.scoped("is the same for clients that overlap", () =>
    Effect.gen(function*() {
      const { limiters, policy, use } = yield* setup
      const limiter = yield* limiters.get(1, policy)
      assert.strictEqual(yield* use(1), limiter)
      assert.strictEqual(yield* use(1), limiter)
    }))
})
