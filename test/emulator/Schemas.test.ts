import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ObjectType from "hubspot-emulator/ObjectType"
import { call, unhurried } from "./RawHttp.ts"

type Running = Parameters<typeof call>[0]

const path = "/crm-object-schemas/v3/schemas"

const pets = {
  name: "pets",
  labels: { singular: "Pet", plural: "Pets" },
  primaryDisplayProperty: "name",
  requiredProperties: ["name"],
  properties: [
    { name: "name", label: "Name", type: "string", fieldType: "text" },
    { name: "chip", label: "Chip", type: "string", fieldType: "text", hasUniqueValue: true },
    { name: "legs", label: "Legs", type: "number", fieldType: "number" }
  ],
  associatedObjects: ["CONTACT"]
}

const create = (emulator: Running, more: object = {}) => call(emulator, "POST", path, { body: { ...pets, ...more } })

const record = (emulator: Running, type: string, properties: object) =>
  call(emulator, "POST", `/crm/v3/objects/${type}`, { body: { properties } })

describe("schemas", () => {
  it.scopedLive("a type that is made has records at once, by its id and by both of its names", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const made = yield* create(emulator)
      assert.strictEqual(made.status, 201)
      const { fullyQualifiedName, objectTypeId } = made.json
      assert.match(objectTypeId, /^2-\d+$/)
      assert.strictEqual(fullyQualifiedName, "p1_pets")
      const { json: { id } } = yield* record(emulator, objectTypeId, { name: "Rex", chip: "x1" })
      for (const type of [fullyQualifiedName, "pets", objectTypeId]) {
        assert.strictEqual((yield* call(emulator, "GET", `/crm/v3/objects/${type}/${id}`)).status, 200, type)
      }
      assert.strictEqual((yield* call(emulator, "GET", "/crm/v3/objects/pets/x1?idProperty=chip")).json.id, id)
    }))

  it.scopedLive("several are read at once; one that is not there is a 207", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* create(emulator)
      const read = (...inputs: ReadonlyArray<string>) =>
        call(emulator, "POST", `${path}/batch/read`, { body: { inputs } })
      const found = yield* read("pets", "2-1001")
      assert.strictEqual(found.status, 200)
      assert.deepStrictEqual(
        found.json.results.map((schema: { readonly name: string }) => schema.name),
        ["pets", "pets"]
      )
      const some = yield* read("pets", "unicorns")
      assert.deepStrictEqual([some.status, some.json.results.length, some.json.numErrors], [207, 1, 1])
    }))

  it.scopedLive("its records are held to its properties and need what it requires", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* create(emulator)
      const missing = yield* record(emulator, "pets", { legs: "4" })
      assert.deepStrictEqual([missing.status, missing.json.context], [400, { properties: ["name"] }])
      const codeOf = (properties: object) =>
        Effect.map(record(emulator, "pets", properties), ({ json }) => json.errors[0].code)
      assert.strictEqual(yield* codeOf({ name: "Rex", color: "red" }), "PROPERTY_DOESNT_EXIST")
      assert.strictEqual(yield* codeOf({ name: "Rex", legs: "four" }), "INVALID_INTEGER")
      yield* call(emulator, "POST", "/crm/v3/properties/pets", {
        body: { name: "color", label: "Color", groupName: "petsinformation", type: "string", fieldType: "text" }
      })
      assert.strictEqual((yield* record(emulator, "pets", { name: "Rex", color: "red" })).status, 201)
    }))

  it.scopedLive("its records can be associated", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { associations: [association] } } = yield* create(emulator)
      const [ada] = yield* emulator.add("contacts", [{ email: "ada@example.com" }])
      const types = [{ associationCategory: "USER_DEFINED", associationTypeId: Number(association.id) }]
      const body = { properties: { name: "Rex" }, associations: [{ to: { id: ada!.id }, types }] }
      const rex = yield* call(emulator, "POST", "/crm/v3/objects/pets", { body })
      assert.strictEqual(rex.status, 201)
      const read = yield* call(emulator, "GET", `/crm/v3/objects/contacts/${ada!.id}?associations=pets`)
      assert.strictEqual(read.json.associations.p1_pets.results[0].id, rex.json.id)
    }))

  it.scopedLive("are listed with their properties, those of the options too, also in the dated paths", () =>
    Effect.gen(function*() {
      const objectTypes = [ObjectType.make({ name: "p1_cars", id: "2-7", properties: { plate: { type: "string" } } })]
      const emulator = yield* unhurried({ objectTypes })
      yield* create(emulator)
      const { json } = yield* call(emulator, "GET", "/crm-object-schemas/2026-03/schemas")
      assert.deepStrictEqual(json.results.map(({ name }: { name: string }) => name), ["cars", "pets"])
      assert.includeMembers(json.results[1].properties.map(({ name }: { name: string }) => name), ["name", "chip"])
      assert.strictEqual((yield* call(emulator, "GET", `${path}/contacts`)).json.objectTypeId, "0-1")
    }))

  it.scopedLive("can be changed, and deleted once there are no records", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* create(emulator)
      const body = { requiredProperties: ["name", "legs"], labels: { singular: "Beast" } }
      const changed = yield* call(emulator, "PATCH", `${path}/pets`, { body })
      assert.deepInclude(changed.json, { requiredProperties: ["name", "legs"], labels: { singular: "Beast" } })
      assert.strictEqual((yield* record(emulator, "pets", { name: "Rex" })).status, 400)
      const { json: { id } } = yield* record(emulator, "pets", { name: "Rex", legs: "4" })
      assert.strictEqual((yield* call(emulator, "DELETE", `${path}/pets`)).status, 400)
      yield* call(emulator, "DELETE", `/crm/v3/objects/pets/${id}`)
      assert.strictEqual((yield* call(emulator, "DELETE", `${path}/pets`)).status, 204)
      assert.strictEqual((yield* call(emulator, "GET", "/crm/v3/objects/p1_pets")).status, 404)
      assert.isEmpty((yield* call(emulator, "GET", path)).json.results)
      assert.lengthOf((yield* call(emulator, "GET", `${path}?archived=true`)).json.results, 1)
    }))

  it.scopedLive("associations with other types are named and removed", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* create(emulator)
      const body = { toObjectTypeId: "0-2", name: "pet_to_shelter" }
      const made = yield* call(emulator, "POST", `${path}/pets/associations`, { body })
      assert.deepInclude(made.json, { name: "pet_to_shelter", toObjectTypeId: "0-2" })
      const one = `${path}/pets/associations/${made.json.id}`
      const statuses = yield* Effect.forEach([1, 2], () => call(emulator, "DELETE", one))
      assert.deepStrictEqual(statuses.map(({ status }) => status), [204, 404])
    }))

  const refusals: ReadonlyArray<readonly [why: string, more: object, status: number]> = [
    ["a name with spaces", { name: "my pets" }, 400],
    ["no labels", { labels: undefined }, 400],
    ["a property of no type", { properties: [{ name: "name", label: "Name" }] }, 400],
    ["a required property that is not there", { requiredProperties: ["tail"] }, 400],
    ["an associated type that is not there", { associatedObjects: ["unicorns"] }, 400],
    ["a standard name", { name: "contacts" }, 409]
  ]
  for (const [why, more, status] of refusals) {
    it.scopedLive(`${why}: ${status}`, () =>
      Effect.gen(function*() {
        const emulator = yield* unhurried()
        assert.strictEqual((yield* create(emulator, more)).status, status)
        assert.isEmpty((yield* call(emulator, "GET", path)).json.results)
        assert.strictEqual((yield* create(emulator)).status, 201)
        assert.strictEqual((yield* create(emulator)).status, 409)
      }))
  }
})
