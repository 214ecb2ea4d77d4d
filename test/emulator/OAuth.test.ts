import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as Emulator from "hubspot-emulator/Emulator"
import type * as OAuthApp from "hubspot-emulator/OAuthApp"
import { call, contacts } from "./RawHttp.ts"

const app = { clientId: "app", clientSecret: "secret", refreshTokens: ["r1"], codes: ["c1"], scopes: ["crm"] }

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
      assert.deepInclude(info.json, { token: access_token, hub_id: 1, scopes: ["crm"], token_type: "access" })
      const one = "/oauth/v1/refresh-tokens/r1"
      assert.deepInclude((yield* call(emulator, "GET", one)).json, { client_id: "app", token_type: "refresh" })
      assert.strictEqual((yield* call(emulator, "DELETE", one)).status, 204)
      assert.strictEqual((yield* call(emulator, "GET", one)).status, 404)
      assert.strictEqual((yield* refresh(emulator)).status, 400)
      assert.strictEqual((yield* call(emulator, "GET", contacts, { token: access_token })).status, 200)
    }))

  it.scopedLive("an app has one quota whatever its token, and neither spends nor sees the day", () =>
    Effect.gen(function*() {
      const emulator = yield* make({}, { limits: { general: { limit: 2, window: "1 minute" }, daily: 1 } })
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
})
