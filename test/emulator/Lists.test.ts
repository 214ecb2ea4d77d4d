import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Emulator from "hubspot-emulator/Emulator"
import { call, contacts, unhurried } from "./RawHttp.ts"

type Running = Emulator.Emulator.Service

const path = "/crm/v3/lists"

const create = (emulator: Running, name: string, more: object = {}) =>
  call(emulator, "POST", path, { body: { name, objectTypeId: "0-1", processingType: "MANUAL", ...more } })

const people = (emulator: Running, n: number) =>
  Effect.map(
    emulator.add("contacts", Array.from({ length: n }, (_, i) => ({ email: `p${i}@example.com` }))),
    (records) => records.map(({ id }) => id)
  )

const members = (emulator: Running, listId: string, query = "") =>
  call(emulator, "GET", `${path}/${listId}/memberships${query}`)

const idsIn = (json: { readonly results: ReadonlyArray<{ readonly recordId: string }> }) =>
  json.results.map(({ recordId }) => recordId)

const statusOf = <E>(answer: Effect.Effect<{ readonly status: number }, E>) =>
  Effect.map(answer, ({ status }) => status)

describe("lists", () => {
  it.scopedLive("one that is made is read by id and by name, also in the dated paths", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { list }, status } = yield* create(emulator, "Friends & family")
      assert.strictEqual(status, 200)
      assert.deepInclude(list, { name: "Friends & family", processingType: "MANUAL", objectTypeId: "0-1", size: 0 })
      const byId = yield* call(emulator, "GET", `/crm/lists/2026-03/${list.listId}`)
      assert.deepStrictEqual(byId.json.list, list)
      const name = encodeURIComponent("Friends & family")
      const byName = yield* call(emulator, "GET", `${path}/object-type-id/contacts/name/${name}`)
      assert.deepStrictEqual(byName.json.list, list)
      const many = yield* call(emulator, "GET", `${path}?listIds=${list.listId}&listIds=99`)
      assert.deepStrictEqual(many.json.lists, [list])
    }))

  it.scopedLive("search finds by a part of the name, in pages", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* Effect.forEach(["Oslo", "Rome", "Roma"], (name) => create(emulator, name))
      const search = (body: object) =>
        Effect.map(call(emulator, "POST", `${path}/search`, { body }), ({ json }) => json)
      const first = yield* search({ query: "rom", count: 1 })
      assert.deepInclude(first, { total: 2, hasMore: true, offset: 1 })
      assert.strictEqual(first.lists[0].additionalProperties.hs_list_size, "0")
      const second = yield* search({ query: "rom", count: 1, offset: first.offset })
      assert.deepStrictEqual([second.lists[0].name, second.hasMore], ["Roma", false])
      assert.strictEqual((yield* search({ processingTypes: ["DYNAMIC"] })).total, 0)
      assert.strictEqual((yield* search({ listIds: ["2"] })).total, 1)
    }))

  it.scopedLive("one is renamed, deleted and restored with its members", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { list: { listId } } } = yield* create(emulator, "One")
      const ids = yield* people(emulator, 1)
      yield* call(emulator, "PUT", `${path}/${listId}/memberships/add`, { body: ids })
      const renamed = yield* call(emulator, "PUT", `${path}/${listId}/update-list-name?listName=Two`)
      assert.deepInclude(renamed.json.updatedList, { name: "Two", listVersion: 2 })
      assert.strictEqual(yield* statusOf(call(emulator, "DELETE", `${path}/${listId}`)), 204)
      assert.strictEqual(yield* statusOf(call(emulator, "GET", `${path}/${listId}`)), 404)
      assert.strictEqual(yield* statusOf(call(emulator, "PUT", `${path}/${listId}/restore`)), 204)
      assert.deepStrictEqual(idsIn((yield* members(emulator, listId)).json), ids)
    }))

  it.scopedLive("a name is taken once for each type, and free again when its list is deleted", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { list: { listId } } } = yield* create(emulator, "One")
      const again = yield* create(emulator, "one")
      assert.deepStrictEqual([again.status, again.json.subCategory], [400, "ILS.DUPLICATE_LIST_NAMES"])
      assert.strictEqual(yield* statusOf(create(emulator, "One", { objectTypeId: "0-2" })), 200)
      yield* call(emulator, "DELETE", `${path}/${listId}`)
      assert.strictEqual(yield* statusOf(create(emulator, "One")), 200)
      assert.strictEqual(yield* statusOf(call(emulator, "PUT", `${path}/${listId}/restore`)), 400)
    }))

  const refusals: ReadonlyArray<readonly [why: string, more: object, status: number]> = [
    ["no name", { name: undefined }, 400],
    ["a way of processing that is none", { processingType: "STATIC" }, 400],
    ["a type that is none", { objectTypeId: "unicorns" }, 400],
    ["a custom type that is not there", { objectTypeId: "2-9" }, 404]
  ]
  for (const [why, more, status] of refusals) {
    it.scopedLive(`${why}: ${status}`, () =>
      Effect.gen(function*() {
        const emulator = yield* unhurried()
        assert.strictEqual(yield* statusOf(create(emulator, "One", more)), status)
      }))
  }
})

describe("memberships", () => {
  it.scopedLive("tell who was added, removed and missing, and keep still about the rest", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { list: { listId } } } = yield* create(emulator, "One")
      const [a, b, c] = yield* people(emulator, 3)
      const change = (operation: string, body: unknown) =>
        Effect.map(call(emulator, "PUT", `${path}/${listId}/memberships/${operation}`, { body }), ({ json }) => json)
      assert.deepStrictEqual(yield* change("add", [a, b, "1"]), {
        recordsIdsAdded: [a, b],
        recordIdsRemoved: [],
        recordIdsMissing: ["1"]
      })
      assert.deepStrictEqual((yield* change("add", [a])).recordsIdsAdded, [])
      assert.deepStrictEqual(yield* change("add-and-remove", { recordIdsToAdd: [c], recordIdsToRemove: [a] }), {
        recordsIdsAdded: [c],
        recordIdsRemoved: [a],
        recordIdsMissing: []
      })
      assert.deepStrictEqual((yield* change("remove", [b])).recordIdsRemoved, [b])
      assert.deepStrictEqual(idsIn((yield* members(emulator, listId)).json), [c])
    }))

  it.scopedLive("come in pages of a hundred, by a cursor", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { list: { listId } } } = yield* create(emulator, "One")
      const ids = yield* people(emulator, 150)
      yield* call(emulator, "PUT", `${path}/${listId}/memberships/add`, { body: ids })
      const first = (yield* members(emulator, listId)).json
      assert.lengthOf(first.results, 100)
      const second = (yield* members(emulator, listId, `?after=${encodeURIComponent(first.paging.next.after)}`)).json
      assert.deepStrictEqual([...idsIn(first), ...idsIn(second)], ids)
      assert.notProperty(second, "paging")
      assert.strictEqual(yield* statusOf(members(emulator, listId, "?after=%21")), 400)
    }))

  it.scopedLive("end with the record, with the list's emptying, and go on in a merge", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { list: { listId } } } = yield* create(emulator, "One")
      const [a, b, c] = yield* people(emulator, 3)
      yield* call(emulator, "PUT", `${path}/${listId}/memberships/add`, { body: [a, b] })
      yield* call(emulator, "DELETE", `${contacts}/${a}`)
      yield* call(emulator, "POST", `${contacts}/merge`, { body: { primaryObjectId: c, objectIdToMerge: b } })
      assert.deepStrictEqual(idsIn((yield* members(emulator, listId)).json), [c])
      const on = yield* call(emulator, "GET", `${path}/records/0-1/${c}/memberships`)
      assert.deepStrictEqual(on.json.results.map((list: { listId: string }) => list.listId), [listId])
      assert.strictEqual(yield* statusOf(call(emulator, "DELETE", `${path}/${listId}/memberships`)), 204)
      assert.isEmpty((yield* members(emulator, listId)).json.results)
    }))

  it.scopedLive("of a dynamic list cannot be changed, and a list that is not there has none", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { list: { listId } } } = yield* create(emulator, "One", { processingType: "DYNAMIC" })
      const add = (id: string) => statusOf(call(emulator, "PUT", `${path}/${id}/memberships/add`, { body: ["1"] }))
      assert.deepStrictEqual([yield* add(listId), yield* add("99")], [400, 404])
    }))
})

describe("members in other ways", () => {
  it.scopedLive("come from another list, and are told in the order in which they joined", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const [ada, bob, eve] = yield* people(emulator, 3)
      const { json: { list: { listId } } } = yield* create(emulator, "One")
      const { json: { list: { listId: other } } } = yield* create(emulator, "Other")
      for (const id of [eve, ada, bob]) {
        yield* call(emulator, "PUT", `${path}/${listId}/memberships/add`, { body: [id] })
        yield* Effect.sleep("2 millis")
      }
      const inOrder = (query: string) => call(emulator, "GET", `${path}/${listId}/memberships/join-order${query}`)
      const first = yield* inOrder("?limit=2")
      assert.deepStrictEqual(idsIn(first.json), [eve, ada])
      const rest = yield* inOrder(`?limit=2&after=${encodeURIComponent(first.json.paging.next.after)}`)
      assert.deepStrictEqual([idsIn(rest.json), rest.json.paging], [[bob], undefined])
      const from = (id: string) => statusOf(call(emulator, "PUT", `${path}/${other}/memberships/add-from/${id}`))
      assert.deepStrictEqual([yield* from(listId), yield* from("99")], [204, 404])
      assert.sameMembers(idsIn((yield* members(emulator, other)).json), [ada, bob, eve])
    }))

  it.scopedLive("the lists of several records are told at once; a record that is not there is a 207", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const [ada] = yield* people(emulator, 1)
      const { json: { list: { listId } } } = yield* create(emulator, "One")
      yield* call(emulator, "PUT", `${path}/${listId}/memberships/add`, { body: [ada] })
      const { json, status } = yield* call(emulator, "POST", `${path}/records/memberships/batch/read`, {
        body: { inputs: [{ objectTypeId: "0-1", recordId: ada }, { objectTypeId: "0-1", recordId: "1" }] }
      })
      assert.deepStrictEqual([status, json.numErrors, json.results.length], [207, 1, 1])
      assert.deepInclude(json.results[0], { objectTypeId: "0-1", recordId: ada })
      assert.strictEqual(json.results[0].recordListMemberships[0].listId, listId)
    }))
})
