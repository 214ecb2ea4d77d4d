import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Answer, call, contacts, unhurried } from "./RawHttp.ts"

describe("the list", () => {
  const visit = (
    emulator: Parameters<typeof call>[0],
    between: (page: number) => Effect.Effect<unknown> = () => Effect.void
  ) =>
    Effect.gen(function*() {
      const ids: Array<string> = []
      let after: string | undefined = "0"
      for (let page = 0; after !== undefined; page++) {
        const { json }: Answer = yield* call(emulator, "GET", `${contacts}?limit=7&after=${after}`)
        ids.push(...json.results.map(({ id }: { id: string }) => id))
        after = json.paging?.next.after
        yield* between(page)
      }
      return ids
    })
  const many = Array.from({ length: 50 }, (_, i) => ({ email: `u${i}@example.com` }))

  it.scopedLive("its pages visit each record once", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const added = yield* emulator.add("contacts", many)
      assert.deepStrictEqual(yield* visit(emulator), added.map(({ id }) => id))
    }))

  it.scopedLive("records that go and come while it is read disturb no other", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const added = yield* emulator.add("contacts", many)
      const ids = yield* visit(emulator, (page) =>
        page === 1
          ? Effect.zipRight(
            Effect.forEach(added.slice(5, 25), ({ id }) => Effect.orDie(call(emulator, "DELETE", `${contacts}/${id}`))),
            emulator.add("contacts", [{ email: "late@example.com" }])
          )
          : Effect.void)
      const kept = [...added.slice(0, 14), ...added.slice(25)].map(({ id }) => id)
      assert.deepStrictEqual(ids, [...kept, String(Number(added.at(-1)!.id) + 1)])
    }))

  it.scopedLive("asking for so many properties that the URL grows too long is a 414", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const ask = (length: number) => call(emulator, "GET", `${contacts}?properties=${"x".repeat(length)}`)
      assert.deepStrictEqual([(yield* ask(8000)).status, (yield* ask(8200)).status], [200, 414])
    }))

  it.scopedLive("a page holds ten unless told otherwise", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* emulator.add("contacts", many)
      assert.lengthOf((yield* call(emulator, "GET", contacts)).json.results, 10)
    }))
})

describe("a limit that is no whole number", () => {
  it.scopedLive.each(["0", "-1", "101", "1e1", "0x10", "10.0", "ten", "+5"])(
    "%s is refused",
    (limit) =>
      Effect.gen(function*() {
        const emulator = yield* unhurried()
        const { json, status } = yield* call(emulator, "GET", `${contacts}?limit=${encodeURIComponent(limit)}`)
        assert.deepStrictEqual([status, json.category], [400, "VALIDATION_ERROR"])
      })
  )
})

describe("the account", () => {
  it.scopedLive("its details are there in both schemes", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      for (const version of ["v3", "2026-03"]) {
        const { json, status } = yield* call(emulator, "GET", `/account-info/${version}/details`)
        assert.strictEqual(status, 200)
        assert.isNumber(json.portalId)
      }
    }))

  it.scopedLive("the daily usage counts every request and says when it ends", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* call(emulator, "GET", contacts)
      const { json } = yield* call(emulator, "GET", "/account-info/v3/api-usage/daily/private-apps")
      assert.deepInclude(json.results[0], { usageLimit: 625_000, currentUsage: 2, fetchStatus: "SUCCESS" })
      assert.isAbove(Date.parse(json.results[0].resetsAt), Date.now())
    }))
})

describe("what looks like an id and is none", () => {
  it.scopedLive.each(["constructor", "__proto__", "0x1771", "%206001%20", "6001.0"])(
    "%s is not found",
    (id) =>
      Effect.gen(function*() {
        const emulator = yield* unhurried()
        yield* emulator.add("contacts", [{ email: "ada@example.com" }])
        assert.strictEqual((yield* call(emulator, "GET", `${contacts}/${id}`)).status, 404)
      })
  )
})
