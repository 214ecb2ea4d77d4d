import { FetchHttpClient, HttpClient, HttpClientResponse } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Layer, Logger, Redacted, Ref, Schema, Tracer } from "effect"
import { Account, Contacts, HubSpot, HubSpotClient } from "effect-hubspot"
import { ApiError, Profile } from "effect-resilience"
import { Emulator } from "hubspot-emulator"
import { inspect } from "node:util"
import * as ScriptedServer from "../support/ScriptedServer.ts"

const token = "pat-na1-top-secret-0123456789"
const person = "ada.lovelace@example.com"

const clientFor = (
  baseUrl: string,
  layer: Layer.Layer<HttpClient.HttpClient>,
  accessToken = Effect.succeed(Redacted.make(token))
) => HubSpot.layerWith({ accessToken, baseUrl, profile: Profile.testing }).pipe(Layer.provide(layer))

const clients: ReadonlyArray<readonly [string, Layer.Layer<HttpClient.HttpClient>]> = [
  ["undici", NodeHttpClient.layerUndici],
  ["fetch", FetchHttpClient.layer],
  ["node:http", NodeHttpClient.layer]
]

describe("the token goes to the configured host only", () => {
  it.scopedLive.each(clients)("not along a redirect: %s", ([, layer]) =>
    Effect.gen(function*() {
      const other = yield* ScriptedServer.make((_, response) => response.end("{}"))
      const server = yield* ScriptedServer.make((_, response) =>
        response.writeHead(302, { location: `${other.url}/x` }).end()
      )
      yield* Effect.either(Account.testCredentials).pipe(Effect.provide(clientFor(server.url, layer)))
      assert.strictEqual(server.requests[0]?.headers.authorization, `Bearer ${token}`)
      assert.deepStrictEqual(other.requests, [])
    }))

  it.scopedLive.each(["{other}/x", "//{host}/x", "/\\{host}/x"])(
    "not to the host of another URL: %s",
    (path) =>
      Effect.gen(function*() {
        const other = yield* ScriptedServer.make((_, response) => response.end("{}"))
        const server = yield* ScriptedServer.make((_, response) => response.end("{}"))
        const target = path.replace("{other}", other.url).replace("{host}", new URL(other.url).host)
        yield* Effect.flatMap(HubSpotClient.HubSpotClient, (client) => client.get(target, Schema.Unknown)).pipe(
          Effect.either,
          Effect.provide(clientFor(server.url, NodeHttpClient.layerUndici))
        )
        assert.deepStrictEqual(other.requests, [])
      })
  )

  it.scopedLive("an absolute URL of another host is an InvalidRequest", () =>
    Effect.gen(function*() {
      const client = yield* HubSpotClient.HubSpotClient
      const error = yield* Effect.flip(client.get("https://example.com/x", Schema.Unknown))
      assert.deepInclude(error, { _tag: "InvalidRequest", field: "path", outcome: "not-sent" })
    }).pipe(Effect.provide(clientFor("http://127.0.0.1:1", NodeHttpClient.layerUndici))))

  it.scopedLive.each(
    [
      ["https://api.hubapi.com/x", true],
      ["https://API.hubapi.com/x", true],
      ["https://api.hubapi.com:443/x", true],
      ["https://api.hubapi.com.example.com/x", false],
      ["https://api.hubapi.com@example.com/x", false],
      ["https://api.hubapi.com:444/x", false],
      ["https://api.hubapi.comx/", false],
      ["http://api.hubapi.com/x", false]
    ] as const
  )("of https://api.hubapi.com, is %s the host? %s", ([url, isTheHost]) =>
    Effect.gen(function*() {
      const shown: Array<string | undefined> = []
      const transport = HttpClient.make((request) => {
        shown.push(request.headers.authorization)
        return Effect.succeed(HttpClientResponse.fromWeb(request, new Response("{}")))
      })
      const live = clientFor("https://api.hubapi.com", Layer.succeed(HttpClient.HttpClient, transport))
      const called = Effect.flatMap(HubSpotClient.HubSpotClient, (client) => client.get(url, Schema.Unknown))
      const outcome = yield* Effect.either(Effect.provide(called, live))
      assert.strictEqual(outcome._tag, isTheHost ? "Right" : "Left")
      assert.deepStrictEqual(shown, isTheHost ? [`Bearer ${token}`] : [])
    }))
})

it.scopedLive("a token may change between attempts", () =>
  Effect.gen(function*() {
    const server = yield* ScriptedServer.make((request, response) =>
      request.headers.authorization === "Bearer new"
        ? response.end(JSON.stringify({ portalId: 1 }))
        : response.writeHead(503).end()
    )
    const tokens = yield* Ref.make(["old", "new"])
    const next = Ref.modify(tokens, ([first = "new", ...rest]) => [Redacted.make(first), rest])
    const { portalId } = yield* Account.testCredentials.pipe(
      Effect.provide(clientFor(server.url, NodeHttpClient.layerUndici, next))
    )
    assert.strictEqual(portalId, 1)
  }))

describe("nothing tells the token, or who was looked for", () => {
  it.scopedLive.each(
    [
      ["a refused token", 401, "one"],
      ["trouble", 503, "one"],
      ["trouble", 503, "many"],
      ["a refusal", 400, "many"]
    ] as const
  )("%s (%d, %s): errors, causes, logs and spans", ([, status, which]) =>
    Effect.gen(function*() {
      const server = yield* ScriptedServer.make((_, response) => response.writeHead(status).end(`{"message":"no"}`))
      const told: Array<string> = []
      const tell = (u: unknown) => told.push(inspect(u, { depth: 10 }), String(u), JSON.stringify(u) ?? "")
      const spans: Array<Tracer.Span> = []

      const batch = Effect.flatMap(
        Contacts.batchRead([person], { by: "email" }),
        ({ failed }) => Effect.fail(failed[0]?.error ?? assert.fail("nothing failed"))
      )
      const error = yield* { one: Contacts.get(person, { by: "email" }), many: batch }[which].pipe(
        Effect.tapErrorCause((cause) =>
          Effect.zipRight(Effect.logError("failed", cause), Effect.sync(() => told.push(Cause.pretty(cause))))
        ),
        Effect.flip,
        Effect.withSpan("sync"),
        Effect.provide(Logger.replace(Logger.defaultLogger, Logger.make((entry) => tell(entry)))),
        Effect.withTracer(recording(spans)),
        Effect.provide(clientFor(server.url, NodeHttpClient.layerUndici))
      )
      tell(error)
      tell(yield* Schema.encode(ApiError.ApiError)(error))
      for (const span of spans) tell([...span.attributes, span.name])

      assert.isNotEmpty(server.requests)
      assert.isNotEmpty(told)
      for (const text of told) {
        assert.notInclude(text, token)
        assert.notInclude(text, person)
        assert.notInclude(text, encodeURIComponent(person))
      }
    }))
})

const recording = (spans: Array<Tracer.Span>): Tracer.Tracer =>
  Tracer.make({
    context: (f) => f(),
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      const span: Tracer.Span = {
        _tag: "Span",
        name,
        parent,
        context,
        links: [...links],
        kind,
        attributes,
        status: { _tag: "Started", startTime },
        spanId: "0102030405060708",
        traceId: "0102030405060708090a0b0c0d0e0f10",
        sampled: true,
        end: () => {},
        event: () => {},
        addLinks: () => {},
        attribute: (key, value) => attributes.set(key, value)
      }
      spans.push(span)
      return span
    }
  })

it.scopedLive("the emulator answers to the token of the config, and to no other", () =>
  Effect.gen(function*() {
    const emulator = yield* Emulator.make({ tokens: [token] })
    const ask = (accessToken: string) =>
      Effect.either(Account.testCredentials).pipe(
        Effect.provide(clientFor(emulator.url, NodeHttpClient.layerUndici, Effect.succeed(Redacted.make(accessToken))))
      )
    assert.strictEqual((yield* ask(token))._tag, "Right")
    assert.strictEqual((yield* ask("pat-other"))._tag, "Left")
  }))
