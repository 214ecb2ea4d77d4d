import { assert, it } from "@effect/vitest"
import { Chunk, Effect, Schema, Stream } from "effect"
import { Account, Contacts, HubSpotClient } from "effect-hubspot"
import { Emulator } from "hubspot-emulator"
import { live } from "../support/hubspot.ts"

const versions = [
  ["v3", "/crm/v3/objects/contacts", "/account-info/v3/details"],
  ["2026-03", "/crm/objects/2026-03/contacts", "/account-info/2026-03/details"],
  ["2026-09", "/crm/objects/2026-09/contacts", "/account-info/2026-09/details"]
] as const

it.scopedLive.each(versions)(
  "contacts live their whole life in %s",
  ([apiVersion, contacts, details]) =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      assert.strictEqual((yield* Account.testCredentials).portalId, 1)
      const ada = yield* Contacts.create({ email: "ada@example.com", firstname: "Ada" })
      yield* Contacts.update(ada.id, { city: "London" })
      assert.strictEqual((yield* Contacts.get("ada@example.com", { by: "email" })).properties.city, "London")
      yield* Contacts.batchUpsert([{ email: "ada@example.com" }, { email: "bob@example.com" }], { by: "email" })
      const client = yield* HubSpotClient.HubSpotClient
      const { total } = yield* client.post("/crm/v3/objects/contacts/search", Schema.Struct({ total: Schema.Number }), {
        body: { limit: 1 }
      })
      assert.strictEqual(total, 2)
      assert.strictEqual(Chunk.size(yield* Stream.runCollect(Contacts.stream())), 2)
      yield* Contacts.archive(ada.id)
      const error = yield* Effect.flip(Contacts.get(ada.id))
      assert.strictEqual(error.urlTemplate, `${contacts}/{id}`)
      const { byRoute: routes } = yield* emulator.stats
      assert.isEmpty(Object.keys(routes).filter((route) => !route.includes(contacts) && !route.includes(details)))
      assert.strictEqual(routes[`POST ${contacts}/batch/upsert`], 1)
    }).pipe(Effect.provide(live({ client: { apiVersion } })))
)
