/** Whatever goes wrong in what the caller gave, or in when things happen, a call ends, and gives back what it has taken. */
import { type HttpClient, HttpClientRequest } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Layer, Logger, Stream, TestClock, Tracer } from "effect"
import { Policy, Profile, RateLimiter, ResilientHttpClient } from "effect-resilience"
import * as UndiciHttpClient from "effect-resilience/UndiciHttpClient"
import * as Timers from "../../packages/resilience/src/internal/timers.ts"
import { clientOver } from "../support/client.ts"
import * as ScriptedClient from "../support/ScriptedClient.ts"
import * as ScriptedServer from "../support/ScriptedServer.ts"

const get = HttpClientRequest.get("/things")

const thrown = (): never => {
  throw new Error("mine")
}

const over = (
  transport: Layer.Layer<HttpClient.HttpClient>,
  url: string,
  options: ResilientHttpClient.Options = {},
  overrides: Policy.Overrides = {}
) =>
  Effect.gen(function*() {
    const limits = [RateLimiter.rolling("general", 10, "1 second")]
    const policy = yield* Policy.make(Profile.testing, { retry: { retries: 0 }, limits, ...overrides })
    const context = yield* Layer.build(transport)
    return yield* Effect.provide(ResilientHttpClient.make(policy, { baseUrl: url, ...options }), context)
  })

const inFlight = (client: ResilientHttpClient.Service) =>
  Effect.map(client.limiter.state, ({ buckets }) => buckets[0]?.inFlight)

describe.each([["lean", UndiciHttpClient.layer()], ["any", NodeHttpClient.layerUndici]] as const)(
  "over the %s transport",
  (_, transport) => {
    it.scopedLive.each(
      [
        ["a reader of quotas that throws", { quotas: thrown }],
        ["a classifier that throws", { classify: thrown }],
        ["credentials that are no request", { authenticate: () => Effect.succeed(undefined as never) }]
      ] as ReadonlyArray<readonly [string, ResilientHttpClient.Options]>
    )("%s is the call's death, and its slot is given back", ([, options]) =>
      Effect.gen(function*() {
        const server = yield* ScriptedServer.make((_, response) => void response.end("{}"))
        const client = yield* over(transport, server.url, options)
        const exit = yield* Effect.exit(client.execute(get))
        assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
        assert.strictEqual(yield* inFlight(client), 0)
      }))

    it.scopedLive("a tracer that throws, too", () =>
      Effect.gen(function*() {
        const server = yield* ScriptedServer.make((_, response) => void response.end("{}"))
        const client = yield* over(transport, server.url)
        const tracer = Tracer.make({ span: thrown, context: (f) => f() })
        assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.withTracer(client.execute(get), tracer))))
        assert.strictEqual(yield* inFlight(client), 0)
      }))

    it.scopedLive("a logger that throws when the circuit changes, too", () =>
      Effect.gen(function*() {
        const server = yield* ScriptedServer.make((_, response) => void response.writeHead(500).end())
        const breaker = { trip: { consecutiveFailures: 1 }, opening: "20 millis" } as const
        const client = yield* over(transport, server.url, {}, { breaker })
        yield* Effect.exit(client.execute(get))
        yield* Effect.sleep("40 millis")
        const logger = Logger.replace(Logger.defaultLogger, Logger.make(thrown))
        assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.provide(client.execute(get), logger))))
        assert.strictEqual(yield* inFlight(client), 0)
      }))

    it.scopedLive("a stream whose classifier throws leaves no connection behind", () =>
      Effect.gen(function*() {
        const closed = yield* Deferred.make<void>()
        const server = yield* ScriptedServer.make((_, response) => {
          response.once("close", () => Effect.runSync(Deferred.succeed(closed, undefined)))
          response.writeHead(200).write("the first of many")
        })
        const client = yield* over(transport, server.url, { classify: thrown })
        assert.isTrue(Exit.isFailure(yield* Effect.exit(Stream.runDrain(client.stream(get)))))
        yield* Effect.timeout(Deferred.await(closed), "5 seconds")
        assert.strictEqual(yield* inFlight(client), 0)
      }))

    it.scopedLive("a stream that falls silent is given up even where the caller may not be interrupted", () =>
      Effect.gen(function*() {
        const server = yield* ScriptedServer.make((_, response) => void response.writeHead(200).write("a"))
        const client = yield* over(transport, server.url)
        const drained = Stream.runDrain(client.stream(get, { attemptTimeout: "50 millis" }))
        assert.strictEqual((yield* Effect.uninterruptible(Effect.flip(drained)))._tag, "Timeout")
      }))
  }
)

describe("a client", () => {
  it.effect("that is used when its scope has closed makes no call that nobody would time", () =>
    Effect.gen(function*() {
      const client = yield* Effect.scoped(clientOver(ScriptedClient.make({}), { limits: [] }))
      const url = HttpClientRequest.get("https://api.example.com/things")
      assert.isTrue(Exit.isInterrupted(yield* Effect.exit(client.execute(url))))
    }))
})

describe("timers", () => {
  it.scoped("that are armed at the same time ring each at its own", () =>
    Effect.gen(function*() {
      const timers = yield* Timers.make
      const rung: Array<number> = []
      for (const at of [100, 1500]) timers.unsafeSet(at, () => rung.push(at))
      const arming = [timers.arm(100), timers.arm(1500)].map((arm) => arm ?? Effect.void)
      yield* Effect.all(arming, { discard: true })
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(rung, [100])
      yield* TestClock.adjust(1400)
      assert.deepStrictEqual(rung, [100, 1500])
    }))

  it.scoped("ring although the alarm that they relied on has gone off before they were waited for", () =>
    Effect.gen(function*() {
      const timers = yield* Timers.make
      const rung = yield* Deferred.make<void>()
      timers.unsafeSet(100, () => {})
      yield* timers.arm(100) ?? Effect.void
      timers.unsafeSet(150, () => Deferred.unsafeDone(rung, Exit.void))
      assert.isUndefined(timers.arm(150))
      yield* TestClock.adjust(100)
      yield* TestClock.adjust(50)
      yield* Deferred.await(rung)
    }))
})
