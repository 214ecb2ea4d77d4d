import { HttpClient, type HttpClientError, HttpClientRequest, HttpClientResponse } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import {
  Chunk,
  Clock,
  Deferred,
  Duration,
  Effect,
  Exit,
  Fiber,
  FiberId,
  Layer,
  Option,
  Random,
  Schedule,
  Schema,
  Stream,
  TestClock
} from "effect"
import { type ApiError, Chaos, Jitter, Policy, Profile, ResilientHttpClient } from "effect-resilience"
import * as Core from "../../packages/resilience/src/internal/chaos.ts"
import * as ScriptedClient from "../support/ScriptedClient.ts"

const url = "https://api.example.com/forecast/today?city=Bern"
const get = HttpClientRequest.get(url)
const always = (fault: Chaos.FaultInput): Chaos.RuleInput => ({ share: 1, fault })

/** A client that meets with these faults, over one that always succeeds unless told otherwise. */
const clientWith = (
  rules: ReadonlyArray<Chaos.RuleInput>,
  scripted = ScriptedClient.make({ body: "sunshine" })
) => Effect.map(Chaos.make({ seed: 1, rules }), (chaos) => ({ chaos, client: chaos.inject(scripted.client), scripted }))

const text = (client: HttpClient.HttpClient) => Effect.flatMap(client.execute(get), (response) => response.text)

/** A client whose one answer comes in chunks and has no end; `closed` tells whether its body has been let go. */
const chunked = (chunks: ReadonlyArray<string>, headers: Record<string, string> = {}) => {
  const seen = { requests: 0, closed: false }
  const exhausted = Deferred.unsafeMake<void>(FiberId.none)
  const left = [...chunks]
  const body = () =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const next = left.shift()
        if (next !== undefined) return controller.enqueue(new TextEncoder().encode(next))
        Deferred.unsafeDone(exhausted, Effect.void)
        return new Promise(() => {})
      },
      cancel: () => {
        seen.closed = true
      }
    }, { highWaterMark: 0 })
  const client = HttpClient.make((request) =>
    Effect.sync(() => {
      seen.requests++
      return HttpClientResponse.fromWeb(request, new Response(body(), { headers }))
    })
  )
  return { client, seen, exhausted: Deferred.await(exhausted) }
}

describe("what a request meets with", () => {
  it.effect("no rule, no fault", () =>
    Effect.gen(function*() {
      const { client } = yield* clientWith([])
      assert.strictEqual(yield* text(client), "sunshine")
    }))

  it.effect("an answer of nobody, with its headers and body; the request is not sent", () =>
    Effect.gen(function*() {
      const { client, scripted } = yield* clientWith([
        always(Chaos.status(503, { headers: { "Retry-After": "2" }, body: "<html>" }))
      ])
      const response = yield* client.execute(get)
      assert.deepStrictEqual([response.status, response.headers["retry-after"], yield* response.text], [
        503,
        "2",
        "<html>"
      ])
      assert.strictEqual(scripted.sent.length, 0)
    }))

  it.effect.each([204, 304, 503])("an answer without a body: %d", (status) =>
    Effect.gen(function*() {
      const { client } = yield* clientWith([always(Chaos.status(status))])
      const response = yield* client.execute(get)
      assert.deepStrictEqual([response.status, yield* response.text], [status, ""])
    }))

  it.effect("latency, and then the answer", () =>
    Effect.gen(function*() {
      const { client, scripted } = yield* clientWith([always(Chaos.latency("2 seconds"))])
      const fiber = yield* Effect.fork(text(client))
      yield* TestClock.adjust("1999 millis")
      assert.strictEqual(scripted.sent.length, 0)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Fiber.join(fiber), "sunshine")
    }))

  it.effect("latencies lie between their bounds, and differ", () =>
    Effect.gen(function*() {
      const { client, scripted } = yield* clientWith([always(Chaos.latency("200 millis", "2 seconds"))])
      yield* Effect.fork(Effect.replicateEffect(client.execute(get), 50, { concurrency: "unbounded" }))
      yield* TestClock.adjust("3 seconds")
      const times = scripted.sent.map(({ at }) => at)
      assert.strictEqual(times.length, 50)
      assert.isTrue(times.every((at) => at >= 200 && at <= 2000))
      assert.isAbove(Math.max(...times) - Math.min(...times), 1000)
    }))

  it.effect("latencies add up, and come before the fault that is first in the list", () =>
    Effect.gen(function*() {
      const { chaos, client } = yield* clientWith([
        always(Chaos.latency("1 second")),
        always(Chaos.status(500)),
        always(Chaos.status(501)),
        always(Chaos.latency("2 seconds"))
      ])
      const fiber = yield* Effect.fork(Effect.zip(client.execute(get), Clock.currentTimeMillis))
      yield* TestClock.adjust("1 minute")
      const [{ status }, at] = yield* Fiber.join(fiber)
      assert.deepStrictEqual([status, at], [500, 3000])
      assert.deepStrictEqual((yield* chaos.stats).rules.map(({ injected }) => injected), [1, 1, 0, 1])
    }))

  it.effect("a refused connection: the request is not sent", () =>
    Effect.gen(function*() {
      const { client, scripted } = yield* clientWith([always(Chaos.drop("before"))])
      const error = yield* Effect.flip(client.execute(get))
      assert.deepInclude(error, { _tag: "RequestError", reason: "Transport" })
      assert.deepInclude(error.cause, { code: "ECONNREFUSED", syscall: "connect" })
      assert.strictEqual(scripted.sent.length, 0)
    }))

  it.effect("a reset after the request was carried out: its answer is thrown away", () =>
    Effect.gen(function*() {
      const inner = chunked(["one", "two"])
      const chaos = yield* Chaos.make({ rules: [always(Chaos.drop("after"))] })
      const error = yield* Effect.flip(chaos.inject(inner.client).execute(get))
      assert.deepInclude(error, { _tag: "RequestError", reason: "Transport" })
      assert.deepInclude(error.cause, { code: "ECONNRESET", syscall: "read" })
      assert.deepStrictEqual(inner.seen, { requests: 1, closed: true })
    }))

  it.effect("what fails by itself fails as it did", () =>
    Effect.gen(function*() {
      const { client } = yield* clientWith([always(Chaos.drop("after"))], ScriptedClient.make({ code: "ENOTFOUND" }))
      assert.deepInclude((yield* Effect.flip(client.execute(get))).cause, { code: "ENOTFOUND" })
    }))

  it.effect.each([["hang", Chaos.hang], ["latency", Chaos.latency("1 hour")]] as const)(
    "%s can be interrupted, and was not sent",
    ([, fault]) =>
      Effect.gen(function*() {
        const { client, scripted } = yield* clientWith([always(fault)])
        const fiber = yield* Effect.fork(client.execute(get))
        yield* TestClock.adjust("59 minutes")
        assert.isTrue(Option.isNone(yield* Fiber.poll(fiber)))
        assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
        assert.strictEqual(scripted.sent.length, 0)
      })
  )
})

describe("a body that breaks off", () => {
  const received = (client: HttpClient.HttpClient) => {
    const chunks: Array<string> = []
    return HttpClientResponse.stream(client.execute(get)).pipe(
      Stream.runForEach((chunk) => Effect.sync(() => chunks.push(new TextDecoder().decode(chunk)))),
      Effect.either,
      Effect.map((end) => ({ end, text: chunks.join("") }))
    )
  }

  it.effect.each(
    [
      ["half", ["abcdefgh"], { "content-length": "8" }, 0.5, "abcd"],
      ["nothing", ["abcdefgh"], { "content-length": "8" }, 0, ""],
      ["nearly all", ["abc", "defgh"], { "content-length": "8" }, 0.99, "abcdefg"],
      ["half, in the middle of a chunk", ["abc", "defgh"], { "content-length": "8" }, 0.5, "abcd"],
      ["half, at the end of a chunk", ["abcd", "efgh"], { "content-length": "8" }, 0.5, "abcd"],
      ["of an unknown length, half of the first chunk", ["abcd", "efgh"], {}, 0.5, "ab"]
    ] as ReadonlyArray<readonly [string, ReadonlyArray<string>, Record<string, string>, number, string]>
  )("%s of it arrives", ([, chunks, headers, keep, expected]) =>
    Effect.gen(function*() {
      const inner = chunked(chunks, headers)
      const chaos = yield* Chaos.make({ rules: [always(Chaos.cutBody(keep))] })
      const { end, text } = yield* received(chaos.inject(inner.client))
      assert.strictEqual(text, expected)
      assert.deepInclude(end, { _tag: "Left" })
      assert.isTrue(inner.seen.closed)
    }))

  it.effect.each(["arrayBuffer", "text", "json", "urlParamsBody", "formData"] as const)(
    "%s fails",
    (reading) =>
      Effect.gen(function*() {
        const inner = chunked(["{\"a\":", "1}"], { "content-length": "7" })
        const chaos = yield* Chaos.make({ rules: [always(Chaos.cutBody(0.5))] })
        const response = yield* chaos.inject(inner.client).execute(get)
        assert.deepStrictEqual([response.status, response.headers["content-length"]], [200, "7"])
        const error = yield* Effect.flip(response[reading] as Effect.Effect<unknown, HttpClientError.ResponseError>)
        assert.deepInclude(error, { _tag: "ResponseError", reason: "Decode" })
        assert.deepInclude(error.cause, { code: "UND_ERR_SOCKET" })
      })
  )

  it.effect("interruption while it is read lets the body go", () =>
    Effect.gen(function*() {
      const inner = chunked(["a"], { "content-length": "8" })
      const chaos = yield* Chaos.make({ rules: [always(Chaos.cutBody(0.5))] })
      const fiber = yield* Effect.fork(text(chaos.inject(inner.client)))
      yield* inner.exhausted
      yield* Fiber.interrupt(fiber)
      assert.isTrue(inner.seen.closed)
    }))

  it.effect("an answer without a body passes", () =>
    Effect.gen(function*() {
      const { client } = yield* clientWith([always(Chaos.cutBody(0.5))], ScriptedClient.make({ status: 204 }))
      assert.strictEqual(yield* text(client), "")
    }))
})

describe("chance", () => {
  const rules: ReadonlyArray<Chaos.RuleInput> = [
    { share: 0.3, fault: Chaos.status(503) },
    { route: "POST /*", share: 1, fault: Chaos.status(409) },
    { share: 0.2, fault: Chaos.status(500) }
  ]
  const statuses = (seed: number | undefined, send = HttpClientRequest.get(url)) =>
    Effect.gen(function*() {
      const chaos = yield* Chaos.make({ seed, rules })
      const client = chaos.inject(ScriptedClient.make({}).client)
      return yield* Effect.replicateEffect(Effect.map(client.execute(send), ({ status }) => status), 200)
    })

  it.effect("the same seed gives the same faults, whatever else draws numbers", () =>
    Effect.gen(function*() {
      const first = yield* Effect.withRandom(statuses(42), Random.make("one"))
      assert.deepStrictEqual(yield* Effect.withRandom(statuses(42), Random.make("other")), first)
      assert.notDeepEqual(yield* statuses(43), first)
      assert.sameMembers([...new Set(first)], [200, 500, 503])
    }))

  it.effect("without a seed, Random decides", () =>
    Effect.gen(function*() {
      const first = yield* Effect.withRandom(statuses(undefined), Random.make("one"))
      assert.deepStrictEqual(yield* Effect.withRandom(statuses(undefined), Random.make("one")), first)
      assert.notDeepEqual(yield* Effect.withRandom(statuses(undefined), Random.make("other")), first)
    }))

  it.effect("requests at the same time draw in the order in which they arrive", () =>
    Effect.gen(function*() {
      const chaos = yield* Chaos.make({ seed: 42, rules })
      const client = chaos.inject(ScriptedClient.make({ after: "1 second" }).client)
      const fiber = yield* Effect.fork(
        Effect.forEach(Array(200).keys(), () => Effect.map(client.execute(get), ({ status }) => status), {
          concurrency: "unbounded"
        })
      )
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(fiber), yield* statuses(42))
    }))

  const decoded = (input: ReadonlyArray<Chaos.RuleInput>) => Schema.decodeSync(Schema.Array(Chaos.Rule))(input)
  const hits = (core: Core.Chaos, requests: number, method = "GET") =>
    Array.from({ length: requests }, () => Core.decide(core, method, url).fault !== undefined)
  const count = (list: ReadonlyArray<boolean>) => list.filter(Boolean).length

  it.each([0, 0.01, 0.1, 0.5, 1])("a share of %d is met", (share) => {
    const core = Core.make(7, decoded([{ share, fault: Chaos.hang }]))
    assert.approximately(count(hits(core, 100_000)) / 100_000, share, 0.01)
  })

  it("rules draw independently, from the first request on", () => {
    const both = Array.from({ length: 10_000 }, (_, seed) => {
      const rule: Chaos.RuleInput = { share: 0.5, fault: Chaos.latency(1) }
      const core = Core.make(seed, decoded([rule, rule]))
      return Core.decide(core, "GET", url).latency === 2
    })
    assert.approximately(count(both) / 10_000, 0.25, 0.03)
  })

  it("what a rule does depends on the requests that it matches, and on nothing else", () => {
    const mine: Chaos.RuleInput = { route: "GET /*", share: 0.5, fault: Chaos.hang }
    const alone = Core.make(7, decoded([mine]))
    const amongOthers = Core.make(7, decoded([mine, { share: 0.5, fault: Chaos.status(500) }]))
    const expected = hits(alone, 100)
    for (const hit of expected) {
      Core.decide(amongOthers, "POST", url)
      assert.strictEqual(Core.decide(amongOthers, "GET", url).fault?.kind === "hang", hit)
    }
  })
})

describe("routes", () => {
  it.each(
    [
      ["/forecast/today", "GET", true],
      ["/forecast", "GET", false],
      ["/forecast*", "GET", true],
      ["/*", "GET", true],
      ["*", "GET", undefined],
      ["GET /forecast/*", "GET", true],
      ["GET /forecast/*", "POST", false],
      ["/*/today", "GET", true],
      ["/*/tod", "GET", false],
      ["/f*a*t*y", "GET", true],
      ["/f*x*y", "GET", false],
      ["/forecast/today*today", "GET", false],
      ["/forecast/today?city=Bern", "GET", false],
      ["/Forecast*", "GET", false],
      ["https://api.example.com/*", "GET", true],
      ["https://*.example.com/forecast/*", "GET", true],
      ["https://www.example.com/*", "GET", false],
      ["get /*", "GET", undefined],
      ["forecast", "GET", undefined],
      ["", "GET", undefined]
    ] as const
  )("%j and a %s: %s", (route, method, expected) => {
    const legal = Schema.is(Chaos.Rule)({ route, share: 1, fault: Chaos.hang })
    assert.strictEqual(legal ? Core.matches(Core.parseRoute(route), method, url) : undefined, expected)
  })

  it("a request whose URL is only a path has a route, one without any URL has none", () => {
    assert.isTrue(Core.matches(Core.parseRoute("/a"), "GET", "/a?b"))
    assert.isFalse(Core.matches(Core.parseRoute("/*"), "GET", "http://"))
  })

  it.effect("what a client puts in front of its requests belongs to the route", () =>
    Effect.gen(function*() {
      const chaos = yield* Chaos.make({ rules: [{ route: "/v1/things", share: 1, fault: Chaos.status(418) }] })
      const client = ScriptedClient.make({}).client.pipe(
        HttpClient.mapRequest(HttpClientRequest.prependUrl("https://api.example.com/v1")),
        chaos.inject
      )
      assert.strictEqual((yield* client.get("/things")).status, 418)
    }))
})

describe("settings", () => {
  const rule = { share: 0.5, fault: Chaos.hang }
  it.effect.each(
    [
      [{ rules: [{ ...rule, share: 1.5 }] }, "share", "between 0 and 1"],
      [{ rules: [{ ...rule, share: Number.NaN }] }, "share", ""],
      [{ rules: [{ fault: Chaos.hang }] }, "share", "missing"],
      [{ rules: [{ ...rule, rout: "/a" }] }, "rout", "unexpected"],
      [{ rules: [{ ...rule, route: "forecast" }] }, "route", "must be a path or a URL"],
      [{ rules: [{ ...rule, fault: { kind: "quake" } }] }, "kind", "quake"],
      [{ rules: [{ ...rule, fault: Chaos.status(999) }] }, "status", "between 200 and 599"],
      [{ rules: [{ ...rule, fault: Chaos.status(204, { body: "x" }) }] }, "body", "must not be there with a 204"],
      [{ rules: [{ ...rule, fault: Chaos.status(200, { headers: { "a b": "" } }) }] }, "a b", "unexpected"],
      [{ rules: [{ ...rule, fault: Chaos.status(200, { headers: { a: "\n" } }) }] }, "headers", "control characters"],
      [{ rules: [{ ...rule, fault: Chaos.latency("soon" as "1 second") }] }, "min", ""],
      [{ rules: [{ ...rule, fault: Chaos.latency(-1) }] }, "min", "must be finite and not negative"],
      [{ rules: [{ ...rule, fault: Chaos.latency("1 second", "1 millis") }] }, "max", "must not be shorter than min"],
      [{ rules: [{ ...rule, fault: Chaos.cutBody(1) }] }, "keep", "less than 1"],
      [{ rules: [{ ...rule, fault: { kind: "drop" } }] }, "when", "missing"],
      [{ seed: 0.5, rules: [] }, "seed", "integer"]
    ] as ReadonlyArray<readonly [typeof Chaos.Settings.Encoded, string, string]>
  )("%j: %s", ([settings, field, problem]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Chaos.make(settings))
      assert.include(error.message, `"${field}"`)
      assert.include(error.message, problem)
    }))

  it.effect("are data, out of a file for instance", () =>
    Effect.gen(function*() {
      const file = `{"seed":1,"rules":[{"route":"/*","share":1,"fault":{"kind":"answer","status":502}},
        {"share":0.1,"fault":{"kind":"latency","min":"1 second","max":"2 seconds"}}]}`
      const settings = yield* Schema.decode(Schema.parseJson(Chaos.Settings))(file)
      const chaos = yield* Chaos.make(settings)
      assert.strictEqual((yield* chaos.inject(ScriptedClient.make({}).client).execute(get)).status, 502)
    }))
})

describe("while it runs", () => {
  it.effect("can be paused and resumed", () =>
    Effect.gen(function*() {
      const { chaos, client } = yield* clientWith([always(Chaos.drop("before"))])
      yield* chaos.pause
      assert.strictEqual(yield* text(client), "sunshine")
      assert.strictEqual((yield* chaos.stats).requests, 0)
      yield* chaos.resume
      assert.isTrue(Exit.isFailure(yield* Effect.exit(text(client))))
    }))

  it.effect("takes new rules, and counts anew", () =>
    Effect.gen(function*() {
      const { chaos, client } = yield* clientWith([always(Chaos.status(500))])
      yield* client.execute(get)
      yield* chaos.setRules([always(Chaos.status(502))])
      assert.strictEqual((yield* client.execute(get)).status, 502)
      assert.strictEqual((yield* chaos.stats).requests, 1)
    }))

  it.effect("keeps its rules when the new ones cannot be right", () =>
    Effect.gen(function*() {
      const { chaos, client } = yield* clientWith([always(Chaos.status(500))])
      yield* Effect.flip(chaos.setRules([{ share: 2, fault: Chaos.hang }]))
      assert.strictEqual((yield* client.execute(get)).status, 500)
    }))

  it.effect("tells what it has done", () =>
    Effect.gen(function*() {
      const { chaos, client } = yield* clientWith([
        { route: "POST /*", share: 1, fault: Chaos.hang },
        { share: 0.5, fault: Chaos.status(500) }
      ])
      const answers = yield* Effect.replicateEffect(client.execute(get), 100)
      const failed = answers.filter(({ status }) => status === 500).length
      const { requests, rules: [posts, all] } = yield* chaos.stats
      assert.strictEqual(requests, 100)
      assert.deepInclude(posts, { matched: 0, injected: 0 })
      assert.deepInclude(all, { matched: 100, injected: failed })
    }))

  it.effect("as a layer, it can be reached by its tag", () =>
    Effect.gen(function*() {
      const program = Effect.gen(function*() {
        assert.strictEqual((yield* HttpClient.get(url)).status, 500)
        yield* Effect.flatMap(Chaos.Chaos, ({ pause }) => pause)
        assert.strictEqual((yield* HttpClient.get(url)).status, 200)
      })
      const scripted = Layer.succeed(HttpClient.HttpClient, ScriptedClient.make({}).client)
      yield* Effect.provide(program, Layer.provide(Chaos.layer({ rules: [always(Chaos.status(500))] }), scripted))
    }))
})

describe("a resilient client understands it", () => {
  const post = HttpClientRequest.post("https://api.example.com/things")
  const call = (rules: ReadonlyArray<Chaos.RuleInput>, request = post) =>
    Effect.gen(function*() {
      const { chaos, client, scripted } = yield* clientWith(rules)
      const policy = yield* Policy.make(Profile.testing, { retry: { retries: 2, jitter: Jitter.none } })
      const resilient = yield* ResilientHttpClient.make(policy).pipe(
        Effect.provideService(HttpClient.HttpClient, client)
      )
      const fiber = yield* Effect.fork(Effect.flip(resilient.execute(request)))
      yield* TestClock.adjust("1 minute")
      const error = yield* Fiber.join(fiber)
      return { error, sent: scripted.sent.length, met: (yield* chaos.stats).requests }
    })

  /** fault, the error, attempts, how many of them reached the server */
  it.scoped.each(
    [
      ["before", Chaos.drop("before"), { _tag: "ConnectionError", reason: "refused", outcome: "not-sent" }, 3, 0],
      ["after", Chaos.drop("after"), { _tag: "ConnectionError", reason: "reset", outcome: "unknown" }, 1, 1],
      ["cut", Chaos.cutBody(0.5), { _tag: "ConnectionError", reason: "incomplete", outcome: "unknown" }, 1, 1],
      ["hang", Chaos.hang, { _tag: "Timeout", scope: "attempt", outcome: "unknown" }, 1, 0],
      ["429", Chaos.status(429), { _tag: "RateLimited", outcome: "refused" }, 3, 0],
      ["503", Chaos.status(503), { _tag: "ServerError", status: 503, outcome: "unknown" }, 1, 0],
      ["302", Chaos.answer({ status: 302, body: "<html>" }), { _tag: "InvalidResponse", status: 302 }, 1, 0]
    ] as ReadonlyArray<readonly [string, Chaos.FaultInput, Partial<ApiError.ApiError>, number, number]>
  )("%s, in the way of a POST", ([, fault, expected, attempts, sent]) =>
    Effect.gen(function*() {
      const result = yield* call([always(fault)])
      assert.deepInclude(result.error, expected)
      assert.deepStrictEqual([result.met, result.sent], [attempts, sent])
    }))

  it.scoped("its streams break off too", () =>
    Effect.gen(function*() {
      const inner = chunked(["abcd", "efgh"], { "content-length": "8" })
      const chaos = yield* Chaos.make({ rules: [always(Chaos.cutBody(0.75))] })
      const resilient = yield* ResilientHttpClient.make(Profile.testing).pipe(
        Effect.provideService(HttpClient.HttpClient, chaos.inject(inner.client))
      )
      const parts = yield* Stream.runCollect(Stream.either(resilient.stream(get)))
      const [first, second, end] = Chunk.toReadonlyArray(parts)
      assert.deepStrictEqual(
        [first, second].map((part) => part?._tag === "Right" ? new TextDecoder().decode(part.right) : part),
        ["abcd", "ef"]
      )
      assert.deepInclude(end?._tag === "Left" ? end.left : end, { _tag: "ConnectionError", reason: "incomplete" })
      assert.isTrue(inner.seen.closed)
    }))

  it.scoped("a fault in some requests is ridden out, hints and all", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({})
      const chaos = yield* Chaos.make({
        seed: 3,
        rules: [{ share: 0.3, fault: Chaos.status(503, { headers: { "retry-after": "1" } }) }]
      })
      const resilient = yield* ResilientHttpClient.make(
        yield* Policy.make(Profile.production, { retry: { retries: 9 } })
      )
        .pipe(Effect.provideService(HttpClient.HttpClient, chaos.inject(scripted.client)))
      const fiber = yield* Effect.fork(Effect.replicateEffect(resilient.execute(get), 50))
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* Fiber.join(fiber)).length, 50)
      const [first] = (yield* chaos.stats).rules
      assert.isAbove(first?.injected ?? 0, 5)
      assert.strictEqual(first?.matched, 50 + (first?.injected ?? 0))
    }))
})

it.effect("a schedule around a client with faults is all that is needed to test one", () =>
  Effect.gen(function*() {
    const { client, scripted } = yield* clientWith([{ share: 0.5, fault: Chaos.drop("before") }])
    const patient = Effect.retry(text(client), Schedule.spaced(Duration.seconds(1)))
    const fiber = yield* Effect.fork(Effect.replicateEffect(patient, 20))
    yield* TestClock.adjust("10 minutes")
    assert.strictEqual((yield* Fiber.join(fiber)).length, 20)
    assert.strictEqual(scripted.sent.length, 20)
  }))
