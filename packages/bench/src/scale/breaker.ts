import * as CircuitBreaker from "effect-resilience/CircuitBreaker"
import * as Effect from "effect/Effect"
import type { Subject } from "./subject.ts"

export const subject: Subject = {
  run: (_, operations) =>
    Effect.gen(function*() {
      const breaker = yield* CircuitBreaker.make({ trip: { consecutiveFailures: 10 }, opening: "1 second" })
      let left = operations
      yield* Effect.whileLoop({
        while: () => left-- > 0,
        body: () => CircuitBreaker.protect(Effect.void, breaker),
        step: () => {}
      })
    }).pipe(Effect.scoped, Effect.orDie, Effect.runPromise)
}
