import { FetchHttpClient, type HttpClient, HttpClientRequest } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Array, Chunk, Effect, Fiber, type Layer, Stream } from "effect"
import { Contacts, HubSpotClient } from "effect-hubspot"
import { type ApiError, Policy, Profile, RateLimiter, ResilientHttpClient } from "effect-resilience"
import { Emulator, type FaultPlan } from "hubspot-emulator"
import { clientFor, live } from "../support/hubspot.ts"

type Fault = NonNullable<FaultPlan.Input["rules"]>[number]["fault"]

const always = (fault: Fault): FaultPlan.Input => ({ rules: [{ share: 1, fault }] })
const person = (n: number) => ({ email: `person-${n}@example.com`, firstname: `Person ${n}` })

/** The fault, and what a call without retries fails with. */
const faults: ReadonlyArray<readonly [Fault, Partial<ApiError.ApiError> & Record<string, unknown>]> = [
  [{ kind: "status", status: 500 }, { _tag: "ServerError", status: 500, outcome: "unknown", retryable: true }],
  [{ kind: "status", status: 502 }, { _tag: "ServerError", status: 502, outcome: "unknown", retryable: true }],
  [{ kind: "status", status: 503 }, { _tag: "ServerError", status: 503, outcome: "unknown", retryable: true }],
  [{ kind: "status", status: 504 }, { _tag: "ServerError", status: 504, outcome: "unknown", retryable: true }],
  [{ kind: "status", status: 524 }, { _tag: "ServerError", status: 524, outcome: "unknown", retryable: true }],
  [{ kind: "status", status: 525 }, { _tag: "ServerError", status: 525, retryable: false }],
  [{ kind: "status", status: 530 }, { _tag: "ServerError", status: 530, retryable: false }],
  [{ kind: "status", status: 423 }, { _tag: "ClientError", status: 423, outcome: "refused", retryable: true }],
  [{ kind: "status", status: 477 }, { _tag: "ClientError", status: 477, outcome: "refused", retryable: true }],
  [{ kind: "rateLimited", body: "tenSecondly" }, {
    _tag: "RateLimited",
    policy: "TEN_SECONDLY_ROLLING",
    retryable: true
  }],
  [{ kind: "rateLimited", body: "secondly" }, { _tag: "RateLimited", policy: "SECONDLY", retryable: true }],
  [{ kind: "rateLimited", body: "search" }, { _tag: "RateLimited", policy: "SECONDLY", retryable: true }],
  [{ kind: "rateLimited", body: "daily" }, { _tag: "RateLimited", policy: "DAILY", retryable: false }],
  [{ kind: "rateLimited", body: "edge" }, { _tag: "RateLimited", body: "error code: 1015", retryable: true }],
  [{ kind: "reset" }, { _tag: "ConnectionError", reason: "reset", outcome: "unknown", retryable: true }],
  [{ kind: "resetAfterCommit" }, { _tag: "ConnectionError", reason: "reset", outcome: "unknown", retryable: true }],
  [{ kind: "hang" }, { _tag: "Timeout", scope: "attempt", outcome: "unknown", retryable: true }],
  [{ kind: "hangAfterCommit" }, { _tag: "Timeout", scope: "attempt", outcome: "unknown", retryable: true }],
  [{ kind: "slowBody", over: "5 seconds" }, { _tag: "Timeout", scope: "attempt", outcome: "unknown", retryable: true }],
  [{ kind: "cutBody" }, { _tag: "ConnectionError", reason: "incomplete", outcome: "unknown", retryable: true }]
]

describe("a call meets", () => {
  it.scopedLive.each(faults)("%j", ([fault, expected]) =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.setFaults(always(fault))
      const error = yield* Effect.flip(Contacts.stream({}).pipe(Stream.runDrain))
      assert.deepInclude(error, expected)
      assert.include(error.message, "GET /crm/v3/objects/contacts")
      assert.strictEqual((yield* emulator.stats).requests, 1)
    }).pipe(Effect.provide(live({ overrides: { retry: { retries: 0 }, attemptTimeout: "150 millis" } }))))

  it.scopedLive.each(faults.filter(([, { retryable, status }]) => retryable === true && status !== 477))(
    "%j, and gets over it",
    ([fault]) =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.Emulator
        yield* emulator.add("contacts", [person(1)])
        yield* emulator.setFaults(always(fault))
        const call = yield* Effect.fork(Contacts.get("person-1@example.com", { by: "email" }))
        yield* Effect.repeat(Effect.delay(emulator.stats, 2), { until: ({ requests }) => requests > 0 })
        yield* emulator.setFaults({})
        assert.strictEqual((yield* Fiber.join(call)).properties.firstname, "Person 1")
      }).pipe(Effect.provide(live({ overrides: { attemptTimeout: "150 millis" } })))
  )
})

it.scopedLive("an account that moves for a minute is not waited for where the deadline is sooner", () =>
  Effect.gen(function*() {
    const emulator = yield* Emulator.Emulator
    yield* emulator.setFaults(always({ kind: "status", status: 477 }))
    const error = yield* Effect.flip(Contacts.get("1"))
    assert.strictEqual(error.retry?.stopped, "deadline")
    assert.isDefined(error.retryAt)
  }).pipe(Effect.provide(live())))

describe("limits", () => {
  it.scopedLive("a client that knows them is never told off", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("contacts", [person(1)])
      yield* Effect.forEach(
        Array.makeBy(200, () => "person-1@example.com"),
        (email) => Contacts.get(email, { by: "email", properties: ["email"] }),
        { concurrency: "unbounded", discard: true }
      )
      const stats = yield* emulator.stats
      assert.deepStrictEqual(stats.rateLimited, { limiter: 0, injected: 0 })
      assert.strictEqual(stats.requests, 200)
    }).pipe(Effect.provide(live({
      emulator: { limits: { general: { limit: 40, window: "300 millis" } } },
      overrides: { limits: [RateLimiter.rolling("general", 40, "300 millis")] }
    }))))

  it.scopedLive("a client that does not know them gets through all the same", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("contacts", [person(1)])
      yield* Effect.forEach(
        Array.makeBy(45, () => "person-1@example.com"),
        (email) => Contacts.get(email, { by: "email" }),
        { concurrency: "unbounded", discard: true }
      )
      assert.isAbove((yield* emulator.stats).rateLimited.limiter, 0)
    }).pipe(Effect.provide(live({
      emulator: { limits: { general: { limit: 40, window: "2 seconds" } } },
      overrides: { retry: { retries: 1000 } }
    }))))
})

describe("an outage", () => {
  it.scopedLive("is waited out", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.setFaults({ outages: [{ from: 0, to: "300 millis", fault: { kind: "reset" } }] })
      const { succeeded } = yield* Contacts.batchUpsert(Array.makeBy(150, person), { by: "email" })
      assert.strictEqual(succeeded.length, 150)
      assert.strictEqual((yield* emulator.records("contacts")).length, 150)
    }).pipe(Effect.provide(live({ overrides: { retry: { retries: 10, base: "50 millis" } } }))))
})

describe("sockets", () => {
  it.scopedLive("an interrupted call closes its own", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.setFaults(always({ kind: "hang" }))
      const call = yield* Effect.fork(Contacts.get("1"))
      yield* Effect.repeat(Effect.delay(emulator.stats, 2), { until: ({ requests }) => requests === 1 })
      yield* Fiber.interrupt(call)
      yield* Effect.repeat(Effect.delay(emulator.stats, 5), { until: ({ openSockets }) => openSockets === 0 })
    }).pipe(Effect.provide(live())))

  it.scopedLive("the bodies of failed attempts do not hold theirs", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.setFaults(always({ kind: "status", status: 503 }))
      yield* Effect.forEach(Array.range(1, 20), (n) => Effect.flip(Contacts.get(String(n), { retries: 1 })))
      assert.isAtMost((yield* emulator.stats).openSockets, 2)
    }).pipe(Effect.provide(live())))
})

describe("a stream of bytes", () => {
  const bytes = (options = {}) =>
    Effect.gen(function*() {
      const { http } = yield* HubSpotClient.HubSpotClient
      const chunks = yield* Stream.runCollect(
        Stream.decodeText(
          http.stream(HttpClientRequest.get("/crm/v3/objects/contacts"), { buckets: ["general"], ...options })
        )
      )
      return JSON.parse(Chunk.join(chunks, "")) as { readonly results: ReadonlyArray<unknown> }
    })

  it.scopedLive("is retried until its first byte", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("contacts", Array.makeBy(5, person))
      yield* emulator.setFaults({ outages: [{ from: 0, to: "60 millis" }] })
      assert.strictEqual((yield* bytes()).results.length, 5)
    }).pipe(Effect.provide(live())))

  it.scopedLive("may take longer than an attempt, as long as bytes keep coming", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("contacts", Array.makeBy(10, person))
      yield* emulator.setFaults(always({ kind: "slowBody", over: "1 second" }))
      assert.strictEqual((yield* bytes()).results.length, 10)
    }).pipe(Effect.provide(live())))

  it.scopedLive("that breaks off fails, and is not repeated", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("contacts", Array.makeBy(10, person))
      yield* emulator.setFaults(always({ kind: "cutBody" }))
      assert.deepInclude(yield* Effect.flip(bytes()), { _tag: "ConnectionError", reason: "incomplete" })
      assert.strictEqual((yield* emulator.stats).requests, 1)
    }).pipe(Effect.provide(live())))
})

describe("whatever client is underneath", () => {
  const clients: ReadonlyArray<readonly [string, Layer.Layer<HttpClient.HttpClient>]> = [
    ["undici", NodeHttpClient.layerUndici],
    ["fetch", FetchHttpClient.layer],
    ["node:http", NodeHttpClient.layer]
  ]
  const call = (url: string) =>
    Effect.gen(function*() {
      const policy = yield* Policy.make(Profile.testing, { retry: { retries: 0 }, attemptTimeout: "300 millis" })
      const client = yield* ResilientHttpClient.make(policy)
      const request = HttpClientRequest.get(url).pipe(HttpClientRequest.bearerToken(Emulator.defaultToken))
      return yield* Effect.flip(client.execute(request))
    })

  for (const [name, layer] of clients) {
    it.scopedLive.each(
      [
        [{ kind: "reset" }, { _tag: "ConnectionError", reason: "reset" }],
        [{ kind: "hang" }, { _tag: "Timeout", scope: "attempt" }],
        [{ kind: "cutBody" }, { _tag: "ConnectionError", reason: "incomplete" }],
        [{ kind: "slowBody", over: "5 seconds" }, { _tag: "Timeout", scope: "attempt" }]
      ] as ReadonlyArray<readonly [Fault, object]>
    )(`${name}: %j`, ([fault, expected]) =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.Emulator
        yield* emulator.setFaults(always(fault))
        assert.deepInclude(yield* call(`${emulator.url}/crm/v3/objects/contacts`), expected)
        yield* Effect.repeat(Effect.delay(emulator.stats, 5), { until: ({ openSockets }) => openSockets === 0 })
      }).pipe(Effect.provide([layer, Emulator.layer()])))

    it.scopedLive(`${name}: a refused connection and a failed look-up were never sent`, () =>
      Effect.gen(function*() {
        const { url: nobodyThere } = yield* Effect.scoped(Emulator.make())
        assert.deepInclude(yield* call(nobodyThere), {
          reason: "refused",
          outcome: "not-sent",
          retryable: true
        })
        assert.deepInclude(yield* call("http://no-such-host.invalid/"), {
          reason: "lookup",
          outcome: "not-sent",
          retryable: true
        })
      }).pipe(Effect.provide(layer)))

    it.scopedLive(`${name}: a failed handshake is told`, () =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.Emulator
        const error = yield* call(emulator.url.replace("http:", "https:"))
        assert.deepInclude(error, { _tag: "ConnectionError", reason: "tls", retryable: true })
      }).pipe(Effect.provide([layer, Emulator.layer()])))
  }
})

it.scopedLive("a wrong token is a 401, at once", () =>
  Effect.gen(function*() {
    const emulator = yield* Emulator.Emulator
    const error = yield* Effect.flip(
      Contacts.get("1").pipe(Effect.provide(clientFor({ url: emulator.url, token: "pat-wrong" })))
    )
    assert.deepInclude(error, { _tag: "ClientError", status: 401 })
    assert.strictEqual(error.retry?.attempts, 1)
  }).pipe(Effect.provide(Emulator.layer())))
