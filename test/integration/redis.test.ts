import { assert, describe, it } from "@effect/vitest"
import { Array, Effect } from "effect"
import { RateLimiter } from "effect-resilience"
import * as RateLimiterRedis from "effect-resilience/RateLimiterRedis"
import * as Program from "../support/Program.ts"
import * as Redis from "../support/Redis.ts"
import * as ScriptedServer from "../support/ScriptedServer.ts"

const redis = await Redis.find() as Redis.Address

/** Answers after as many milliseconds as it is asked to, and notes on one clock when each request arrived. */
const recordingServer = Effect.gen(function*() {
  const arrivals: Array<number> = []
  const { url } = yield* ScriptedServer.make((request, response) => {
    arrivals.push(performance.now())
    const after = Number(new URL(request.url ?? "", "http://server").searchParams.get("after"))
    setTimeout(() => response.end("ok"), after)
  })
  return { url, arrivals }
})

const assertWithin = (limit: number, window: number, arrivals: ReadonlyArray<number>) => {
  for (let i = limit; i < arrivals.length; i++) {
    const span = (arrivals[i] as number) - (arrivals[i - limit] as number)
    assert.isAtLeast(span, window, `arrivals ${i - limit} to ${i} of ${arrivals.length}`)
  }
}

const limit = 19
const window = 1000

const start = (prefix: string, server: string, env: Record<string, string>) =>
  Program.start("test/support/limited.ts", [], {
    REDIS_URL: Redis.urlOf(redis),
    PREFIX: prefix,
    SERVER: server,
    LIMIT: String(limit),
    WINDOW: String(window),
    ...env
  })

const until = (condition: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => condition() ? Effect.void : Effect.delay(until(condition), "10 millis"))

describe.skipIf(redis === undefined)("a server's windows, whoever calls it through one Redis", () => {
  it.scopedLive("one process never exceeds them, in random traffic with interruptions", () =>
    Effect.gen(function*() {
      const prefix = yield* Redis.prefix(redis)
      const server = yield* recordingServer
      const { ended } = yield* start(prefix, server.url, { CALLS: "100" })
      assert.deepInclude(yield* ended, { code: 0, stderr: "" })
      assert.isAtLeast(server.arrivals.length, 60)
      assertWithin(limit, window, server.arrivals)
    }))

  it.scopedLive(
    "nor do four, of which one is killed on the way, and all of them get room",
    () =>
      Effect.gen(function*() {
        const prefix = yield* Redis.prefix(redis)
        const server = yield* recordingServer
        const [victim, ...others] = yield* Effect.all(Array.replicate(start(prefix, server.url, { CALLS: "40" }), 4))
        yield* until(() => server.arrivals.length >= 2 * limit)
        yield* victim!.signal("SIGKILL")
        for (const { ended } of others) assert.deepInclude(yield* ended, { code: 0, stderr: "" })
        assertWithin(limit, window, server.arrivals)
      }),
    60_000
  )

  it.scopedLive("the slots of a process that was killed come back, a window after its lease", () =>
    Effect.gen(function*() {
      const prefix = yield* Redis.prefix(redis)
      const client = yield* Redis.client(redis)
      const limiter = yield* RateLimiterRedis.fromClient(client, [RateLimiter.rolling("a", limit, window)], {
        prefix,
        lease: "3 seconds",
        whenAway: "fail"
      })
      const holder = yield* start(prefix, "", { CALLS: String(limit), HOLD: "true" })
      yield* until(() => holder.stdout().split("holds").length > limit)
      assert.deepInclude((yield* limiter.state).buckets[0], { available: 0, inFlight: limit })
      yield* holder.signal("SIGKILL")
      yield* holder.ended
      const key = `{${prefix}}:a`
      const [first] = yield* Effect.promise(() => client.zRangeWithScores(key, 0, 0))
      const now = Effect.map(
        Effect.promise(() => client.sendCommand<[string, string]>(["TIME"])),
        ([seconds, micros]) => Number(seconds) * 1000 + Number(micros) / 1000
      )
      const admitted = yield* RateLimiter.limit(now, limiter)
      assert.isAtLeast(admitted, first!.score)
    }))
})
