/**
 * A limiter and a retry schedule around something that is not HTTP.
 *
 *     npx tsx examples/any-effect.ts
 */
import { NodeRuntime } from "@effect/platform-node"
import { Array, Console, Data, Effect, Ref } from "effect"
import { Jitter, RateLimiter, RetrySchedule } from "effect-resilience"

class Busy extends Data.TaggedError("Busy")<{ readonly query: number }> {}

/** A database that is busy for each query at first. */
const makeDatabase = Effect.map(Ref.make(new Set<number>()), (asked) => (query: number) =>
  Effect.flatMap(
    Ref.modify(asked, (before) => [before.has(query), new Set([...before, query])]),
    (again) => again ? Effect.succeed(query * query) : new Busy({ query })
  ))

const program = Effect.gen(function*() {
  const database = yield* makeDatabase
  const limiter = yield* RateLimiter.make([RateLimiter.rolling("database", 5, "200 millis")])
  const schedule = RetrySchedule.exponential({ base: "10 millis", jitter: Jitter.equal, retries: 3 })

  const query = (n: number) => database(n).pipe(RateLimiter.limit(limiter), Effect.retry(schedule))

  const answers = yield* Effect.forEach(Array.range(1, 10), query, { concurrency: "unbounded" })
  yield* Console.log(answers.join(" "))
})

NodeRuntime.runMain(Effect.scoped(program))
