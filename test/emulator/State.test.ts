import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Emulator from "hubspot-emulator/Emulator"
import * as ObjectType from "hubspot-emulator/ObjectType"
import type * as Webhooks from "hubspot-emulator/Webhooks"
import { createHmac } from "node:crypto"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sign } from "../../packages/emulator/src/internal/Delivery.ts"
import { call, contacts, createContact, unhurried } from "./RawHttp.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "emulator-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

describe("records from the start", () => {
  it.scopedLive("are as many as asked for, right by HubSpot's rules, and back after a reset", () =>
    Effect.gen(function*() {
      const pets = ObjectType.make({
        name: "p1_pets",
        id: "2-7",
        properties: { name: { type: "string" } },
        required: [["name"]]
      })
      const emulator = yield* unhurried({
        records: { contacts: 120, companies: 3, deals: 3, tickets: 3, notes: 3, p1_pets: 3 },
        objectTypes: [pets]
      })
      assert.include((yield* emulator.stats).records, { contacts: 120, companies: 3, deals: 3, tickets: 3, p1_pets: 3 })
      const byEmail = yield* call(emulator, "GET", `${contacts}/contact-7@example.com?idProperty=email`)
      assert.strictEqual(byEmail.json.properties.firstname, "Radia")
      const [deal] = yield* emulator.records("deals")
      const written = yield* call(emulator, "PATCH", `/crm/v3/objects/deals/${deal!.id}`, {
        body: { properties: { dealname: "Another", dealstage: deal!.properties.dealstage } }
      })
      assert.strictEqual(written.status, 200)
      yield* createContact(emulator, { email: "ada@example.com" })
      yield* emulator.reset
      assert.lengthOf(yield* emulator.records("contacts"), 120)
    }))

  it.scopedLive("of a type that is not there are a mistake in the options", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Emulator.make({ records: { unicorns: 1 } }))
      assert.include(error.message, "unicorns")
    }))
})

describe("a snapshot", () => {
  it.scopedLive("brings back records, links, definitions and lists, and ids go on from there", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ records: { contacts: 2 } })
      const [one, two] = yield* emulator.records("contacts")
      const link = `/crm/v4/objects/contacts/${one!.id}/associations`
      yield* call(emulator, "PUT", `${link}/default/contacts/${two!.id}`)
      yield* call(emulator, "POST", "/crm-object-schemas/v3/schemas", {
        body: { name: "pets", labels: { singular: "Pet", plural: "Pets" }, properties: [], requiredProperties: [] }
      })
      yield* call(emulator, "POST", "/crm/v3/lists", {
        body: { name: "Friends", objectTypeId: "0-1", processingType: "MANUAL" }
      })
      yield* call(emulator, "PUT", "/crm/v3/lists/1/memberships/add", { body: [one!.id] })
      const snapshot = yield* emulator.snapshot

      const other = yield* unhurried()
      yield* other.restore(snapshot)
      assert.deepStrictEqual(yield* other.records("contacts"), yield* emulator.records("contacts"))
      assert.lengthOf((yield* call(other, "GET", `${link}/contacts`)).json.results, 1)
      assert.strictEqual((yield* call(other, "GET", "/crm-object-schemas/v3/schemas/pets")).status, 200)
      assert.lengthOf((yield* call(other, "GET", "/crm/v3/lists/1/memberships")).json.results, 1)
      const taken = yield* createContact(other, { email: one!.properties.email })
      assert.strictEqual(taken.status, 409)
      const fresh = yield* createContact(other, { email: "new@example.com" })
      assert.isAbove(Number(fresh.json.id), Number(two!.id))
      // The one that it was taken from is left alone.
      assert.lengthOf(yield* emulator.records("contacts"), 2)
    }))

  it.scopedLive("of something else is refused and changes nothing", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ records: { contacts: 1 } })
      const error = yield* Effect.flip(emulator.restore(Buffer.from("not a snapshot")))
      assert.strictEqual(error._tag, "OptionError")
      assert.lengthOf(yield* emulator.records("contacts"), 1)
    }))

  it.scopedLive("is kept in a file when asked and at the end, and read from it at the start", () =>
    Effect.gen(function*() {
      const snapshotFile = join(yield* folder, "account.bin")
      yield* Effect.scoped(Effect.gen(function*() {
        const emulator = yield* unhurried({ snapshotFile })
        assert.isFalse(existsSync(snapshotFile))
        assert.strictEqual((yield* call(emulator, "POST", "/emulator/snapshot", { token: "none" })).status, 204)
        assert.isTrue(existsSync(snapshotFile))
        yield* createContact(emulator, { email: "ada@example.com" })
      }))
      const emulator = yield* unhurried({ snapshotFile })
      assert.lengthOf(yield* emulator.records("contacts"), 1)
      writeFileSync(snapshotFile, "broken")
      assert.strictEqual((yield* Effect.flip(unhurried({ snapshotFile })))._tag, "OptionError")
      const without = yield* unhurried()
      assert.strictEqual((yield* call(without, "POST", "/emulator/snapshot")).status, 400)
    }))
})

describe("several accounts", () => {
  it.scopedLive("have their own records, quotas and ids, by their tokens", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({
        limits: { general: { limit: 2, window: "1 minute" } },
        portals: [{ id: 77, tokens: ["other"], records: { contacts: 5 } }]
      })
      const list = (token?: string) => call(emulator, "GET", contacts, token === undefined ? {} : { token })
      assert.lengthOf((yield* list("other")).json.results, 5)
      assert.lengthOf((yield* list()).json.results, 0)
      assert.lengthOf(yield* emulator.portal(77).records("contacts"), 5)
      const details = yield* call(emulator, "GET", "/account-info/v3/details", { token: "other" })
      assert.strictEqual(details.json.portalId, 77)
      const refused = yield* list("other")
      assert.strictEqual(refused.status, 429)
      assert.strictEqual(refused.json.groupName, "publicapi:private_app-api-calls-ten-secondly:1:77")
      assert.strictEqual((yield* list()).status, 200)
      assert.strictEqual((yield* list("nobody")).status, 401)
    }))

  it.scopedLive("have installed an app each, whose access tokens lead to them", () =>
    Effect.gen(function*() {
      const app = (refreshToken: string) => ({
        apps: [{ clientId: "app", clientSecret: "secret", refreshTokens: [refreshToken] }]
      })
      const emulator = yield* unhurried({ oauth: app("one"), portals: [{ id: 77, oauth: app("two") }] })
      for (const [refresh_token, portalId] of [["one", 1], ["two", 77]] as const) {
        const form = { grant_type: "refresh_token", client_id: "app", client_secret: "secret", refresh_token }
        const text = new URLSearchParams(form).toString()
        const { json } = yield* call(emulator, "POST", "/oauth/v1/token", { text })
        assert.strictEqual(json.hub_id, portalId)
        const details = yield* call(emulator, "GET", "/account-info/v3/details", { token: json.access_token })
        assert.strictEqual(details.json.portalId, portalId)
      }
    }))

  it.scopedLive("may not share an id", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Emulator.make({ portals: [{ id: 1 }] }))
      assert.include(error.message, "portals")
    }))
})

describe("webhooks", () => {
  interface Post {
    readonly headers: Http.IncomingHttpHeaders
    readonly body: string
    readonly events: ReadonlyArray<{ readonly [field: string]: unknown }>
  }

  /** An app that answers with these statuses, then with 200. */
  const receiver = (...statuses: Array<number>) =>
    Effect.acquireRelease(
      Effect.async<{ posts: Array<Post>; url: string; server: Http.Server }>((resume) => {
        const posts: Array<Post> = []
        const server = Http.createServer((request, response) => {
          let body = ""
          request.on("data", (chunk) => body += chunk).on("end", () => {
            posts.push({ headers: request.headers, body, events: JSON.parse(body) })
            response.writeHead(statuses.shift() ?? 200).end()
          })
        }).listen(0, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo
          resume(Effect.succeed({ posts, server, url: `http://127.0.0.1:${port}/hook?a=b%2Fc` }))
        })
      }),
      ({ server }) => Effect.sync(() => server.close(() => {}).closeAllConnections())
    )

  const until = (test: () => boolean) =>
    Effect.repeat(Effect.sync(test).pipe(Effect.delay("10 millis")), { until: (done) => done })

  it.scopedLive("tell of what requests change, in order, signed, and of nothing else", () =>
    Effect.gen(function*() {
      const { posts, url } = yield* receiver()
      const emulator = yield* unhurried({ webhooks: { url, secret: "secret" } })
      yield* emulator.add("contacts", [{ email: "quiet@example.com" }])
      const { json } = yield* createContact(emulator, { email: "ada@example.com" })
      yield* call(emulator, "PATCH", `${contacts}/${json.id}`, {
        body: { properties: { firstname: "Ada", email: "ada@example.com" } }
      })
      yield* call(emulator, "DELETE", `${contacts}/${json.id}`)
      const events = () => posts.flatMap(({ events }) => events)
      yield* until(() => events().length === 4)
      assert.deepStrictEqual(
        events().map(({ objectId, propertyName, subscriptionType }) => [subscriptionType, objectId, propertyName]),
        [
          ["contact.creation", Number(json.id), undefined],
          ["contact.propertyChange", Number(json.id), "email"],
          ["contact.propertyChange", Number(json.id), "firstname"],
          ["contact.deletion", Number(json.id), undefined]
        ]
      )
      assert.deepInclude(events()[0], { portalId: 1, attemptNumber: 0, changeSource: "CRM" })
      const { body, headers } = posts[0]!
      const signed = `POST${url.replace("%2F", "/")}${body}${String(headers["x-hubspot-request-timestamp"])}`
      assert.strictEqual(
        headers["x-hubspot-signature-v3"],
        createHmac("sha256", "secret").update(signed).digest("base64")
      )
    }))

  it.scopedLive("come again when they were not taken, so often and no more", () =>
    Effect.gen(function*() {
      const { posts, url } = yield* receiver(500, 404, 503, 500)
      const webhooks: Webhooks.Options = {
        url,
        secret: "secret",
        retries: 2,
        delay: "1 millis",
        subscriptions: ["contact.creation"]
      }
      const emulator = yield* unhurried({ webhooks })
      yield* createContact(emulator, { email: "ada@example.com" })
      yield* until(() => posts.length === 3)
      assert.deepStrictEqual(posts.map(({ events }) => events.map((event) => event.attemptNumber)), [[0], [1], [2]])
      yield* createContact(emulator, { email: "grace@example.com" })
      yield* until(() => posts.length === 5)
      assert.notStrictEqual(posts[4]!.events[0]!.eventId, posts[0]!.events[0]!.eventId)
    }))

  it("are signed in the older ways too", () => {
    // printf 'secretbody' | sha256sum
    const v1 = sign("v1", "secret", "https://a/b", "body", 0)
    assert.deepStrictEqual(v1["x-hubspot-signature-version"], "v1")
    assert.match(v1["x-hubspot-signature"]!, /^[0-9a-f]{64}$/)
    const v2 = sign("v2", "secret", "https://a/b", "body", 0)
    assert.notStrictEqual(v2["x-hubspot-signature"], v1["x-hubspot-signature"])
    assert.strictEqual(v2["x-hubspot-signature-version"], "v2")
  })
})
