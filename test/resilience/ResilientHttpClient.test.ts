import { HttpClient, HttpClientRequest } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Fiber, Redacted, Schedule, Schema, Stream, TestClock } from "effect"
import { CallOptions, Classifier, Deadline, Profile, RateLimiter, ResilientHttpClient } from "effect-resilience"
import { clientOver, failure, finish, success, times } from "../support/client.ts"
import * as ScriptedClient from "../support/ScriptedClient.ts"

const get = HttpClientRequest.get("https://api.example.com/things/1?secret=yes#part")
const post = HttpClientRequest.post("https://api.example.com/things").pipe(HttpClientRequest.bodyUnsafeJson({ a: 1 }))

describe("retrying", () => {
  it.scoped("repeats until it succeeds", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { status: 429 }, { code: "ECONNRESET" }, {
        body: { ok: true }
      })
      const client = yield* clientOver(scripted)
      const answer = yield* success(client.json(get, Schema.Struct({ ok: Schema.Boolean })))
      assert.deepStrictEqual(answer, { ok: true })
      assert.deepStrictEqual(times(scripted), [0, 1000, 3000, 7000])
    }))

  it.scoped.each(
    [
      ["answers", [{ status: 503 }]],
      ["failures", [{ code: "ECONNRESET" }]],
      ["both", [{ status: 503 }, { code: "ECONNRESET" }, { status: 500 }, { hang: true }, { status: 429 }, {
        status: 200
      }]]
    ] as const
  )("makes exactly N + 1 attempts, counting %s alike", ([, steps]) =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make(...(steps as readonly [ScriptedClient.Step]))
      const error = yield* failure((yield* clientOver(scripted)).execute(get))
      assert.strictEqual(scripted.sent.length, 5)
      assert.strictEqual(error.retry?.attempts, 5)
      assert.strictEqual(error.retry?.stopped, "attempts")
    }))

  it.scoped("does not repeat what would fail the same way", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 400, body: { message: "no" } })
      const error = yield* failure((yield* clientOver(scripted)).execute(get))
      assert.strictEqual(scripted.sent.length, 1)
      assert.deepInclude(error, { _tag: "ClientError", status: 400, outcome: "refused", body: { message: "no" } })
      assert.strictEqual(error.retry?.stopped, "not-retryable")
    }))

  it.scoped("waits as long as the server asks", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 429, headers: { "retry-after": "7" } }, {})
      yield* success((yield* clientOver(scripted)).execute(get))
      assert.deepStrictEqual(times(scripted), [0, 7000])
    }))

  it.scoped("gives up at once, with the instant, when the server asks for longer than allowed", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 429, headers: { "retry-after": "61" } })
      const error = yield* failure((yield* clientOver(scripted)).execute(get))
      assert.strictEqual(error.retry?.stopped, "hint")
      assert.strictEqual(Duration.toMillis(error.retry?.elapsed ?? 1), 0)
      assert.strictEqual(error.retryAt && DateTime.toEpochMillis(error.retryAt), 61_000)
    }))

  it.scoped("a call may bring its own number of retries", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 })
      const client = yield* clientOver(scripted)
      yield* failure(client.execute(get, { retries: 0 }))
      assert.strictEqual(scripted.sent.length, 1)
      yield* failure(client.execute(get, { retries: 5 }))
      assert.strictEqual(scripted.sent.length, 7)
    }))

  it.scoped("a schedule of one's own waits for the server's hints too", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 429, headers: { "retry-after": "5" } }, {})
      yield* success((yield* clientOver(scripted, {}, { schedule: Schedule.spaced("10 millis") })).execute(get))
      assert.deepStrictEqual(times(scripted), [0, 5000])
    }))

  it.scoped("a schedule of one's own fits wherever ours does", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 })
      const schedule = Schedule.spaced("3 seconds").pipe(Schedule.intersect(Schedule.recurs(2)))
      const error = yield* failure((yield* clientOver(scripted, {}, { schedule })).execute(get))
      assert.deepStrictEqual(times(scripted), [0, 3000, 6000])
      assert.strictEqual(error.retry?.stopped, "attempts")
    }))
})

describe("replay safety", () => {
  const unclear: ReadonlyArray<ScriptedClient.Step> = [{ status: 500 }, { status: 503 }, { code: "ECONNRESET" }, {
    hang: true
  }]
  const clear: ReadonlyArray<ScriptedClient.Step> = [{ status: 429 }, { code: "ECONNREFUSED" }, { code: "ENOTFOUND" }]

  it.scoped.each(unclear)(
    "a POST that may have been carried out is not repeated: %j",
    (step) =>
      Effect.gen(function*() {
        const scripted = ScriptedClient.make(step, {})
        const error = yield* failure((yield* clientOver(scripted)).execute(post))
        assert.strictEqual(scripted.sent.length, 1)
        assert.strictEqual(error.outcome, "unknown")
        assert.strictEqual(error.retry?.stopped, "not-replayable")
      })
  )

  it.scoped.each(clear)("a POST that was surely not carried out is repeated: %j", (step) =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make(step, {})
      yield* success((yield* clientOver(scripted)).execute(post))
      assert.strictEqual(scripted.sent.length, 2)
    }))

  it.scoped.each(
    [
      ["the operation says that it is safe", post, { replay: "safe" }],
      ["it has an idempotency key", HttpClientRequest.setHeader(post, "Idempotency-Key", "k"), {}],
      ["it is a PUT", HttpClientRequest.setMethod(post, "PUT"), {}]
    ] as const
  )("a request is repeated where %s", ([, request, options]) =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, {})
      yield* success((yield* clientOver(scripted)).execute(request, options))
      assert.strictEqual(scripted.sent.length, 2)
    }))

  it.scoped("a GET that is said to be unsafe is not", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, {})
      yield* failure((yield* clientOver(scripted)).execute(get, { replay: "unsafe" }))
      assert.strictEqual(scripted.sent.length, 1)
    }))

  it.scoped("the final error tells whether an earlier attempt may have been carried out", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ hang: true }, { status: 409 })
      const error = yield* failure((yield* clientOver(scripted)).execute(post, { replay: "safe" }))
      assert.isTrue(error.retry?.uncertain)
      const certain = ScriptedClient.make({ status: 429 }, { status: 409 })
      assert.isFalse((yield* failure((yield* clientOver(certain)).execute(post))).retry?.uncertain)
    }))
})

describe("the attempt timeout", () => {
  it.scoped("ends an attempt without headers", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ hang: true }, {})
      yield* success((yield* clientOver(scripted)).execute(get))
      assert.deepStrictEqual(times(scripted), [0, 11_000])
    }))

  it.scoped("covers the body", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ after: "6 seconds", bodyAfter: "6 seconds" })
      const error = yield* failure((yield* clientOver(scripted)).execute(get, { retries: 0 }))
      assert.deepInclude(error, { _tag: "Timeout", scope: "attempt", outcome: "unknown" })
      assert.strictEqual(Duration.toSeconds(error.retry?.elapsed ?? 0), 10)
    }))

  it.scoped("can grow: the base exactly, then twice and four times the base plus 10–30 %", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ hang: true })
      const client = yield* clientOver(scripted, { attemptTimeout: { base: "5 seconds" } })
      yield* failure(client.execute(get, { retries: 3 }))
      const [first = 0, second = 0, third = 0, fourth = 0] = times(scripted)
      assert.strictEqual(second - first, 5000 + 1000)
      assert.isTrue(third - second - 2000 >= 11_000 && third - second - 2000 <= 13_000)
      assert.isTrue(fourth - third - 4000 >= 22_000 && fourth - third - 4000 <= 26_000)
    }))

  it.scoped("holds where the HttpClient itself cannot be interrupted", () =>
    Effect.gen(function*() {
      const stubborn = HttpClient.transform(ScriptedClient.make({ hang: true }).client, Effect.uninterruptible)
      const client = yield* clientOver({ client: stubborn, sent: [], open: () => 0 })
      const error = yield* failure(client.execute(get, { retries: 0 }))
      assert.deepInclude(error, { _tag: "Timeout", scope: "attempt" })
      assert.isAtMost(Duration.toSeconds(error.retry?.elapsed ?? 99), 10.1)
    }))

  it.scoped("a call may bring its own", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ hang: true })
      const client = yield* clientOver(scripted)
      const error = yield* failure(client.execute(get, { attemptTimeout: "3 seconds", retries: 0 }))
      assert.strictEqual(Duration.toSeconds(error.retry?.elapsed ?? 0), 3)
    }))

  it.scoped("leaves no request behind", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ hang: true })
      yield* failure((yield* clientOver(scripted)).execute(get))
      assert.strictEqual(scripted.open(), 0)
    }))
})

describe("the deadline", () => {
  it.scoped("refuses a sleep that cannot fit, at once, with the real error", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 429, headers: { "retry-after": "60" } })
      const client = yield* clientOver(scripted)
      const error = yield* Effect.flip(client.execute(get, { deadline: "5 seconds", attemptTimeout: "2 seconds" }))
      assert.strictEqual(error._tag, "RateLimited")
      assert.strictEqual(error.retry?.stopped, "deadline")
    }))

  it.scoped("cuts the last attempt short", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ hang: true })
      const error = yield* failure((yield* clientOver(scripted)).execute(get, { deadline: "15 seconds" }))
      assert.deepInclude(error, { _tag: "Timeout", scope: "deadline", outcome: "unknown" })
      assert.strictEqual(Duration.toSeconds(error.retry?.elapsed ?? 0), 15)
      assert.strictEqual(scripted.open(), 0)
    }))

  it.scoped("is two minutes where nothing is said", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ hang: true })
      const client = yield* clientOver(scripted, {
        retry: { retries: 100, cap: "1 second", base: "1 second" },
        breaker: "off"
      })
      const error = yield* failure(client.execute(get))
      assert.strictEqual(error.retry?.stopped, "deadline")
      assert.isAtMost(Duration.toSeconds(error.retry?.elapsed ?? 999), 120)
      assert.isAtLeast(Duration.toSeconds(error.retry?.elapsed ?? 0), 110)
    }))

  it.scoped("of a region counts for all the calls in it together", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ after: "4 seconds" }, { after: "4 seconds" }, { hang: true })
      const client = yield* clientOver(scripted)
      const pipeline = Effect.zipRight(client.execute(get), Effect.zipRight(client.execute(get), client.execute(get)))
      const error = yield* failure(pipeline.pipe(Deadline.within("10 seconds"), Deadline.within("1 minute")))
      assert.deepInclude(error, { _tag: "Timeout", scope: "deadline", limit: Duration.seconds(2) })
      assert.strictEqual(Duration.toSeconds(error.retry?.elapsed ?? 0), 2)
    }))

  it.scoped("covers waiting for the limiter: nothing is sent late", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ hang: true })
      const client = yield* clientOver(scripted, { limits: [RateLimiter.rolling("a", 1, "1 minute")] })
      yield* Effect.fork(client.execute(get, { attemptTimeout: "20 seconds" }))
      const error = yield* failure(client.execute(get, { deadline: "15 seconds" }))
      assert.deepInclude(error, { _tag: "Timeout", scope: "deadline", outcome: "not-sent" })
      assert.strictEqual(error.retry?.attempts, 0)
    }))

  it.scoped("that has passed already is not-sent: nothing was", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({})
      const client = yield* clientOver(scripted)
      const error = yield* failure(client.execute(post).pipe(Deadline.within(0)))
      assert.deepInclude(error, { _tag: "Timeout", scope: "deadline", outcome: "not-sent" })
      assert.deepStrictEqual([scripted.sent.length, (yield* client.snapshot).attempts], [0, 0])
    }))

  it.scoped("holds where the caller must not be interrupted, as in a finalizer", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({ hang: true }))
      const error = yield* failure(Effect.uninterruptible(client.execute(get, { retries: 0 })))
      assert.strictEqual(Duration.toSeconds(error.retry?.elapsed ?? 0), 10)
    }))

  it.scoped("covers the credentials", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({})
      const client = yield* clientOver(scripted, {}, { authenticate: () => Effect.never })
      const error = yield* failure(client.execute(get, { deadline: "15 seconds" }))
      assert.deepInclude(error, { _tag: "Timeout", scope: "deadline", outcome: "not-sent" })
    }))
})

describe("the limiter", () => {
  const limits = [RateLimiter.rolling("a", 2, "10 seconds")]

  it.scoped("retries take slots too", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 })
      yield* failure((yield* clientOver(scripted, { limits })).execute(get))
      assert.deepStrictEqual(times(scripted), [0, 1000, 10_000, 14_000, 22_000])
    }))

  it.scoped("a 429 holds up everyone on its buckets", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 429, headers: { "retry-after": "30" } }, {})
      const client = yield* clientOver(scripted, { limits })
      yield* Effect.fork(client.execute(get, { retries: 0 }))
      yield* TestClock.adjust("1 second")
      yield* success(client.execute(get))
      assert.deepStrictEqual(times(scripted), [0, 30_000])
    }))

  it.scoped("a call that cannot wait that long is refused at once, and told when", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({}), { limits })
      yield* client.limiter?.close("1 day") ?? Effect.die("no limiter")
      const error = yield* Effect.flip(client.execute(get))
      assert.deepInclude(error, { _tag: "Rejected", reason: "waited-too-long", outcome: "not-sent" })
      assert.strictEqual(error.retryAt && DateTime.toEpochMillis(error.retryAt), 86_400_000)
      assert.strictEqual(error.retry?.attempts, 0)
    }))

  it.scoped("one absurd hint does not close the gate for ever", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 429, headers: { "retry-after": "9".repeat(20) } }, {})
      const client = yield* clientOver(scripted, { limits })
      yield* Effect.exit(client.execute(get))
      yield* success(client.execute(get))
      assert.deepStrictEqual(times(scripted), [0, 60_000])
    }))

  it.scoped("a hint that has passed does not close it at all", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 429 }, {})
      const classify: Classifier.Classifier = (response, now) => {
        const failure = Classifier.standard(response, now)
        return failure && { ...failure, retryAt: now - 3_600_000 }
      }
      yield* TestClock.adjust("2 hours")
      const client = yield* clientOver(scripted, { limits }, { classify })
      yield* success(client.execute(get))
      assert.deepStrictEqual(times(scripted), [7_200_000, 7_201_000])
    }))

  it.scoped("two clients may share one", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({})
      const limiter = yield* RateLimiter.make(limits)
      const [one, other] = [yield* clientOver(scripted, {}, { limiter }), yield* clientOver(scripted, {}, { limiter })]
      yield* success(Effect.all([one.execute(get), other.execute(get), one.execute(get)], { concurrency: 3 }))
      assert.deepStrictEqual(times(scripted), [0, 0, 10_000])
    }))

  it.scoped("a request that was never sent costs no slot", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ code: "ECONNREFUSED" }, { code: "ECONNREFUSED" }, {})
      yield* success((yield* clientOver(scripted, { limits })).execute(get))
      assert.deepStrictEqual(times(scripted), [0, 1000, 3000])
    }))

  it.scoped("an unknown bucket is an InvalidRequest that says so", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({})
      const error = yield* failure((yield* clientOver(scripted, { limits })).execute(get, { buckets: ["b"] }))
      assert.deepInclude(error, { _tag: "InvalidRequest", field: "buckets", outcome: "not-sent" })
    }))
})

describe("requests", () => {
  const joined: ReadonlyArray<readonly [string, string, string]> = [
    ["https://a.example", "/x", "https://a.example/x"],
    ["https://a.example/", "x", "https://a.example/x"],
    ["https://a.example/api/", "/x", "https://a.example/api/x"],
    ["https://a.example/api", "https://b.example/x", "https://b.example/x"]
  ]
  it.scoped.each(joined)("%s and %s make %s", ([baseUrl, url, expected]) =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({})
      yield* success((yield* clientOver(scripted, {}, { baseUrl })).execute(HttpClientRequest.get(url)))
      assert.strictEqual(scripted.sent[0]?.request.url, expected)
    }))

  it.scoped.each(
    [
      ["JSON", HttpClientRequest.bodyUnsafeJson(post, { a: 1 }), "application/json"],
      ["a form", HttpClientRequest.bodyUrlParams(post, { a: "1" }), "application/x-www-form-urlencoded"],
      ["bytes", HttpClientRequest.bodyUint8Array(post, new Uint8Array([1, 2])), "application/octet-stream"]
    ] as const
  )("a body of %s is sent as it is, again and again", ([, request, contentType]) =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 429 }, {})
      yield* success((yield* clientOver(scripted)).execute(request))
      for (const { request: { body } } of scripted.sent) {
        assert.deepInclude(body, { _tag: "Uint8Array", contentType })
      }
      assert.strictEqual(scripted.sent.length, 2)
    }))

  it.scoped("a body that can be read only once is not sent again", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, {})
      const upload = HttpClientRequest.bodyStream(
        HttpClientRequest.setMethod(post, "PUT"),
        Stream.make(new Uint8Array([1]))
      )
      const error = yield* failure((yield* clientOver(scripted)).execute(upload))
      assert.strictEqual(error.retry?.stopped, "not-replayable")
    }))

  it.scoped("a relative URL without a base is an InvalidRequest", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({})
      const error = yield* failure((yield* clientOver(scripted)).execute(HttpClientRequest.get("/x")))
      assert.deepInclude(error, { _tag: "InvalidRequest", field: "url" })
      assert.strictEqual(scripted.sent.length, 0)
    }))

  it.scoped.each(
    [["retries", { retries: -1 }], ["attemptTimeout", { attemptTimeout: 0 }], ["deadline", {
      deadline: "-1 seconds" as never
    }]] as const
  )(
    "options that cannot be right are an InvalidRequest that names them: %s",
    ([field, options]) =>
      Effect.gen(function*() {
        const error = yield* failure((yield* clientOver(ScriptedClient.make({}))).execute(get, options))
        assert.deepInclude(error, { _tag: "InvalidRequest", field })
      })
  )

  it.scoped("credentials are asked for anew for each attempt", () =>
    Effect.gen(function*() {
      let n = 0
      const scripted = ScriptedClient.make({ status: 503 }, {})
      const authenticate = (request: HttpClientRequest.HttpClientRequest) =>
        Effect.sync(() => HttpClientRequest.bearerToken(request, Redacted.make(`token-${n++}`)))
      yield* success((yield* clientOver(scripted, {}, { authenticate })).execute(get))
      assert.deepStrictEqual(scripted.sent.map(({ request }) => request.headers.authorization), [
        "Bearer token-0",
        "Bearer token-1"
      ])
    }))

  it.scoped("credentials that cannot be had are Rejected, without a word of what went wrong inside", () =>
    Effect.gen(function*() {
      const authenticate = () => Effect.fail({ _tag: "VaultError", secret: "hunter2" })
      const error = yield* failure((yield* clientOver(ScriptedClient.make({}), {}, { authenticate })).execute(get))
      assert.deepInclude(error, { _tag: "Rejected", reason: "credentials-unavailable", failure: "VaultError" })
      assert.notInclude(JSON.stringify(error), "hunter2")
    }))

  it.scoped("what stands in a template's place stays out of errors", () =>
    Effect.gen(function*() {
      const person = HttpClientRequest.get("https://api.example.com/people/ada%40example.com")
      const client = yield* clientOver(ScriptedClient.make({ status: 404 }))
      const error = yield* failure(client.execute(person, { urlTemplate: "/people/{email}" }))
      assert.strictEqual(error.url, "https://api.example.com/people/{email}")
    }))

  it.scoped("a policy that was not checked is checked when the client is made", () =>
    Effect.gen(function*() {
      const wrong = { ...Profile.production, retry: { ...Profile.production.retry, retries: -3 } }
      const error = yield* Effect.flip(
        ResilientHttpClient.make(wrong).pipe(
          Effect.provideService(HttpClient.HttpClient, ScriptedClient.make({}).client)
        )
      )
      assert.include(error.message, "retry.retries")
    }))

  it.scoped("the base URL is checked when the client is made", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(clientOver(ScriptedClient.make({}), {}, { baseUrl: "api.example.com" }))
      assert.include(error.message, "baseUrl")
    }))
})

describe("answers", () => {
  it.scoped("an empty one is decoded as undefined", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({ status: 204 }))
      assert.isUndefined(yield* success(client.json(get, Schema.Void)))
    }))

  it.scoped("one that is not JSON is an InvalidResponse, and worth a repeat", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ body: "<html>" }, { body: { a: 1 } })
      const answer = yield* success((yield* clientOver(scripted)).json(get, Schema.Struct({ a: Schema.Number })))
      assert.deepStrictEqual(answer, { a: 1 })
    }))

  it.scoped("one that differs from its schema says where, and not what it holds", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ body: { a: "ada@example.com" } })
      const error = yield* failure(
        (yield* clientOver(scripted)).json(get, Schema.Struct({ a: Schema.Number, b: Schema.Number }))
      )
      assert.strictEqual(error._tag, "InvalidResponse")
      assert.strictEqual(scripted.sent.length, 1)
      assert.include(error.message, "a is not what the schema says")
      assert.notInclude(error.message, "ada@example.com")
    }))

  it.scoped("a redirect is not followed", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 302, headers: { location: "https://b.example" } })
      const error = yield* failure((yield* clientOver(scripted)).execute(get))
      assert.deepInclude(error, { _tag: "InvalidResponse", status: 302 })
    }))
})

describe("as the platform's client", () => {
  it.scoped("has its shape, our errors, and the options of the region", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 })
      const client = ResilientHttpClient.asHttpClient(yield* clientOver(scripted))
      const error = yield* failure(
        client.get("https://api.example.com/x").pipe(
          Effect.provideService(CallOptions.CurrentCallOptions, { retries: 1 })
        )
      )
      assert.strictEqual(error._tag, "ServerError")
      assert.strictEqual(scripted.sent.length, 2)
    }))

  it.scoped.each([200, 204] as const)("gives a buffered answer: %d", (status) =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status, ...(status === 200 ? { body: { a: 1 } } : {}) })
      const client = ResilientHttpClient.asHttpClient(yield* clientOver(scripted))
      const response = yield* success(client.get("https://api.example.com/x"))
      assert.strictEqual(response.status, status)
      if (status === 200) assert.deepStrictEqual(yield* response.json, { a: 1 })
    }))
})

describe("the snapshot", () => {
  it.scoped("counts calls, attempts, retries by cause and stops by reason", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { code: "ECONNRESET" }, {}, { status: 400 }, {
        status: 503
      })
      const client = yield* clientOver(scripted)
      yield* finish(client.execute(get))
      yield* finish(client.execute(get))
      yield* finish(client.execute(get))
      assert.deepStrictEqual(yield* client.snapshot, {
        calls: 3,
        succeeded: 1,
        failed: 2,
        interrupted: 0,
        successRate: 1 / 3,
        attempts: 9,
        circuitTrips: 0,
        retryWait: Duration.seconds(18),
        retries: { ServerError: 5, ConnectionError: 1 },
        stopped: { "not-retryable": 1, attempts: 1 },
        limiterWait: Duration.zero
      })
    }))
})

describe("interruption", () => {
  it.scoped("while sleeping is seen at once, and nothing more is sent", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 })
      const client = yield* clientOver(scripted, { limits: [RateLimiter.rolling("a", 5, "1 second")] })
      const fiber = yield* Effect.fork(client.execute(get))
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(scripted.sent.length, 1)
      const state = yield* client.limiter?.state ?? Effect.die("no limiter")
      assert.deepInclude(state.buckets[0], { inFlight: 0, available: 5 })
    }))

  it.scoped("while sending closes the request and frees its slot", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ hang: true })
      const client = yield* clientOver(scripted, { limits: [RateLimiter.rolling("a", 5, "1 second")] })
      const fiber = yield* Effect.fork(client.execute(get))
      yield* TestClock.adjust("500 millis")
      assert.strictEqual(scripted.open(), 1)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(scripted.open(), 0)
      yield* TestClock.adjust("2 seconds")
      const state = yield* client.limiter?.state ?? Effect.die("no limiter")
      assert.deepInclude(state.buckets[0], { inFlight: 0, available: 5 })
    }))
})
