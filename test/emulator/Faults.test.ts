import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type * as FaultPlan from "hubspot-emulator/FaultPlan"
import * as Http from "node:http"
import { pathPattern } from "../../packages/emulator/src/internal/FaultChoice.ts"
import { call, contacts, createContact, NoAnswer, unhurried } from "./RawHttp.ts"

type Fault = NonNullable<FaultPlan.Input["rules"]>[number]["fault"]

const always = (fault: Fault): FaultPlan.Input => ({ rules: [{ share: 1, fault }] })

const create = (fault: Fault) =>
  Effect.gen(function*() {
    const emulator = yield* unhurried({ faults: always(fault) })
    const exit = yield* Effect.either(
      Effect.timeoutOption(createContact(emulator, { email: "ada@example.com" }), "300 millis")
    )
    return { exit, stats: yield* emulator.stats, written: (yield* emulator.records("contacts")).length }
  })

describe("an error status", () => {
  for (const status of [423, 477, 500, 503] as const) {
    it.scopedLive(`${status} has HubSpot's error body, and nothing is written`, () =>
      Effect.gen(function*() {
        const emulator = yield* unhurried({ faults: always({ kind: "status", status }) })
        const answer = yield* createContact(emulator, { email: "ada@example.com" })
        assert.strictEqual(answer.status, status)
        assert.strictEqual(answer.json.status, "error")
        assert.strictEqual(answer.json.correlationId, answer.headers.get("x-hubspot-correlation-id"))
        assert.strictEqual(answer.headers.get("retry-after"), status === 477 ? "60" : null)
        assert.isEmpty(yield* emulator.records("contacts"))
      }))
  }

  for (const status of [502, 504, 520, 521, 522, 523, 524, 525, 526, 530] as const) {
    it.scopedLive(`${status} is a page of the edge`, () =>
      Effect.gen(function*() {
        const emulator = yield* unhurried({ faults: always({ kind: "status", status, retryAfter: 2 }) })
        const answer = yield* call(emulator, "GET", contacts)
        assert.strictEqual(answer.status, status)
        assert.match(answer.text, /^<!DOCTYPE html>/)
        assert.strictEqual(answer.headers.get("retry-after"), "2")
      }))
  }
})

describe("an injected 429", () => {
  const shapes: ReadonlyArray<readonly [body: "tenSecondly" | "secondly" | "search" | "daily", fields: object]> = [
    ["tenSecondly", { policyName: "TEN_SECONDLY_ROLLING", errorType: "RATE_LIMIT" }],
    ["secondly", { policyName: "SECONDLY", errorType: "RATE_LIMIT" }],
    ["search", { category: "RATE_LIMITS", message: "You have reached your secondly limit." }],
    ["daily", { policyName: "DAILY", errorType: "RATE_LIMIT" }]
  ]
  for (const [body, fields] of shapes) {
    it.scopedLive(`can have the ${body} body, and is counted as injected`, () =>
      Effect.gen(function*() {
        const emulator = yield* unhurried({ faults: always({ kind: "rateLimited", body }) })
        const answer = yield* call(emulator, "GET", contacts)
        assert.strictEqual(answer.status, 429)
        assert.deepInclude(answer.json, fields)
        assert.isNull(answer.headers.get("retry-after"))
        assert.deepStrictEqual((yield* emulator.stats).rateLimited, { limiter: 0, injected: 1 })
      }))
  }

  it.scopedLive("can be the edge's text, with a time to wait", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ faults: always({ kind: "rateLimited", body: "edge", retryAfter: 3 }) })
      const answer = yield* call(emulator, "GET", contacts)
      assert.deepStrictEqual([answer.status, answer.text], [429, "error code: 1015"])
      assert.strictEqual(answer.headers.get("retry-after"), "3")
      assert.strictEqual(answer.headers.get("content-type"), "text/plain")
    }))
})

describe("a connection that fails", () => {
  const table = [["reset", 0], ["resetAfterCommit", 1]] as const
  for (const [kind, written] of table) {
    it.scopedLive(`${kind}: the client sees a reset and ${written} records are written`, () =>
      Effect.gen(function*() {
        const run = yield* create({ kind })
        assert.strictEqual(run.exit._tag, "Left")
        const error = run.exit._tag === "Left" ? run.exit.left : undefined
        assert.instanceOf(error, NoAnswer)
        assert.strictEqual(((error!.cause as Error).cause as NodeJS.ErrnoException).code, "ECONNRESET")
        assert.strictEqual(run.written, written)
        assert.deepStrictEqual([run.stats.faults, run.stats.byStatus], [{ [kind]: 1 }, {}])
      }))
  }

  for (const [kind, written] of [["hang", 0], ["hangAfterCommit", 1]] as const) {
    it.scopedLive(`${kind}: no answer comes and ${written} records are written`, () =>
      Effect.gen(function*() {
        const run = yield* create({ kind })
        assert.deepInclude(run.exit, { _tag: "Right" })
        assert.strictEqual(run.exit._tag === "Right" && run.exit.right._tag, "None")
        assert.strictEqual(run.written, written)
      }))
  }

  it.scopedLive("cutBody: the headers promise more than comes, and the write stands", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ faults: always({ kind: "cutBody" }) })
      const body = JSON.stringify({ properties: { email: "ada@example.com" } })
      const seen = yield* Effect.async<{ promised: number; came: number; complete: boolean }>((resume) => {
        const headers = { authorization: `Bearer ${emulator.token}`, "content-length": body.length }
        Http.request(emulator.url + contacts, { method: "POST", headers }, (response) => {
          let came = 0
          response.on("data", (chunk: Buffer) => came += chunk.length)
          response.on("error", () => {})
          response.on("close", () =>
            resume(Effect.succeed({
              promised: Number(response.headers["content-length"]),
              came,
              complete: response.complete
            })))
        }).end(body)
      })
      assert.isFalse(seen.complete)
      assert.isAbove(seen.came, 0)
      assert.isBelow(seen.came, seen.promised)
      assert.lengthOf(yield* emulator.records("contacts"), 1)
    }))

  it.scopedLive("slowBody: the headers come at once, the body over the time asked for", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ faults: always({ kind: "slowBody", over: "300 millis" }) })
      const times = yield* Effect.promise(async () => {
        const start = performance.now()
        const response = await fetch(emulator.url + contacts, {
          headers: { authorization: `Bearer ${emulator.token}` }
        })
        const headers = performance.now() - start
        assert.deepStrictEqual(await response.json(), { results: [] })
        return { headers, body: performance.now() - start }
      })
      assert.isBelow(times.headers, 200)
      assert.isAtLeast(times.body, 290)
    }))
})

describe("which requests meet a fault", () => {
  const plan = (seed?: number): FaultPlan.Input => ({
    ...(seed === undefined ? {} : { seed }),
    rules: [
      { share: 0.2, fault: { kind: "status", status: 503 } },
      { share: 0.2, fault: { kind: "rateLimited" } }
    ]
  })
  const run = (faults: FaultPlan.Input, seed?: number) =>
    Effect.scoped(Effect.gen(function*() {
      const emulator = yield* unhurried({ faults, seed })
      return yield* Effect.forEach(
        Array.from({ length: 200 }),
        () => Effect.map(call(emulator, "GET", contacts), ({ status }) => status)
      )
    }))

  it.live("the same seed and the same requests give the same run, another seed another", () =>
    Effect.gen(function*() {
      const [a, b, c] = [yield* run(plan(), 7), yield* run(plan(7)), yield* run(plan(), 8)]
      assert.deepStrictEqual(a, b)
      assert.notDeepEqual(a, c)
      const share = (status: number) => a.filter((seen) => seen === status).length / a.length
      assert.closeTo(share(503), 0.2, 0.08)
      assert.closeTo(share(429), 0.2, 0.08)
    }))

  it.scopedLive("a new plan begins anew, whatever came before it", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const some = Effect.forEach(
        Array.from({ length: 40 }),
        () => Effect.map(call(emulator, "GET", contacts), ({ status }) => status)
      )
      yield* emulator.setFaults(plan(3))
      const first = yield* some
      yield* emulator.setFaults(plan(3))
      assert.deepStrictEqual(yield* some, first)
    }))

  it.scopedLive("a rule holds for its methods and its path", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({
        faults: {
          rules: [{
            share: 1,
            fault: { kind: "status", status: 500 },
            methods: ["POST"],
            path: "/crm/v3/objects/*/batch/**"
          }]
        }
      })
      const statuses = yield* Effect.forEach(
        [["POST", `${contacts}/batch/read`], ["POST", contacts], ["GET", contacts]] as const,
        ([method, path]) =>
          Effect.map(call(emulator, method, path, method === "POST" ? { body: {} } : {}), (a) => a.status)
      )
      assert.deepStrictEqual(statuses, [500, 400, 200])
    }))

  it("a path is a prefix, or a glob for the whole when it has a star", () => {
    const table: ReadonlyArray<readonly [pattern: string, path: string, fits: boolean]> = [
      ["/crm/v3", "/crm/v3/objects", true],
      ["/crm/v3", "/account-info/v3", false],
      ["/crm/*/objects", "/crm/v3/objects", true],
      ["/crm/*/objects", "/crm/v3/objects/contacts", false],
      ["/crm/*", "/crm/v3/objects", false],
      ["/crm/**", "/crm/v3/objects", true],
      ["/a.c*", "/abc", false]
    ]
    for (const [pattern, path, fits] of table) {
      assert.strictEqual(pathPattern(pattern)(path), fits, `${pattern} ${path}`)
    }
  })
})

describe("an outage", () => {
  it.scoped("fails every request between its times, counted from the plan, and spends no quota", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* emulator.setFaults({ outages: [{ from: "5 seconds", to: "8 seconds" }] })
      const status = Effect.map(call(emulator, "GET", contacts), ({ status }) => status)
      assert.strictEqual(yield* status, 200)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual([yield* status, yield* status], [503, 503])
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(yield* status, 200)
      assert.strictEqual((yield* emulator.stats).peak, 2)
    }))

  it.scopedLive("can be a reset of every connection, even of one without a token", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({
        faults: { outages: [{ from: 0, to: "1 minute", fault: { kind: "reset" } }] }
      })
      const error = yield* Effect.flip(call(emulator, "GET", contacts, { token: "stolen" }))
      assert.instanceOf(error, NoAnswer)
    }))
})
