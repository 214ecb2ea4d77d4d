import { assert, describe, it } from "@effect/vitest"
import { Array, Chunk, Effect, Stream } from "effect"
import { Associations } from "effect-hubspot"
import { RateLimiter } from "effect-resilience"
import { Emulator } from "hubspot-emulator"
import { live } from "../support/hubspot.ts"

const person = (n: number) => ({ email: `person-${n}@example.com` })
const company = (n: number) => ({ domain: `company-${n}.example.com` })

/** The ids of as many contacts and companies. */
const records = (people: number, companies: number) =>
  Effect.gen(function*() {
    const emulator = yield* Emulator.Emulator
    const contacts = yield* emulator.add("contacts", Array.makeBy(people, person).slice(0, people)) // it makes one at least
    const others = yield* emulator.add("companies", Array.makeBy(companies, company))
    return { contacts: contacts.map(({ id }) => id), companies: others.map(({ id }) => id) }
  })

const linked = (id: string) =>
  Effect.map(Stream.runCollect(Associations.stream("contacts", id, "companies")), (links) => [...links])

const label = { name: "decision_maker", label: "Decision maker", inverseLabel: "Decides for" }

describe("two records", () => {
  it.scopedLive("are associated, read from both ends, and parted", () =>
    Effect.gen(function*() {
      const { companies: [company = ""], contacts: [contact = ""] } = yield* records(1, 1)
      yield* Associations.associate("contacts", contact, "companies", company)
      const [link] = yield* linked(contact)
      assert.strictEqual(link?.toObjectId, company)
      assert.strictEqual(link?.associationTypes[0]?.category, "HUBSPOT_DEFINED")
      const back = yield* Stream.runCollect(Associations.stream("companies", company, "contacts"))
      assert.deepStrictEqual([...back].map(({ toObjectId }) => toObjectId), [contact])
      yield* Associations.remove("contacts", contact, "companies", company)
      assert.deepStrictEqual(yield* linked(contact), [])
    }).pipe(Effect.provide(live())))

  it.scopedLive("are associated with a label, beside the one they have", () =>
    Effect.gen(function*() {
      const { companies: [company = ""], contacts: [contact = ""] } = yield* records(1, 1)
      const [made] = yield* Associations.createLabel("contacts", "companies", label)
      const type = { associationCategory: "USER_DEFINED", associationTypeId: made?.typeId ?? 0 } as const
      yield* Associations.associate("contacts", contact, "companies", company)
      yield* Associations.label("contacts", contact, "companies", company, [type])
      const [link] = yield* linked(contact)
      assert.includeDeepMembers([...link?.associationTypes ?? []], [
        { category: "USER_DEFINED", typeId: type.associationTypeId, label: "Decision maker" }
      ])
    }).pipe(Effect.provide(live())))

  it.scopedLive("of which one is not there are not associated", () =>
    Effect.gen(function*() {
      const { contacts: [contact = ""] } = yield* records(1, 0)
      const error = yield* Effect.flip(Associations.associate("contacts", contact, "companies", "404"))
      assert.deepInclude(error, { _tag: "ClientError", status: 404 })
    }).pipe(Effect.provide(live())))
})

it.scopedLive("labels are made, listed, changed and deleted", () =>
  Effect.gen(function*() {
    const made = yield* Associations.createLabel("contacts", "companies", label)
    const [{ typeId } = { typeId: 0 }] = made
    assert.deepStrictEqual(made.map(({ label }) => label), ["Decision maker", "Decides for"])
    const words = Effect.map(Associations.labels("contacts", "companies"), (all) => all.map(({ label }) => label))
    assert.include(yield* words, "Decision maker")
    yield* Associations.updateLabel("contacts", "companies", typeId, { label: "Chief" })
    assert.include(yield* words, "Chief")
    yield* Associations.deleteLabel("contacts", "companies", typeId)
    assert.notInclude(yield* words, "Chief")
  }).pipe(Effect.provide(live())))

describe("many records", () => {
  it.scopedLive("of one are streamed, each once, five hundred at a time", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const { companies, contacts: [contact = ""] } = yield* records(1, 1100)
      yield* Associations.batchAssociate("contacts", "companies", companies.map((to) => ({ from: contact, to })))
      const before = (yield* emulator.stats).requests
      const links = yield* linked(contact)
      assert.deepStrictEqual(links.map(({ toObjectId }) => toObjectId), companies)
      assert.strictEqual((yield* emulator.stats).requests - before, 3)
      yield* Associations.stream("contacts", contact, "companies").pipe(Stream.take(10), Stream.runDrain)
      assert.strictEqual((yield* emulator.stats).requests - before, 4)
    }).pipe(Effect.provide(live())))

  it.scopedLive.each([0, 1, 2000, 2001, 4500])(
    "%d pairs are associated in calls of two thousand, none lost",
    (size) =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.Emulator
        const { companies: [to = ""], contacts } = yield* records(size, 1)
        const before = (yield* emulator.stats).requests
        const pairs = contacts.map((from) => ({ from, to }))
        const { failed, succeeded } = yield* Associations.batchAssociate("contacts", "companies", pairs)
        assert.deepStrictEqual(failed, [])
        assert.deepStrictEqual(succeeded.map(({ input }) => input), pairs)
        assert.strictEqual((yield* emulator.stats).requests - before, Math.ceil(size / 2000))
      }).pipe(Effect.provide(live())),
    20_000
  )

  it.scopedLive("are associated side by side with those that cannot be", () =>
    Effect.gen(function*() {
      const { companies: [to = ""], contacts: [one = "", two = ""] } = yield* records(2, 1)
      const pairs = [{ from: one, to }, { from: one, to: "404" }, { from: two, to }, { from: " ", to }, {
        from: one,
        to
      }]
      const { failed, succeeded } = yield* Associations.batchAssociate("contacts", "companies", pairs)
      assert.deepStrictEqual(succeeded.map(({ input }) => input), [pairs[0], pairs[2], pairs[4]])
      assert.deepStrictEqual(failed.map(({ error, input }) => [input.to, error._tag]), [
        ["404", "ClientError"],
        [to, "InvalidRequest"]
      ])
    }).pipe(Effect.provide(live())))

  it.scopedLive("a pair is not taken for its mirror image, which HubSpot answers with as well", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const [a, b] = yield* emulator.add("contacts", [person(1), person(2)])
      const [one, two] = [a?.id ?? "", b?.id ?? ""]
      const { failed, succeeded } = yield* Associations.batchAssociate("contacts", "contacts", [
        { from: one, to: "404" },
        { from: one, to: two }
      ])
      assert.deepStrictEqual(succeeded.map(({ input }) => input), [{ from: one, to: two }])
      assert.deepStrictEqual(failed.map(({ input }) => input), [{ from: one, to: "404" }])
    }).pipe(Effect.provide(live())))

  it.scopedLive("are labelled, and lose their labels", () =>
    Effect.gen(function*() {
      const { companies: [to = ""], contacts } = yield* records(120, 1)
      const [made] = yield* Associations.createLabel("contacts", "companies", label)
      const type = { associationCategory: "USER_DEFINED", associationTypeId: made?.typeId ?? 0 } as const
      const inputs = contacts.map((from) => ({ from, to, types: [type] }))
      const wrong = { from: contacts[0] ?? "", to: "404", types: [type] }
      const { failed, succeeded } = yield* Associations.batchCreate("contacts", "companies", [...inputs, wrong])
      assert.deepStrictEqual(failed.map(({ input }) => input), [wrong])
      assert.deepStrictEqual(succeeded[0]?.record, { labels: ["Decision maker"] })

      const off = yield* Associations.batchArchiveLabels("contacts", "companies", inputs)
      assert.deepStrictEqual([off.succeeded.length, off.failed.length], [120, 0])
      const [link] = yield* linked(contacts[7] ?? "")
      assert.isFalse(link?.associationTypes.some(({ category }) => category === "USER_DEFINED"))
    }).pipe(Effect.provide(live())))

  it.scopedLive("the second input for a labelled pair is refused", () =>
    Effect.gen(function*() {
      const { companies: [to = ""], contacts: [from = ""] } = yield* records(1, 1)
      const types = [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 279 }] as const
      const pair = { from, to, types }
      const { failed } = yield* Associations.batchCreate("contacts", "companies", [pair, pair])
      assert.deepInclude(failed[0]?.error, { _tag: "InvalidRequest", field: "inputs.1" })
    }).pipe(Effect.provide(live())))

  it.scopedLive("are parted in hundreds", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const { companies: [to = ""], contacts } = yield* records(250, 1)
      const pairs = contacts.map((from) => ({ from, to }))
      yield* Associations.batchAssociate("contacts", "companies", pairs)
      const before = (yield* emulator.stats).requests
      const { failed, succeeded } = yield* Associations.batchArchive("contacts", "companies", pairs)
      assert.deepStrictEqual([failed.length, succeeded.length], [0, 250])
      assert.strictEqual((yield* emulator.stats).requests - before, 3)
      assert.deepStrictEqual(yield* linked(contacts[249] ?? ""), [])
    }).pipe(Effect.provide(live())))

  it.scopedLive("are read a thousand in a call, all links of each, and those without any too", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const { companies, contacts } = yield* records(1200, 1100)
      const [rich = "", one = "", none = ""] = contacts
      yield* Associations.batchAssociate("contacts", "companies", [
        ...companies.map((to) => ({ from: rich, to })),
        { from: one, to: companies[0] ?? "" }
      ])
      const before = (yield* emulator.stats).requests
      const { failed, succeeded } = yield* Associations.batchRead("contacts", "companies", [...contacts, one, ""])
      assert.deepStrictEqual(failed.map(({ error, input }) => [input, error._tag]), [["", "InvalidRequest"]])
      const found = new Map(succeeded.map(({ input, record }) => [input, record.map(({ toObjectId }) => toObjectId)]))
      assert.deepStrictEqual(found.get(rich), companies)
      assert.deepStrictEqual(found.get(one), [companies[0]])
      assert.deepStrictEqual(found.get(none), [])
      assert.strictEqual(succeeded.length, 1201)
      // Two for the records, two more for the second and the third page of the rich one.
      assert.strictEqual((yield* emulator.stats).requests - before, 4)
    }).pipe(Effect.provide(live())))
})

it.scopedLive("batch and label calls keep within a limit of their own", () =>
  Effect.gen(function*() {
    const emulator = yield* Emulator.Emulator
    yield* Effect.replicateEffect(Associations.labels("contacts", "companies"), 8, { concurrency: "unbounded" })
    assert.deepStrictEqual((yield* emulator.stats).rateLimited, { limiter: 0, injected: 0 })
  }).pipe(Effect.provide(live({
    emulator: { limits: { associations: { limit: 3, window: "200 millis" } } },
    overrides: { limits: [RateLimiter.rolling("associations", 3, "200 millis")] }
  }))))

it.scopedLive("a link's other end is a text, whether it came as a number or as a text", () =>
  Effect.gen(function*() {
    const { companies: [company = ""], contacts: [contact = ""] } = yield* records(1, 1)
    yield* Associations.associate("contacts", contact, "companies", company)
    const page = yield* Stream.runCollect(Associations.stream("contacts", contact, "companies"))
    const { succeeded } = yield* Associations.batchRead("contacts", "companies", [contact])
    assert.deepStrictEqual(Chunk.toReadonlyArray(page), succeeded[0]?.record)
  }).pipe(Effect.provide(live())))
