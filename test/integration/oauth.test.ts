import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Fiber, Layer, Redacted, TestClock } from "effect"
import { Account, Contacts, OAuth } from "effect-hubspot"
import { Jitter } from "effect-resilience"
import { Emulator, Limits } from "hubspot-emulator"
import { inspect } from "node:util"
import { clientFor } from "../support/hubspot.ts"
import * as ScriptedServer from "../support/ScriptedServer.ts"

const app = { clientId: "app", clientSecret: Redacted.make("client-secret") }
const scopes = ["oauth", "crm.objects.contacts.read", "crm.objects.contacts.write"]
const installed = {
  clientId: "app",
  clientSecret: "client-secret",
  refreshTokens: ["first"],
  codes: ["code"],
  scopes
}

const emulated = (options: { readonly rotate?: boolean } = {}) =>
  Emulator.make({ limits: Limits.unlimited, oauth: { apps: [installed], ...options } })
const oauthOf = (baseUrl: string, options: Partial<OAuth.Options> = {}) =>
  Effect.flatMap(
    Layer.build(NodeHttpClient.layerUndici),
    (context) => Effect.provide(OAuth.make({ ...app, baseUrl, ...options }), context)
  )

const stored = (accessToken: string, refreshToken: string, expiresAt: DateTime.Utc): OAuth.Tokens => ({
  accessToken: Redacted.make(accessToken),
  refreshToken: Redacted.make(refreshToken),
  expiresAt
})
/** Nothing but a refresh token, as after a restart long after. */
const expired = stored("none", "first", DateTime.unsafeMake(0))

const portal = (emulator: Emulator.Emulator.Service, store: OAuth.Store) =>
  clientFor(emulator, {}, { accessToken: OAuth.credentials({ ...app, store }), tier: "oauth" })

describe("tokens", () => {
  it.scopedLive.each(["v3", "2026-09"] as const)(
    "of a code: its account, and half an hour (%s)",
    (apiVersion) =>
      Effect.gen(function*() {
        const emulator = yield* emulated()
        const oauth = yield* oauthOf(emulator.url, { apiVersion })
        const now = yield* DateTime.now
        const grant = { code: Redacted.make("code"), redirectUri: "https://app.example.com" }
        const tokens = yield* oauth.exchangeCode(grant)
        assert.strictEqual(tokens.portalId, 1)
        assert.closeTo(DateTime.distance(now, tokens.expiresAt), Duration.toMillis("30 minutes"), 10_000)
        assert.deepInclude(yield* oauth.accessTokenInfo(tokens.accessToken), {
          portalId: 1,
          scopes,
          user: "ada@example.com"
        })
        assert.strictEqual((yield* oauth.refreshTokenInfo(tokens.refreshToken)).userId, 9001)
        assert.strictEqual((yield* Effect.flip(oauth.exchangeCode(grant)))._tag, "BadAuthCode")
      })
  )

  it.scopedLive("are renewed, until the refresh token is given back", () =>
    Effect.gen(function*() {
      const emulator = yield* emulated()
      const oauth = yield* oauthOf(emulator.url)
      const first = Redacted.make("first")
      const { accessToken, refreshToken } = yield* oauth.refresh(first)
      assert.deepStrictEqual(refreshToken, first)
      yield* Account.testCredentials.pipe(
        Effect.provide(clientFor({ ...emulator, token: Redacted.value(accessToken) }))
      )
      yield* oauth.revoke(first)
      assert.strictEqual((yield* Effect.flip(oauth.refresh(first)))._tag, "BadRefreshToken")
      const gone = yield* Effect.flip(oauth.refreshTokenInfo(first))
      assert.deepInclude(gone, { _tag: "ClientError", status: 404, urlTemplate: "/oauth/v1/refresh-tokens/{token}" })
    }))

  it.scopedLive.each(
    [
      ["BAD_CLIENT_ID", { clientId: "who" }],
      ["BAD_CLIENT_SECRET", { clientSecret: Redacted.make("guess") }]
    ] as const
  )("are refused with HubSpot's own word: %s", ([reason, options]) =>
    Effect.gen(function*() {
      const oauth = yield* oauthOf((yield* emulated()).url, options)
      assert.deepInclude(yield* Effect.flip(oauth.refresh(Redacted.make("first"))), { _tag: "OAuthRefused", reason })
    }))

  it.scopedLive("are asked for again where the answer never came", () =>
    Effect.gen(function*() {
      const emulator = yield* emulated()
      yield* emulator.setFaults({ outages: [{ from: 0, to: "50 millis", fault: { kind: "reset" } }] })
      const oauth = yield* oauthOf(emulator.url, { overrides: { retry: { base: "30 millis", jitter: Jitter.none } } })
      assert.strictEqual((yield* oauth.refresh(Redacted.make("first"))).portalId, 1)
    }))

  it.scopedLive.each(
    [
      ["an answer with a field missing", 200, { access_token: "access-secret", refresh_token: "refresh-secret" }],
      ["one that is not JSON", 200, "access-secret"],
      ["a refusal that repeats what it was sent", 400, { message: "first client-secret" }],
      ["a page of the edge's that does", 502, "first client-secret"]
    ] as const
  )("are nowhere to be found in errors: %s", ([, status, body]) =>
    Effect.gen(function*() {
      const server = yield* ScriptedServer.make((_, response) =>
        response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body))
      )
      const oauth = yield* oauthOf(server.url, { overrides: { retry: { retries: 0 } } })
      const first = Redacted.make("first-secret")
      const calls = [oauth.refresh(first), oauth.accessTokenInfo(first), oauth.revoke(first)] as const
      for (const call of calls.map(Effect.either<unknown, unknown, never>)) {
        const ended = yield* call
        assert.notInclude(inspect(ended, { depth: 10 }) + JSON.stringify(ended), "secret")
      }
    }))
})

describe("a client with OAuth credentials", () => {
  it.scopedLive("gets an access token when it needs one, and one for all who call", () =>
    Effect.gen(function*() {
      const emulator = yield* emulated()
      const store = yield* OAuth.memoryStore(expired)
      yield* Effect.replicateEffect(Account.testCredentials, 50, { concurrency: "unbounded" }).pipe(
        Effect.provide(portal(emulator, store))
      )
      const { byRoute } = yield* emulator.stats
      assert.strictEqual(byRoute["POST /oauth/v1/token"], 1)
      assert.strictEqual(Redacted.value((yield* store.get).accessToken), "emulator-access-1")
    }))

  it.scoped("whose token has expired before its time, gets another, and calls again once: a create too", () =>
    Effect.gen(function*() {
      const emulator = yield* emulated({ rotate: true })
      const oauth = yield* oauthOf(emulator.url)
      const { accessToken, refreshToken } = yield* oauth.refresh(Redacted.make("first"))
      yield* TestClock.adjust("31 minutes")
      // the store is wrong about the time
      const store = yield* OAuth.memoryStore({
        accessToken,
        refreshToken,
        expiresAt: DateTime.add(yield* DateTime.now, { hours: 1 })
      })
      yield* Effect.forEach([1, 2, 3, 4], (n) => Contacts.create({ firstname: `Person ${n}` }, { retries: 0 }), {
        concurrency: "unbounded"
      }).pipe(Effect.provide(portal(emulator, store)))
      const { byRoute, byStatus, creates } = yield* emulator.stats
      assert.strictEqual(creates, 4)
      assert.strictEqual(byStatus["401"], 4)
      assert.strictEqual(byRoute["POST /oauth/v1/token"], 2)
      assert.notStrictEqual(Redacted.value((yield* store.get).refreshToken), Redacted.value(refreshToken))
    }))

  it.scoped("keeps calling for days, with refresh tokens that rotate", () =>
    Effect.gen(function*() {
      const emulator = yield* emulated({ rotate: true })
      const store = yield* OAuth.memoryStore(expired)
      yield* Effect.gen(function*() {
        for (let hour = 0; hour < 48; hour++) {
          yield* Account.testCredentials
          yield* TestClock.adjust("1 hour")
        }
      }).pipe(Effect.provide(portal(emulator, store)))
      const { byRoute, byStatus } = yield* emulator.stats
      assert.strictEqual(byRoute["POST /oauth/v1/token"], 48)
      assert.deepStrictEqual(byStatus, { "200": 96 })
    }))

  it.scopedLive("that was uninstalled is Rejected at once, and says why", () =>
    Effect.gen(function*() {
      const emulator = yield* emulated()
      const store = yield* OAuth.memoryStore({ ...expired, refreshToken: Redacted.make("void") })
      const error = yield* Effect.flip(Account.testCredentials).pipe(Effect.provide(portal(emulator, store)))
      assert.deepInclude(error, {
        _tag: "Rejected",
        reason: "credentials-unavailable",
        failure: "BadRefreshToken",
        outcome: "not-sent",
        retryable: false
      })
      assert.strictEqual((yield* emulator.stats).requests, 1)
    }))

  it.scopedLive("shares a store that rotates with another process, and both get through", () =>
    Effect.gen(function*() {
      const emulator = yield* emulated({ rotate: true })
      const store = yield* OAuth.memoryStore(expired)
      const calls = Effect.replicateEffect(Account.testCredentials, 5, { concurrency: "unbounded" })
      yield* Effect.all([1, 2, 3].map(() => Effect.provide(calls, Layer.fresh(portal(emulator, store)))), {
        concurrency: "unbounded"
      })
      assert.isAtLeast((yield* emulator.stats).byStatus["200"]!, 15)
    }))

  it.scopedLive("does not hang where HubSpot hangs: the deadline of the call is kept, and nobody else is disturbed", () =>
    Effect.gen(function*() {
      const emulator = yield* emulated()
      yield* emulator.setFaults({ rules: [{ share: 1, fault: { kind: "hang" }, path: "/oauth/v1/token" }] })
      const store = yield* OAuth.memoryStore(expired)
      yield* Effect.gen(function*() {
        const patient = yield* Effect.fork(Contacts.get("1", { deadline: "15 seconds" }).pipe(Effect.flip))
        const error = yield* Effect.flip(Contacts.get("1", { deadline: "600 millis" }))
        assert.deepInclude(error, { _tag: "Timeout", scope: "deadline", outcome: "not-sent" })
        yield* emulator.setFaults({})
        assert.deepInclude(yield* Fiber.join(patient), { _tag: "ClientError", status: 404 })
      }).pipe(Effect.provide(
        clientFor(emulator, {}, {
          accessToken: OAuth.credentials({ ...app, store, overrides: { attemptTimeout: "1 second" } }),
          tier: "oauth"
        })
      ))
    }))

  it.scopedLive("keeps its secrets to itself", () =>
    Effect.gen(function*() {
      const emulator = yield* emulated()
      yield* emulator.setFaults({ rules: [{ share: 1, fault: { kind: "status", status: 500 } }] })
      const store = yield* OAuth.memoryStore({ ...expired, refreshToken: Redacted.make("first-secret") })
      const credentials = OAuth.credentials({ ...app, store })
      const error = yield* Effect.flip(Contacts.get("1", { retries: 0 })).pipe(
        Effect.provide(clientFor(emulator, {}, { accessToken: credentials, tier: "oauth" }))
      )
      assert.deepInclude(error, { _tag: "Rejected", failure: "RefreshFailed", retryable: true })
      const told = inspect([error, credentials], { depth: 10 }) + JSON.stringify([error, credentials])
      assert.notInclude(told, "secret")
    }), 30_000)
})
