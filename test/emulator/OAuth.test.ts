import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as Emulator from "hubspot-emulator/Emulator"
import type * as OAuthApp from "hubspot-emulator/OAuthApp"
import { call, contacts } from "./RawHttp.ts"

const scopes = ["oauth", "crm.objects.contacts.read", "crm.objects.contacts.write"]
const app = { clientId: "app", clientSecret: "secret", refreshTokens: ["r1"], codes: ["c1"], scopes }

const make = (options: Partial<OAuthApp.Options> = {}, more: Emulator.Options = {}) =>
  Emulator.make({ oauth: { apps: [app], ...options }, ...more })

const token = (emulator: Emulator.Emulator.Service, form: Record<string, string>, path = "/oauth/v1/token") =>
  call(emulator, "POST", path, {
    token: "none",
    text: new URLSearchParams({ client_id: "app", client_secret: "secret", ...form }).toString()
  })

const refresh = (emulator: Emulator.Emulator.Service, refresh_token = "r1") =>
  token(emulator, { grant_type: "refresh_token", refresh_token })

describe("OAuth", () => {
  it.scoped("a refresh token brings an access token that calls until it expires", () =>
    Effect.gen(function*() {
      const emulator = yield* make()
      const { json, status } = yield* refresh(emulator)
      assert.strictEqual(status, 200)
      assert.deepInclude(json, { refresh_token: "r1", expires_in: 1800, token_type: "bearer", hub_id: 1 })
      const list = call(emulator, "GET", contacts, { token: json.access_token })
      assert.strictEqual((yield* list).status, 200)
      yield* TestClock.adjust("1799 seconds")
      assert.strictEqual((yield* list).status, 200)
      yield* TestClock.adjust("6 seconds")
      const expired = yield* list
      assert.strictEqual(expired.status, 401)
      assert.deepInclude(expired.json, {
        category: "EXPIRED_AUTHENTICATION",
        message: "The OAuth token used to make this call expired 5 second(s) ago."
      })
    }))

  it.scopedLive("a code is good for one exchange, also in the dated paths", () =>
    Effect.gen(function*() {
      const emulator = yield* make()
      const form = { grant_type: "authorization_code", code: "c1", redirect_uri: "http://localhost" }
      const { json } = yield* token(emulator, form, "/oauth/2026-03/token")
      assert.strictEqual((yield* refresh(emulator, json.refresh_token)).status, 200)
      const again = yield* token(emulator, form)
      assert.deepInclude(again.json, { error: "invalid_grant", status: "BAD_AUTH_CODE" })
    }))

  it.scopedLive("a rotated refresh token is void", () =>
    Effect.gen(function*() {
      const emulator = yield* make({ rotate: true, expiresIn: "5 minutes" })
      const { json } = yield* refresh(emulator)
      assert.notStrictEqual(json.refresh_token, "r1")
      assert.strictEqual(json.expires_in, 300)
      assert.strictEqual((yield* refresh(emulator)).status, 400)
      assert.strictEqual((yield* refresh(emulator, json.refresh_token)).status, 200)
    }))

  const refusals: ReadonlyArray<readonly [why: string, form: Record<string, string>, error: string, status: string]> = [
    ["an unknown client", { client_id: "who" }, "invalid_client", "BAD_CLIENT_ID"],
    ["a wrong secret", { client_secret: "guess" }, "invalid_client", "BAD_CLIENT_SECRET"],
    ["no grant", {}, "unsupported_grant_type", "BAD_GRANT_TYPE"],
    [
      "an unknown refresh token",
      { grant_type: "refresh_token", refresh_token: "r9" },
      "invalid_grant",
      "BAD_REFRESH_TOKEN"
    ]
  ]
  for (const [why, form, error, status] of refusals) {
    it.scopedLive(`${why} is a 400 in a shape of its own`, () =>
      Effect.gen(function*() {
        const emulator = yield* make()
        const answer = yield* token(emulator, form)
        assert.strictEqual(answer.status, 400)
        assert.deepInclude(answer.json, { error, status })
        assert.strictEqual(answer.json.error_description, answer.json.message)
      }))
  }

  it.scopedLive("tokens tell about themselves, and a deleted refresh token is void", () =>
    Effect.gen(function*() {
      const emulator = yield* make()
      const { json: { access_token } } = yield* refresh(emulator)
      const info = yield* call(emulator, "GET", `/oauth/v1/access-tokens/${access_token}`)
      assert.deepInclude(info.json, { token: access_token, hub_id: 1, scopes, token_type: "access" })
      const one = "/oauth/v1/refresh-tokens/r1"
      assert.deepInclude((yield* call(emulator, "GET", one)).json, { client_id: "app", token_type: "refresh" })
      assert.strictEqual((yield* call(emulator, "DELETE", one)).status, 204)
      assert.strictEqual((yield* call(emulator, "GET", one)).status, 404)
      assert.strictEqual((yield* refresh(emulator)).status, 400)
      assert.strictEqual((yield* call(emulator, "GET", contacts, { token: access_token })).status, 200)
    }))

  it.scopedLive("an app has one quota whatever its token, and neither spends nor sees the day", () =>
    Effect.gen(function*() {
      const emulator = yield* make({}, { limits: { oauth: { limit: 2, window: "1 minute" }, daily: 1 } })
      const tokens = yield* Effect.forEach([1, 2, 3], () => refresh(emulator))
      const answers = yield* Effect.forEach(
        tokens,
        ({ json }) => call(emulator, "GET", contacts, { token: json.access_token })
      )
      assert.deepStrictEqual(answers.map(({ status }) => status), [200, 200, 429])
      assert.strictEqual(answers[0]!.headers.get("x-hubspot-ratelimit-daily"), null)
      assert.strictEqual(answers[0]!.headers.get("x-hubspot-ratelimit-max"), "2")
      assert.strictEqual((yield* call(emulator, "GET", contacts)).status, 200)
    }))

  it.scopedLive("a reset takes back what was handed out", () =>
    Effect.gen(function*() {
      const emulator = yield* make({ rotate: true })
      const { json } = yield* refresh(emulator)
      yield* emulator.reset
      assert.strictEqual((yield* call(emulator, "GET", contacts, { token: json.access_token })).status, 401)
      assert.strictEqual((yield* refresh(emulator)).status, 200)
    }))

  it.scopedLive("who lets an app in goes back to it with a code for what it asked, and what else it may have", () =>
    Effect.gen(function*() {
      const emulator = yield* make({}, { portals: [{ id: 77, oauth: { apps: [app] } }] })
      const redirect_uri = "http://localhost:3000/back?x=1"
      const query = new URLSearchParams({
        client_id: "app",
        redirect_uri,
        scope: "oauth crm.objects.contacts.read",
        optional_scope: "crm.lists.read",
        state: "a b"
      })
      for (const [path, hub_id] of [["/oauth/authorize", 1], ["/oauth/77/authorize", 77]] as const) {
        const { location, status } = yield* visit(`${emulator.url}${path}?${query}`)
        assert.strictEqual(status, 302)
        const back = new URL(location)
        assert.deepStrictEqual([back.host, back.searchParams.get("x"), back.searchParams.get("state")], [
          "localhost:3000",
          "1",
          "a b"
        ])
        const form = { grant_type: "authorization_code", code: back.searchParams.get("code")! }
        const { json } = yield* token(emulator, { ...form, redirect_uri })
        assert.deepInclude(json, { hub_id, scopes: ["oauth", "crm.objects.contacts.read"] })
        const renewed = yield* refresh(emulator, json.refresh_token)
        assert.deepStrictEqual(renewed.json.scopes, ["oauth", "crm.objects.contacts.read"])
        const as = { token: renewed.json.access_token }
        assert.strictEqual((yield* call(emulator, "GET", contacts, as)).status, 200)
        assert.strictEqual((yield* call(emulator, "POST", contacts, { ...as, body: {} })).status, 403)
      }
    }))

  it.scopedLive("a code is void with another redirect_uri than the one it went to", () =>
    Effect.gen(function*() {
      const emulator = yield* make()
      const { location } = yield* visit(
        `${emulator.url}/oauth/authorize?client_id=app&redirect_uri=http://localhost/a&scope=oauth`
      )
      const form = { grant_type: "authorization_code", code: new URL(location).searchParams.get("code")! }
      const { json, status } = yield* token(emulator, { ...form, redirect_uri: "http://localhost/b" })
      assert.strictEqual(status, 400)
      assert.deepInclude(json, { error: "invalid_grant", status: "BAD_REDIRECT_URI" })
    }))

  it.scopedLive.each([
    ["an app that nobody knows", "client_id=stranger&redirect_uri=http://localhost"],
    ["nowhere to go back to", "client_id=app&redirect_uri=back"],
    ["scopes that the app has not", "client_id=app&redirect_uri=http://localhost&scope=crm.lists.write"]
  ])("400: %s", ([, query]) =>
    Effect.gen(function*() {
      const emulator = yield* make()
      assert.strictEqual((yield* visit(`${emulator.url}/oauth/authorize?${query}`)).status, 400)
    }))
})

/** As a browser that stays where it is sent from. */
const visit = (url: string) =>
  Effect.map(
    Effect.promise(() => fetch(url, { redirect: "manual" })),
    ({ headers, status }) => ({ status, location: headers.get("location") ?? "" })
  )
