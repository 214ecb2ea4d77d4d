/** What a call brings with it, and what is made of its answer. */
import { HttpBody, HttpClient, HttpClientRequest } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Schema, Stream, TestClock } from "effect"
import { Classifier, Profile, RateLimiter, ResilientHttpClient, SampleErrors } from "effect-resilience"
import { clientOver, failure, success, times } from "../support/client.ts"
import * as ScriptedClient from "../support/ScriptedClient.ts"

const get = HttpClientRequest.get("https://api.example.com/things")
const put = HttpClientRequest.put("https://api.example.com/things")

describe("a request", () => {
  it.scoped("to the base URL itself needs no path", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({})
      const client = yield* clientOver(scripted, {}, { baseUrl: "https://a.example/api" })
      yield* client.execute(HttpClientRequest.get(""))
      assert.strictEqual(scripted.sent[0]?.request.url, "https://a.example/api")
    }))

  it.scoped.each(
    [
      ["text", "a", 2],
      ["a blob", new Blob(["a"]), 2],
      ["what may be read only once", new ReadableStream(), 1]
    ] as const
  )("whose body is %s is sent again if it can be", ([, body, sent]) =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, {})
      const client = yield* clientOver(scripted)
      const raw = HttpClientRequest.setBody(put, HttpBody.raw(body))
      yield* success(Effect.either(client.execute(raw)))
      assert.strictEqual(scripted.sent.length, sent)
    }))

  it.scoped.each([["refused", { status: 429 }, 1], ["never sent", { code: "ECONNREFUSED" }, 2]] as const)(
    "whose body may be read only once, and was %s, is sent again if it was not read",
    ([, step, sent]) =>
      Effect.gen(function*() {
        const scripted = ScriptedClient.make(step, {})
        const upload = HttpClientRequest.setBody(put, HttpBody.raw(new ReadableStream()))
        yield* success(Effect.either((yield* clientOver(scripted)).execute(upload)))
        assert.strictEqual(scripted.sent.length, sent)
      })
  )

  it.scoped("is made with the layer's client, too", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ body: { a: 1 } })
      const answer = Effect.flatMap(ResilientHttpClient.ResilientHttpClient, (client) =>
        client.json(HttpClientRequest.get("/things"), Schema.Struct({ a: Schema.Number })))
      const Live = ResilientHttpClient.layer(Profile.testing, { deadline: "5 seconds" }, {
        baseUrl: "https://api.example.com"
      }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, scripted.client)))
      assert.deepStrictEqual(yield* Effect.provide(answer, Live), { a: 1 })
    }))
})

describe("credentials", () => {
  it.scoped("that fail with an error of ours fail the call with it", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({}), {}, { authenticate: () => SampleErrors.clientError })
      assert.deepInclude(yield* failure(client.execute(get)), { _tag: "ClientError", status: 400 })
    }))

  it.scoped.each([["an Error", new RangeError("no"), "RangeError"], ["anything else", "no", "unknown"]] as const)(
    "that fail with %s say of what kind it was",
    ([, error, kind]) =>
      Effect.gen(function*() {
        const client = yield* clientOver(ScriptedClient.make({}), {}, { authenticate: () => Effect.fail(error) })
        assert.deepInclude(yield* failure(client.execute(get)), { _tag: "Rejected", failure: kind })
      })
  )
})

describe("the limits of a call", () => {
  const limits = [RateLimiter.rolling("a", 100, "10 seconds"), RateLimiter.rolling("b", 100, "10 seconds")]
  const available = (client: ResilientHttpClient.Service) =>
    Effect.map(client.limiter.state, ({ buckets }) => buckets.map(({ available }) => available))

  it.scoped.each(
    [
      ["of no bucket in particular, is said of none of several", undefined, [99, 99]],
      ["of no bucket in particular, is said of the one that the call names", ["b"], [100, 5]],
      ["of no bucket in particular, is said of none of those that the call names", ["a", "b"], [99, 99]]
    ] as const
  )("what the server says %s", ([, buckets, left]) =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ headers: { "x-ratelimit-remaining": "5", "x-ratelimit-limit": "100" } })
      const client = yield* clientOver(scripted, { limits })
      yield* client.execute(get, { buckets })
      assert.deepStrictEqual(yield* available(client), [...left])
    }))

  it.scoped("a quota without a number tightens nothing", () =>
    Effect.gen(function*() {
      const quotas = () => [{ name: "a", limit: 100 }]
      const client = yield* clientOver(ScriptedClient.make({}), { limits }, { quotas })
      yield* client.execute(get)
      assert.deepStrictEqual(yield* available(client), [99, 99])
    }))

  it.scoped("a 429 that does not say for how long closes the gate for a tenth of the window", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({ status: 429 }), { limits })
      yield* Effect.flip(client.execute(get, { retries: 0, buckets: ["a"] }))
      const { buckets } = yield* client.limiter.state
      assert.deepStrictEqual(buckets.map(({ closedFor }) => Duration.toMillis(closedFor)), [1000, 0])
    }))

  it.scoped("a retry whose turn never comes ends with what the server said last", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { hang: true })
      const client = yield* clientOver(scripted, { concurrency: 1, budget: "off" })
      const call = yield* Effect.fork(
        Effect.flip(client.execute(get, { deadline: "20 seconds", attemptTimeout: 9000 }))
      )
      yield* TestClock.adjust("500 millis")
      yield* Effect.fork(client.execute(get, { attemptTimeout: "1 minute" }))
      yield* TestClock.adjust("20 seconds")
      const error = yield* Fiber.join(call)
      assert.deepInclude(error, { _tag: "ServerError", status: 503 })
      assert.deepInclude(error.retry, { attempts: 1, stopped: "deadline" })
    }))
})

describe("an answer", () => {
  it.scoped("is what the classifier makes of it, with all that it says", () =>
    Effect.gen(function*() {
      const details = { category: "LIMITS", message: "too fast" }
      const classify: Classifier.Classifier = (response, now) => {
        const failure = Classifier.standard(response, now)
        return failure && { ...failure, details, policy: "TEN_SECONDLY", retryable: false }
      }
      const client = yield* clientOver(ScriptedClient.make({ status: 429 }), {}, { classify })
      const error = yield* failure(client.execute(get))
      assert.deepInclude(error, { _tag: "RateLimited", policy: "TEN_SECONDLY", details })
    }))

  it.scoped("whose instant is none has none", () =>
    Effect.gen(function*() {
      const classify: Classifier.Classifier = () => ({
        tag: "ServerError",
        outcome: "unknown",
        retryable: false,
        retryAt: Number.NaN
      })
      const client = yield* clientOver(ScriptedClient.make({}), {}, { classify })
      assert.isUndefined((yield* failure(client.execute(get))).retryAt)
    }))

  const Numbers = Schema.Struct({ a: Schema.Number, b: Schema.Number, c: Schema.Number, d: Schema.Number })
  it.scoped.each(
    [
      ["as a whole", [], "the body is not what the schema says"],
      ["in one place", { a: 1, b: 2, c: 3, d: "secret" }, "d is not what the schema says"],
      ["in places without end", {}, "a is missing, b is missing, c is missing, and 1 more"]
    ] as const
  )("that differs from its schema %s says so, in few words", ([, body, problem]) =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({ body }))
      const decoded = yield* failure(client.json(get, Numbers))
      assert.deepInclude(decoded, { _tag: "InvalidResponse", problem })
    }))

  it.scoped("of a page of text is kept in part", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({ status: 400, body: "x".repeat(10_000) }))
      const error = yield* failure(client.execute(get))
      assert.strictEqual(error._tag === "ClientError" ? String(error.body).length : 0, 4096)
    }))

  it.scoped("without a body streams nothing", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({ status: 204 }))
      assert.strictEqual(yield* success(Stream.runCount(client.stream(get))), 0)
    }))

  it.scoped("that is judged by its body is read before it is streamed", () =>
    Effect.gen(function*() {
      const classify: Classifier.Classifier = ({ text }) =>
        text === "fine" ? undefined : { tag: "ServerError", outcome: "unknown", retryable: true }
      const scripted = ScriptedClient.make({ body: "busy" }, { body: "fine" })
      const client = yield* clientOver(scripted, {}, { classify })
      assert.strictEqual(yield* success(Stream.mkString(Stream.decodeText(client.stream(get)))), "fine")
      assert.deepStrictEqual(times(scripted), [0, 1000])
    }))
})

it.scoped("retries cost nothing where there is no budget", () =>
  Effect.gen(function*() {
    const client = yield* clientOver(ScriptedClient.make({ status: 503 }), { budget: "off", breaker: "off" })
    assert.deepInclude((yield* failure(client.execute(get, { retries: 3 }))).retry, { attempts: 4 })
  }))
