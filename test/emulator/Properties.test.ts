import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { call, contacts, createContact, unhurried } from "./RawHttp.ts"

const path = "/crm/v3/properties/contacts"

const property = (name: string, more: object = {}) => ({
  name,
  label: name,
  groupName: "contactinformation",
  type: "string",
  fieldType: "text",
  ...more
})

const create = (emulator: Parameters<typeof call>[0], name: string, more: object = {}) =>
  call(emulator, "POST", path, { body: property(name, more) })

const code = (answer: { readonly json: { readonly errors?: ReadonlyArray<{ readonly code: string }> } }) =>
  answer.json.errors?.[0]?.code

describe("properties", () => {
  it.scopedLive("one that is made is shown, and records may have it", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const ada = { email: "ada@example.com", shoesize: "39" }
      assert.strictEqual(code(yield* createContact(emulator, ada)), "PROPERTY_DOESNT_EXIST")
      const made = yield* create(emulator, "shoesize", { type: "number", fieldType: "number" })
      assert.strictEqual(made.status, 201)
      assert.deepInclude(made.json, { name: "shoesize", type: "number", archived: false, hubspotDefined: false })
      assert.deepInclude((yield* call(emulator, "GET", `${path}/shoesize`)).json, { label: "shoesize" })
      assert.strictEqual((yield* createContact(emulator, ada)).json.properties.shoesize, "39")
      assert.strictEqual(code(yield* createContact(emulator, { shoesize: "large" })), "INVALID_INTEGER")
    }))

  it.scopedLive("options are enforced, and those that are added later are known", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const options = (...values: ReadonlyArray<string>) => values.map((value) => ({ label: value, value }))
      yield* create(emulator, "tier", { type: "enumeration", fieldType: "select", options: options("gold") })
      assert.strictEqual(code(yield* createContact(emulator, { tier: "silver" })), "INVALID_OPTION")
      const body = { options: options("gold", "silver") }
      assert.strictEqual((yield* call(emulator, "PATCH", `${path}/tier`, { body })).status, 200)
      assert.strictEqual((yield* createContact(emulator, { tier: "silver" })).status, 201)
    }))

  it.scopedLive("checkboxes hold several options", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const options = ["a", "b"].map((value) => ({ label: value, value }))
      yield* create(emulator, "likes", { type: "enumeration", fieldType: "checkbox", options })
      assert.strictEqual((yield* createContact(emulator, { likes: "a;b" })).status, 201)
      assert.strictEqual(code(yield* createContact(emulator, { likes: "a;c" })), "INVALID_OPTION")
    }))

  it.scopedLive("a calculated one cannot be set", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* create(emulator, "score", { type: "number", fieldType: "calculation_equation" })
      assert.strictEqual(code(yield* createContact(emulator, { score: "1" })), "READ_ONLY_VALUE")
      assert.strictEqual(code(yield* createContact(emulator, { num_associated_deals: "1" })), "READ_ONLY_VALUE")
    }))

  it.scopedLive("a unique one addresses records and is taken once", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* create(emulator, "crm_key", { hasUniqueValue: true })
      const { json: { id } } = yield* createContact(emulator, { crm_key: "k1" })
      assert.strictEqual((yield* call(emulator, "GET", `${contacts}/k1?idProperty=crm_key`)).json.id, id)
      assert.strictEqual(code(yield* createContact(emulator, { crm_key: "k1" })), "CONFLICTING_UNIQUE_VALUE")
      const inputs = [{ idProperty: "crm_key", id: "k2", properties: {} }]
      const upsert = yield* call(emulator, "POST", `${contacts}/batch/upsert`, { body: { inputs } })
      assert.strictEqual(upsert.json.results[0].new, true)
    }))

  it.scopedLive("one that is archived is unknown, but listed among the archived", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* create(emulator, "shoesize")
      assert.strictEqual((yield* call(emulator, "DELETE", `${path}/shoesize`)).status, 204)
      assert.strictEqual((yield* call(emulator, "GET", `${path}/shoesize`)).status, 404)
      assert.strictEqual(code(yield* createContact(emulator, { shoesize: "39" })), "PROPERTY_DOESNT_EXIST")
      const archived = (yield* call(emulator, "GET", `${path}?archived=true`)).json.results
      assert.deepInclude(archived[0], { name: "shoesize", archived: true })
    }))

  it.scopedLive("the list holds HubSpot's own, also in the dated paths", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json } = yield* call(emulator, "GET", "/crm/properties/2026-03/0-1")
      const email = json.results.find(({ name }: { name: string }) => name === "email")
      assert.deepInclude(email, { type: "string", hubspotDefined: true, hasUniqueValue: true })
      const stages = json.results.find(({ name }: { name: string }) => name === "lifecyclestage")
      assert.strictEqual(stages.options[0].value, "subscriber")
    }))

  const refusals: ReadonlyArray<readonly [why: string, name: string, more: object, status: number, category: string]> =
    [
      ["a name with capitals", "ShoeSize", {}, 400, "VALIDATION_ERROR"],
      ["no label", "size", { label: undefined }, 400, "VALIDATION_ERROR"],
      ["a type that is none", "size", { type: "text" }, 400, "VALIDATION_ERROR"],
      ["a field that is none", "size", { fieldType: "slider" }, 400, "VALIDATION_ERROR"],
      ["a group that is not there", "size", { groupName: "sizes" }, 400, "VALIDATION_ERROR"],
      ["options with the same value", "size", { options: [{ value: "a" }, { value: "a" }] }, 400, "VALIDATION_ERROR"],
      ["a name that is taken", "email", {}, 409, "OBJECT_ALREADY_EXISTS"]
    ]
  for (const [why, name, more, status, category] of refusals) {
    it.scopedLive(`${why}: ${status}`, () =>
      Effect.gen(function*() {
        const emulator = yield* unhurried()
        const before = (yield* call(emulator, "GET", path)).json.results.length
        const answer = yield* create(emulator, name, more)
        assert.deepStrictEqual([answer.status, answer.json.category], [status, category])
        assert.lengthOf((yield* call(emulator, "GET", path)).json.results, before)
      }))
  }

  it.scopedLive("HubSpot's own stay, but for their options", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      assert.strictEqual((yield* call(emulator, "DELETE", `${path}/email`)).status, 400)
      assert.strictEqual((yield* call(emulator, "PATCH", `${path}/email`, { body: { label: "E" } })).status, 400)
      const body = { options: [{ label: "Lead", value: "lead" }] }
      assert.strictEqual((yield* call(emulator, "PATCH", `${path}/lifecyclestage`, { body })).status, 200)
      assert.strictEqual(code(yield* createContact(emulator, { lifecyclestage: "customer" })), "INVALID_OPTION")
    }))
})

describe("batches of properties", () => {
  const batch = (emulator: Parameters<typeof call>[0], operation: string, inputs: ReadonlyArray<unknown>) =>
    call(emulator, "POST", `${path}/batch/${operation}`, { body: { inputs } })

  it.scopedLive("each input fails on its own", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const made = yield* batch(emulator, "create", [property("one"), property("email"), property("two")])
      assert.deepStrictEqual([made.status, made.json.results.length, made.json.numErrors], [207, 2, 1])
      assert.deepInclude(made.json.errors[0], {
        category: "OBJECT_ALREADY_EXISTS",
        context: { name: ["email"] }
      })
      const read = yield* batch(emulator, "read", [{ name: "one" }, { name: "three" }])
      assert.deepStrictEqual([read.status, read.json.results[0].name], [207, "one"])
      assert.strictEqual((yield* batch(emulator, "archive", [{ name: "one" }, { name: "three" }])).status, 204)
      assert.strictEqual((yield* call(emulator, "GET", `${path}/one`)).status, 404)
    }))
})

describe("property groups", () => {
  it.scopedLive("are made, renamed, filled, and removed when they are empty", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const groups = `${path}/groups`
      const made = yield* call(emulator, "POST", groups, { body: { name: "sizes", label: "Sizes" } })
      assert.deepStrictEqual([made.status, made.json.name], [201, "sizes"])
      assert.strictEqual((yield* call(emulator, "POST", groups, { body: made.json })).status, 409)
      const renamed = yield* call(emulator, "PATCH", `${groups}/sizes`, { body: { label: "All sizes" } })
      assert.strictEqual(renamed.json.label, "All sizes")
      assert.strictEqual((yield* create(emulator, "shoesize", { groupName: "sizes" })).status, 201)
      assert.strictEqual((yield* call(emulator, "DELETE", `${groups}/sizes`)).status, 400)
      yield* call(emulator, "DELETE", `${path}/shoesize`)
      assert.strictEqual((yield* call(emulator, "DELETE", `${groups}/sizes`)).status, 204)
      assert.strictEqual((yield* call(emulator, "GET", `${groups}/sizes`)).status, 404)
      assert.lengthOf((yield* call(emulator, "GET", groups)).json.results, 1)
    }))
})
