import * as RateLimiter from "effect-resilience/RateLimiter"
import * as Effect from "effect/Effect"
import type { Subject } from "./subject.ts"

/** One at a time may pass, so that all the other lanes are waiting. */
export const subject: Subject = {
  run: (waiting, operations) =>
    Effect.gen(function*() {
      const limiter = yield* RateLimiter.make([RateLimiter.rolling("all", 1_000_000, "10 seconds")], { concurrency: 1 })
      let left = operations
      const lane = Effect.whileLoop({
        while: () => left-- > 0,
        body: () => RateLimiter.limit(Effect.yieldNow(), limiter),
        step: () => {}
      })
      yield* Effect.replicateEffect(lane, waiting + 1, { concurrency: "unbounded", discard: true })
    }).pipe(Effect.scoped, Effect.orDie, Effect.runPromise)
}
