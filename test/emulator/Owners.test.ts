import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Owner from "hubspot-emulator/Owner"
import { call, unhurried } from "./RawHttp.ts"

const path = "/crm/v3/owners"

const idsIn = (json: { readonly results: ReadonlyArray<{ readonly id: string }> }) => json.results.map(({ id }) => id)

describe("owners", () => {
  it.scopedLive("some are there, and who left is listed apart", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      assert.deepStrictEqual(idsIn((yield* call(emulator, "GET", `${path}/`)).json), ["101", "102"])
      const [left] = (yield* call(emulator, "GET", "/crm/owners/2026-03?archived=true")).json.results
      assert.deepInclude(left, { id: "103", archived: true, userIdIncludingInactive: 9003 })
      assert.notProperty(left, "userId")
    }))

  it.scopedLive("are found by email in any case, by id and by the id of their user", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      assert.deepStrictEqual(idsIn((yield* call(emulator, "GET", `${path}?email=Alan@example.com`)).json), ["102"])
      assert.strictEqual((yield* call(emulator, "GET", `${path}/101`)).json.firstName, "Grace")
      assert.strictEqual((yield* call(emulator, "GET", `${path}/9001?idProperty=userId`)).json.id, "101")
      assert.strictEqual((yield* call(emulator, "GET", `${path}/9001`)).status, 404)
      assert.strictEqual((yield* call(emulator, "GET", `${path}/101?idProperty=email`)).status, 400)
    }))

  it.scopedLive("those of the options come in pages", () =>
    Effect.gen(function*() {
      const owners = [5, 3, 4].map((id) => ({ ...Owner.standard[0]!, id: String(id), userId: id }))
      const emulator = yield* unhurried({ owners })
      const first = (yield* call(emulator, "GET", `${path}?limit=2`)).json
      assert.deepStrictEqual([idsIn(first), first.paging.next.after], [["3", "4"], "4"])
      const last = (yield* call(emulator, "GET", `${path}?limit=2&after=4`)).json
      assert.deepStrictEqual([idsIn(last), last.paging], [["5"], undefined])
    }))
})
