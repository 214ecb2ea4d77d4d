import { assert, describe, it } from "@effect/vitest"
import { Array, Chunk, DateTime, Effect, Option, Stream } from "effect"
import { ListMemberships, Lists, Owners, Pipelines, Properties, PropertyGroups, Schemas } from "effect-hubspot"
import type { ApiError } from "effect-resilience"
import { Emulator, type Owner } from "hubspot-emulator"
import { live } from "../support/hubspot.ts"

const status = (error: ApiError.ApiError) => "status" in error ? error.status : error._tag

const food: Properties.Input = {
  name: "favourite_food",
  label: "Favourite food",
  type: "enumeration",
  fieldType: "select",
  groupName: "contactinformation",
  options: [{ label: "Burger", value: "burger" }]
}
const nameOf = (n: number) => `property_${n}`
const numbered = (n: number): Properties.Input => ({
  name: nameOf(n),
  label: `Property ${n}`,
  type: "string",
  fieldType: "text",
  groupName: "contactinformation"
})

describe("properties", () => {
  it.scopedLive("are made, read, changed, listed and archived", () =>
    Effect.gen(function*() {
      const made = yield* Properties.create("contacts", food)
      assert.deepInclude(made, { name: "favourite_food", type: "enumeration", hubspotDefined: false })
      assert.isTrue(DateTime.isDateTime(made.createdAt))
      const changed = yield* Properties.update("contacts", "favourite_food", { label: "Best food" })
      assert.deepStrictEqual([changed.label, changed.options.length], ["Best food", 1])
      assert.include((yield* Properties.list("contacts")).map(({ name }) => name), "favourite_food")
      yield* Properties.archive("contacts", "favourite_food")
      assert.strictEqual(status(yield* Effect.flip(Properties.get("contacts", "favourite_food"))), 404)
      const archived = yield* Properties.list("contacts", { archived: true })
      assert.deepStrictEqual(archived.map(({ name }) => name), ["favourite_food"])
      assert.isTrue((yield* Properties.get("contacts", "favourite_food", { archived: true })).archived)
    }).pipe(Effect.provide(live())))

  it.scopedLive("options are added to those that are there, and take the place of their equals", () =>
    Effect.gen(function*() {
      yield* Properties.create("contacts", food)
      const { options } = yield* Properties.addOptions("contacts", "favourite_food", [
        { label: "Taco", value: "taco" },
        { label: "Hamburger", value: "burger", hidden: true }
      ])
      assert.deepStrictEqual(options.map(({ hidden, label, value }) => [value, label, hidden]), [
        ["burger", "Hamburger", true],
        ["taco", "Taco", false]
      ])
    }).pipe(Effect.provide(live())))

  it.scopedLive("one that exists is a conflict", () =>
    Effect.gen(function*() {
      yield* Properties.create("contacts", food)
      const error = yield* Effect.flip(Properties.create("contacts", food))
      assert.deepInclude(error, { _tag: "ClientError", status: 409 })
      assert.strictEqual(error._tag === "ClientError" && error.details?.category, "OBJECT_ALREADY_EXISTS")
    }).pipe(Effect.provide(live())))

  it.scopedLive("any number are made, read and archived, with successes and failures side by side", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const inputs = Array.makeBy(150, (n) => n === 7 ? { ...numbered(n), groupName: "nowhere" } : numbered(n))
      const made = yield* Properties.batchCreate("contacts", inputs)
      assert.deepStrictEqual(
        made.succeeded.map(({ record }) => record.name),
        inputs.map(({ name }) => name).filter((name) => name !== nameOf(7))
      )
      assert.deepStrictEqual(made.failed.map(({ error, input }) => [input.name, status(error)]), [[nameOf(7), 400]])
      assert.strictEqual((yield* emulator.stats).requests, 2)

      const names = inputs.map(({ name }) => name)
      const read = yield* Properties.batchRead("contacts", [...names, nameOf(1)])
      assert.deepStrictEqual(read.failed.map(({ error, input }) => [input, status(error)]), [[nameOf(7), 404]])
      assert.strictEqual(read.succeeded.length, 150)

      const gone = yield* Properties.batchArchive("contacts", names)
      assert.deepStrictEqual([gone.succeeded.length, gone.failed.length], [150, 0])
      assert.strictEqual((yield* Properties.batchRead("contacts", [nameOf(1)], { archived: true })).succeeded.length, 1)
      assert.strictEqual((yield* Properties.batchRead("contacts", [nameOf(1)])).failed.length, 1)
    }).pipe(Effect.provide(live())))

  it.scopedLive("stand in groups", () =>
    Effect.gen(function*() {
      yield* PropertyGroups.create("contacts", { name: "food", label: "Food" })
      yield* PropertyGroups.update("contacts", "food", { label: "Food and drink" })
      assert.strictEqual((yield* PropertyGroups.get("contacts", "food")).label, "Food and drink")
      assert.include((yield* PropertyGroups.list("contacts")).map(({ name }) => name), "food")
      yield* PropertyGroups.archive("contacts", "food")
      assert.strictEqual(status(yield* Effect.flip(PropertyGroups.get("contacts", "food"))), 404)
    }).pipe(Effect.provide(live())))

  it.scopedLive.each(["", " ", ".", ".."])("cannot be named by %j: nothing is sent", (name) =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const calls = [Properties.get("contacts", name), Properties.archive("contacts", name), Properties.list(name)]
      for (const call of calls) {
        assert.deepInclude(yield* Effect.flip(call), { _tag: "InvalidRequest", outcome: "not-sent" })
      }
      const { failed } = yield* Properties.batchRead(name, ["email"])
      assert.deepInclude(failed[0]?.error, { _tag: "InvalidRequest", field: "type" })
      assert.strictEqual((yield* emulator.stats).requests, 0)
    }).pipe(Effect.provide(live())))
})

describe("schemas", () => {
  const membership: Schemas.Input = {
    name: "membership",
    labels: { singular: "Membership", plural: "Memberships" },
    primaryDisplayProperty: "number",
    requiredProperties: ["number"],
    properties: [{ name: "number", label: "Number", type: "string", fieldType: "text" }],
    associatedObjects: ["CONTACT"]
  }

  it.scopedLive("are made, read, changed, listed and archived", () =>
    Effect.gen(function*() {
      const made = yield* Schemas.create(membership)
      const type = made.objectTypeId ?? ""
      assert.deepInclude(made.properties.map(({ name }) => name), "number")
      assert.deepStrictEqual((yield* Schemas.list()).map(({ name }) => name), ["membership"])
      yield* Schemas.update(type, { labels: { singular: "Member", plural: "Members" } })
      assert.strictEqual((yield* Schemas.get(type)).labels?.plural, "Members")
      yield* Schemas.archive(type)
      assert.strictEqual(status(yield* Effect.flip(Schemas.get(type))), 404)
      assert.strictEqual((yield* Schemas.list({ archived: true })).length, 1)
    }).pipe(Effect.provide(live())))

  it.scopedLive("say what their records can be associated with", () =>
    Effect.gen(function*() {
      const { objectTypeId = "" } = yield* Schemas.create(membership)
      const made = yield* Schemas.createAssociation(objectTypeId, {
        fromObjectTypeId: objectTypeId,
        toObjectTypeId: "0-2",
        name: "membership_to_company"
      })
      const named = Effect.map(Schemas.get(objectTypeId), ({ associations }) => associations.map(({ name }) => name))
      assert.include(yield* named, "membership_to_company")
      yield* Schemas.removeAssociation(objectTypeId, made.id)
      assert.notInclude(yield* named, "membership_to_company")
    }).pipe(Effect.provide(live())))

  it.scopedLive("of a name that is taken are refused", () =>
    Effect.gen(function*() {
      yield* Schemas.create(membership)
      assert.strictEqual(status(yield* Effect.flip(Schemas.create(membership))), 409)
    }).pipe(Effect.provide(live())))
})

describe("owners", () => {
  const owners: ReadonlyArray<Owner.Owner> = Array.makeBy(120, (n) => ({
    id: String(n + 1),
    email: `owner-${n}@example.com`,
    userId: n + 1000,
    firstName: "Owner",
    lastName: String(n)
  }))

  it.scopedLive("are streamed, each once", () =>
    Effect.gen(function*() {
      const all = yield* Stream.runCollect(Owners.stream())
      assert.deepStrictEqual(Chunk.toReadonlyArray(Chunk.map(all, ({ id }) => id)), owners.map(({ id }) => id))
      assert.strictEqual((yield* (yield* Emulator.Emulator).stats).requests, 2)
    }).pipe(Effect.provide(live({ emulator: { owners } }))))

  it.scopedLive("are found by id, user and email", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Owners.get("7")).email, "owner-6@example.com")
      assert.strictEqual((yield* Owners.get("1006", { by: "userId" })).id, "7")
      const found = yield* Owners.byEmail("Owner-6@Example.com")
      assert.deepStrictEqual(Option.map(found, ({ userId }) => userId), Option.some("1006"))
      assert.isTrue(Option.isNone(yield* Owners.byEmail("nobody@example.com")))
      assert.strictEqual(status(yield* Effect.flip(Owners.get("999"))), 404)
    }).pipe(Effect.provide(live({ emulator: { owners } }))))

  it.scopedLive("who have left are asked for as such", () =>
    Effect.gen(function*() {
      const left = yield* Stream.runCollect(Owners.stream({ archived: true }))
      assert.deepStrictEqual(Chunk.toReadonlyArray(Chunk.map(left, ({ archived, userId }) => [archived, userId])), [
        [true, undefined]
      ])
    }).pipe(Effect.provide(live())))
})

describe("pipelines", () => {
  const input: Pipelines.Input = {
    label: "Renewals",
    displayOrder: 1,
    stages: [{ label: "Due", displayOrder: 0, metadata: { probability: "0.5" } }]
  }

  it.scopedLive("are made, read, changed, replaced, listed and removed", () =>
    Effect.gen(function*() {
      const { id } = yield* Pipelines.create("deals", input)
      assert.deepStrictEqual((yield* Pipelines.list("deals")).map(({ label }) => label), ["Sales Pipeline", "Renewals"])
      yield* Pipelines.update("deals", id, { label: "Renewal" })
      assert.strictEqual((yield* Pipelines.get("deals", id)).label, "Renewal")
      const replaced = yield* Pipelines.replace("deals", id, { ...input, stages: [] })
      assert.deepStrictEqual([replaced.label, replaced.stages.length], ["Renewals", 0])
      yield* Pipelines.remove("deals", id, { validateReferences: true })
      assert.strictEqual(status(yield* Effect.flip(Pipelines.get("deals", id))), 404)
    }).pipe(Effect.provide(live())))

  it.scopedLive("have stages, which are made, read, changed, listed and removed", () =>
    Effect.gen(function*() {
      const { id } = yield* Pipelines.createStage("deals", "default", {
        label: "Verbal",
        displayOrder: 9,
        metadata: { probability: "0.95" }
      })
      yield* Pipelines.updateStage("deals", "default", id, { label: "Agreed" })
      assert.deepInclude(yield* Pipelines.getStage("deals", "default", id), {
        label: "Agreed",
        metadata: { probability: "0.95" }
      })
      assert.strictEqual((yield* Pipelines.stages("deals", "default")).at(-1)?.label, "Agreed")
      yield* Pipelines.removeStage("deals", "default", id)
      assert.strictEqual(status(yield* Effect.flip(Pipelines.getStage("deals", "default", id))), 404)
    }).pipe(Effect.provide(live())))
})

describe("lists", () => {
  const invited: Lists.Input = { name: "Invited", objectTypeId: "0-1", processingType: "MANUAL" }

  it.scopedLive("are made, found, renamed, deleted and restored", () =>
    Effect.gen(function*() {
      const { listId } = yield* Lists.create(invited)
      assert.strictEqual((yield* Lists.byName("0-1", "invited")).listId, listId)
      yield* Lists.rename(listId, "Guests")
      assert.deepInclude(yield* Lists.get(listId), { name: "Guests", processingType: "MANUAL", size: 0 })
      yield* Lists.remove(listId)
      assert.strictEqual(status(yield* Effect.flip(Lists.get(listId))), 404)
      yield* Lists.restore(listId)
      assert.strictEqual((yield* Lists.get(listId)).name, "Guests")
    }).pipe(Effect.provide(live())))

  it.scopedLive("dynamic ones have filters, which are shown where that is asked", () =>
    Effect.gen(function*() {
      const { listId } = yield* Lists.create({ ...invited, processingType: "DYNAMIC", filterBranch: { a: 1 } })
      yield* Lists.updateFilters(listId, { b: 2 })
      assert.deepStrictEqual((yield* Lists.get(listId, { includeFilters: true })).filterBranch, { b: 2 })
      assert.isUndefined((yield* Lists.byName("0-1", "invited")).filterBranch)
    }).pipe(Effect.provide(live())))

  it.scopedLive("are searched, each once, page by page", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const names = Array.makeBy(120, (n) => `List ${n}`)
      yield* Effect.forEach(names, (name) => Lists.create({ ...invited, name }), { concurrency: 8 })
      const before = (yield* emulator.stats).requests
      const found = yield* Stream.runCollect(Lists.search({ query: "list" }))
      assert.sameMembers([...found].map(({ name }) => name ?? ""), names)
      assert.strictEqual((yield* emulator.stats).requests - before, 2)
      const none = yield* Stream.runCollect(Lists.search({ processingTypes: ["DYNAMIC"] }))
      assert.strictEqual(none.length, 0)
    }).pipe(Effect.provide(live())))

  it.scopedLive("of a name that is taken are refused", () =>
    Effect.gen(function*() {
      yield* Lists.create(invited)
      assert.strictEqual(status(yield* Effect.flip(Lists.create(invited))), 400)
    }).pipe(Effect.provide(live())))

  it.scopedLive("take and lose members in any number, and say what became of each", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const people = Array.makeBy(1500, (n) => ({ email: `person-${n}@example.com` }))
      const ids = (yield* emulator.add("contacts", people)).map(({ id }) => id)
      const { listId } = yield* Lists.create(invited)
      const before = (yield* emulator.stats).requests
      const { failed, succeeded } = yield* ListMemberships.add(listId, [...ids, "1"])
      assert.strictEqual((yield* emulator.stats).requests - before, 2)
      assert.deepStrictEqual([failed.length, succeeded.length], [0, 1501])
      assert.deepStrictEqual(succeeded.at(-1), { input: "1", record: "missing" })
      const members = yield* Stream.runCollect(ListMemberships.stream(listId))
      assert.deepStrictEqual(Chunk.toReadonlyArray(Chunk.map(members, ({ recordId }) => recordId)), ids)

      const [first = "", second = "", third = ""] = ids
      const changes = yield* ListMemberships.addAndRemove(listId, [{ remove: first }, { add: second }, { remove: "1" }])
      assert.deepStrictEqual(changes.succeeded.map(({ record }) => record), ["removed", "unchanged", "missing"])
      const gone = yield* ListMemberships.remove(listId, [first, second])
      assert.deepStrictEqual(gone.succeeded.map(({ record }) => record), ["unchanged", "removed"])
      assert.deepStrictEqual((yield* ListMemberships.ofRecord("0-1", third)).map(({ listId }) => listId), [listId])
      yield* ListMemberships.clear(listId)
      assert.deepStrictEqual(yield* ListMemberships.ofRecord("0-1", third), [])
    }).pipe(Effect.provide(live())))

  it.scopedLive("that are not there fail for each member", () =>
    Effect.gen(function*() {
      const { failed } = yield* ListMemberships.add("404", ["1", "2"])
      assert.deepStrictEqual(failed.map(({ error, input }) => [input, status(error)]), [["1", 404], ["2", 404]])
    }).pipe(Effect.provide(live())))
})
