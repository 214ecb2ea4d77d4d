import { assert, describe, it } from "@effect/vitest"
import { Array, Chunk, DateTime, Effect, FastCheck, Schema, Stream } from "effect"
import {
  Calls,
  Carts,
  Communications,
  Companies,
  Contacts,
  type CrmObject,
  type CrmRecord,
  Deals,
  Emails,
  Invoices,
  Leads,
  LineItems,
  Meetings,
  Notes,
  Orders,
  Products,
  Property,
  Quotes,
  Search,
  Tasks,
  Tickets,
  Users
} from "effect-hubspot"
import { type ApiError } from "effect-resilience"
import { Emulator, ObjectType, StandardTypes } from "hubspot-emulator"
import { clientFor, live } from "../support/hubspot.ts"
import * as ScriptedServer from "../support/ScriptedServer.ts"

const fails = <A, R>(effect: Effect.Effect<A, ApiError.ApiError, R>) => Effect.flip(effect)
/** `Array.makeBy` makes at least one. */
const times = <A>(n: number, make: (n: number) => A) => n === 0 ? [] : Array.makeBy(n, make)
const person = (n: number) => ({ email: `person-${n}@example.com`, firstname: `Person ${n}` })

describe("the ready modules", () => {
  const now = DateTime.unsafeMake("2026-11-23T09:00:00.000Z")
  const day = DateTime.unsafeMake("2027-01-31")

  /** What HubSpot wants on create, a change, and what both come to. */
  const type = <F extends CrmRecord.Fields>(
    name: string,
    object: CrmObject.CrmObject<F>,
    input: CrmRecord.Input<F>,
    change: CrmRecord.Input<F>
  ) =>
    it.scopedLive(name, () =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.Emulator
        assert.strictEqual(object.type, name)
        const { id } = yield* object.create(input)
        assert.deepStrictEqual((yield* emulator.records(name)).map(({ id }) => id), [id])
        yield* object.update(id, change)
        const { properties } = yield* object.get(id)
        assert.deepInclude(properties as object, { ...input, ...change } as object)

        const [listed] = Chunk.toReadonlyArray(yield* Stream.runCollect(object.stream()))
        assert.deepStrictEqual(listed?.properties as object, properties as object)
        const found = yield* Stream.runCollect(object.search(Search.where(Search.eq("hs_object_id", id))))
        assert.deepStrictEqual(Chunk.toReadonlyArray(found).map(({ properties }) => properties as object), [
          properties as object
        ])
        const { succeeded } = yield* object.batchRead([id])
        assert.deepStrictEqual(succeeded.map(({ record }) => record.properties as object), [properties as object])
        const changed = yield* Stream.runCollect(object.changes(DateTime.unsafeMake(0)))
        assert.deepStrictEqual(Chunk.toReadonlyArray(changed).flatMap(({ records }) => records.map(({ id }) => id)), [
          id
        ])

        yield* object.archive(id)
        assert.deepStrictEqual(yield* emulator.records(name), [])
      }).pipe(Effect.provide(live())))

  type("contacts", Contacts, { email: "ada@example.com" }, { lifecyclestage: "lead" })
  type("companies", Companies, { name: "Acme" }, { numberofemployees: 250 })
  type("deals", Deals, { dealname: "D", dealstage: "s", pipeline: "p", amount: 0.5 }, { closedate: now })
  type("tickets", Tickets, { subject: "S", hs_pipeline: "0", hs_pipeline_stage: "1" }, { hs_ticket_priority: "HIGH" })
  type("orders", Orders, { hs_order_name: "O", hs_total_price: 149.9 }, { hs_fulfillment_status: "Packing" })
  type("line_items", LineItems, { name: "Tent", price: 149.9, quantity: 2 }, { hs_recurring_billing_start_date: day })
  type("products", Products, { name: "Tent", price: 149.9 }, { hs_sku: "T-1" })
  type("quotes", Quotes, { hs_title: "Q", hs_expiration_date: day }, { hs_status: "DRAFT", hs_esign_enabled: true })
  type("carts", Carts, { hs_cart_name: "C", hs_total_price: 500 }, { hs_tags: "frames" })
  type("invoices", Invoices, { hs_currency: "EUR", hs_due_date: day }, { hs_invoice_status: "open" })
  type("leads", Leads, { hs_lead_name: "Ada" }, { hs_lead_label: "WARM" })
  type("tasks", Tasks, { hs_timestamp: now, hs_task_subject: "Call" }, { hs_task_status: "COMPLETED" })
  type("notes", Notes, { hs_timestamp: now, hs_note_body: "Hm" }, { hs_attachment_ids: ["1", "2"] })
  type("calls", Calls, { hs_timestamp: now, hs_call_direction: "INBOUND" }, { hs_call_duration: 180_000 })
  type("emails", Emails, { hs_timestamp: now, hs_email_direction: "EMAIL" }, { hs_email_subject: "Engine" })
  type("meetings", Meetings, { hs_timestamp: now, hs_meeting_title: "M" }, { hs_meeting_outcome: "NO_SHOW" })
  type("communications", Communications, { hs_timestamp: now, hs_communication_body: "B" }, {
    hs_communication_channel_type: "SMS"
  })

  it.scopedLive("users are read and updated, as HubSpot has it", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const [user] = yield* emulator.add("users", [{ hs_email: "ada@example.com", hs_job_title: "Countess" }])
      const id = user?.id ?? ""
      yield* Users.update(id, { hs_availability_status: "away" })
      yield* Users.batchUpdate([{ id, properties: { hs_standard_time_zone: "Europe/London" } }])
      const expected = {
        hs_email: "ada@example.com",
        hs_availability_status: "away",
        hs_standard_time_zone: "Europe/London"
      }
      assert.deepInclude((yield* Users.get(id)).properties, expected)
      assert.deepInclude((yield* Users.batchRead([id])).succeeded[0]?.record.properties ?? {}, expected)
      assert.strictEqual(yield* Users.count(Search.where(Search.eq("hs_availability_status", "away"))), 1)
    }).pipe(Effect.provide(live())))

  it.scopedLive("an option that the portal has added fails no page, and is there", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const row = { subject: "S", hs_pipeline: "0", hs_pipeline_stage: "1" }
      yield* emulator.add("tickets", [{ ...row, hs_ticket_priority: "LOW" }, {
        ...row,
        hs_ticket_priority: "WHENEVER"
      }])
      const all = yield* Stream.runCollect(Tickets.stream())
      assert.deepStrictEqual(Chunk.toReadonlyArray(all).map(({ properties }) => properties.hs_ticket_priority), [
        "LOW",
        "WHENEVER"
      ])
    }).pipe(Effect.provide(live({
      emulator: {
        objectTypes: [
          ObjectType.extend(StandardTypes.tickets, {
            hs_ticket_priority: { type: "enumeration", options: ["LOW", "WHENEVER"] }
          })
        ]
      }
    }))))
})

describe("histories", () => {
  it.scopedLive("are typed as their property, newest first, wherever records are read", () =>
    Effect.gen(function*() {
      const { id } = yield* Deals.create({ dealname: "D", dealstage: "s", pipeline: "p", amount: 1 })
      yield* Deals.update(id, { amount: 2 })
      yield* Deals.update(id, { amount: null })
      const options = { properties: ["dealname"], propertiesWithHistory: ["amount", "unknown"] } as const
      const reads = [
        yield* Deals.get(id, options),
        yield* Effect.map(Stream.runCollect(Deals.stream(options)), Chunk.unsafeHead),
        (yield* Deals.batchRead([id], options)).succeeded[0]?.record
      ]
      for (const record of reads) {
        assert.deepStrictEqual(record?.properties, { dealname: "D" })
        const { amount = [], unknown } = record?.propertiesWithHistory ?? {}
        assert.deepStrictEqual([amount.map(({ value }) => value), unknown], [[null, 2, 1], []])
        assert.isTrue(DateTime.isDateTime(amount[0]?.timestamp))
        assert.strictEqual(amount[0]?.sourceType, "INTEGRATION")
      }
    }).pipe(Effect.provide(live())))

  it.scopedLive("make pages and batches of fifty", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const ids = (yield* emulator.add("contacts", Array.makeBy(120, person))).map(({ id }) => id)
      const options = { properties: ["email"], propertiesWithHistory: ["email"] } as const
      const pages = yield* Stream.runCollect(Contacts.pages(options))
      assert.deepStrictEqual(Chunk.toReadonlyArray(pages).map((page) => page.length), [50, 50, 20])
      const { failed, succeeded } = yield* Contacts.batchRead(ids, options)
      assert.deepStrictEqual([failed, succeeded.length], [[], 120])
      assert.strictEqual((yield* emulator.stats).requests, 6)
      const error = yield* fails(Stream.runDrain(Contacts.stream({ ...options, pageSize: 51 })))
      assert.deepInclude(error, { _tag: "InvalidRequest", field: "pageSize" })
    }).pipe(Effect.provide(live())))
})

describe("associations", () => {
  const acme = Effect.map(Companies.create({ name: "Acme" }), ({ id }) => id)

  it.scopedLive("are made with the record, and read with it", () =>
    Effect.gen(function*() {
      const company = yield* acme
      const ada = yield* Contacts.create(person(1), { associations: [{ to: company, type: "companies" }] })
      const bob = yield* Contacts.create(person(2), { associations: [{ to: company, types: [{ typeId: 1 }] }] })
      const read = yield* Contacts.get(ada.id, { associations: ["companies", "deals"] })
      assert.deepStrictEqual(read.associations, {
        companies: { results: [{ id: company, type: "contact_to_company_unlabeled" }] }
      })
      const all = yield* Stream.runCollect(Contacts.stream({ associations: ["companies"] }))
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(all).map(({ associations, id }) => [id, associations?.companies?.results.length]),
        [[ada.id, 1], [bob.id, 2]]
      )
      assert.notProperty(yield* Contacts.get(ada.id), "associations")
    }).pipe(Effect.provide(live())))

  it.scopedLive("are made for each record of a batch", () =>
    Effect.gen(function*() {
      const company = yield* acme
      const people = Array.makeBy(120, person)
      const { failed, succeeded } = yield* Contacts.batchCreate(people, {
        associations: (_, index) => index % 2 === 0 ? [{ to: company, type: "companies" }] : []
      })
      assert.deepStrictEqual([failed, succeeded.length], [[], 120])
      const all = yield* Stream.runCollect(Contacts.stream({ associations: ["companies"] }))
      assert.strictEqual(Chunk.filter(all, ({ associations }) => associations !== undefined).length, 60)
    }).pipe(Effect.provide(live())))

  it.scopedLive.each<readonly [string, CrmObject.Association, string]>([
    ["an empty id", { to: " ", type: "companies" }, "associations.0.to"],
    ["types of which nobody knows the number", { to: "1", type: "p1_cars" }, "associations.0.types"],
    ["no types at all", { to: "1", types: [] }, "associations.0.types"]
  ])("with %s are not sent", ([, association, field]) =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const error = yield* fails(Contacts.create(person(1), { associations: [association] }))
      assert.deepInclude(error, { _tag: "InvalidRequest", field })
      const { failed } = yield* Contacts.batchCreate([person(1)], { associations: () => [association] })
      assert.deepInclude(failed[0]?.error, { _tag: "InvalidRequest", field })
      assert.strictEqual((yield* emulator.stats).requests, 0)
    }).pipe(Effect.provide(live())))

  it.scopedLive("with a record that is not there make no record", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const error = yield* fails(Contacts.create(person(1), { associations: [{ to: "1", type: "companies" }] }))
      assert.deepInclude(error, { _tag: "ClientError", status: 404 })
      assert.deepStrictEqual(yield* emulator.records("contacts"), [])
    }).pipe(Effect.provide(live())))
})

describe("a list of properties that is too long for a URL", () => {
  const many = Array.makeBy(600, (n) => `a_property_of_our_own_${n}`)
  const type = ObjectType.extend(
    StandardTypes.contacts,
    Object.fromEntries(many.map((name) => [name, { type: "string" }]))
  )
  const Mine = Contacts.extend(Schema.Struct(Object.fromEntries(many.map((name) => [name, Property.text]))))
  const portal = live({ emulator: { objectTypes: [type] } })
  const row = (n: number) => ({ ...person(n), ...Object.fromEntries(many.map((name) => [name, `${name} of ${n}`])) })

  it.scopedLive("is read in two calls, and merged", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const added = yield* emulator.add("contacts", [row(1), row(2)])
      const id = added[0]?.id ?? ""
      const expected = { ...row(1), lastname: null }
      const reads = [
        yield* Mine.get(id, { associations: ["companies"] }),
        yield* Mine.get("person-1@example.com", { by: "email" }),
        yield* Effect.map(Stream.runCollect(Mine.stream()), Chunk.unsafeHead),
        (yield* Mine.batchRead([id])).succeeded[0]?.record
      ]
      for (const record of reads) assert.deepInclude(record?.properties, expected)
      assert.strictEqual((yield* emulator.stats).requests, 7)
      assert.deepInclude(yield* fails(Mine.get("1")), { _tag: "ClientError", status: 404 })
    }).pipe(Effect.provide(portal)))

  it.scopedLive("takes histories along, wherever they are asked for", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const [added] = yield* emulator.add("contacts", [row(1)])
      const { properties, propertiesWithHistory } = yield* Contacts.get(added?.id ?? "", {
        properties: ["email"],
        propertiesWithHistory: many
      })
      assert.deepStrictEqual(properties, { email: "person-1@example.com" })
      assert.deepStrictEqual(
        Object.values(propertiesWithHistory).map((versions) => versions.map(({ value }) => value)),
        many.map((name) => [`${name} of 1`])
      )
    }).pipe(Effect.provide(portal)))

  it.scopedLive("fails as a whole when the second call fails", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const [added] = yield* emulator.add("contacts", [row(1)])
      const fault = { kind: "status", status: 500 } as const
      yield* emulator.setFaults({ rules: [{ share: 1, fault, path: "/crm/v3/objects/contacts/batch/read" }] })
      for (const call of [Mine.get(added?.id ?? "", { retries: 0 }), Stream.runDrain(Mine.stream({ retries: 0 }))]) {
        assert.deepInclude(yield* fails(call), { _tag: "ServerError", status: 500 })
      }
    }).pipe(Effect.provide(portal)))

  it.scopedLive("of a record that goes between the two calls: a list leaves it out, and get does not find it", () =>
    Effect.gen(function*() {
      const record = (id: string) => ({
        id,
        properties: { email: `${id}@example.com` },
        createdAt: "2026-01-01T00:00:00Z",
        updatedAt: "2026-01-01T00:00:00Z"
      })
      const gone = { status: "error", category: "OBJECT_NOT_FOUND", message: "gone", context: { ids: ["2"] } }
      const server = yield* ScriptedServer.make(({ url = "" }, response) => {
        const answer = url.includes("/batch/read")
          ? { results: [record("1")], errors: [gone] }
          : url.includes("/contacts/2")
          ? record("2")
          : { results: [record("1"), record("2")] }
        response.setHeader("content-type", "application/json").end(JSON.stringify(answer))
      })
      const [all, error] = yield* Effect.all([
        Stream.runCollect(Mine.stream()),
        fails(Mine.get("2"))
      ]).pipe(Effect.provide(clientFor({ url: server.url, token: "t" })))
      assert.deepStrictEqual(Chunk.toReadonlyArray(all).map(({ id, properties }) => [id, properties.email]), [
        ["1", "1@example.com"]
      ])
      assert.deepInclude(error, { _tag: "ClientError", status: 404 })
    }))

  it.scopedLive("from the archive too", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const [added] = yield* emulator.add("contacts", [row(1)])
      yield* Contacts.archive(added?.id ?? "")
      const all = yield* Stream.runCollect(Mine.stream({ archived: true }))
      assert.deepStrictEqual(Chunk.toReadonlyArray(all).map(({ properties }) => properties[many[599] ?? ""]), [
        `${many[599]} of 1`
      ])
    }).pipe(Effect.provide(portal)))
})

describe("merge", () => {
  it.scopedLive("makes one record of two", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const [one, other] = yield* emulator.add("contacts", [person(1), { ...person(2), city: "London" }])
      const merged = yield* Contacts.merge(one?.id ?? "", other?.id ?? "")
      assert.deepInclude(merged.properties, { ...person(1), city: "London" })
      assert.strictEqual((yield* emulator.records("contacts")).length, 1)
    }).pipe(Effect.provide(live())))

  it.scopedLive.each<readonly [string, string, string]>([["", "1", "primaryId"], ["1", " ", "otherId"]])(
    "of %j and %j is not sent",
    ([one, other, field]) =>
      Effect.gen(function*() {
        assert.deepInclude(yield* fails(Contacts.merge(one, other)), { _tag: "InvalidRequest", field })
      }).pipe(Effect.provide(live()))
  )
})

describe("gdprDelete", () => {
  it.scopedLive("leaves nothing of a contact, named by id or by email", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const [ada] = yield* emulator.add("contacts", [person(1), person(2)])
      yield* Contacts.gdprDelete(ada?.id ?? "")
      yield* Contacts.extend(Schema.Struct({})).gdprDelete("person-2@example.com", { by: "email" })
      assert.deepStrictEqual(yield* emulator.records("contacts"), [])
      assert.deepStrictEqual(yield* Stream.runCollect(Contacts.stream({ archived: true })), Chunk.empty())
      assert.deepInclude(yield* fails(Contacts.gdprDelete("1")), { _tag: "ClientError", status: 404 })
      assert.deepInclude(yield* fails(Contacts.gdprDelete(" ")), { _tag: "InvalidRequest", field: "id" })
    }).pipe(Effect.provide(live())))

  it.scopedLive("that was carried out without an answer is carried out", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const [ada] = yield* emulator.add("contacts", [person(1)])
      yield* emulator.setFaults({ seed: 1, rules: [{ share: 0.5, fault: { kind: "resetAfterCommit" } }] })
      yield* Contacts.gdprDelete(ada?.id ?? "", { retries: 20 })
      assert.deepStrictEqual(yield* emulator.records("contacts"), [])
    }).pipe(Effect.provide(live())))
})

describe("batches of any size", () => {
  /** No record, one, and both sides of where a batch is split. */
  const sizes = [0, 1, 99, 100, 101, 200, 201, 333]

  it.scopedLive("archive what they are given, and nothing else", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      for (const size of sizes) {
        const before = (yield* emulator.stats).requests
        const ids = (yield* emulator.add("tasks", times(size, () => ({ hs_timestamp: "2026-01-01" }))))
          .map(({ id }) => id)
        const { failed, succeeded } = yield* Tasks.batchArchive([...ids, ...ids.slice(0, 3)])
        assert.deepStrictEqual(succeeded.map(({ input }) => input), [...ids, ...ids.slice(0, 3)])
        assert.deepStrictEqual(failed, [])
        assert.strictEqual((yield* emulator.stats).requests - before, Math.ceil(size / 100))
      }
      assert.deepStrictEqual(yield* emulator.records("tasks"), [])
    }).pipe(Effect.provide(live())))

  it.scopedLive("archive: an id that cannot be one fails alone, and one that nobody has is no error", () =>
    Effect.gen(function*() {
      const { failed, succeeded } = yield* Tasks.batchArchive(["", "1"])
      assert.deepStrictEqual([failed.map(({ input }) => input), succeeded.map(({ input }) => input)], [[""], ["1"]])
      assert.deepInclude(failed[0]?.error, { _tag: "InvalidRequest", field: "id" })
    }).pipe(Effect.provide(live())))

  it.scopedLive("lose and repeat nothing, whatever fails on the way", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const runs = FastCheck.sample(
        FastCheck.tuple(FastCheck.constantFrom(...sizes), FastCheck.integer({ min: 0, max: 30 }), FastCheck.nat()),
        { numRuns: 15, seed: 4 }
      )
      for (const [size, missing, seed] of runs) {
        yield* emulator.reset
        yield* emulator.setFaults({ seed, rules: [{ share: 0.2, fault: { kind: "status", status: 503 } }] })
        const people = times(size, person)
        const created = yield* Contacts.batchCreate(people)
        // A create is not repeated where nobody knows what became of it, so some hundreds may be missing.
        assert.strictEqual(created.succeeded.length + created.failed.length, size)
        assert.strictEqual((yield* emulator.records("contacts")).length, created.succeeded.length)
        const upserted = yield* Contacts.batchUpsert(people, { by: "email", retries: 20 })
        assert.deepStrictEqual(upserted.succeeded.map(({ input }) => input), people)

        const ids = [
          ...upserted.succeeded.map(({ record }) => record.id),
          ...times(missing, (n) => String(n + 1))
        ]
        const read = yield* Contacts.batchRead(ids, { retries: 20 })
        assert.deepStrictEqual(read.succeeded.map(({ record }) => record.id), ids.slice(0, size))
        assert.deepStrictEqual(read.failed.map(({ input }) => input), ids.slice(size))
        const changes = ids.map((id) => ({ id, properties: { city: `City of ${id}` } }))
        const updated = yield* Contacts.batchUpdate(changes, { retries: 20 })
        assert.deepStrictEqual(updated.succeeded.map(({ input }) => input), changes.slice(0, size))
        assert.deepStrictEqual(updated.failed.map(({ input }) => input), changes.slice(size))
        assert.isTrue(
          (yield* emulator.records("contacts")).every(({ id, properties }) => properties.city === `City of ${id}`)
        )
      }
    }).pipe(Effect.provide(live({ overrides: { retry: { base: "1 millis", cap: "2 millis" } } }))))
})
