import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Emulator from "hubspot-emulator/Emulator"
import { batch, linksOf, plain, primary, seeded } from "./Linked.ts"
import { call, companies, contacts } from "./RawHttp.ts"

describe("one association", () => {
  it.scopedLive("a default one is seen from both records", () =>
    Effect.gen(function*() {
      const { ada, companies: [acme], emulator } = yield* seeded()
      const made = yield* call(
        emulator,
        "PUT",
        `/crm/v4/objects/contacts/${ada}/associations/default/companies/${acme}`
      )
      assert.strictEqual(made.status, 200)
      assert.deepStrictEqual(made.json.results[0], {
        from: { id: ada },
        to: { id: acme },
        associationSpec: { associationCategory: "HUBSPOT_DEFINED", associationTypeId: 279 }
      })
      const there = yield* linksOf(emulator, "contacts", ada, "companies")
      assert.deepStrictEqual(there.json, { results: [{ toObjectId: Number(acme), associationTypes: [plain] }] })
      const back = yield* linksOf(emulator, "0-2", acme!, "contact")
      assert.deepStrictEqual(back.json.results[0].associationTypes, [{ ...plain, typeId: 280 }])
    }))

  it.scopedLive("one with a label is also one without", () =>
    Effect.gen(function*() {
      const { ada, companies: [acme], emulator } = yield* seeded()
      const path = `/crm/v4/objects/contacts/${ada}/associations/companies/${acme}`
      const made = yield* call(emulator, "PUT", path, { body: [primary] })
      assert.strictEqual(made.status, 201)
      assert.deepStrictEqual(made.json, {
        fromObjectTypeId: "0-1",
        fromObjectId: Number(ada),
        toObjectTypeId: "0-2",
        toObjectId: Number(acme),
        labels: ["Primary"]
      })
      const { json } = yield* linksOf(emulator, "contacts", ada, "companies")
      assert.deepStrictEqual(json.results[0].associationTypes, [plain, { ...plain, typeId: 1, label: "Primary" }])
    }))

  it.scopedLive("is removed from both records", () =>
    Effect.gen(function*() {
      const { ada, companies: [acme], emulator } = yield* seeded()
      const path = `/crm/v4/objects/companies/${acme}/associations/contacts/${ada}`
      yield* call(emulator, "PUT", path, { body: [{ ...primary, associationTypeId: 2 }] })
      assert.strictEqual((yield* call(emulator, "DELETE", path)).status, 204)
      assert.isEmpty((yield* linksOf(emulator, "contacts", ada, "companies")).json.results)
      assert.isEmpty((yield* linksOf(emulator, "companies", acme!, "contacts")).json.results)
    }))

  it.scopedLive("is gone with either of its records", () =>
    Effect.gen(function*() {
      const { ada, companies: [acme], emulator } = yield* seeded()
      yield* call(emulator, "PUT", `/crm/v4/objects/contacts/${ada}/associations/default/companies/${acme}`)
      yield* call(emulator, "DELETE", `${companies}/${acme}`)
      assert.isEmpty((yield* linksOf(emulator, "contacts", ada, "companies")).json.results)
    }))

  it.scopedLive("moves to the primary of a merge", () =>
    Effect.gen(function*() {
      const { ada, companies: [acme, other], emulator } = yield* seeded()
      yield* call(emulator, "PUT", `/crm/v4/objects/contacts/${ada}/associations/companies/${other}`, {
        body: [primary]
      })
      yield* call(emulator, "POST", `${companies}/merge`, {
        body: { primaryObjectId: acme, objectIdToMerge: other }
      })
      const { json } = yield* linksOf(emulator, "contacts", ada, "companies")
      assert.deepStrictEqual(json.results.map((link: { toObjectId: number }) => String(link.toObjectId)), [acme])
      assert.lengthOf(json.results[0].associationTypes, 2)
    }))

  it.scopedLive("any two types have one, also in the dated paths", () =>
    Effect.gen(function*() {
      const { ada, emulator } = yield* seeded()
      const [service] = yield* emulator.add("services", [{ hs_name: "Onboarding" }])
      const path = `/crm/objects/2026-03/services/${service!.id}/associations/default/contacts/${ada}`
      assert.strictEqual((yield* call(emulator, "PUT", path)).status, 200)
      const { json } = yield* call(
        emulator,
        "GET",
        `/crm/objects/2026-09/services/${service!.id}/associations/contacts`
      )
      assert.strictEqual(json.results[0].toObjectId, Number(ada))
    }))

  const refusals: ReadonlyArray<readonly [why: string, method: string, path: string, body: unknown, status: number]> = [
    ["a record that is not there", "PUT", "/contacts/6001/associations/default/companies/1", undefined, 404],
    ["a type that is none", "PUT", "/contacts/6001/associations/default/unicorns/6002", undefined, 400],
    ["the links of a record that is not there", "GET", "/contacts/1/associations/companies", undefined, 404],
    ["a page that is too large", "GET", "/contacts/6001/associations/companies?limit=501", undefined, 400],
    ["no association type", "PUT", "/contacts/6001/associations/companies/6002", [], 400],
    ["the association type of another pair", "PUT", "/contacts/6001/associations/companies/6002", [
      { ...primary, associationTypeId: 3 }
    ], 400],
    ["an association type of another category", "PUT", "/contacts/6001/associations/companies/6002", [
      { ...primary, associationCategory: "USER_DEFINED" }
    ], 400]
  ]
  for (const [why, method, path, body, status] of refusals) {
    it.scopedLive(`${why}: ${status}`, () =>
      Effect.gen(function*() {
        const { ada, emulator } = yield* seeded()
        const answer = yield* call(emulator, method, `/crm/v4/objects${path}`, { body })
        assert.deepStrictEqual([answer.status, answer.json.status], [status, "error"])
        assert.isEmpty((yield* linksOf(emulator, "contacts", ada, "companies")).json.results)
      }))
  }
})

describe("pages", () => {
  it.scopedLive("visit every link once", () =>
    Effect.gen(function*() {
      const { ada, companies, emulator } = yield* seeded(7)
      yield* batch(emulator, "batch/associate/default", companies.map((id) => ({ from: { id: ada }, to: { id } })))
      const seen: Array<string> = []
      let after = "0"
      for (let pages = 0; pages < 3; pages++) {
        const { json } = yield* linksOf(emulator, "contacts", ada, "companies", `?limit=3&after=${after}`)
        seen.push(...json.results.map((link: { toObjectId: number }) => String(link.toObjectId)))
        after = json.paging?.next.after ?? "done"
      }
      assert.deepStrictEqual([seen, after], [companies, "done"])
    }))
})

describe("batches", () => {
  it.scopedLive("create says what was made, and 207 tells which inputs failed", () =>
    Effect.gen(function*() {
      const { ada, companies: [acme, other], emulator } = yield* seeded()
      const { json, status } = yield* batch(emulator, "batch/create", [
        { from: { id: ada }, to: { id: acme }, types: [primary] },
        { from: { id: Number(ada) }, to: { id: other }, types: [{ ...primary, associationTypeId: 99 }] },
        { from: { id: ada }, to: { id: "1" }, types: [primary] }
      ])
      assert.strictEqual(status, 207)
      assert.deepStrictEqual([json.status, json.results.length, json.numErrors], ["COMPLETE", 1, 2])
      assert.deepStrictEqual(json.errors.map((error: { category: string }) => error.category), [
        "VALIDATION_ERROR",
        "OBJECT_NOT_FOUND"
      ])
      assert.deepInclude(json.errors[1].context, { fromObjectId: [ada], toObjectId: ["1"] })
    }))

  it.scopedLive("create answers 201 and default 200 when nothing failed", () =>
    Effect.gen(function*() {
      const { ada, companies: [acme], emulator } = yield* seeded()
      const ends = { from: { id: ada }, to: { id: acme } }
      assert.strictEqual((yield* batch(emulator, "batch/create", [{ ...ends, types: [primary] }])).status, 201)
      assert.strictEqual((yield* batch(emulator, "batch/associate/default", [ends])).status, 200)
    }))

  it.scopedLive("read gives ids as strings and an error for a record that nothing belongs to", () =>
    Effect.gen(function*() {
      const { ada, companies: [acme, other], emulator } = yield* seeded()
      yield* batch(emulator, "batch/associate/default", [{ from: { id: ada }, to: { id: acme } }])
      const { json, status } = yield* batch(
        emulator,
        "batch/read",
        [{ id: acme }, { id: other }],
        "companies/contacts"
      )
      assert.strictEqual(status, 207)
      assert.deepStrictEqual(json.results, [{
        from: { id: acme },
        to: [{ toObjectId: ada, associationTypes: [{ ...plain, typeId: 280 }] }]
      }])
      assert.deepInclude(json.errors[0], {
        category: "OBJECT_NOT_FOUND",
        subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND"
      })
    }))

  it.scopedLive("archive removes links, also those of several records at once", () =>
    Effect.gen(function*() {
      const { ada, companies, emulator } = yield* seeded(3)
      yield* batch(emulator, "batch/associate/default", companies.map((id) => ({ from: { id: ada }, to: { id } })))
      const to = companies.slice(0, 2).map((id) => ({ id }))
      assert.strictEqual((yield* batch(emulator, "batch/archive", [{ from: { id: ada }, to }])).status, 204)
      const { json } = yield* linksOf(emulator, "contacts", ada, "companies")
      assert.lengthOf(json.results, 1)
    }))

  const sizes = [["create", 2000], ["associate/default", 2000], ["read", 1000], ["archive", 100]] as const
  for (const [operation, max] of sizes) {
    it.scopedLive(`${operation} takes ${max} inputs and no more`, () =>
      Effect.gen(function*() {
        const { emulator } = yield* seeded(1)
        const inputs = Array.from({ length: max + 1 }, () => ({ id: "1", from: { id: "1" }, to: { id: "2" } }))
        assert.strictEqual((yield* batch(emulator, `batch/${operation}`, inputs)).status, 400)
        assert.notStrictEqual((yield* batch(emulator, `batch/${operation}`, inputs.slice(1))).status, 400)
      }))
  }
})

describe("the quota of associations", () => {
  it.scopedLive("is apart from the general one and counts batch and label calls alone", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits: { associations: { limit: 2, window: "1 minute" } } })
      const labels = "/crm/v4/associations/contacts/companies/labels"
      const statuses = yield* Effect.forEach([1, 2, 3], () => call(emulator, "GET", labels))
      assert.deepStrictEqual(statuses.map(({ status }) => status), [200, 200, 429])
      assert.deepInclude(statuses[2]!.json, { policyName: "TEN_SECONDLY_ROLLING" })
      assert.strictEqual(
        (yield* call(emulator, "GET", "/crm/v4/objects/contacts/1/associations/companies")).status,
        404
      )
      assert.strictEqual((yield* emulator.stats).peak, 1)
    }))

  it.scopedLive("has a day of its own", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits: { associationsDaily: 1 } })
      const answers = yield* Effect.forEach([1, 2], () => batch(emulator, "batch/archive", []))
      assert.deepStrictEqual(answers.map(({ status }) => status), [204, 429])
      assert.strictEqual(answers[1]!.json.policyName, "DAILY")
      assert.strictEqual((yield* call(emulator, "GET", contacts)).status, 200)
    }))
})
