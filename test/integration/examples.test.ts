import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Emulator } from "hubspot-emulator"
import * as Program from "../support/Program.ts"

describe("the examples run", () => {
  it.scopedLive("request", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make()
      const { stdout } = yield* Program.run("examples/request.ts", [`${emulator.url}/emulator/stats`])
      assert.strictEqual(stdout, "0 requests so far\n")
    }), 60_000)

  it.live("any-effect", () =>
    Effect.gen(function*() {
      const { stdout } = yield* Program.run("examples/any-effect.ts")
      assert.strictEqual(stdout, "1 4 9 16 25 36 49 64 81 100\n")
    }), 60_000)

  it.scopedLive("contacts", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make()
      const { code, stdout } = yield* Program.run("examples/contacts.ts", [], {
        HUBSPOT_ACCESS_TOKEN: emulator.token,
        HUBSPOT_BASE_URL: emulator.url
      })
      assert.strictEqual(code, 0)
      assert.match(stdout, /Created contact \d+\n\d+ ada@example.com\n$/)
      const [deal] = yield* emulator.records("deals")
      assert.deepInclude(deal?.properties, { dealstage: "closedwon", amount: "5000" })
    }), 60_000)

  it.live("contacts, which says what to set where there is no token", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* Program.run("examples/contacts.ts")
      assert.strictEqual(code, 1)
      assert.include(stdout + stderr, "HUBSPOT_ACCESS_TOKEN")
    }), 60_000)

  it.live("plan", () =>
    Effect.gen(function*() {
      const { stdout } = yield* Program.run("examples/plan.ts")
      assert.include(stdout, "after 503, soonest     2.2 s   4.4 s   8.8 s  17.6 s")
      assert.include(stdout, "after 503, latest      2.6 s   5.2 s  10.4 s  20.8 s")
      assert.include(stdout, "and no more")
    }), 60_000)
})
