import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Redacted, Schema } from "effect"
import { OAuth } from "effect-hubspot"

describe("the URL where an app is installed", () => {
  const app = { clientId: "a b", redirectUri: "https://app.example.com/in?x=1", scopes: ["oauth", "crm.read"] }
  const table: ReadonlyArray<readonly [string, Parameters<typeof OAuth.authorizeUrl>[0], string]> = [
    [
      "what must be there",
      app,
      "client_id=a%20b&redirect_uri=https%3A%2F%2Fapp.example.com%2Fin%3Fx%3D1&scope=oauth%20crm.read"
    ],
    [
      "all there is",
      { ...app, redirectUri: "http://x", optionalScopes: ["a", "b"], state: "s&t" },
      "client_id=a%20b&redirect_uri=http%3A%2F%2Fx&scope=oauth%20crm.read&optional_scope=a%20b&state=s%26t"
    ],
    [
      "no optional scopes",
      { ...app, redirectUri: "http://x", optionalScopes: [] },
      "client_id=a%20b&redirect_uri=http%3A%2F%2Fx&scope=oauth%20crm.read"
    ]
  ]
  it.each(table)("%s", (_, options, query) => {
    assert.strictEqual(OAuth.authorizeUrl(options), `https://app.hubspot.com/oauth/authorize?${query}`)
  })
})

it.effect("tokens can be stored, and tell nothing unless they are", () =>
  Effect.gen(function*() {
    const tokens: OAuth.Tokens = {
      accessToken: Redacted.make("access-secret"),
      refreshToken: Redacted.make("refresh-secret"),
      expiresAt: DateTime.unsafeMake(0),
      portalId: 1
    }
    assert.notInclude(JSON.stringify(tokens) + String(tokens.accessToken), "secret")
    const stored = JSON.stringify(yield* Schema.encode(OAuth.Tokens)(tokens))
    assert.deepStrictEqual(yield* Schema.decode(Schema.parseJson(OAuth.Tokens))(stored), tokens)
  }))
