import { HttpBody } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Schema } from "effect"
import { HubSpotClient } from "effect-hubspot"
import { ApiResponse, RateLimiter } from "effect-resilience"
import { Emulator } from "hubspot-emulator"
import { live } from "../support/hubspot.ts"

const owners = "/crm/v3/owners"
const Owners = Schema.Struct({ results: Schema.Array(Schema.Struct({ email: Schema.String })) })
const contacts = "/crm/v3/objects/contacts"
const ada = { properties: { email: "ada@example.com" } }

describe("any request", () => {
  it.scopedLive("without a schema gives the answer as it came", () =>
    Effect.gen(function*() {
      const response = yield* HubSpotClient.request("GET", owners, { query: { limit: 1 } })
      assert.strictEqual(response.status, 200)
      assert.isDefined(response.headers["x-hubspot-correlation-id"])
      const json = Either.getOrThrow(ApiResponse.json(response))
      assert.strictEqual(Schema.decodeUnknownSync(Owners)(json).results.length, 1)
    }).pipe(Effect.provide(live())))

  it.scopedLive("with a schema gives what that makes of it", () =>
    Effect.gen(function*() {
      const { results } = yield* HubSpotClient.request("GET", owners, Owners, { query: { limit: 2 } })
      assert.strictEqual(results.length, 2)
    }).pipe(Effect.provide(live())))

  it.scopedLive("sends a body as JSON, or one of the platform's as it is", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* HubSpotClient.request("POST", contacts, { body: ada })
      const body = HttpBody.text(JSON.stringify({ properties: { email: "bob@example.com" } }), "application/json")
      yield* HubSpotClient.request("POST", contacts, Schema.Unknown, { body })
      assert.deepStrictEqual((yield* emulator.records("contacts")).map(({ properties }) => properties.email), [
        "ada@example.com",
        "bob@example.com"
      ])
    }).pipe(Effect.provide(live())))

  it.scopedLive("that is refused is a typed error", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(HubSpotClient.request("DELETE", "/no/such/path"))
      assert.deepInclude(error, { _tag: "ClientError", status: 404, method: "DELETE", urlTemplate: "/no/such/path" })
    }).pipe(Effect.provide(live())))

  it.scopedLive.each([["safe", 2], ["unsafe", 1]] as const)(
    "that may have been carried out is repeated as its call allows: %s",
    ([replay, requests]) =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.Emulator
        yield* emulator.setFaults({ rules: [{ share: 1, fault: { kind: "resetAfterCommit" } }] })
        const error = yield* Effect.flip(HubSpotClient.request("POST", contacts, { body: ada, replay, retries: 1 }))
        assert.strictEqual((yield* emulator.stats).requests, requests)
        if (replay === "unsafe") assert.strictEqual(error.retry?.stopped, "not-replayable")
      }).pipe(Effect.provide(live()))
  )

  it.scopedLive("takes from the buckets that it names, and fails where there is none of the name", () =>
    Effect.gen(function*() {
      const client = yield* HubSpotClient.HubSpotClient
      yield* HubSpotClient.request("GET", owners, { buckets: ["mine"] })
      const { buckets } = yield* client.http.limiter.state
      assert.deepStrictEqual(
        buckets.filter(({ available, limit }) => available < limit).map(({ name }) => name),
        ["mine"]
      )
      const error = yield* Effect.flip(HubSpotClient.request("GET", owners, { buckets: ["yours"] }))
      assert.deepInclude(error, { _tag: "InvalidRequest", field: "buckets" })
    }).pipe(Effect.provide(live({ overrides: { limits: [RateLimiter.rolling("mine", 5, "10 seconds")] } }))))
})
