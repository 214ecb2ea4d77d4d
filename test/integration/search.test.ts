import { assert, describe, it } from "@effect/vitest"
import { Array, Chunk, DateTime, Effect, FastCheck, Ref, Schema, Stream } from "effect"
import { Changes, Contacts, Deals, type HubSpotClient, Search } from "effect-hubspot"
import { type ApiError } from "effect-resilience"
import { Emulator } from "hubspot-emulator"
import * as Searches from "../../packages/hubspot/src/internal/objectSearch.ts"
import { wireOf } from "../../packages/hubspot/src/internal/objectWire.ts"
import { clientFor, live } from "../support/hubspot.ts"
import * as ScriptedServer from "../support/ScriptedServer.ts"

const fails = <A, R>(effect: Effect.Effect<A, ApiError.ApiError, R>) => Effect.flip(effect)
const deal = (n: number) => ({ dealname: `Deal ${n}`, dealstage: "s", pipeline: "p", amount: String(n) })
const idsOf = (records: Chunk.Chunk<{ readonly id: string }>) => Chunk.toReadonlyArray(records).map(({ id }) => id)
const amountsOf = (records: Chunk.Chunk<{ readonly properties: { readonly amount: number | null } }>) =>
  Chunk.toReadonlyArray(records).map(({ properties }) => properties.amount)

describe("a search", () => {
  const found = (search: Parameters<typeof Deals.search>[0]) =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("deals", [
        { ...deal(1), closedate: "2026-01-01T00:00:00Z", dealtype: "newbusiness" },
        { ...deal(20), closedate: "2026-06-01T00:00:00Z" },
        { ...deal(300), description: "sold to ada@example.com" }
      ])
      assert.strictEqual(
        yield* Deals.count(search),
        Chunk.size(yield* Stream.runCollect(Deals.search(search, { properties: ["amount"] })))
      )
      return amountsOf(yield* Stream.runCollect(Deals.search(search, { properties: ["amount"] })))
    })

  const march = DateTime.unsafeMake("2026-03-01")
  const table: ReadonlyArray<readonly [string, Parameters<typeof found>[0], ReadonlyArray<number>]> = [
    ["without filters finds all", Search.where(), [1, 20, 300]],
    ["for a text, in any case", Search.where(Search.eq("dealname", "DEAL 20")), [20]],
    ["for another", Search.where(Search.neq("amount", 20)), [1, 300]],
    ["for less", Search.where(Search.lt("amount", 20)), [1]],
    ["for at most", Search.where(Search.lte("amount", 20)), [1, 20]],
    ["for more", Search.where(Search.gt("amount", 20)), [300]],
    ["for at least", Search.where(Search.gte("amount", 20)), [20, 300]],
    ["for an instant", Search.where(Search.gt("closedate", march)), [20]],
    ["for a range", Search.where(Search.between("amount", 2, 300)), [20, 300]],
    ["for one of several", Search.where(Search.in("dealname", ["Deal 1", "DEAL 300"])), [1, 300]],
    ["for none of several", Search.where(Search.notIn("amount", [1, 300])), [20]],
    ["for what is set", Search.where(Search.has("dealtype")), [1]],
    ["for what is not", Search.where(Search.hasNot("closedate")), [300]],
    ["for a word", Search.where(Search.containsToken("description", "*example.com")), [300]],
    ["for no such word", Search.where(Search.notContainsToken("dealname", "20")), [1, 300]],
    ["for a text anywhere", Search.where().pipe(Search.query("ada@")), [300]],
    ["for all of two", Search.where(Search.gt("amount", 1), Search.has("closedate")), [20]],
    ["for any of two", Search.where(Search.or(Search.lt("amount", 5), Search.gt("amount", 100))), [1, 300]],
    ["in an order", Search.where().pipe(Search.sort("amount", "descending")), [300, 20, 1]],
    [
      "with as many filters as there may be",
      Search.where(Search.or(...Array.makeBy(3, () => Search.and(...Array.makeBy(6, () => Search.has("amount")))))),
      [1, 20, 300]
    ]
  ]
  it.scopedLive.each(table)(
    "%s",
    ([, search, amounts]) =>
      Effect.map(found(search), (found) => assert.deepStrictEqual(found, [...amounts])).pipe(Effect.provide(live()))
  )

  it.scopedLive("that HubSpot would refuse is not sent", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const wrong = Search.where(Search.in("dealname", []))
      for (
        const call of [
          Stream.runDrain(Deals.search(wrong)),
          Stream.runDrain(Deals.searchPages(wrong)),
          Deals.count(wrong),
          Stream.runDrain(Deals.changes(march, { filter: Search.in("dealname", []) }))
        ]
      ) {
        assert.deepInclude(yield* fails(call), { _tag: "InvalidRequest", field: "filterGroups.0.filters.0.values" })
      }
      const full = Search.and(...Array.makeBy(5, () => Search.has("dealname")))
      assert.deepInclude(yield* fails(Stream.runDrain(Deals.changes(march, { filter: full }))), {
        _tag: "InvalidRequest",
        field: "filterGroups.0"
      })
      assert.strictEqual((yield* emulator.stats).requests, 0)
    }).pipe(Effect.provide(live())))

  it.scopedLive("for a property that HubSpot does not know is refused by it", () =>
    Effect.gen(function*() {
      const error = yield* fails(Deals.count(Search.where(Search.has("shoesize"))))
      assert.deepInclude(error, { _tag: "ClientError", status: 400, outcome: "refused" })
    }).pipe(Effect.provide(live())))

  it.scopedLive("asks for a page when it is needed, and not before", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("deals", Array.makeBy(50, deal))
      const pages = Deals.searchPages(Search.where(), { pageSize: 10, properties: ["amount"] })
      const two = yield* Stream.runCollect(Stream.take(pages, 2))
      assert.deepStrictEqual(Chunk.toReadonlyArray(two).map((page) => page.length), [10, 10])
      assert.strictEqual((yield* emulator.stats).requests, 2)
    }).pipe(Effect.provide(live())))
})

describe("past HubSpot's last result", () => {
  /** Deals of an account whose searches show twenty results. */
  const portal = live({ emulator: { searchResults: 20 } })
  const few = Searches.make(wireOf({ type: "deals", properties: Schema.Struct({}) }), 20)
  const all = (search: Parameters<typeof few.search>[0], pageSize: number) =>
    few.search(search, { properties: [], pageSize })

  it.scopedLive("a search goes on by ids", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const added = yield* emulator.add("deals", Array.makeBy(65, deal))
      for (const pageSize of [1, 7, 20]) {
        assert.deepStrictEqual(
          idsOf(yield* Stream.runCollect(all(Search.where(), pageSize))),
          added.map(({ id }) => id)
        )
      }
      const some = Search.where(Search.or(Search.lt("amount", 10), Search.gte("amount", 40)))
      assert.strictEqual(Chunk.size(yield* Stream.runCollect(all(some, 7))), 35)
    }).pipe(Effect.provide(portal)))

  it.scopedLive("an order of one's own ends in an error, not in silence", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("deals", Array.makeBy(21, deal))
      const read = yield* Ref.make(0)
      for (const pageSize of [20, 7, 1]) {
        yield* Ref.set(read, 0)
        const sorted = all(Search.where().pipe(Search.sort("amount", "descending")), pageSize)
        const error = yield* fails(Stream.runForEach(sorted, () => Ref.update(read, (n) => n + 1)))
        assert.deepInclude(error, { _tag: "InvalidRequest", field: "sorts" })
        assert.strictEqual(yield* read, 20)
        assert.strictEqual(Chunk.size(yield* Stream.runCollect(Stream.take(sorted, 20))), 20)
      }
    }).pipe(Effect.provide(portal)))

  it.scopedLive("so does a search that is too full to go on by ids", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const full = Search.where(...Array.makeBy(6, () => Search.has("amount")))
      yield* emulator.add("deals", Array.makeBy(20, deal))
      assert.strictEqual(Chunk.size(yield* Stream.runCollect(all(full, 7))), 20)
      yield* emulator.add("deals", [deal(21)])
      assert.deepInclude(yield* fails(Stream.runDrain(all(full, 7))), { _tag: "InvalidRequest", field: "sorts" })
    }).pipe(Effect.provide(portal)))

  it.scopedLive("each record comes once, whatever enters and leaves the results meanwhile", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const runs = FastCheck.sample(
        FastCheck.record({
          size: FastCheck.integer({ min: 0, max: 45 }),
          pageSize: FastCheck.integer({ min: 1, max: 20 }),
          // After each page: records to create, and some that were there to archive, by their place.
          between: FastCheck.array(
            FastCheck.record({
              create: FastCheck.integer({ min: 0, max: 4 }),
              archive: FastCheck.array(FastCheck.nat(44), { maxLength: 3 })
            }),
            { minLength: 1, maxLength: 6 }
          )
        }),
        { numRuns: 25, seed: 11 }
      )
      for (const { between, pageSize, size } of runs) {
        yield* emulator.reset
        const there = (yield* emulator.add("deals", size === 0 ? [] : Array.makeBy(size, deal))).map(({ id }) => id)
        const gone = new Set<string>()
        const pages = few.searchPages(Search.where(Search.has("dealname")), { properties: [], pageSize }).pipe(
          Stream.mapEffect((page) => Effect.as(next, page))
        )
        let turn = 0
        const next = Effect.gen(function*() {
          const step = between[turn++]
          if (step === undefined) return
          if (step.create > 0) yield* emulator.add("deals", Array.makeBy(step.create, deal))
          const ids = step.archive.flatMap((place) => there[place] ?? [])
          yield* Deals.batchArchive(ids)
          for (const id of ids) gone.add(id)
        })
        const ids = Chunk.toReadonlyArray(yield* Stream.runCollect(pages)).flatMap((page) => page.map(({ id }) => id))
        assert.strictEqual(new Set(ids).size, ids.length, "none twice")
        assert.deepStrictEqual(there.filter((id) => !gone.has(id) && !ids.includes(id)), [], "none missing")
      }
    }).pipe(Effect.provide(portal)))
})

describe("what a server may leave out, or get wrong", () => {
  const record = (id: number) => ({
    id: String(id),
    properties: {},
    createdAt: "2026-01-01T00:00:00Z",
    updatedAt: "2026-01-01T00:00:00Z"
  })
  const against = <A, E>(
    answers: ReadonlyArray<unknown>,
    effect: Effect.Effect<A, E, HubSpotClient.HubSpotClient>
  ) =>
    Effect.gen(function*() {
      let n = 0
      const server = yield* ScriptedServer.make((_, response) => {
        const answer = answers[Math.min(n++, answers.length - 1)]
        response.setHeader("content-type", "application/json").end(JSON.stringify(answer))
      })
      return yield* Effect.provide(effect, clientFor({ url: server.url, token: "t" }))
    })
  const ids = Effect.map(Stream.runCollect(Contacts.search(Search.where())), idsOf)
  const paging = { next: { after: "2" } }

  it.scopedLive.each<readonly [string, ReadonlyArray<unknown>, ReadonlyArray<string>]>([
    ["no paging, but a total", [{ total: 3, results: [record(1), record(2)] }, { total: 1, results: [record(3)] }], [
      "1",
      "2",
      "3"
    ]],
    ["no total, but paging", [{ results: [record(1), record(2)], paging }, { results: [record(3)] }], ["1", "2", "3"]],
    ["paging that is null", [{ total: 1, results: [record(1)], paging: null }], ["1"]],
    ["paging with an empty page", [{ results: [record(1)], paging }, { results: [], paging }], ["1"]],
    ["neither", [{ results: [record(1)] }], ["1"]]
  ])(
    "%s",
    ([, answers, expected]) => Effect.map(against(answers, ids), (ids) => assert.deepStrictEqual(ids, [...expected]))
  )

  it.scopedLive("a search that goes in circles is found out", () =>
    Effect.gen(function*() {
      const error = yield* fails(against([{ total: 9, results: [record(1), record(2)] }], ids))
      assert.deepInclude(error, { _tag: "InvalidResponse" })
      const sorted = Stream.runDrain(Contacts.search(Search.where().pipe(Search.sort("email"))))
      const cursor = { total: 9, results: [record(1)], paging: { next: { after: "1" } } }
      assert.deepInclude(yield* fails(against([cursor], sorted)), { _tag: "InvalidResponse" })
    }))

  it.scopedLive("a count without a total is an error", () =>
    Effect.gen(function*() {
      assert.deepInclude(yield* fails(against([{ results: [] }], Contacts.count(Search.where()))), {
        _tag: "InvalidResponse"
      })
    }))
})

describe("changes", () => {
  const epoch = DateTime.unsafeMake(0)
  const stored = Schema.parseJson(Changes.Cursor)

  /** Reads to the end, with a cursor that has been to a database and back. */
  const readFrom = (from: DateTime.Utc | Changes.Cursor, options: Parameters<typeof Deals.changes>[1] = {}) =>
    Effect.gen(function*() {
      const pages = Chunk.toReadonlyArray(yield* Stream.runCollect(Deals.changes(from, options)))
      const last = pages.at(-1)?.cursor ?? (DateTime.isDateTime(from) ? Changes.since(from) : from)
      return {
        ids: pages.flatMap(({ records }) => records.map(({ id }) => id)),
        pages,
        cursor: yield* Schema.encode(stored)(last).pipe(Effect.flatMap(Schema.decode(stored)), Effect.orDie)
      }
    })

  it.scopedLive("come once, and again when a record changes", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const [one, two] = yield* emulator.add("deals", [deal(1), deal(2)])
      const first = yield* readFrom(epoch)
      assert.deepStrictEqual(first.ids, [one?.id, two?.id])
      const second = yield* readFrom(first.cursor)
      assert.deepStrictEqual(second.ids, [])
      yield* Deals.update(two?.id ?? "", { amount: 5 })
      const [three] = yield* emulator.add("deals", [deal(3)])
      const third = yield* readFrom(second.cursor, { properties: ["amount"] })
      assert.deepStrictEqual(third.ids, [two?.id, three?.id])
      assert.deepStrictEqual(third.pages[0]?.records.map(({ properties }) => properties as object), [
        { amount: 5 },
        { amount: 3 }
      ])
      assert.deepStrictEqual((yield* readFrom(third.cursor)).ids, [])
    }).pipe(Effect.provide(live())))

  it.scopedLive("of nothing are an empty stream", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      assert.deepStrictEqual((yield* readFrom(epoch)).pages, [])
      assert.strictEqual((yield* emulator.stats).requests, 1)
      yield* emulator.add("deals", [deal(1)])
      const later = DateTime.add(yield* DateTime.now, { hours: 1 })
      assert.deepStrictEqual((yield* readFrom(later)).pages, [])
    }).pipe(Effect.provide(live())))

  it.scopedLive("are those of contacts by their own property, and those that a filter lets through", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const [ada] = yield* emulator.add("contacts", [{ email: "ada@example.com", city: "London" }, { city: "Rome" }])
      const filter = Search.or(Search.eq("city", "london"), Search.eq("city", "paris"))
      const pages = yield* Stream.runCollect(Contacts.changes(epoch, { filter, properties: ["email"] }))
      assert.deepStrictEqual(Chunk.toReadonlyArray(pages).flatMap(({ records }) => records.map(({ id }) => id)), [
        ada?.id
      ])
    }).pipe(Effect.provide(live())))

  it.scopedLive("that were made in one instant come once, past HubSpot's last result too", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const added = (yield* emulator.add("deals", Array.makeBy(45, deal))).map(({ id }) => id)
      const { cursor, ids, pages } = yield* readFrom(epoch, { pageSize: 10 })
      assert.deepStrictEqual(ids, added)
      assert.strictEqual(pages.length, 5)
      assert.deepStrictEqual((yield* readFrom(cursor, { pageSize: 10 })).ids, [])
    }).pipe(Effect.provide(live({ emulator: { searchResults: 20 } }))))

  it.scopedLive("go on where a reader broke off", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const added = (yield* emulator.add("deals", Array.makeBy(30, deal))).map(({ id }) => id)
      const some = yield* Deals.changes(epoch, { pageSize: 10 }).pipe(Stream.take(2), Stream.runCollect)
      const [first, second] = Chunk.toReadonlyArray(some)
      // Meanwhile one that was read changes, and one that was not.
      yield* Deals.update(added[0] ?? "", { amount: 0 })
      yield* Deals.update(added[29] ?? "", { amount: 0 })
      const rest = yield* readFrom(second?.cursor ?? Changes.since(epoch), { pageSize: 10 })
      assert.deepStrictEqual([first?.records.length, rest.ids], [10, added.slice(20)])
      // From a cursor before that, the same comes again: what was not stored was not dealt with.
      const again = yield* readFrom(first?.cursor ?? Changes.since(epoch), { pageSize: 10 })
      assert.deepStrictEqual(again.ids, added.slice(10))
      assert.deepStrictEqual((yield* readFrom(rest.cursor)).ids, [added[0]])
    }).pipe(Effect.provide(live())))

  it.scopedLive("that search shows late come with the next round", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const [one] = yield* emulator.add("deals", [deal(1)])
      yield* Effect.repeat(Effect.delay(Deals.count(Search.where()), 20), { until: (count) => count === 1 })
      const [late] = yield* emulator.add("deals", [deal(2)])
      // What was changed later is there at once.
      yield* Effect.delay(Deals.update(one?.id ?? "", { amount: 5 }), 5)
      const first = yield* readFrom(epoch)
      const hasty = yield* readFrom(epoch, { overlap: 0 })
      assert.deepStrictEqual([first.ids, hasty.ids], [[one?.id], [one?.id]])
      yield* Effect.repeat(Effect.delay(Deals.count(Search.where()), 20), { until: (count) => count === 2 })
      assert.deepStrictEqual((yield* readFrom(first.cursor)).ids, [late?.id])
      assert.deepStrictEqual((yield* readFrom(hasty.cursor)).ids, [], "an overlap that is too short loses them")
    }).pipe(Effect.provide(live({ emulator: { searchLag: "1 second" } }))))
})
