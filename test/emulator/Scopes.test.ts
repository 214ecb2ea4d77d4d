import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Emulator from "hubspot-emulator/Emulator"
import * as Limits from "hubspot-emulator/Limits"
import * as ObjectType from "hubspot-emulator/ObjectType"
import * as Scopes from "hubspot-emulator/Scopes"
import { call, contacts, createContact } from "./RawHttp.ts"

const pets = ObjectType.make({
  name: "p1_pets",
  id: "2-7",
  singular: "Pet",
  properties: { name: { type: "string" } },
  required: []
})

/** An emulator whose first token may do what the scopes say, and whose second may do everything. */
const bound = (...scopes: ReadonlyArray<string>) =>
  Emulator.make({
    tokens: [{ token: "bound", scopes }, "free"],
    objectTypes: [pets],
    records: { contacts: 1 },
    limits: Limits.unlimited
  })

const cases: ReadonlyArray<
  readonly [method: string, path: string, needed: ReadonlyArray<string>, body?: unknown]
> = [
  ["GET", contacts, ["crm.objects.contacts.read"]],
  ["GET", "/crm/objects/2026-09/0-1", ["crm.objects.contacts.read"]],
  ["POST", contacts, ["crm.objects.contacts.write"], {}],
  ["POST", `${contacts}/search`, ["crm.objects.contacts.read"], {}],
  ["POST", `${contacts}/batch/read`, ["crm.objects.contacts.read"], { inputs: [] }],
  ["POST", `${contacts}/batch/upsert`, ["crm.objects.contacts.write"], { inputs: [] }],
  ["POST", `${contacts}/gdpr-delete`, ["crm.objects.contacts.write"], {}],
  ["GET", "/crm/v3/objects/notes", ["crm.objects.contacts.read"]],
  ["PATCH", "/crm/v3/objects/tickets/1", ["tickets"], {}],
  ["GET", "/crm/v3/objects/2-7", ["crm.objects.custom.read"]],
  ["GET", "/crm/v4/objects/deals/1/associations/companies", ["crm.objects.deals.read", "crm.objects.companies.read"]],
  [
    "POST",
    "/crm/v4/associations/deals/companies/batch/create",
    ["crm.objects.deals.write", "crm.objects.companies.write"],
    { inputs: [] }
  ],
  ["GET", "/crm/v3/properties/deals", ["crm.schemas.deals.read", "crm.objects.deals.read"]],
  ["POST", "/crm/v3/properties/deals", ["crm.schemas.deals.write", "crm.objects.deals.write"], {}],
  ["GET", "/crm/v3/pipelines/tickets", ["tickets"]],
  ["GET", "/crm-object-schemas/v3/schemas", ["crm.schemas.custom.read"]],
  ["GET", "/crm/v3/owners", ["crm.objects.owners.read"]],
  ["POST", "/crm/v3/lists", ["crm.lists.write"], {}],
  ["POST", "/crm/v3/lists/search", ["crm.lists.read"], {}],
  ["GET", "/crm/v3/imports", ["crm.import"]],
  ["POST", "/crm/v3/exports/export/async", ["crm.export"], {}],
  ["POST", "/events/v3/send", ["analytics.behavioral_events.send"], {}]
]

describe("a token's scopes", () => {
  it.scopedLive.each(cases.map(([method, path, needed, body]) => ({ method, path, needed, body })))(
    "$method $path takes any of $needed, and nothing else will do",
    ({ body, method, needed, path }) =>
      Effect.gen(function*() {
        const raw = body === undefined ? {} : { body }
        const others = yield* bound(...Scopes.all.filter((scope) => !needed.includes(scope)))
        const { json, status } = yield* call(others, method, path, raw)
        assert.deepStrictEqual([status, json.category], [403, "MISSING_SCOPES"])
        assert.deepStrictEqual(json.errors[0].context, { requiredGranularScopes: needed })
        for (const scope of needed) {
          assert.notStrictEqual((yield* call(yield* bound(scope), method, path, raw)).status, 403)
        }
      })
  )

  it.scopedLive("missing: the body is HubSpot's, and nothing is written", () =>
    Effect.gen(function*() {
      const emulator = yield* bound("crm.objects.contacts.read")
      const { json, status } = yield* createContact(emulator, { email: "ada@example.com" })
      assert.strictEqual(status, 403)
      assert.deepStrictEqual(json, {
        status: "error",
        message:
          "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
        errors: [{
          message: "All of the following scopes are required.",
          context: { requiredGranularScopes: ["crm.objects.contacts.write"] }
        }],
        links: { scopes: "https://developers.hubspot.com/scopes" },
        category: "MISSING_SCOPES",
        correlationId: json.correlationId
      })
      assert.lengthOf(yield* emulator.records("contacts"), 1)
    }))

  it.scopedLive("bind nobody else, nor what needs none: details of the account, and a type that is not there", () =>
    Effect.gen(function*() {
      const emulator = yield* bound()
      assert.strictEqual((yield* call(emulator, "GET", contacts, { token: "free" })).status, 200)
      assert.strictEqual((yield* call(emulator, "GET", "/account-info/v3/details")).status, 200)
      assert.strictEqual((yield* call(emulator, "GET", "/crm/v3/objects/cats")).status, 400)
      assert.strictEqual(emulator.token, "bound")
    }))
})
