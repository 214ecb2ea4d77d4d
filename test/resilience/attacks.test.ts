/** What a client is not supposed to meet with, and gets over. */
import { HttpClient, HttpClientRequest, HttpClientResponse } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, FiberId, Schedule, Scheduler, TestClock } from "effect"
import { RateLimiter } from "effect-resilience"
import { clientOver, failure } from "../support/client.ts"
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
  it.scopedLive("of a call that goes through everything there is leaves nothing behind, and is counted", () =>
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
              HttpClientResponse.fromWeb(request, new Response("", { status: sent++ === 0 ? 503 : 200 }))
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
      yield* client.execute(get)
      yield* Effect.repeatN(Effect.yieldNow(), 100)
      const roots = (yield* Fiber.roots).length
      let steps = 0
      for (let done = false; !done; steps++) {
        sent = 0
        let left = steps
        const call: Fiber.RuntimeFiber<unknown, unknown> = yield* Effect.fork(
          Effect.withScheduler(client.execute(get), {
            scheduleTask: Scheduler.defaultScheduler.scheduleTask.bind(Scheduler.defaultScheduler),
            shouldYield: () => {
              if (left-- !== 0) return false
              call.unsafeInterruptAsFork(FiberId.none)
              return 0
            }
          })
        )
        done = Exit.isSuccess(yield* Fiber.await(call))
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
    }))
})
