import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ObjectType from "hubspot-emulator/ObjectType"
import * as StandardTypes from "hubspot-emulator/StandardTypes"
import { call, companies, contacts, createContact, deals, tickets, unhurried } from "./RawHttp.ts"

describe("one record", () => {
  it.scopedLive("a create answers 201 with an id, the times and every property as a string", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json, status } = yield* call(emulator, "POST", deals, {
        body: { properties: { dealname: "Big", dealstage: "closedwon", pipeline: "default", amount: 5000 } }
      })
      assert.strictEqual(status, 201)
      assert.strictEqual(json.properties.amount, "5000")
      assert.strictEqual(json.properties.hs_object_id, json.id)
      assert.strictEqual(json.archived, false)
      assert.strictEqual(new Date(json.createdAt).toISOString(), json.createdAt)
    }))

  it.scopedLive("a read returns the default properties when none are named", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { id } } = yield* createContact(emulator, { email: "ada@example.com", phone: "1" })
      const { json } = yield* call(emulator, "GET", `${contacts}/${id}`)
      assert.sameMembers(Object.keys(json.properties), [
        "createdate",
        "email",
        "firstname",
        "hs_object_id",
        "lastmodifieddate",
        "lastname"
      ])
    }))

  it.scopedLive("an asked property is null when it is unset and left out when it does not exist", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { id } } = yield* createContact(emulator, { email: "ada@example.com" })
      const { json } = yield* call(emulator, "GET", `${contacts}/${id}?properties=phone,shoesize&properties=email`)
      assert.strictEqual(json.properties.phone, null)
      assert.strictEqual(json.properties.email, "ada@example.com")
      assert.notProperty(json.properties, "shoesize")
    }))

  it.scopedLive("an update changes what it names and an empty value clears", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { id } } = yield* createContact(emulator, {
        email: "ada@example.com",
        firstname: "A",
        city: "Rome"
      })
      yield* call(emulator, "PATCH", `${contacts}/${id}`, { body: { properties: { firstname: "Ada", city: "" } } })
      const { json } = yield* call(emulator, "GET", `${contacts}/${id}?properties=firstname,city,email`)
      assert.deepInclude(json.properties, { firstname: "Ada", city: null, email: "ada@example.com" })
    }))

  it.scopedLive("an archived record is gone, but listed among the archived", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { id } } = yield* createContact(emulator, { email: "ada@example.com" })
      const removed = yield* call(emulator, "DELETE", `${contacts}/${id}`)
      assert.deepStrictEqual([removed.status, removed.text], [204, ""])
      assert.strictEqual((yield* call(emulator, "GET", `${contacts}/${id}`)).status, 404)
      assert.isEmpty((yield* call(emulator, "GET", contacts)).json.results)
      const [archived] = (yield* call(emulator, "GET", `${contacts}?archived=true`)).json.results
      assert.strictEqual(archived.id, id)
      assert.strictEqual(archived.archived, true)
    }))

  it.scopedLive("a unique property addresses a record in any case", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { id } } = yield* createContact(emulator, { email: "ada@example.com" })
      const path = `${contacts}/${encodeURIComponent("ADA@example.com")}?idProperty=email`
      assert.strictEqual((yield* call(emulator, "GET", path)).json.id, id)
      yield* call(emulator, "PATCH", path, { body: { properties: { firstname: "Ada" } } })
      assert.strictEqual((yield* emulator.records("contacts"))[0]!.properties.firstname, "Ada")
    }))

  it.scopedLive("a merge keeps the primary, fills what it lacks, and answers for the other", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const [one, two] = yield* emulator.add("contacts", [
        { email: "one@example.com" },
        { email: "two@example.com", city: "Rome" }
      ])
      const body = { primaryObjectId: one!.id, objectIdToMerge: two!.id }
      assert.strictEqual((yield* call(emulator, "POST", `${contacts}/merge`, { body })).status, 200)
      const { json } = yield* call(emulator, "GET", `${contacts}/${two!.id}?properties=email,city`)
      assert.strictEqual(json.id, one!.id)
      assert.deepInclude(json.properties, { email: "one@example.com", city: "Rome" })
      assert.lengthOf(yield* emulator.records("contacts"), 1)
    }))

  it.scopedLive("a record that was merged twice answers as the last primary", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const [a, b, c] = (yield* emulator.add("companies", ["A", "B", "C"].map((name) => ({ name })))).map(({ id }) =>
        id
      )
      for (const [primaryObjectId, objectIdToMerge] of [[b, a], [c, b]]) {
        yield* call(emulator, "POST", `${companies}/merge`, { body: { primaryObjectId, objectIdToMerge } })
      }
      assert.strictEqual((yield* call(emulator, "GET", `${companies}/${a}`)).json.id, c)
    }))

  it.scopedLive("a type is named by word or by id, in the old paths and the dated ones", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const [acme] = yield* emulator.add("companies", [{ name: "Acme" }])
      for (
        const path of ["/crm/v3/objects/0-2", "/crm/objects/2026-03/companies", "/crm/objects/2026-09/0-2", companies]
      ) {
        assert.strictEqual((yield* call(emulator, "GET", `${path}/${acme!.id}`)).json.properties.name, "Acme", path)
      }
    }))

  it.scopedLive("a custom type is served when the options describe it", () =>
    Effect.gen(function*() {
      const pets = ObjectType.make({
        name: "p1_pets",
        id: "2-123",
        properties: { chip: { type: "string", unique: true } },
        required: [["chip"]]
      })
      const emulator = yield* unhurried({ objectTypes: [pets] })
      const made = yield* call(emulator, "POST", "/crm/v3/objects/p1_pets", { body: { properties: { chip: "x1" } } })
      assert.strictEqual(made.status, 201)
      const read = yield* call(emulator, "GET", "/crm/v3/objects/2-123/x1?idProperty=chip")
      assert.strictEqual(read.json.id, made.json.id)
      assert.strictEqual((yield* call(emulator, "GET", "/crm/v3/objects/2-124")).status, 404)
    }))
})

const json = (properties: Record<string, unknown>) => ({ body: { properties } })

describe("values in other forms", () => {
  const deal = { dealname: "D", dealstage: "s", pipeline: "p" }
  const forms: ReadonlyArray<readonly [property: string, sent: unknown, kept: string | undefined]> = [
    ["amount", 12, "12"],
    ["amount", "-1.5e3", "-1.5e3"],
    ["amount", ".5", ".5"],
    ["amount", "0x10", undefined],
    ["amount", "1 000", undefined],
    ["amount", "Infinity", undefined],
    ["amount", "9e999", undefined],
    ["closedate", "2026-02-28", "2026-02-28T00:00:00.000Z"],
    ["closedate", "2026-02-28T10:00:00+02:00", "2026-02-28T08:00:00.000Z"],
    ["closedate", "2026-02-28T10:00", "2026-02-28T10:00:00.000Z"],
    ["closedate", 0, "1970-01-01T00:00:00.000Z"],
    ["closedate", "2026-02-30", undefined],
    ["closedate", "2026-02-28T25:00Z", undefined],
    ["closedate", "28 February 2026", undefined]
  ]
  it.scopedLive.each(forms)("%s: %j", ([property, sent, kept]) =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json, status } = yield* call(emulator, "POST", deals, {
        body: { properties: { ...deal, [property]: sent } }
      })
      if (kept === undefined) assert.strictEqual(json.errors[0].context.propertyName[0], property)
      else assert.deepStrictEqual([status, json.properties[property]], [201, kept])
    }))
})

describe("what is refused, and nothing is written", () => {
  const refusals: ReadonlyArray<{
    readonly why: string
    readonly call: readonly [method: string, path: string, raw?: Parameters<typeof call>[3]]
    readonly status: number
    readonly body: object
    readonly code?: string
  }> = [
    {
      why: "no known token",
      call: ["GET", contacts, { token: "stolen" }],
      status: 401,
      body: { category: "INVALID_AUTHENTICATION" }
    },
    {
      why: "an unknown property",
      call: ["POST", contacts, json({ shoesize: "42" })],
      status: 400,
      body: { category: "VALIDATION_ERROR" },
      code: "PROPERTY_DOESNT_EXIST"
    },
    {
      why: "an invalid email",
      call: ["POST", contacts, json({ email: "ada" })],
      status: 400,
      body: { category: "VALIDATION_ERROR" },
      code: "INVALID_EMAIL"
    },
    {
      why: "an option that is none",
      call: ["POST", contacts, json({ lifecyclestage: "butterfly" })],
      status: 400,
      body: { category: "VALIDATION_ERROR" },
      code: "INVALID_OPTION"
    },
    {
      why: "a number that is none",
      call: ["POST", deals, json({ dealname: "D", dealstage: "s", pipeline: "p", amount: "lots" })],
      status: 400,
      body: { category: "VALIDATION_ERROR" },
      code: "INVALID_INTEGER"
    },
    {
      why: "a read-only value",
      call: ["POST", contacts, json({ hs_object_id: "1" })],
      status: 400,
      body: { category: "VALIDATION_ERROR" },
      code: "READ_ONLY_VALUE"
    },
    {
      why: "a deal without stage and pipeline",
      call: ["POST", deals, json({ dealname: "D" })],
      status: 400,
      body: { category: "VALIDATION_ERROR", context: { properties: ["dealstage", "pipeline"] } }
    },
    {
      why: "a company without domain or name",
      call: ["POST", companies, json({ city: "Rome" })],
      status: 400,
      body: { category: "VALIDATION_ERROR" }
    },
    {
      why: "a ticket without a subject",
      call: ["POST", tickets, json({ hs_pipeline: "0", hs_pipeline_stage: "1" })],
      status: 400,
      body: { category: "VALIDATION_ERROR" }
    },
    {
      why: "an email that is taken, whatever its case",
      call: ["POST", contacts, json({ email: " TAKEN@example.com " })],
      status: 409,
      body: { category: "CONFLICT", message: "Contact already exists. Existing ID: 6001" }
    },
    {
      why: "malformed JSON",
      call: ["POST", contacts, { text: "{\"properties\":" }],
      status: 400,
      body: { category: "VALIDATION_ERROR" }
    },
    {
      why: "no properties",
      call: ["POST", contacts, { body: {} }],
      status: 400,
      body: { category: "VALIDATION_ERROR" }
    },
    { why: "an unknown id", call: ["GET", `${contacts}/1`], status: 404, body: { message: "resource not found" } },
    { why: "a word for an id", call: ["GET", `${contacts}/me`], status: 404, body: { message: "resource not found" } },
    {
      why: "an id of another type",
      call: ["GET", `${deals}/6001`],
      status: 404,
      body: { message: "resource not found" }
    },
    {
      why: "an address by a property that is not unique",
      call: ["GET", `${contacts}/Ada?idProperty=firstname`],
      status: 400,
      body: { category: "VALIDATION_ERROR" }
    },
    {
      why: "a word that names no type",
      call: ["GET", "/crm/v3/objects/unicorns"],
      status: 400,
      body: { message: "Unable to infer object type from: unicorns" }
    },
    { why: "an unknown custom type", call: ["GET", "/crm/v3/objects/2-999"], status: 404, body: {} },
    { why: "an unknown path", call: ["GET", "/crm/v5/objects/contacts"], status: 404, body: {} },
    { why: "a method that the path has not", call: ["DELETE", `${contacts}/search`], status: 405, body: {} },
    { why: "a page that is too large", call: ["GET", `${contacts}?limit=101`], status: 400, body: {} },
    { why: "a page that is no number", call: ["GET", `${contacts}?limit=ten`], status: 400, body: {} }
  ]

  for (const { body, call: [method, path, raw], code, status, why } of refusals) {
    it.scopedLive(`${why}: ${status}`, () =>
      Effect.gen(function*() {
        const emulator = yield* unhurried()
        yield* emulator.add("contacts", [{ email: "taken@example.com" }])
        const answer = yield* call(emulator, method, path, raw)
        assert.strictEqual(answer.status, status)
        assert.deepInclude(answer.json, { status: "error", ...body })
        assert.strictEqual(answer.json.correlationId, answer.headers.get("x-hubspot-correlation-id"))
        assert.strictEqual(answer.json.errors?.[0].code, code)
        assert.deepStrictEqual((yield* emulator.stats).records, { contacts: 1 })
      }))
  }

  it.scopedLive("a taken value of another unique property is a validation error", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({
        objectTypes: [ObjectType.extend(StandardTypes.deals, { crm_key: { type: "string", unique: true } })]
      })
      const deal = { dealname: "D", dealstage: "s", pipeline: "p", crm_key: "k" }
      yield* emulator.add("deals", [deal])
      const answer = yield* call(emulator, "POST", deals, json(deal))
      assert.strictEqual(answer.status, 400)
      assert.strictEqual(answer.json.category, "VALIDATION_ERROR")
    }))

  it.scopedLive("an email is free again once its contact is archived or has another", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const [a, b] = yield* emulator.add("contacts", [{ email: "a@example.com" }, { email: "b@example.com" }])
      yield* call(emulator, "DELETE", `${contacts}/${a!.id}`)
      yield* call(emulator, "PATCH", `${contacts}/${b!.id}`, json({ email: "c@example.com" }))
      assert.strictEqual((yield* createContact(emulator, { email: "a@example.com" })).status, 201)
      assert.strictEqual((yield* createContact(emulator, { email: "b@example.com" })).status, 201)
      assert.strictEqual((yield* createContact(emulator, { email: "c@example.com" })).status, 409)
    }))
})
