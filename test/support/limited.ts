/**
 * A process that calls a server as often as its limiter lets it, and meets with all that calls meet with: slow answers,
 * interruption, requests that are never sent. `HOLD` makes it hold that many slots until it is killed.
 */
import { Config, Duration, Effect, Random } from "effect"
import { RateLimiter } from "effect-resilience"
import * as RateLimiterRedis from "effect-resilience/RateLimiterRedis"

const call = (server: string, afterMillis: number) =>
  Effect.tryPromise((signal) => fetch(`${server}/?after=${afterMillis}`, { signal }).then((answer) => answer.text()))

const program = Effect.gen(function*() {
  const server = yield* Config.string("SERVER")
  const limit = yield* Config.integer("LIMIT")
  const window = yield* Config.integer("WINDOW")
  const calls = yield* Config.integer("CALLS")
  const limiter = yield* RateLimiterRedis.make([RateLimiter.rolling("a", limit, window)], {
    url: yield* Config.redacted("REDIS_URL"),
    prefix: yield* Config.string("PREFIX"),
    lease: "3 seconds",
    whenAway: "fail"
  })
  if (yield* Config.withDefault(Config.boolean("HOLD"), false)) {
    return yield* Effect.replicateEffect(
      limiter.withSlots({}, () => Effect.zipRight(Effect.sync(() => console.log("holds")), Effect.never)),
      calls,
      { concurrency: "unbounded", discard: true }
    )
  }
  const one = Effect.gen(function*() {
    const chance = yield* Random.next
    const after = yield* Random.nextIntBetween(0, 80)
    if (chance < 0.1) return yield* limiter.withSlots({ fate: () => "not-sent" }, () => Effect.sleep("2 millis"))
    const sent = RateLimiter.limit(call(server, after), limiter)
    return yield* chance < 0.25
      ? Effect.timeoutOption(sent, Duration.millis(yield* Random.nextIntBetween(0, 1500)))
      : sent
  })
  yield* Effect.replicateEffect(one, calls, { concurrency: 40, discard: true })
  console.log("done")
})

Effect.runPromise(Effect.scoped(program)).then(() => process.exit(0), (error) => {
  console.error(String(error))
  process.exit(1)
})
