/** What a client is not supposed to meet with, and gets over. */
import { HttpClient, HttpClientRequest, HttpClientResponse } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import {
  Clock,
  Duration,
  Effect,
  Exit,
  Fiber,
  FiberId,
  Logger,
  LogLevel,
  Schedule,
  Scheduler,
  Stream,
  TestClock
} from "effect"
import { type ApiError, RateLimiter, type ResilientHttpClient } from "effect-resilience"
import { clientOver, failure, success, times } from "../support/client.ts"
import * as ScriptedClient from "../support/ScriptedClient.ts"

const get = HttpClientRequest.get("https://api.example.com/things")

describe("a URL that only looks like one of HTTP's", () => {
  it.scoped.each([
    "https:api.example.com/x",
    "https:/api.example.com/x",
    "https:\\\\ada:secret@api.example.com\\x",
    "data:text/plain,hello",
    "file:///etc/passwd",
    "https://",
    "\thttps://api.example.com/x"
  ])("is an InvalidRequest: %j", (url) =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({})
      const error = yield* failure((yield* clientOver(scripted)).execute(HttpClientRequest.get(url)))
      assert.deepInclude(error, { _tag: "InvalidRequest", field: "url", outcome: "not-sent" })
      assert.notInclude(JSON.stringify(error), "secret")
      assert.strictEqual(scripted.sent.length, 0)
    }))

  it.scoped("a backslash ends the name of the host, as it does for those who send it", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({ status: 400 }))
      const error = yield* failure(
        client.execute(HttpClientRequest.get("https://api.example.com\\@other.example.com/x"))
      )
      assert.strictEqual(error.url.startsWith("https://api.example.com\\"), true)
      assert.deepStrictEqual([...(yield* client.circuits).keys()], ["https://api.example.com"])
    }))
})

describe("the snapshot", () => {
  it.scoped("counts calls that die as failed, wherever that is", () =>
    Effect.gen(function*() {
      const dying = () => {
        throw new Error("a mistake of the caller's")
      }
      for (const options of [{ key: dying }, { classify: dying }, { authenticate: dying }, { quotas: dying }]) {
        const client = yield* clientOver(
          ScriptedClient.make({}),
          { limits: [RateLimiter.rolling("a", 5, 1000)] },
          options
        )
        assert.isTrue(Exit.isFailure(yield* Effect.exit(client.execute(get))))
        assert.deepInclude(yield* client.snapshot, { calls: 1, succeeded: 0, failed: 1, interrupted: 0 })
        yield* TestClock.adjust("10 seconds")
        assert.deepInclude((yield* client.limiter.state).buckets[0], { inFlight: 0, available: 5 })
      }
    }))
})

describe("interruption at any point", () => {
  type Make = (client: ResilientHttpClient.Service) => Effect.Effect<unknown, ApiError.ApiError>
  const calls: ReadonlyArray<readonly [string, Make]> = [
    ["call", (client) => client.execute(get)],
    ["stream", (client) => Stream.runDrain(client.stream(get))]
  ]
  it.scopedLive.each(calls)(
    "of a %s that goes through everything there is leaves nothing behind, and is counted",
    ([, make]) =>
      Effect.gen(function*() {
        let sent = 0
        let open = 0
        // It takes no time, so that every step is one of the runtime's.
        const http = HttpClient.make((request) =>
          Effect.acquireUseRelease(
            Effect.sync(() => open++),
            () =>
              Effect.as(
                Effect.yieldNow(),
                HttpClientResponse.fromWeb(request, new Response("abc", { status: sent++ === 0 ? 503 : 200 }))
              ),
            () => Effect.sync(() => open--)
          )
        )
        const client = yield* clientOver({ client: http, sent: [], open: () => open }, {
          limits: [RateLimiter.rolling("a", 100_000, "1 second")],
          concurrency: 10,
          breaker: { trip: { consecutiveFailures: 1_000_000 }, opening: "1 second" },
          budget: { tokens: 1_000_000 }
        }, {
          schedule: Schedule.recurs(5),
          authenticate: (request) => Effect.as(Effect.yieldNow(), request)
        })
        const call = make(client)
        yield* call
        yield* Effect.repeatN(Effect.yieldNow(), 100)
        const roots = (yield* Fiber.roots).length
        let steps = 0
        for (let done = false; !done; steps++) {
          sent = 0
          let left = steps
          const caller: Fiber.RuntimeFiber<unknown, unknown> = yield* Effect.fork(
            Effect.withScheduler(call, {
              scheduleTask: Scheduler.defaultScheduler.scheduleTask.bind(Scheduler.defaultScheduler),
              shouldYield: () => {
                if (left-- !== 0) return false
                caller.unsafeInterruptAsFork(FiberId.none)
                return 0
              }
            })
          )
          done = Exit.isSuccess(yield* Fiber.await(caller))
          // What was left to itself is gone a little later.
          for (let n = 0; n < 100 && (yield* Fiber.roots).length > roots; n++) yield* Effect.yieldNow()
          const { calls, failed, interrupted, succeeded } = yield* client.snapshot
          const { buckets, waiting } = yield* client.limiter.state
          assert.deepStrictEqual(
            {
              waiting,
              open,
              roots: (yield* Fiber.roots).length - roots,
              inFlight: buckets.map(({ inFlight }) => inFlight),
              uncounted: calls - succeeded - failed - interrupted
            },
            { waiting: 0, open: 0, roots: 0, inFlight: [0, 0], uncounted: 0 },
            `after ${steps} steps`
          )
        }
        assert.isAbove(steps, 200)
      }),
    60_000
  )
})

describe("a circuit that is being probed", () => {
  const breaker = { trip: { consecutiveFailures: 2 }, opening: "10 seconds", probeTimeout: "1 minute" } as const
  const once = { retry: { retries: 0 } } as const
  const hasty = { deadline: "20 seconds", attemptTimeout: "9 seconds" } as const

  it.scoped("is waited for even where a lost probe would not be: it may end at any time", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { status: 503 }, { after: "2 seconds" }, {})
      const client = yield* clientOver(scripted, { ...once, breaker })
      yield* Effect.replicateEffect(Effect.flip(client.execute(get)), 2)
      yield* success(Effect.replicateEffect(client.execute(get, hasty), 4, { concurrency: "unbounded" }))
      assert.deepStrictEqual(times(scripted), [0, 0, 10_000, 12_000, 12_000, 12_000])
    }))

  it.scoped("but not beyond the deadline", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { status: 503 }, { hang: true })
      const client = yield* clientOver(scripted, { ...once, breaker, attemptTimeout: "1 minute" })
      yield* Effect.replicateEffect(Effect.flip(client.execute(get)), 2)
      yield* Effect.fork(client.execute(get))
      yield* TestClock.adjust("10 seconds")
      const error = yield* failure(client.execute(get, hasty))
      assert.deepInclude(error, { _tag: "CircuitOpen", outcome: "not-sent" })
      assert.deepInclude(error.retry, { attempts: 0, stopped: "deadline", elapsed: Duration.seconds(20) })
    }))

  it.scopedLive("lets one through of a herd of 10,000, and then all of them", () =>
    Effect.gen(function*() {
      let sent = 0
      let open = 0
      let openAtProbe = 0
      const http = HttpClient.make((request) =>
        Effect.acquireUseRelease(
          Effect.sync(() => {
            open++
            return sent++
          }),
          (n) =>
            Effect.sync(() => {
              if (n === 2) openAtProbe = open
              return HttpClientResponse.fromWeb(request, new Response("", { status: n < 2 ? 503 : 200 }))
            }).pipe(Effect.delay(n < 3 ? "20 millis" : 0)),
          () => Effect.sync(() => open--)
        )
      )
      const client = yield* clientOver({ client: http, sent: [], open: () => open }, {
        breaker: { trip: { consecutiveFailures: 2 }, opening: "200 millis" },
        concurrency: 100,
        budget: "off"
      }, { schedule: Schedule.recurs(5) })
      const events = yield* Effect.fork(Stream.runCollect(Stream.takeUntil(client.events, (event) =>
        event._tag === "CircuitChanged" && event.mode === "closed")))
      yield* Effect.repeatN(Effect.yieldNow(), 100)
      // Two open it; the herd finds it so.
      yield* Effect.replicateEffect(Effect.either(client.execute(get, { retries: 0 })), 2, { concurrency: 2 })
      yield* Effect.replicateEffect(client.execute(get), 10_000, { concurrency: "unbounded", discard: true })
      const told = [...(yield* Fiber.join(events))].flatMap((event) =>
        event._tag === "CircuitChanged" ? [event.mode] : []
      )
      assert.deepStrictEqual(told, ["open", "half-open", "closed"])
      assert.deepStrictEqual([openAtProbe, open, sent], [1, 0, 10_002])
      assert.deepInclude(yield* client.snapshot, { calls: 10_002, succeeded: 10_000, failed: 2 })
      assert.deepInclude(yield* client.limiter.state, { waiting: 0 })
    }), 120_000)
})

describe("another policy in the midst of everything", () => {
  const a = (limit: number) => ({ ...RateLimiter.rolling("a", limit, "1 second"), window: Duration.seconds(1) })

  it.scoped("sends away a call that its limits have no room for any longer, and lets those behind it through", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({})
      const client = yield* clientOver(scripted, { limits: [a(5)] })
      yield* client.execute(get)
      const heavy = yield* Effect.fork(Effect.flip(client.execute(get, { weight: 5 })))
      const light = yield* Effect.fork(client.execute(get))
      yield* TestClock.adjust(0)
      yield* client.setPolicy({ ...(yield* client.policy), limits: [a(3)] })
      assert.deepInclude(yield* Fiber.join(heavy), { _tag: "InvalidRequest", field: "weight", outcome: "not-sent" })
      yield* Fiber.join(light)
      assert.deepStrictEqual(times(scripted), [0, 0])
    }))

  it.scoped("another budget does not close a circuit that is open, nor does another breaker fill a budget", () =>
    Effect.gen(function*() {
      const breaker = { trip: { consecutiveFailures: 2 }, opening: "1 minute" } as const
      const client = yield* clientOver(ScriptedClient.make({ status: 503 }), { breaker, budget: { tokens: 20 } })
      yield* failure(client.execute(get, { deadline: "30 seconds" }))
      const policy = yield* client.policy
      const modes = Effect.flatMap(
        client.circuits,
        (circuits) => Effect.forEach(circuits.values(), ({ state }) => Effect.map(state, ({ mode }) => mode))
      )
      yield* client.setPolicy({ ...policy, budget: { tokens: 5, cost: 14, throttledCost: 5, refund: 1 } })
      assert.deepStrictEqual(yield* modes, ["open"])
      yield* client.setPolicy({
        ...policy,
        budget: { tokens: 5, cost: 14, throttledCost: 5, refund: 1 },
        breaker: "off"
      })
      assert.deepStrictEqual(yield* modes, [])
      assert.strictEqual((yield* failure(client.execute(get))).retry?.stopped, "budget")
    }))

  it.scopedLive("is taken as a whole or not at all, whoever else changes it and wherever that is interrupted", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({}), { limits: [a(1)], concurrency: 1 })
      const policy = yield* client.policy
      const quietly = Logger.withMinimumLogLevel(LogLevel.None)
      for (let steps = 0, left = -1; left < 0; steps++) {
        left = steps
        const change = (n: number) => quietly(client.setPolicy({ ...policy, limits: [a(n)], concurrency: n }))
        const first: Fiber.RuntimeFiber<unknown, unknown> = yield* Effect.fork(
          Effect.withScheduler(change(2 * steps + 2), {
            scheduleTask: Scheduler.defaultScheduler.scheduleTask.bind(Scheduler.defaultScheduler),
            shouldYield: () => {
              if (left-- !== 0) return false
              // Here the other one gets in; and every second time this one is interrupted.
              if (steps % 2 === 1) first.unsafeInterruptAsFork(FiberId.none)
              return 0
            }
          })
        )
        yield* Fiber.awaitAll([first, yield* Effect.fork(change(2 * steps + 3))])
        const { concurrency, limits: [limit] } = yield* client.policy
        const { buckets } = yield* client.limiter.state
        assert.deepStrictEqual(buckets.map(({ limit }) => limit), [limit?.limit, concurrency], `after ${steps} steps`)
      }
    }))
})

describe("time", () => {
  it.scoped.each([["back", -86_400_000], ["forth", 86_400_000]] as const)(
    "that is set %s while a call waits makes it neither longer nor shorter",
    ([, shift]) =>
      Effect.gen(function*() {
        let ahead = 0
        const clock = yield* Effect.clock
        const shifted: Clock.Clock = {
          ...clock,
          [Clock.ClockTypeId]: Clock.ClockTypeId,
          sleep: (duration) => clock.sleep(duration),
          currentTimeNanos: clock.currentTimeNanos,
          unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos(),
          currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + ahead),
          unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis() + ahead
        }
        const scripted = ScriptedClient.make({ status: 503 }, { status: 429, headers: { "retry-after": "5" } }, {})
        const client = yield* clientOver(scripted, {
          limits: [RateLimiter.rolling("a", 1, "3 seconds"), RateLimiter.daily("b", 100)],
          breaker: { trip: { consecutiveFailures: 1 }, opening: "7 seconds" }
        })
        const call = yield* Effect.fork(Effect.withClock(client.execute(get), shifted))
        // In the open circuit until 7 s, in the limits' gate until 12 s.
        for (const seconds of [1, 5, 3, 2]) {
          yield* TestClock.adjust(Duration.seconds(seconds))
          ahead += shift
        }
        assert.strictEqual(call.unsafePoll(), null)
        yield* TestClock.adjust("1 seconds")
        yield* Fiber.join(call)
        assert.strictEqual(scripted.sent.length, 3)
      })
  )

  it.scoped("of two months is waited for: no timer is asked for more than it can do", () =>
    Effect.gen(function*() {
      const months = Duration.days(60)
      const scripted = ScriptedClient.make({ status: 429, headers: { "retry-after": String(40 * 86_400) } }, {})
      const client = yield* clientOver(scripted, {
        retry: { hintCap: months },
        deadline: "100 days",
        attemptTimeout: "30 days",
        limits: [RateLimiter.rolling("a", 1, months)]
      })
      const call = yield* Effect.fork(client.execute(get))
      for (let day = 0; day < 61; day++) {
        yield* TestClock.adjust("1 day")
        const now = yield* TestClock.currentTimeMillis
        for (const until of yield* TestClock.sleeps()) assert.isAtMost(until - now, 2 ** 31 - 1)
      }
      yield* Fiber.join(call)
    }))
})
