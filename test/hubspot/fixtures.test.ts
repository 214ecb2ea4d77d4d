import { HttpClient, HttpClientResponse } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Redacted, Schema, Stream } from "effect"
import {
  Account,
  Associations,
  type BatchResult,
  Contacts,
  CrmObject,
  EventDefinitions,
  Exports,
  HubSpot,
  type HubSpotClient,
  Imports,
  ListMemberships,
  Lists,
  OAuth,
  Owners,
  Pipelines,
  Properties,
  Property,
  PropertyGroups,
  Schemas,
  Search,
  Webhooks
} from "effect-hubspot"
import { Profile } from "effect-resilience"
import * as Fixtures from "../support/fixtures.ts"

const http = (body: unknown) =>
  Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request) => Effect.succeed(HttpClientResponse.fromWeb(request, Response.json(body))))
  )

/** A HubSpot that answers every call with the same body. */
const answering = (body: unknown) =>
  HubSpot.layerWith({
    accessToken: Redacted.make("token"),
    profile: Profile.testing,
    overrides: { retry: { retries: 0 } }
  }).pipe(Layer.provide(http(body)))

interface Case {
  /** Objects whose fields have the names of the portal's own. */
  readonly maps?: ReadonlyArray<string>
  readonly read: (body: unknown) => Effect.Effect<unknown, unknown, HubSpotClient.HubSpotClient>
  /** Where the answer says what it is about: without them it is none. */
  readonly needs: ReadonlyArray<string>
}

const first = <A, E, R>(stream: Stream.Stream<A, E, R>) => Stream.runCollect(Stream.take(stream, 1))
const file: Imports.Input = { name: "x", files: [{ fileName: "x.csv", content: "", columns: [] }] }
const everyone: Exports.Input = { exportName: "All", objectType: "contacts", objectProperties: ["email"] }
const list: Lists.Input = { name: "Invited", objectTypeId: "0-1", processingType: "MANUAL" }

/** What a record cannot be without. */
const ofRecord = (at: string) => ["id", "properties", "createdAt", "updatedAt"].map((name) => `${at}${name}`)
const ofBatch = <A, B, R>(batch: Effect.Effect<BatchResult.BatchResult<A, B>, never, R>) =>
  Effect.flatMap(batch, ({ succeeded }) => succeeded.length > 0 ? Effect.void : Effect.fail("nothing succeeded"))
const oauth = (body: unknown) =>
  Effect.flatMap(
    OAuth.make({ clientId: "id", clientSecret: Redacted.make("secret"), overrides: { retry: { retries: 0 } } }),
    ({ accessTokenInfo }) => accessTokenInfo(Redacted.make("token"))
  ).pipe(Effect.scoped, Effect.provide(http(body)))

const cases: { readonly [fixture: string]: Case } = {
  record: {
    read: () => Contacts.get("512", { propertiesWithHistory: ["email"], associations: ["companies"] }),
    needs: [
      ...ofRecord(""),
      "propertiesWithHistory.email.timestamp",
      "associations.companies.results",
      "associations.companies.results.id",
      "associations.companies.paging.next.after"
    ],
    maps: ["properties", "propertiesWithHistory", "associations"]
  },
  records: {
    read: () => first(Contacts.stream()),
    needs: ["results", ...ofRecord("results."), "paging.next.after"],
    maps: ["results.properties"]
  },
  search: {
    read: () => first(Contacts.search(Search.sort(Search.where(Search.has("email")), "email"))),
    needs: ["results", ...ofRecord("results."), "paging.next.after"],
    maps: ["results.properties"]
  },
  "batch-partial": {
    read: () => ofBatch(Contacts.batchRead(["512", "404"])),
    needs: ["results", ...ofRecord("results.")],
    maps: ["results.properties"]
  },
  upserted: {
    read: () => Contacts.upsert({ email: "ada@example.com" }, { by: "email" }),
    needs: ["results", ...ofRecord("results.")],
    maps: ["results.properties"]
  },
  "account-details": { read: () => Account.details, needs: ["portalId"] },
  "daily-usage": {
    read: () => Account.dailyUsage,
    needs: ["results", "results.usageLimit", "results.currentUsage", "results.resetsAt"]
  },
  "access-token": { read: oauth, needs: ["hub_id"] },
  property: { read: () => Properties.get("contacts", "food"), needs: ["name", "options.value"] },
  "property-group": { read: () => PropertyGroups.get("contacts", "food"), needs: ["name"] },
  schema: {
    read: () => Schemas.get("2-1"),
    needs: ["id", "properties.name", "associations.id"]
  },
  owner: { read: () => Owners.get("1"), needs: ["id", "teams.id"] },
  pipeline: { read: () => Pipelines.get("deals", "default"), needs: ["id", "stages.id"] },
  list: { read: () => Lists.create(list), needs: ["list", "list.listId"] },
  "list-search": { read: () => Stream.runCollect(Lists.search()), needs: ["lists", "lists.listId"] },
  "list-members": { read: () => first(ListMemberships.stream("1")), needs: ["results", "results.recordId"] },
  "list-change": {
    read: () =>
      Effect.flatMap(
        ListMemberships.add("1", ["6001"]),
        ({ failed }) => failed[0] === undefined ? Effect.void : Effect.fail(failed[0].error)
      ),
    needs: []
  },
  "record-lists": { read: () => ListMemberships.ofRecord("0-1", "1"), needs: ["results", "results.listId"] },
  links: {
    read: () => first(Associations.stream("contacts", "6001", "companies")),
    needs: ["results", "results.toObjectId", "results.associationTypes.typeId"]
  },
  labels: { read: () => Associations.labels("contacts", "companies"), needs: ["results", "results.typeId"] },
  import: { read: () => Imports.start(file), needs: ["id", "metadata.objectLists.listId"] },
  "import-errors": { read: () => first(Imports.errors("1")), needs: ["results", "results.id"] },
  "export-started": { read: () => Exports.start(everyone), needs: ["id"] },
  "export-complete": { read: () => Exports.get("1"), needs: [] },
  "event-definition": { read: () => EventDefinitions.get("bought"), needs: ["name", "properties.name"] },
  webhook: { read: (body) => Webhooks.decode(JSON.stringify(body)), needs: [] }
}

/** Batches, whose answers say of each input what became of it: see the tests of associations. */
const batches = ["associated", "associated-default", "links-batch"]

it("every fixture has its source, and a reader", () => {
  assert.sameMembers([...Fixtures.names], [...Object.keys(cases), ...batches])
  for (const name of Fixtures.names) assert.isNotEmpty(Fixtures.read(name).source)
})

for (const [name, { maps = [], needs, read }] of Object.entries(cases)) {
  const { body, examples } = Fixtures.read(name)
  const outcome = (altered: unknown) =>
    Effect.map(Effect.either(Effect.provide(read(altered), answering(altered))), ({ _tag }) => _tag)

  describe(name, () => {
    it.live("is read as it is documented", () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* outcome(body), "Right")
      }))

    for (const example of examples) {
      it.live(`reads what HubSpot prints: ${example.source}`, () =>
        Effect.gen(function*() {
          assert.strictEqual(yield* outcome(example.body), "Right")
        }))
    }

    it.live("survives every field that is missing, or null, but those that say what it is", () =>
      Effect.gen(function*() {
        for (const path of Fixtures.paths(body)) {
          const expected = needs.includes(path) ? "Left" : "Right"
          assert.strictEqual(yield* outcome(Fixtures.alter(body, path, () => undefined)), expected, path)
          if (maps.includes(path.slice(0, path.lastIndexOf(".")))) continue
          assert.strictEqual(yield* outcome(Fixtures.alter(body, path, () => null)), expected, path)
        }
      }))

    it.live("survives fields that nobody has heard of", () =>
      Effect.gen(function*() {
        const more = (value: unknown) =>
          typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value, unheardOf: 1 } : value
        for (const path of Fixtures.paths(body).filter((path) => !maps.includes(path))) {
          assert.strictEqual(yield* outcome(Fixtures.alter(body, path, more)), "Right", path)
        }
        assert.strictEqual(yield* outcome(more(body)), "Right")
      }))

    it.live("takes ids as numbers and as texts", () =>
      Effect.gen(function*() {
        for (const path of Fixtures.paths(body).filter((path) => /(^|\.)(id|\w+Id)$/.test(path))) {
          for (const form of [String, Number]) {
            const altered = Fixtures.alter(body, path, (id) => Number.isNaN(Number(id)) ? id : form(id))
            assert.strictEqual(yield* outcome(altered), "Right", path)
          }
        }
      }))
  })
}

describe("batches of associations", () => {
  const pair = { from: "6001", to: "7001" }
  const types = [{ associationCategory: "USER_DEFINED", associationTypeId: 37 }] as const

  it.live("are read as they are documented", () =>
    Effect.gen(function*() {
      const labelled = yield* Effect.provide(
        Associations.batchCreate("contacts", "companies", [{ ...pair, types }]),
        answering(Fixtures.read("associated").body)
      )
      assert.deepStrictEqual(labelled.succeeded.map(({ record }) => record), [{ labels: ["Chief"] }])
      const plain = yield* Effect.provide(
        Associations.batchAssociate("contacts", "companies", [pair]),
        answering(Fixtures.read("associated-default").body)
      )
      assert.deepStrictEqual(plain.succeeded.map(({ input }) => input), [pair])
    }))

  it.live("a listing whose next page is the same for ever is found out", () =>
    Effect.gen(function*() {
      const { failed } = yield* Effect.provide(
        Associations.batchRead("contacts", "companies", ["6001"]),
        answering(Fixtures.read("links-batch").body)
      )
      assert.deepInclude(failed[0]?.error, { _tag: "InvalidResponse" })
      const endless = yield* Effect.flip(Effect.provide(
        Stream.runDrain(Associations.stream("contacts", "6001", "companies")),
        answering(Fixtures.read("links").body)
      ))
      assert.deepInclude(endless, { _tag: "InvalidResponse" })
    }))
})

it.live("values of properties are texts, dates among them milliseconds", () =>
  Effect.gen(function*() {
    const Things = CrmObject.make({
      type: "2-1",
      properties: Schema.Struct({
        property_checkbox: Property.boolean,
        property_date: Property.date,
        property_dropdown: Property.enumeration("choice_a"),
        property_multiple_checkboxes: Property.options,
        property_number: Property.number
      })
    })
    const { properties } = yield* Effect.provide(
      Things.get("512"),
      answering(Fixtures.read("record").examples[0]?.body)
    )
    assert.deepStrictEqual(properties, {
      property_checkbox: false,
      property_date: DateTime.unsafeMake("2019-10-31T00:00:00Z"),
      property_dropdown: "choice_b",
      property_multiple_checkboxes: ["chocolate", "strawberry"],
      property_number: 17
    })
  }))
