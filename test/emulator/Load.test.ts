import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { call, contacts, unhurried } from "./RawHttp.ts"

it.scopedLive("2,000 reads, fifty at a time, are each answered with their own record", () =>
  Effect.gen(function*() {
    const emulator = yield* unhurried({ records: { contacts: 10_000 }, faults: {} })
    const ids = Array.from({ length: 2000 }, (_, i) => String(6001 + (i * 7919) % 10_000))
    const answers = yield* Effect.forEach(ids, (id) => call(emulator, "GET", `${contacts}/${id}`), { concurrency: 50 })
    assert.deepStrictEqual(answers.map(({ json }) => json.id), ids)
    const { byRoute, byStatus, requests } = yield* emulator.stats
    assert.deepStrictEqual({ byRoute, byStatus, requests }, {
      byRoute: { [`GET ${contacts}/{id}`]: 2000 },
      byStatus: { 200: 2000 },
      requests: 2000
    })
  }))
