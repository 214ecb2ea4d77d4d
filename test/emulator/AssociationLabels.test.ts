import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { batch, linksOf, plain, primary, seeded } from "./Linked.ts"
import { call, contacts, createContact } from "./RawHttp.ts"

describe("labels", () => {
  const labels = "/crm/v4/associations/contacts/companies/labels"

  it.scopedLive("those of HubSpot are there from the start", () =>
    Effect.gen(function*() {
      const { emulator } = yield* seeded()
      const { json } = yield* call(emulator, "GET", labels)
      assert.deepStrictEqual(json.results, [plain, { ...plain, typeId: 1, label: "Primary" }])
    }))

  it.scopedLive("one of the account's own has words for both directions", () =>
    Effect.gen(function*() {
      const { ada, companies: [acme], emulator } = yield* seeded()
      const body = { name: "employs", label: "Employer", inverseLabel: "Employee" }
      const [{ category, typeId }] = (yield* call(emulator, "POST", labels, { body })).json.results
      assert.strictEqual(category, "USER_DEFINED")
      yield* call(emulator, "PUT", `/crm/v4/objects/contacts/${ada}/associations/companies/${acme}`, {
        body: [{ associationCategory: category, associationTypeId: typeId }]
      })
      const { json } = yield* linksOf(emulator, "companies", acme!, "contacts")
      assert.strictEqual(json.results[0].associationTypes[1].label, "Employee")
    }))

  it.scopedLive("a renamed one is renamed and a deleted one gone wherever it was used", () =>
    Effect.gen(function*() {
      const { ada, companies: [acme], emulator } = yield* seeded()
      const [{ typeId }] = (yield* call(emulator, "POST", labels, { body: { name: "n", label: "One" } })).json.results
      yield* call(emulator, "PUT", `/crm/v4/objects/contacts/${ada}/associations/companies/${acme}`, {
        body: [{ associationCategory: "USER_DEFINED", associationTypeId: typeId }]
      })
      const words = Effect.map(
        linksOf(emulator, "contacts", ada, "companies"),
        ({ json }) => json.results[0].associationTypes.map((type: { label: string }) => type.label)
      )
      const renamed = yield* call(emulator, "PUT", labels, { body: { associationTypeId: typeId, label: "Two" } })
      assert.deepStrictEqual([renamed.status, yield* words], [204, [null, "Two"]])
      const back = yield* linksOf(emulator, "companies", acme!, "contacts")
      assert.strictEqual(back.json.results[0].associationTypes[1].label, "Two")
      assert.strictEqual((yield* call(emulator, "DELETE", `${labels}/${typeId}`)).status, 204)
      assert.deepStrictEqual(yield* words, [null])
    }))

  it.scopedLive("can be taken off a link that stays", () =>
    Effect.gen(function*() {
      const { ada, companies: [acme], emulator } = yield* seeded()
      const input = { from: { id: ada }, to: { id: acme }, types: [primary] }
      yield* batch(emulator, "batch/create", [input])
      assert.strictEqual((yield* batch(emulator, "batch/labels/archive", [input])).status, 204)
      const { json } = yield* linksOf(emulator, "companies", acme!, "contacts")
      assert.deepStrictEqual(json.results[0].associationTypes, [{ ...plain, typeId: 280 }])
    }))

  it.scopedLive("those of HubSpot cannot be deleted, and a name is taken once", () =>
    Effect.gen(function*() {
      const { emulator } = yield* seeded()
      assert.strictEqual((yield* call(emulator, "DELETE", `${labels}/1`)).status, 400)
      assert.strictEqual((yield* call(emulator, "DELETE", `${labels}/77`)).status, 404)
      const body = { name: "employs", label: "Employer" }
      yield* call(emulator, "POST", labels, { body })
      const again = yield* call(emulator, "POST", labels, { body })
      assert.deepInclude(again.json, { category: "OBJECT_ALREADY_EXISTS" })
      assert.strictEqual(again.status, 409)
    }))
})

describe("associations of a record", () => {
  it.scopedLive("are made with it", () =>
    Effect.gen(function*() {
      const { companies: [acme], emulator } = yield* seeded()
      const { json, status } = yield* call(emulator, "POST", contacts, {
        body: { properties: { email: "b@example.com" }, associations: [{ to: { id: acme }, types: [primary] }] }
      })
      assert.strictEqual(status, 201)
      assert.lengthOf((yield* linksOf(emulator, "contacts", json.id, "companies")).json.results, 1)
    }))

  it.scopedLive("make nothing when one of them is not right", () =>
    Effect.gen(function*() {
      const { emulator } = yield* seeded()
      const body = { properties: { email: "b@example.com" }, associations: [{ to: { id: "1" }, types: [primary] }] }
      assert.strictEqual((yield* call(emulator, "POST", contacts, { body })).status, 404)
      const inputs = [{ properties: { email: "c@example.com" } }, body]
      assert.strictEqual((yield* call(emulator, "POST", `${contacts}/batch/create`, { body: { inputs } })).status, 404)
      assert.lengthOf(yield* emulator.records("contacts"), 1)
    }))

  it.scopedLive("are shown to a read and a list that ask, by the name of their type", () =>
    Effect.gen(function*() {
      const { ada, companies: [acme], emulator } = yield* seeded()
      yield* call(emulator, "PUT", `/crm/v4/objects/contacts/${ada}/associations/companies/${acme}`, {
        body: [primary]
      })
      yield* createContact(emulator, { email: "b@example.com" })
      const { json } = yield* call(emulator, "GET", `${contacts}/${ada}?associations=companies,deals`)
      assert.deepStrictEqual(json.associations, {
        companies: {
          results: [
            { id: acme, type: "contact_to_company_unlabeled" },
            { id: acme, type: "contact_to_company" }
          ]
        }
      })
      const [first, second] = (yield* call(emulator, "GET", `${contacts}?associations=0-2`)).json.results
      assert.strictEqual(first.associations.companies.results[0].id, acme)
      assert.deepStrictEqual(second.associations, undefined)
      assert.strictEqual((yield* call(emulator, "GET", `${contacts}?associations=unicorns`)).status, 400)
    }))
})
