/** The same calls over the lean transport, which tells by callbacks, and over any other client: real sockets, one behaviour. */
import { HttpClientRequest } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Schema } from "effect"
import { type Policy, Profile, RateLimiter, ResilientHttpClient } from "effect-resilience"
import * as UndiciHttpClient from "effect-resilience/UndiciHttpClient"
import type { RequestListener } from "node:http"
import * as ScriptedServer from "../support/ScriptedServer.ts"

const transports = [["lean", UndiciHttpClient.layer()], ["any", NodeHttpClient.layerUndici]] as const

const Thing = Schema.Struct({ id: Schema.String })

/** A client of a server that answers so, and what the server sees end. */
const calling = (
  transport: typeof transports[number][1],
  answer: RequestListener,
  overrides: Policy.Overrides = {}
) =>
  Effect.gen(function*() {
    const began = yield* Deferred.make<void>()
    const closed = yield* Deferred.make<void>()
    const server = yield* ScriptedServer.make((request, response) => {
      response.on("close", () => Deferred.unsafeDone(closed, Exit.void))
      answer(request, response)
      Deferred.unsafeDone(began, Exit.void)
    })
    const limits = [RateLimiter.rolling("general", 10, "1 minute")]
    const live = ResilientHttpClient.layer(Profile.testing, { retry: { retries: 0 }, limits, ...overrides }, {
      baseUrl: server.url
    })
    const context = yield* Layer.build(live.pipe(Layer.provide(transport)))
    const client = yield* Effect.provide(ResilientHttpClient.ResilientHttpClient, context)
    return { client, server, began: Deferred.await(began), closed: Deferred.await(closed) }
  })

const inFlight = (client: ResilientHttpClient.Service) =>
  Effect.map(client.limiter.state, ({ buckets }) => buckets.map(({ inFlight }) => inFlight))

const get = HttpClientRequest.get("/things/1")

const answered: RequestListener = (_, response) => {
  response.writeHead(200, { "content-type": "application/json" }).end(`{"id":"1"}`)
}

/** Headers and half of a body, and then nothing. */
const halfway: RequestListener = (_, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "100" }).write(`{"id":`)
}

describe.each(transports)("over the %s transport", (_, transport) => {
  it.scopedLive("an answer is decoded, and its slot counts on", () =>
    Effect.gen(function*() {
      const { client } = yield* calling(transport, answered)
      assert.deepStrictEqual(yield* client.json(get, Thing), { id: "1" })
      assert.deepStrictEqual(yield* inFlight(client), [0])
    }))

  it.scopedLive.each(
    [
      ["an attempt", { attemptTimeout: "50 millis" }, { scope: "attempt", retryable: true }],
      ["the call", { deadline: "50 millis" }, { scope: "deadline", retryable: false }]
    ] as const
  )(
    "a body that does not end is not waited for longer than %s may take",
    ([, options, expected]) =>
      Effect.gen(function*() {
        const { client, closed } = yield* calling(transport, halfway)
        const error = yield* Effect.flip(client.json(get, Thing, options))
        assert.deepInclude(error, { _tag: "Timeout", outcome: "unknown", ...expected })
        yield* closed
        assert.deepStrictEqual(yield* inFlight(client), [0])
      })
  )

  it.scopedLive("even where the caller may not be interrupted", () =>
    Effect.gen(function*() {
      const { client, closed } = yield* calling(transport, halfway, { attemptTimeout: "50 millis" })
      const error = yield* Effect.uninterruptible(Effect.flip(client.json(get, Thing)))
      assert.strictEqual(error._tag, "Timeout")
      yield* closed
    }))

  it.scopedLive("a call that is interrupted in the middle of its answer ends its connection, and gives its slot back", () =>
    Effect.gen(function*() {
      const { began, client, closed } = yield* calling(transport, halfway)
      const fiber = yield* Effect.fork(client.json(get, Thing))
      yield* began
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
      yield* closed
      assert.deepStrictEqual(yield* inFlight(client), [0])
      assert.strictEqual((yield* client.snapshot).interrupted, 1)
    }))

  it.scopedLive("a body that breaks off is incomplete, and the call is made again where that is safe", () =>
    Effect.gen(function*() {
      let n = 0
      const { client, server } = yield* calling(transport, (request, response) => {
        if (n++ > 0) return answered(request, response)
        halfway(request, response)
        setImmediate(() => response.destroy())
      }, { retry: { base: "1 millis", retries: 1 } })
      assert.deepStrictEqual(yield* client.json(get, Thing), { id: "1" })
      assert.strictEqual(server.requests.length, 2)

      n = 0
      const error = yield* Effect.flip(client.json(HttpClientRequest.post("/things"), Thing))
      assert.deepInclude(error, { _tag: "ConnectionError", reason: "incomplete", outcome: "unknown" })
    }))
})

describe("the lean transport", () => {
  const transport = UndiciHttpClient.layer()

  it.scopedLive("leaves it to the platform to write down a form", () =>
    Effect.gen(function*() {
      const { client, server } = yield* calling(transport, (request, response) => {
        request.resume()
        answered(request, response)
      })
      const form = new FormData()
      form.append("name", "Ada")
      yield* client.json(HttpClientRequest.bodyFormData(HttpClientRequest.post("/things"), form), Thing)
      assert.match(server.requests[0]?.headers["content-type"] ?? "", /^multipart\/form-data; boundary=/)
    }))
})
