/** How a suite of vitest has an emulator of its own, as the README shows it. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Emulator from "hubspot-emulator/Emulator"
import { call, contacts } from "./RawHttp.ts"

layer(Emulator.layer({ seed: 7, records: { contacts: 10 } }))("a suite with an emulator of its own", (it) => {
  it.effect("finds the records that it asked for", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const { json } = yield* call(emulator, "GET", contacts)
      assert.lengthOf(json.results, 10)
    }))

  it.effect("may begin each test anew", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("contacts", [{ email: "ada@example.com" }])
      yield* emulator.reset
      assert.deepInclude(yield* emulator.stats, { requests: 0, records: { contacts: 10 } })
    }))
})
