import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import * as Emulator from "hubspot-emulator/Emulator"
import { call, contacts, createContact, unhurried } from "./RawHttp.ts"

describe("an emulator", () => {
  it.live("as a layer is ready at once, on a port of its own", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      assert.strictEqual((yield* call(emulator, "GET", contacts)).status, 200)
    }).pipe(Effect.provide(Emulator.layer())))

  it.scopedLive("two of them share nothing", () =>
    Effect.gen(function*() {
      const [one, two] = [yield* unhurried(), yield* unhurried()]
      yield* createContact(one, { email: "ada@example.com" })
      assert.isEmpty(yield* two.records("contacts"))
      assert.notStrictEqual(one.url, two.url)
    }))

  it.live("closes hung and idle connections at once with its scope", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const emulator = yield* Scope.extend(unhurried(), scope)
      yield* call(emulator, "GET", contacts)
      yield* emulator.setFaults({ rules: [{ share: 1, fault: { kind: "hang" } }] })
      const hung = yield* Effect.fork(Effect.either(call(emulator, "GET", contacts)))
      yield* Effect.sleep("50 millis")
      assert.isAbove((yield* emulator.stats).openSockets, 0)
      const [took] = yield* Effect.timed(Scope.close(scope, Exit.void))
      assert.isBelow(Duration.toMillis(took), 500)
      assert.strictEqual((yield* Fiber.join(hung))._tag, "Left")
      assert.strictEqual((yield* Effect.either(call(emulator, "GET", contacts)))._tag, "Left")
    }))

  it.scopedLive("a client that gives up a hung request frees its socket", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ faults: { rules: [{ share: 1, fault: { kind: "hang" } }] } })
      yield* Effect.timeoutOption(call(emulator, "GET", contacts), "50 millis")
      const openSockets = Effect.map(emulator.stats, ({ openSockets }) => openSockets)
      yield* Effect.repeat(Effect.delay(openSockets, "10 millis"), { until: (n) => n === 0, times: 100 })
      assert.strictEqual(yield* openSockets, 0)
    }))

  it.scoped("its windows roll with the TestClock", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits: { general: { limit: 1, window: "10 seconds" } } })
      const status = Effect.map(call(emulator, "GET", contacts), ({ status }) => status)
      assert.deepStrictEqual([yield* status, yield* status], [200, 429])
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* status, 200)
    }))

  it.live("a plan that is none is an error that says where", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        Effect.scoped(Emulator.make({ faults: { rules: [{ share: 2, fault: { kind: "reset" } }] } }))
      )
      assert.strictEqual(error._tag, "ParseError")
    }))

  it.scopedLive("reset makes it as it was at the start", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits: { general: { limit: 1, window: "1 minute" } } })
      yield* createContact(emulator, { email: "ada@example.com" })
      yield* emulator.setFaults({ rules: [{ share: 1, fault: { kind: "reset" } }] })
      yield* emulator.reset
      assert.isEmpty(yield* emulator.records("contacts"))
      assert.strictEqual((yield* emulator.stats).requests, 0)
      assert.strictEqual((yield* createContact(emulator, { email: "ada@example.com" })).json.id, "6001")
    }))
})

/** Twelve lines of YAML that stand for a billion words. */
const bomb = Array.from(
  { length: 9 },
  (_, i) => `a${i}: &a${i} [${Array.from({ length: 10 }, () => i === 0 ? "x" : `*a${i - 1}`).join(", ")}]`
).join("\n")

describe("its own paths", () => {
  it.scopedLive("tell what it has seen, without a token, a quota, a fault or a count", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* createContact(emulator, { email: "ada@example.com" })
      yield* call(emulator, "GET", `${contacts}/6001`)
      yield* call(emulator, "GET", `${contacts}/6002`)
      yield* emulator.setFaults({ rules: [{ share: 1, fault: { kind: "reset" } }] })
      const { json, status } = yield* call(emulator, "GET", "/emulator/stats", { token: "none" })
      assert.strictEqual(status, 200)
      assert.deepInclude(json, {
        requests: 3,
        byRoute: { "POST /crm/v3/objects/contacts": 1, "GET /crm/v3/objects/contacts/{id}": 2 },
        byStatus: { "200": 1, "201": 1, "404": 1 },
        rateLimited: { limiter: 0, injected: 0 },
        faults: {},
        creates: 1,
        records: { contacts: 1 },
        peak: 3
      })
      assert.isAbove(json.openSockets, 0)
    }))

  it.scopedLive("change the plan while it runs", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const body = { rules: [{ share: 1, fault: { kind: "status", status: 500 } }] }
      assert.strictEqual((yield* call(emulator, "PUT", "/emulator/faults", { body })).status, 204)
      assert.strictEqual((yield* call(emulator, "GET", contacts)).status, 500)
      const text = "# all of it\nrules:\n  - share: 1\n    fault: { kind: status, status: 423 }\n"
      assert.strictEqual((yield* call(emulator, "PUT", "/emulator/faults", { text })).status, 204)
      assert.strictEqual((yield* call(emulator, "GET", contacts)).status, 423)
      assert.strictEqual((yield* call(emulator, "PUT", "/emulator/faults", { body: {} })).status, 204)
      assert.strictEqual((yield* call(emulator, "GET", contacts)).status, 200)
    }))

  const badPlans: ReadonlyArray<readonly [why: string, raw: { body?: unknown; text?: string }, says: RegExp]> = [
    ["a share above one", { body: { rules: [{ share: 2, fault: { kind: "reset" } }] } }, /rules\[0\]\.share/],
    ["an unknown fault", { body: { rules: [{ share: 1, fault: { kind: "earthquake" } }] } }, /rules\[0\]\.fault\.kind/],
    ["a misspelt key", { body: { rule: [] } }, /rule/],
    ["an outage that ends before it begins", { body: { outages: [{ from: 2, to: 1 }] } }, /from < to/],
    ["no structure", { text: "plan" }, /Expected an object, actual "plan"/],
    ["neither JSON nor YAML", { text: "rules: [" }, /at line 1/],
    ["aliases without end", { text: bomb }, /alias/]
  ]
  for (const [why, raw, says] of badPlans) {
    it.scopedLive(`refuse a plan with ${why}, and say where`, () =>
      Effect.gen(function*() {
        const emulator = yield* unhurried()
        const { json, status } = yield* call(emulator, "PUT", "/emulator/faults", raw)
        assert.strictEqual(status, 400)
        assert.match(json.message, says)
      }))
  }

  it.scopedLive("reset it", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* createContact(emulator, { email: "ada@example.com" })
      assert.strictEqual((yield* call(emulator, "POST", "/emulator/reset")).status, 204)
      assert.isEmpty(yield* emulator.records("contacts"))
    }))
})
