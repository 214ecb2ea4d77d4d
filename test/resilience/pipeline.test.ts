/** The parts of the pipeline together, as a client has them. */
import { HttpClientRequest } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Array, Chunk, DateTime, Duration, Effect, Fiber, Stream, TestClock } from "effect"
import { Classifier, Profile, RateLimiter, type ResilientHttpClient } from "effect-resilience"
import { clientOver, failure, finish, success, times } from "../support/client.ts"
import * as ScriptedClient from "../support/ScriptedClient.ts"

const get = HttpClientRequest.get("https://api.example.com/things")
const elsewhere = HttpClientRequest.get("https://other.example.com/things")

const once = { retry: { retries: 0 } } as const
const breaker = { trip: { consecutiveFailures: 2 }, opening: "10 seconds" } as const

describe("the circuit breaker of a client", () => {
  it.scoped("opens after failures in a row: a call that cannot wait is not sent", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 })
      const client = yield* clientOver(scripted, { ...once, breaker })
      yield* Effect.replicateEffect(Effect.flip(client.execute(get)), 2)
      const error = yield* Effect.flip(client.execute(get, { deadline: "5 seconds", attemptTimeout: "1 second" }))
      assert.deepInclude(error, { _tag: "CircuitOpen", key: "https://api.example.com", outcome: "not-sent" })
      assert.deepStrictEqual(error.retryAt, DateTime.unsafeMake(10_000))
      assert.deepInclude(error.retry, { attempts: 0, stopped: "deadline" })
      assert.strictEqual(scripted.sent.length, 2)
    }))

  it.scoped("is waited for by a call that has the time, without spending its attempts", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { status: 503 }, {})
      const client = yield* clientOver(scripted, { ...once, breaker })
      yield* Effect.replicateEffect(Effect.flip(client.execute(get)), 2)
      yield* success(client.execute(get))
      assert.deepStrictEqual(times(scripted), [0, 0, 10_000])
    }))

  it.scoped("is closed again by a probe; those who waited for it follow at once", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { status: 503 }, { after: "2 seconds" }, {})
      const client = yield* clientOver(scripted, { ...once, breaker })
      yield* Effect.replicateEffect(Effect.flip(client.execute(get)), 2)
      yield* success(Effect.replicateEffect(client.execute(get), 4, { concurrency: "unbounded" }))
      assert.deepStrictEqual(times(scripted), [0, 0, 10_000, 12_000, 12_000, 12_000])
    }))

  it.scoped("a call that was queueing when it opened is not sent either", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { status: 503 }, {})
      const client = yield* clientOver(scripted, {
        ...once,
        breaker,
        limits: [RateLimiter.rolling("a", 2, "1 second")]
      })
      const calls = Effect.replicateEffect(Effect.either(client.execute(get)), 3, { concurrency: "unbounded" })
      yield* success(calls)
      assert.deepStrictEqual(times(scripted), [0, 0, 10_000])
      // the slot it had is free, as it was never sent
      assert.strictEqual((yield* client.limiter.state).buckets[0]?.available, 2)
    }))

  it.scoped("is one for each host", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { status: 503 }, {})
      const client = yield* clientOver(scripted, { ...once, breaker })
      yield* Effect.replicateEffect(Effect.flip(client.execute(get)), 2)
      yield* client.execute(elsewhere)
      const circuits = yield* client.circuits
      assert.deepStrictEqual([...circuits.keys()], ["https://api.example.com", "https://other.example.com"])
      assert.strictEqual((yield* circuits.get("https://api.example.com")!.state).mode, "open")
    }))

  it.scoped("or for each key of one's own", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { status: 503 }, {})
      const client = yield* clientOver(scripted, { ...once, breaker }, {
        key: ({ headers }) => headers["x-account"] ?? "nobody"
      })
      const of = (account: string) => client.execute(HttpClientRequest.setHeader(get, "x-account", account))
      yield* Effect.replicateEffect(Effect.flip(of("a")), 2)
      yield* of("b")
      assert.deepStrictEqual([...(yield* client.circuits).keys()], ["a", "b"])
    }))

  it.scoped("those that nobody used for long are forgotten, but not those that somebody isolated", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({})
      const client = yield* clientOver(scripted, {}, { key: ({ headers }) => headers["x-account"] ?? "nobody" })
      const of = (account: string) => client.execute(HttpClientRequest.setHeader(get, "x-account", account))
      yield* of("a")
      yield* of("b")
      yield* (yield* client.circuits).get("b")!.isolate
      yield* TestClock.adjust("11 minutes")
      yield* of("c")
      assert.deepStrictEqual([...(yield* client.circuits).keys()], ["b", "c"])
    }))

  it.scoped("isolated by hand, lets nothing through and tells nobody to wait", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({}))
      yield* client.execute(get)
      yield* (yield* client.circuits).get("https://api.example.com")!.isolate
      const error = yield* failure(client.execute(get))
      assert.deepInclude(error, { _tag: "CircuitOpen", retryable: false })
      assert.isUndefined(error.retryAt)
    }))

  it.scoped("takes no notice of what the caller's own deadline cut short", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ hang: true })
      const client = yield* clientOver(scripted, { ...once, breaker })
      yield* finish(Effect.replicateEffect(Effect.flip(client.execute(get, { deadline: "2 seconds" })), 3))
      assert.strictEqual(scripted.sent.length, 3)
    }))
})

describe("the retry budget of a client", () => {
  it.scoped("stops retries when it is spent, and says so", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 })
      const client = yield* clientOver(scripted, { budget: { tokens: 30 }, breaker: "off" })
      const error = yield* failure(client.execute(get))
      assert.deepInclude(error.retry, { attempts: 3, stopped: "budget" })
      assert.strictEqual((yield* failure(client.execute(get))).retry?.attempts, 1)
    }))

  it.scoped("what a retry cost is paid back when it succeeds", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make(...Array.makeBy(20, (n) => ({ status: n % 2 === 0 ? 503 : 200 })))
      const client = yield* clientOver(scripted, { budget: { tokens: 14 }, breaker: "off" })
      yield* success(Effect.replicateEffect(client.execute(get), 10))
      assert.strictEqual(scripted.sent.length, 20)
    }))

  it.scoped("is one for each host", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 })
      const client = yield* clientOver(scripted, { budget: { tokens: 14 }, breaker: "off" })
      assert.strictEqual((yield* failure(client.execute(get))).retry?.attempts, 2)
      assert.strictEqual((yield* failure(client.execute(elsewhere))).retry?.attempts, 2)
    }))

  it.scoped.each([["tokens", { tokens: 500 }], ["a share", { share: 0.05, perSecond: 1 }]] as const)(
    "in an outage of 10 s under constant load there are at most 1.1 requests to a call: %s",
    ([, budget]) =>
      Effect.gen(function*() {
        const scripted = ScriptedClient.make({ status: 503 })
        const client = yield* clientOver(scripted, { budget, breaker: "off", retry: { base: "100 millis" } })
        const tenCalls = Effect.replicateEffect(Effect.fork(Effect.either(client.execute(get))), 10)
        yield* Effect.replicateEffect(Effect.zipRight(tenCalls, TestClock.adjust("100 millis")), 100)
        yield* TestClock.adjust("1 minute")
        const { attempts, calls } = yield* client.snapshot
        assert.strictEqual(calls, 1000)
        assert.isAtMost(attempts / calls, 1.1)
        assert.isAbove(attempts, calls)
      })
  )
})

describe("the concurrency limit of a client", () => {
  it.scoped("holds with and without limits of rate", () =>
    Effect.gen(function*() {
      for (const limits of [[], [RateLimiter.rolling("a", 100, "1 second")]]) {
        const scripted = ScriptedClient.make({ after: "1 second" })
        const client = yield* clientOver(scripted, { concurrency: 2, limits })
        yield* Effect.fork(Effect.replicateEffect(client.execute(get), 5, { concurrency: "unbounded" }))
        yield* TestClock.adjust("500 millis")
        assert.strictEqual(scripted.open(), 2)
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(scripted.sent.length, 5)
      }
    }))

  it.scoped("holds beside a limiter that is shared with others", () =>
    Effect.gen(function*() {
      const shared = yield* RateLimiter.make([RateLimiter.rolling("a", 3, "10 seconds")])
      const scripted = ScriptedClient.make({ after: "1 second" })
      const client = yield* clientOver(scripted, { concurrency: 2 }, { limiter: shared })
      yield* Effect.fork(Effect.replicateEffect(client.execute(get), 4, { concurrency: "unbounded" }))
      yield* TestClock.adjust("1 minute")
      const [first = 0] = times(scripted)
      assert.deepStrictEqual(times(scripted).map((at) => at - first), [0, 0, 1000, 11_000])
    }))

  it.scoped("a call that finds the queue full is refused at once", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({ hang: true }), { concurrency: 1, longestQueue: 1 })
      yield* Effect.fork(Effect.replicateEffect(client.execute(get), 2, { concurrency: "unbounded" }))
      yield* TestClock.adjust(0)
      const error = yield* Effect.flip(client.execute(get))
      assert.deepInclude(error, { _tag: "Rejected", reason: "queue-full", outcome: "not-sent" })
      assert.deepInclude(error.retry, { attempts: 0, stopped: "not-retryable" })
    }))
})

describe("what the server says of its limits", () => {
  it.scoped("tightens the bucket it names", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ headers: { ratelimit: `"a";r=1;t=10` } })
      const client = yield* clientOver(scripted, {
        limits: [RateLimiter.rolling("a", 100, "10 seconds"), RateLimiter.rolling("b", 100, "10 seconds")]
      })
      yield* client.execute(get)
      assert.deepStrictEqual((yield* client.limiter.state).buckets.map(({ available }) => available), [1, 99])
    }))

  it.scoped("without a name, is said of the only bucket that the call takes from", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ headers: { "x-ratelimit-remaining": "5", "x-ratelimit-limit": "100" } })
      const client = yield* clientOver(scripted, { limits: [RateLimiter.rolling("a", 100, "10 seconds")] })
      yield* client.execute(get)
      assert.deepStrictEqual((yield* client.limiter.state).buckets.map(({ available }) => available), [5])
    }))
})

describe("another policy while running", () => {
  it.scoped("counts for the calls from now on, and the limits keep their counts", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({})
      const limits = [RateLimiter.rolling("a", 3, "1 minute")]
      const client = yield* clientOver(scripted, { limits })
      yield* Effect.replicateEffect(client.execute(get), 3)
      yield* client.setPolicy({
        ...Profile.production,
        limits: [{ ...RateLimiter.rolling("a", 5, "1 minute"), window: Duration.minutes(1) }]
      })
      yield* Effect.replicateEffect(client.execute(get), 2)
      const error = yield* Effect.flip(client.execute(get, { deadline: "10 seconds", attemptTimeout: "1 second" }))
      assert.deepInclude(error, { _tag: "Rejected", reason: "waited-too-long" })
    }))

  it.scoped("a circuit that is open stays open, unless its settings changed", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 })
      const client = yield* clientOver(scripted, { ...once, breaker })
      yield* Effect.replicateEffect(Effect.flip(client.execute(get)), 2)
      const policy = yield* client.policy
      yield* client.setPolicy({ ...policy, deadline: Duration.seconds(20) })
      const modes = Effect.flatMap(client.circuits, (circuits) =>
        Effect.forEach(circuits.values(), ({ state }) => Effect.map(state, ({ mode }) => mode)))
      assert.deepStrictEqual(yield* modes, ["open"])
      yield* client.setPolicy({ ...policy, breaker: "off" })
      assert.deepStrictEqual(yield* modes, [])
    }))

  it.scoped("one that cannot be right changes nothing", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({}))
      const before = yield* client.policy
      const error = yield* Effect.flip(client.setPolicy({ ...before, deadline: Duration.seconds(1) }))
      assert.strictEqual(error.issues[0].field, "attemptTimeout")
      assert.strictEqual(yield* client.policy, before)
    }))
})

describe("events", () => {
  it.scoped("tell what happens, in order", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503, after: "1 second" }, {})
      const client = yield* clientOver(scripted, {
        breaker: { trip: { consecutiveFailures: 1 }, opening: "3 seconds" }
      })
      const events = yield* Effect.fork(Stream.runCollect(Stream.take(client.events, 8)))
      yield* TestClock.adjust(0)
      yield* success(client.execute(get, { urlTemplate: "/things" }))
      const told = Chunk.toReadonlyArray(yield* Fiber.join(events))
      assert.deepStrictEqual(told.map(({ _tag }) => _tag), [
        "AttemptEnded",
        "CircuitChanged",
        "Retrying",
        "Waiting",
        "CircuitChanged",
        "AttemptEnded",
        "CircuitChanged",
        "CallEnded"
      ])
      const [attempt, , retrying] = told
      const call = { method: "GET", urlTemplate: "/things", url: "https://api.example.com/things" }
      assert.deepInclude(attempt, { call, attempt: 1, status: 503, duration: Duration.seconds(1) })
      assert.deepInclude(retrying, { call, attempt: 1, delay: Duration.seconds(1) })
    }))

  it.scoped("tell of interruption", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({ hang: true }))
      const events = yield* Effect.fork(Stream.runCollect(Stream.take(client.events, 2)))
      const call = yield* Effect.fork(client.execute(get))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(call)
      const [, ended] = Chunk.toReadonlyArray(yield* Fiber.join(events))
      assert.deepInclude(ended, { _tag: "CallEnded", interrupted: true, elapsed: Duration.seconds(1) })
      assert.strictEqual((yield* client.snapshot).interrupted, 1)
    }))
})

describe("a 429 whose classifier says which limit was hit", () => {
  const limits = [
    RateLimiter.rolling("burst", 100, "10 seconds"),
    RateLimiter.rolling("search", 100, "10 seconds"),
    RateLimiter.daily("day", 1000)
  ]
  const about = (failure: Partial<Classifier.Failure>): Classifier.Classifier => (response, now) => {
    const standard = Classifier.standard(response, now)
    return standard && { ...standard, ...failure }
  }
  const closed = (client: ResilientHttpClient.Service) =>
    Effect.map(
      client.limiter.state,
      ({ buckets }) =>
        buckets.filter(({ closedFor }) => Duration.toMillis(closedFor) > 0).map(({ closedFor, name }) => [
          name,
          Duration.toMillis(closedFor)
        ])
    )
  const refused = ScriptedClient.make({ status: 429, headers: { "retry-after": "3600" } })
  const call = { buckets: ["burst", "day"], retries: 0 }

  const gates: ReadonlyArray<
    readonly [string, Partial<Classifier.Failure>, ReadonlyArray<readonly [string, number]>]
  > = [
    ["or does not: all that the call takes from", {}, [["burst", 60_000], ["day", 60_000]]],
    ["one of the call's", { buckets: ["burst", "search"] }, [["burst", 60_000]]],
    ["none of the call's", { buckets: ["search"] }, []],
    ["one without a hint: a tenth of its window", { buckets: ["burst"], retryAt: undefined }, [["burst", 1000]]],
    ["one that is not to be tried again: as long as it takes", { buckets: ["day"], retryable: false }, [[
      "day",
      3_600_000
    ]]],
    ["none, and nobody is to try again: no longer than any hint", { retryable: false }, [["burst", 60_000], [
      "day",
      60_000
    ]]]
  ]
  it.scoped.each(gates)("closes %s", ([, failure, expected]) =>
    Effect.gen(function*() {
      const client = yield* clientOver(refused, { limits }, { classify: about(failure) })
      yield* Effect.flip(client.execute(get, call))
      assert.deepStrictEqual(yield* closed(client), expected as Array<[string, number]>)
    }))

  it.scoped("later calls on it fail at once with its instant, and are not sent", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 429, headers: { "retry-after": "3600" } }, {})
      const client = yield* clientOver(scripted, { limits }, {
        classify: about({ buckets: ["day"], retryable: false })
      })
      yield* Effect.flip(client.execute(get, call))
      const error = yield* Effect.flip(client.execute(get, { buckets: ["burst", "day"] }))
      assert.deepInclude(error, { _tag: "Rejected", reason: "waited-too-long", outcome: "not-sent" })
      assert.deepStrictEqual(error.retryAt, DateTime.unsafeMake(3_600_000))
      yield* client.execute(get, { buckets: ["search"] })
      assert.strictEqual(scripted.sent.length, 2)
    }))
})

describe("credentials that the server refuses", () => {
  const post = HttpClientRequest.post("https://api.example.com/things")
  const bearers = (scripted: ScriptedClient.ScriptedClient) =>
    scripted.sent.map(({ request }) => request.headers.authorization)
  /** Hands out `first`, and after a refusal `renewed`. */
  const tokens = (first: string, renewed?: string) => {
    let token = first
    const asked: Array<string | undefined> = []
    const options: ResilientHttpClient.Options = {
      authenticate: (request) => Effect.sync(() => HttpClientRequest.bearerToken(request, token)),
      reauthenticate: (refused) =>
        Effect.sync(() => {
          asked.push(refused.headers.authorization)
          token = renewed ?? token
          return renewed !== undefined
        })
    }
    return { options, asked }
  }

  it.scoped("are replaced, and the request is sent once more, even one that is not safe to repeat", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 401 }, {})
      const { asked, options } = tokens("old", "new")
      yield* (yield* clientOver(scripted, {}, options)).execute(post, { retries: 0 })
      assert.deepStrictEqual(bearers(scripted), ["Bearer old", "Bearer new"])
      assert.deepStrictEqual(asked, ["Bearer old"])
      assert.deepStrictEqual(times(scripted), [0, 0])
    }))

  it.scoped("are final where there are no others", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 401 })
      const error = yield* Effect.flip((yield* clientOver(scripted, {}, tokens("old").options)).execute(get))
      assert.deepInclude(error, { _tag: "ClientError", status: 401, retryable: false })
      assert.strictEqual(scripted.sent.length, 1)
    }))

  it.scoped("are final where the others are refused too", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 401 })
      const error = yield* Effect.flip((yield* clientOver(scripted, {}, tokens("old", "new").options)).execute(get))
      assert.deepInclude(error, { _tag: "ClientError", status: 401 })
      assert.deepStrictEqual(bearers(scripted), ["Bearer old", "Bearer new"])
    }))

  it.scoped("the second request takes a slot of its own", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 401 }, {})
      const limits = [RateLimiter.rolling("a", 1, "10 seconds")]
      yield* success((yield* clientOver(scripted, { limits }, tokens("old", "new").options)).execute(get))
      assert.deepStrictEqual(times(scripted), [0, 10_000])
    }))

  it.scoped("a failure to get others is Rejected, and tried again only where it says nothing against that", () =>
    Effect.gen(function*() {
      const failing = (failure: object) => ({ ...tokens("old").options, reauthenticate: () => Effect.fail(failure) })
      const scripted = ScriptedClient.make({ status: 401 })
      const client = yield* clientOver(scripted, {}, failing({ _tag: "Revoked", retryable: false }))
      const error = yield* failure(client.execute(get))
      assert.deepInclude(error, { _tag: "Rejected", reason: "credentials-unavailable", failure: "Revoked" })
      assert.strictEqual(scripted.sent.length, 1)
      yield* failure((yield* clientOver(scripted, {}, failing({ _tag: "Away" }))).execute(get, { retries: 2 }))
      assert.strictEqual(scripted.sent.length, 4)
    }))

  it.scoped("are waited for no longer than the deadline", () =>
    Effect.gen(function*() {
      const options = { ...tokens("old").options, reauthenticate: () => Effect.never }
      const client = yield* clientOver(ScriptedClient.make({ status: 401 }), {}, options)
      const error = yield* failure(client.execute(get, { deadline: "15 seconds" }))
      assert.deepInclude(error, { _tag: "Timeout", scope: "deadline" })
    }))

  it.scoped("of a body that can be read only once are final", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 401 }, {})
      const body = HttpClientRequest.bodyStream(post, Stream.make(new Uint8Array([1])))
      const error = yield* Effect.flip((yield* clientOver(scripted, {}, tokens("old", "new").options)).execute(body))
      assert.strictEqual(error._tag, "ClientError")
      assert.strictEqual(scripted.sent.length, 1)
    }))
})
