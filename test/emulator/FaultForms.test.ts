import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type * as FaultPlan from "hubspot-emulator/FaultPlan"
import { call, contacts, createContact, unhurried } from "./RawHttp.ts"

type Fault = NonNullable<FaultPlan.Input["rules"]>[number]["fault"]

const always = (fault: Fault): FaultPlan.Input => ({ rules: [{ share: 1, fault }] })

describe("slow headers", () => {
  it.scopedLive("slowHeaders: nothing comes until then, and the write stands", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ faults: always({ kind: "slowHeaders", after: "200 millis" }) })
      const start = performance.now()
      const answer = yield* createContact(emulator, { email: "ada@example.com" })
      assert.strictEqual(answer.status, 201)
      assert.isAtLeast(performance.now() - start, 190)
      assert.lengthOf(yield* emulator.records("contacts"), 1)
    }))

  it.scopedLive("slowHeaders: a client that does not wait leaves nothing behind", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ faults: always({ kind: "slowHeaders", after: "1 hour" }) })
      const answer = yield* Effect.timeoutOption(call(emulator, "GET", contacts), "100 millis")
      assert.strictEqual(answer._tag, "None")
      yield* Effect.repeat(Effect.delay(emulator.stats, "10 millis"), { until: ({ openSockets }) => openSockets === 0 })
    }))
})

describe("an answer that is not what it seems", () => {
  it.scopedLive("contentType: the right body under another name, or under none", () =>
    Effect.gen(function*() {
      const table = [[undefined, "text/html"], ["text/plain", "text/plain"], ["", null]] as const
      for (const [type, seen] of table) {
        const emulator = yield* unhurried({
          faults: always({ kind: "contentType", ...(type === undefined ? {} : { type }) })
        })
        const answer = yield* createContact(emulator, { email: "ada@example.com" })
        assert.deepStrictEqual([answer.status, answer.headers.get("content-type")], [201, seen])
        assert.strictEqual(JSON.parse(answer.text).properties.email, "ada@example.com")
      }
    }))

  it.scopedLive("html: a page with the status of a success, and nothing is written", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ faults: always({ kind: "html" }) })
      const answer = yield* createContact(emulator, { email: "ada@example.com" })
      assert.deepStrictEqual([answer.status, answer.headers.get("content-type")], [200, "text/html"])
      assert.match(answer.text, /^<!DOCTYPE html>/)
      assert.isEmpty(yield* emulator.records("contacts"))
      yield* emulator.setFaults(always({ kind: "html", status: 403 }))
      assert.strictEqual((yield* call(emulator, "GET", contacts)).status, 403)
    }))
})

describe("Retry-After", () => {
  const forms: ReadonlyArray<readonly [retryAfter: typeof FaultPlan.RetryAfter.Encoded, header: string]> = [
    [0, "0"],
    [120, "120"],
    [{ date: "90 seconds" }, "Thu, 01 Jan 1970 00:01:30 GMT"],
    [{ date: "90 seconds", format: "rfc850" }, "Thursday, 01-Jan-70 00:01:30 GMT"],
    [{ date: "90 seconds", format: "asctime" }, "Thu Jan  1 00:01:30 1970"],
    ["1.5", "1.5"],
    ["-1", "-1"],
    ["soon", "soon"],
    ["1e3", "1e3"],
    ["99999999999999999999", "99999999999999999999"],
    ["Thu, 32 Foo 1970 00:00:00 GMT", "Thu, 32 Foo 1970 00:00:00 GMT"],
    ["3, 5", "3, 5"],
    ["", ""]
  ]
  it.scoped("has every form that HTTP allows, and those that it does not", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      for (const [retryAfter, header] of forms) {
        for (const fault of [{ kind: "status", status: 503 }, { kind: "rateLimited" }] as const) {
          yield* emulator.setFaults(always({ ...fault, retryAfter }))
          assert.strictEqual((yield* call(emulator, "GET", contacts)).headers.get("retry-after"), header)
        }
      }
    }))

  it.scoped("counts its dates by the server's clock, which the plan may set wrong", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* TestClock.adjust("1 hour")
      for (
        const [clockSkew, date, until] of [
          ["10 minutes", "01:10:00", "01:10:05"],
          [-600_000, "00:50:00", "00:50:05"]
        ] as const
      ) {
        yield* emulator.setFaults({
          ...always({ kind: "status", status: 503, retryAfter: { date: "5 seconds" } }),
          clockSkew
        })
        const { headers } = yield* call(emulator, "GET", contacts)
        assert.strictEqual(headers.get("date"), `Thu, 01 Jan 1970 ${date} GMT`)
        assert.strictEqual(headers.get("retry-after"), `Thu, 01 Jan 1970 ${until} GMT`)
      }
    }))

  it.scopedLive("that no header can hold is refused with the plan", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const plan = always({ kind: "status", status: 503, retryAfter: "a\nb" })
      assert.strictEqual((yield* call(emulator, "PUT", "/emulator/faults", { body: plan })).status, 400)
    }))
})

describe("the plan by HTTP", () => {
  it.scopedLive("is put, shown as it could be put again, and taken away, without a token", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const plan = {
        seed: 7,
        rules: [
          { share: 1, fault: { kind: "slowBody", over: "20 millis" }, methods: ["POST"] },
          { share: 1, fault: { kind: "status", status: 503, retryAfter: { date: "5 seconds" } }, methods: ["GET"] }
        ],
        outages: [{ from: "1 hour", to: "2 hours", fault: { kind: "hang" } }],
        clockSkew: "1 second"
      }
      const faults = (method: string, body?: unknown) =>
        call(emulator, method, "/emulator/faults", { token: "none", ...(body === undefined ? {} : { body }) })
      assert.strictEqual((yield* faults("PUT", plan)).status, 204)
      const { json } = yield* faults("GET")
      assert.deepInclude(json, { seed: 7, clockSkew: 1000 })
      assert.deepInclude(json.outages[0], { from: 3_600_000, fault: { kind: "hang" } })
      assert.strictEqual((yield* faults("PUT", json)).status, 204)
      assert.deepStrictEqual((yield* faults("GET")).json, json)
      assert.strictEqual((yield* call(emulator, "GET", contacts)).status, 503)
      assert.strictEqual((yield* faults("DELETE")).status, 204)
      assert.deepStrictEqual((yield* faults("GET")).json, { rules: [], outages: [] })
      assert.strictEqual((yield* call(emulator, "GET", contacts)).status, 200)
    }))
})
