/** HubSpot's own SDK, as it is published, does its documented jobs against the emulator. */
import { assert, describe, it, vi } from "@effect/vitest"
import { Client } from "@hubspot/api-client"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Emulator from "hubspot-emulator/Emulator"
import * as Limits from "hubspot-emulator/Limits"

/** Operators, categories and kinds are enums to the SDK's types, and texts on the wire and in HubSpot's examples. */
const as = <A>(example: unknown) => example as A

/** Runs a test with a client and the emulator that it speaks to. */
const sdk = (
  test: (client: Client, emulator: Emulator.Emulator.Service) => Promise<void>,
  options: Emulator.Options = {},
  configuration: ConstructorParameters<typeof Client>[0] = {}
): Effect.Effect<void, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const emulator = yield* Emulator.make({ limits: Limits.unlimited, ...options })
    // Its own limiter would let through nine calls a second.
    const client = new Client({
      basePath: emulator.url,
      accessToken: emulator.token,
      limiterOptions: {},
      ...configuration
    })
    yield* Effect.promise(() => test(client, emulator))
  })

/** What a call fails with: the SDK's own exception, which has the status and the body. */
const failure = async (call: Promise<unknown>): Promise<{ readonly code: number; readonly body: ErrorBody }> =>
  call.then(
    () => assert.fail("the call went through"),
    (error: unknown) => error as { readonly code: number; readonly body: ErrorBody }
  )

interface ErrorBody {
  readonly status?: string
  readonly category?: string
  readonly message?: string
  readonly correlationId?: string
}

const ada = { properties: { email: "ada@example.com", firstname: "Ada" } }

describe("the official SDK and records", () => {
  it.scopedLive("creates, reads, updates and archives", () =>
    sdk(async (client) => {
      const made = await client.crm.contacts.basicApi.create(ada)
      assert.instanceOf(made.createdAt, Date)
      const read = await client.crm.contacts.basicApi.getById(made.id, ["firstname", "lastname"])
      assert.strictEqual(read.properties.firstname, "Ada")
      assert.isNull(read.properties.lastname)
      const updated = await client.crm.contacts.basicApi.update(
        "ada@example.com",
        { properties: { lastname: "Lovelace" } },
        "email"
      )
      assert.strictEqual(updated.properties.lastname, "Lovelace")
      await client.crm.contacts.basicApi.archive(made.id)
      assert.strictEqual((await failure(client.crm.contacts.basicApi.getById(made.id))).code, 404)
      const archived = await client.crm.contacts.basicApi.getPage(10, undefined, undefined, undefined, undefined, true)
      assert.deepStrictEqual(archived.results.map(({ id }) => id), [made.id])
      assert.instanceOf(archived.results[0]!.archivedAt, Date)
    }))

  it.scopedLive("sees HubSpot's errors: a conflict with the id in its text, a property that is not there", () =>
    sdk(async (client) => {
      const { id } = await client.crm.contacts.basicApi.create(ada)
      const conflict = await failure(client.crm.contacts.basicApi.create(ada))
      assert.strictEqual(conflict.code, 409)
      assert.deepInclude(conflict.body, {
        category: "CONFLICT",
        message: `Contact already exists. Existing ID: ${id}`
      })
      assert.isString(conflict.body.correlationId)
      const unknown = await failure(client.crm.contacts.basicApi.update(id, { properties: { shoe_size: "9" } }))
      assert.strictEqual(unknown.code, 400)
      assert.include(unknown.body.message, "PROPERTY_DOESNT_EXIST")
    }))

  it.scopedLive("merges two and forgets one for good", () =>
    sdk(async (client, emulator) => {
      const one = await client.crm.contacts.basicApi.create(ada)
      const two = await client.crm.contacts.basicApi.create({ properties: { lastname: "Byron" } })
      const merged = await client.crm.contacts.basicApi.merge({ primaryObjectId: one.id, objectIdToMerge: two.id })
      assert.strictEqual(merged.properties.lastname, "Byron")
      await client.crm.contacts.basicApi.purge({ objectId: one.id })
      assert.isEmpty(await Effect.runPromise(emulator.records("contacts")))
    }))

  it.scopedLive("does each of the batches, and sees a 207 as results with errors", () =>
    sdk(async (client) => {
      const { batchApi } = client.crm.contacts
      const made = await batchApi.create({
        inputs: ["a", "b"].map((name) => ({ associations: [], properties: { email: `${name}@example.com` } }))
      })
      assert.strictEqual(made.status, "COMPLETE")
      const ids = made.results.map(({ id }) => id)
      const updated = await batchApi.update({ inputs: ids.map((id) => ({ id, properties: { city: "London" } })) })
      assert.deepStrictEqual(updated.results.map(({ properties }) => properties.city), ["London", "London"])
      const upserted = await batchApi.upsert({
        inputs: ["b", "c"].map((name) => ({
          idProperty: "email",
          id: `${name}@example.com`,
          properties: { city: "Paris" }
        }))
      })
      assert.deepStrictEqual(upserted.results.map((result) => result._new), [false, true])
      const read = await batchApi.read({
        inputs: [...ids, "404404"].map((id) => ({ id })),
        properties: ["city"],
        propertiesWithHistory: []
      })
      assert.deepStrictEqual(read.results.map(({ properties }) => properties.city), ["London", "Paris"])
      assert.strictEqual((read as { readonly numErrors?: number }).numErrors, 1)
      await batchApi.archive({ inputs: ids.map((id) => ({ id })) })
      assert.lengthOf((await client.crm.contacts.basicApi.getPage()).results, 1)
    }))

  it.scopedLive("searches with filters, a sort and pages", () =>
    sdk(async (client, emulator) => {
      const rows = Array.from(
        { length: 5 },
        (_, i) => ({ email: `${i}@example.com`, city: i < 3 ? "London" : "Paris" })
      )
      await Effect.runPromise(emulator.add("contacts", rows))
      const search = (after?: string) =>
        client.crm.contacts.searchApi.doSearch({
          filterGroups: [{ filters: [{ propertyName: "city", operator: as("EQ"), value: "London" }] }],
          // The types ask for texts; the documentation sends objects, and so does everybody.
          sorts: as([{ propertyName: "email", direction: "DESCENDING" }]),
          properties: ["email"],
          limit: 2,
          ...(after === undefined ? {} : { after })
        })
      const first = await search()
      assert.strictEqual(first.total, 3)
      const second = await search(first.paging?.next?.after)
      assert.deepStrictEqual(
        [...first.results, ...second.results].map(({ properties }) => properties.email),
        ["2@example.com", "1@example.com", "0@example.com"]
      )
      assert.isUndefined(second.paging)
    }))

  it.scopedLive("reads any type by its name, and all of it with getAll", () =>
    sdk(async (client, emulator) => {
      await Effect.runPromise(
        emulator.add("companies", Array.from({ length: 250 }, (_, i) => ({ name: `Company ${i}` })))
      )
      const all = await client.crm.companies.getAll(undefined, undefined, ["name"])
      assert.lengthOf(all, 250)
      assert.strictEqual(all[249]!.properties.name, "Company 249")
      const page = await client.crm.objects.basicApi.getPage("companies", 3)
      assert.lengthOf(page.results, 3)
      assert.strictEqual((await Effect.runPromise(emulator.stats)).requests, 4)
    }))
})

describe("the official SDK and what records have to do with one another", () => {
  it.scopedLive("associates: by default, with a label, in batches, by page, and takes apart", () =>
    sdk(async (client, emulator) => {
      const [contact] = await Effect.runPromise(emulator.add("contacts", [{ email: "ada@example.com" }]))
      const [one, two] = await Effect.runPromise(emulator.add("companies", [{ name: "One" }, { name: "Two" }]))
      const { basicApi, batchApi, schema } = client.crm.associations.v4
      const ids = () =>
        basicApi.getPage("contacts", contact!.id, "companies").then((page) =>
          page.results.map(({ toObjectId }) => String(toObjectId))
        )
      await basicApi.createDefault("contacts", contact!.id, "companies", one!.id)
      const label = await schema.definitionsApi.create("contacts", "companies", { label: "Owner", name: "owner" })
      const { typeId } = label.results[0]!
      await basicApi.create("contacts", contact!.id, "companies", two!.id, [
        { associationCategory: as("USER_DEFINED"), associationTypeId: typeId }
      ])
      assert.deepStrictEqual(await ids(), [one!.id, two!.id])
      const labels = await schema.definitionsApi.getAll("contacts", "companies")
      assert.include(labels.results.map(({ label }) => label), "Owner")

      const read = await batchApi.getPage("contacts", "companies", { inputs: [{ id: contact!.id }] })
      assert.lengthOf(read.results[0]!.to, 2)
      await basicApi.archive("contacts", contact!.id, "companies", one!.id)
      await batchApi.archive("contacts", "companies", {
        inputs: [{ _from: { id: contact!.id }, to: [{ id: two!.id }] }]
      })
      assert.deepStrictEqual(await ids(), [])
      const again = await batchApi.createDefault("contacts", "companies", {
        inputs: [{ _from: { id: contact!.id }, to: { id: one!.id } }]
      })
      assert.strictEqual(again.status, "COMPLETE")
      const seen = await client.crm.contacts.basicApi.getById(contact!.id, undefined, undefined, ["companies"])
      assert.strictEqual(seen.associations?.companies?.results[0]?.id, one!.id)
    }))

  it.scopedLive("associates by the v3 calls: a name of a type for each link", () =>
    sdk(async (client, emulator) => {
      const [ada, bob] = await Effect.runPromise(emulator.add("contacts", [{ email: "a@b.co" }, { email: "b@b.co" }]))
      const [one] = await Effect.runPromise(emulator.add("companies", [{ name: "One" }]))
      const { batchApi } = client.crm.associations
      const link = { _from: { id: ada!.id }, to: { id: one!.id }, type: "contact_to_company_unlabeled" }
      const made = await batchApi.create("contacts", "companies", { inputs: [link] })
      assert.deepInclude(made.results[0], { type: "contact_to_company_unlabeled" })
      const read = () => batchApi.read("contacts", "companies", { inputs: [{ id: ada!.id }, { id: bob!.id }] })
      const { results } = await read()
      assert.strictEqual(results[0]!._from.id, ada!.id)
      assert.deepStrictEqual(results[0]!.to.map(({ id, type }) => [id, type]), [
        [one!.id, "contact_to_company_unlabeled"]
      ])
      await batchApi.archive("contacts", "companies", { inputs: [link] })
      assert.isEmpty((await read()).results)
    }))

  it.scopedLive("keeps lists: makes, finds, fills, pages, renames, empties, deletes", () =>
    sdk(async (client, emulator) => {
      const people = await Effect.runPromise(
        emulator.add("contacts", Array.from({ length: 3 }, (_, i) => ({ email: `${i}@example.com` })))
      )
      const ids = people.map(({ id }) => id)
      const { listsApi, membershipsApi } = client.crm.lists
      const { list } = await listsApi.create({ name: "Friends", objectTypeId: "0-1", processingType: "MANUAL" })
      const added = await membershipsApi.add(list.listId, ids)
      assert.sameMembers(added.recordsIdsAdded ?? [], ids)
      const page = await membershipsApi.getPage(list.listId, undefined, undefined, 2)
      assert.lengthOf(page.results, 2)
      assert.isString(page.paging?.next?.after)
      const changed = await membershipsApi.addAndRemove(list.listId, {
        recordIdsToAdd: [],
        recordIdsToRemove: [ids[0]!]
      })
      assert.deepStrictEqual(changed.recordIdsRemoved, [ids[0]!])
      const of = await membershipsApi.getLists("0-1", ids[1]!)
      assert.deepStrictEqual(of.results.map(({ listId }) => listId), [list.listId])
      await listsApi.updateName(list.listId, "Old friends")
      assert.strictEqual((await listsApi.getByName("Old friends", "0-1")).list.listId, list.listId)
      const found = await listsApi.doSearch({ query: "friends", additionalProperties: [], offset: 0 })
      assert.deepStrictEqual(found.lists.map(({ name }) => name), ["Old friends"])
      const { list: copy } = await listsApi.create({ name: "Copy", objectTypeId: "0-1", processingType: "MANUAL" })
      await membershipsApi.addAllFromList(copy.listId, list.listId)
      const members = (await membershipsApi.getPage(list.listId)).results.map(({ recordId }) => recordId)
      const joined = await membershipsApi.getPageOrderedByAddedToListDate(copy.listId)
      assert.sameMembers(joined.results.map(({ recordId }) => recordId), members)
      await membershipsApi.removeAll(list.listId)
      assert.isEmpty((await membershipsApi.getPage(list.listId)).results)
      await listsApi.remove(list.listId)
      await listsApi.restore(list.listId)
      assert.strictEqual((await listsApi.getById(list.listId)).list.name, "Old friends")
    }))
})

describe("the official SDK and what describes records", () => {
  it.scopedLive("defines, reads, changes and archives properties and their groups", () =>
    sdk(async (client) => {
      const { batchApi, coreApi, groupsApi } = client.crm.properties
      await groupsApi.create("contacts", { name: "shoes", label: "Shoes" })
      const shoe = {
        name: "shoe_size",
        label: "Shoe size",
        type: "number",
        fieldType: "number",
        groupName: "shoes"
      }
      const made = await coreApi.create("contacts", as(shoe))
      assert.strictEqual(made.name, "shoe_size")
      assert.include((await coreApi.getAll("contacts")).results.map(({ name }) => name), "email")
      const changed = await coreApi.update("contacts", "shoe_size", { label: "Size of the shoe" })
      assert.strictEqual(changed.label, "Size of the shoe")
      const read = await batchApi.read(
        "contacts",
        as({ inputs: [{ name: "shoe_size" }], archived: false, dataSensitivity: "non_sensitive" })
      )
      assert.lengthOf(read.results, 1)
      const exists = await failure(coreApi.create("contacts", as(shoe)))
      assert.strictEqual(exists.code, 409)
      await coreApi.archive("contacts", "shoe_size")
      assert.strictEqual((await failure(coreApi.getByName("contacts", "shoe_size"))).code, 404)
      await groupsApi.archive("contacts", "shoes")
    }))

  it.scopedLive("defines a type of its own, makes records of it and takes it away", () =>
    sdk(async (client) => {
      const { coreApi } = client.crm.schemas
      const schema = await coreApi.create(as({
        name: "pets",
        labels: { singular: "Pet", plural: "Pets" },
        primaryDisplayProperty: "name",
        requiredProperties: ["name"],
        searchableProperties: ["name"],
        secondaryDisplayProperties: [],
        properties: [{ name: "name", label: "Name", type: "string", fieldType: "text" }],
        associatedObjects: ["CONTACT"]
      }))
      const pet = await client.crm.objects.basicApi.create(schema.objectTypeId!, { properties: { name: "Rex" } })
      assert.strictEqual(pet.properties.name, "Rex")
      assert.lengthOf((await coreApi.getAll()).results, 1)
      await coreApi.update(schema.objectTypeId!, { labels: { singular: "Animal", plural: "Animals" } })
      assert.strictEqual((await coreApi.getById("pets")).labels.singular, "Animal")
      await client.crm.objects.basicApi.archive(schema.objectTypeId!, pet.id)
      await coreApi.archive(schema.objectTypeId!)
      assert.isEmpty((await coreApi.getAll()).results)
    }))

  it.scopedLive("keeps pipelines and their stages", () =>
    sdk(async (client) => {
      const { pipelineStagesApi, pipelinesApi } = client.crm.pipelines
      const stage = (label: string, displayOrder: number) => ({ label, displayOrder, metadata: { probability: "0.5" } })
      const made = await pipelinesApi.create("deals", {
        label: "Renewals",
        displayOrder: 1,
        stages: [stage("Asked", 0), stage("Agreed", 1)]
      })
      assert.lengthOf((await pipelinesApi.getAll("deals")).results, 2)
      const third = await pipelineStagesApi.create("deals", made.id, stage("Paid", 2))
      await pipelineStagesApi.update("deals", made.id, third.id, { label: "Settled", metadata: {} })
      assert.deepStrictEqual(
        (await pipelineStagesApi.getAll("deals", made.id)).results.map(({ label }) => label),
        ["Asked", "Agreed", "Settled"]
      )
      await pipelinesApi.update("deals", made.id, { label: "Renewal" })
      assert.strictEqual((await pipelinesApi.getById("deals", made.id)).label, "Renewal")
      await pipelinesApi.archive("deals", made.id)
      assert.strictEqual((await failure(pipelinesApi.getById("deals", made.id))).code, 404)
    }))

  it.scopedLive("finds owners", () =>
    sdk(async (client) => {
      const { ownersApi } = client.crm.owners
      const { results } = await ownersApi.getPage()
      assert.isNotEmpty(results)
      const [owner] = results
      assert.strictEqual((await ownersApi.getById(Number(owner!.id))).email, owner!.email)
      assert.lengthOf((await ownersApi.getPage(owner!.email)).results, 1)
    }))
})

describe("the official SDK and OAuth", () => {
  it.scopedLive("exchanges a code, refreshes, calls with the token, tells of both and deletes", () =>
    sdk(async (client, emulator) => {
      const { accessTokensApi, refreshTokensApi, tokensApi } = client.oauth
      const first = await tokensApi.create("authorization_code", "code", "https://app.example.com", "app", "secret")
      const second = await tokensApi.create(
        "refresh_token",
        undefined,
        undefined,
        "app",
        "secret",
        first.refreshToken
      )
      assert.strictEqual(second.expiresIn, 1800)
      const asApp = new Client({ basePath: emulator.url, accessToken: second.accessToken })
      assert.isEmpty((await asApp.crm.contacts.basicApi.getPage()).results)
      assert.strictEqual((await accessTokensApi.get(second.accessToken)).hubId, 1)
      assert.strictEqual((await refreshTokensApi.get(second.refreshToken)).clientId, "app")
      await refreshTokensApi.archive(second.refreshToken)
      const { body, code } = await failure(
        tokensApi.create("refresh_token", undefined, undefined, "app", "secret", second.refreshToken)
      )
      assert.strictEqual(code, 400)
      assert.deepInclude(body, { status: "BAD_REFRESH_TOKEN" })
    }, { oauth: { apps: [{ clientId: "app", clientSecret: "secret", codes: ["code"] }] } }))
})

describe("the official SDK's own retries", () => {
  /** What it tells the console before it waits. */
  const told = Effect.acquireRelease(
    Effect.sync(() => vi.spyOn(console, "error").mockImplementation(() => {})),
    (spy) => Effect.sync(() => spy.mockRestore())
  )

  it.scopedLive("get through an outage, as the status is one that it takes for the server's", () =>
    Effect.gen(function*() {
      const spy = yield* told
      yield* sdk(
        async (client, emulator) => {
          const { id } = await client.crm.contacts.basicApi.create(ada)
          const [record, ...others] = await Effect.runPromise(emulator.records("contacts"))
          assert.deepStrictEqual([record!.id, others], [id, []])
          assert.deepInclude((await Effect.runPromise(emulator.stats)).byStatus, { 201: 1, 503: 1 })
        },
        { faults: { outages: [{ from: 0, to: "150 millis" }] } },
        { numberOfApiCallRetries: 3 }
      )
      assert.include(spy.mock.calls[0]?.[0], "status code [503]")
    }))

  it.scopedLive("wait for the search window, whose message they know word for word", () =>
    Effect.gen(function*() {
      const spy = yield* told
      yield* sdk(
        async (client) => {
          const search = () => client.crm.contacts.searchApi.doSearch({ filterGroups: [], limit: 1 })
          await search()
          assert.strictEqual((await search()).total, 0)
        },
        { limits: { ...Limits.unlimited, search: { limit: 1, window: "900 millis" } } },
        { numberOfApiCallRetries: 3 }
      )
      assert.include(spy.mock.calls[0]?.[0], "will retry [1] time in [1000] ms")
    }))

  it.scopedLive("wait ten seconds for the burst window, whose policy they know by name", () =>
    Effect.gen(function*() {
      const spy = yield* told
      // The ten seconds of the SDK are made a tenth of one, as those of the window are.
      const { setTimeout } = globalThis
      const shortened = ((run: () => void, millis?: number) =>
        setTimeout(run, millis === 10_000 ? 100 : millis)) as typeof setTimeout
      yield* Effect.acquireRelease(
        Effect.sync(() => vi.stubGlobal("setTimeout", shortened)),
        () => Effect.sync(() => vi.unstubAllGlobals())
      )
      yield* sdk(
        async (client, emulator) => {
          await client.crm.contacts.basicApi.getPage()
          assert.isEmpty((await client.crm.contacts.basicApi.getPage()).results)
          assert.strictEqual((await Effect.runPromise(emulator.stats)).rateLimited.limiter, 1)
        },
        { limits: { ...Limits.unlimited, general: { limit: 1, window: "90 millis" } } },
        { numberOfApiCallRetries: 3 }
      )
      assert.include(spy.mock.calls[0]?.[0], "in [10000] ms")
    }))

  it.scopedLive("do not come for the day's quota, nor for what the edge says", () =>
    sdk(
      async (client, emulator) => {
        for (const body of ["daily", "edge"] as const) {
          await Effect.runPromise(emulator.setFaults({ rules: [{ share: 1, fault: { kind: "rateLimited", body } }] }))
          assert.strictEqual((await failure(client.crm.contacts.basicApi.getPage())).code, 429)
        }
        assert.strictEqual((await Effect.runPromise(emulator.stats)).requests, 2)
      },
      {},
      { numberOfApiCallRetries: 3 }
    ))
})
