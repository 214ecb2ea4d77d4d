import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as TestClock from "effect/TestClock"
import * as Emulator from "hubspot-emulator/Emulator"
import * as Limits from "hubspot-emulator/Limits"
import * as RollingWindow from "../../packages/emulator/src/internal/RollingWindow.ts"
import { call, contacts } from "./RawHttp.ts"

const limit = 20
const limits = { general: { limit, window: "300 millis" }, search: { limit: 3, window: "200 millis" } } as const

const burst = (emulator: Emulator.Emulator.Service, n: number, method = "GET", path = contacts, token?: string) =>
  Effect.forEach(
    Array.from({ length: n }),
    () => call(emulator, method, path, { ...(method === "POST" ? { body: {} } : {}), ...(token ? { token } : {}) }),
    { concurrency: "unbounded" }
  )

const refused = (answers: ReadonlyArray<{ readonly status: number }>) =>
  answers.filter(({ status }) => status === 429).length

describe("the limits of a tier", () => {
  const tiers: ReadonlyArray<
    readonly [name: string, limits: Limits.Limits, general: number, associations: number, daily: number]
  > = [
    ["Free and Starter", Limits.free, 100, 100, 250_000],
    ["Professional", Limits.professional, 190, 150, 625_000],
    ["Enterprise", Limits.enterprise, 190, 150, 1_000_000],
    ["Enterprise with the limit increase", Limits.addOn, 250, 200, 2_000_000]
  ]
  it.scoped.each(tiers)("%s", ([, limits, general, associations, daily]) =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits })
      const { headers } = yield* call(emulator, "GET", contacts)
      assert.strictEqual(headers.get("x-hubspot-ratelimit-max"), String(general))
      assert.strictEqual(headers.get("x-hubspot-ratelimit-interval-milliseconds"), "10000")
      assert.strictEqual(headers.get("x-hubspot-ratelimit-daily"), String(daily))
      const labels = yield* call(emulator, "GET", "/crm/v4/associations/contacts/companies/labels")
      assert.strictEqual(labels.headers.get("x-hubspot-ratelimit-max"), String(associations))
    }))

  it.scoped("can be had in windows a hundred times shorter", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits: Limits.shorten(Limits.free, 100) })
      assert.strictEqual(refused(yield* burst(emulator, 101)), 1)
      yield* TestClock.adjust("100 millis")
      const answers = yield* burst(emulator, 100)
      assert.strictEqual(refused(answers), 0)
      assert.strictEqual(answers[0]!.headers.get("x-hubspot-ratelimit-interval-milliseconds"), "100")
    }))
})

describe("the general quota", () => {
  it.scopedLive("a burst of five too many gives exactly five 429s", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits: { general: { limit, window: "10 seconds" } } })
      assert.strictEqual(refused(yield* burst(emulator, limit + 5)), 5)
      const stats = yield* emulator.stats
      assert.deepStrictEqual(stats.rateLimited, { limiter: 5, injected: 0 })
      assert.strictEqual(stats.peak, limit)
      assert.deepStrictEqual(stats.byStatus, { "200": limit, "429": 5 })
    }))

  it.scoped("a refusal names the rolling policy and spends nothing", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits })
      yield* burst(emulator, limit)
      const [answer] = yield* burst(emulator, 10)
      assert.deepInclude(answer!.json, { errorType: "RATE_LIMIT", policyName: "TEN_SECONDLY_ROLLING" })
      yield* TestClock.adjust("300 millis")
      assert.strictEqual(refused(yield* burst(emulator, limit)), 0)
    }))

  it.scoped("each place comes free when its own request is a window old", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits })
      yield* burst(emulator, 15)
      yield* TestClock.adjust("200 millis")
      yield* burst(emulator, 5)
      assert.strictEqual(refused(yield* burst(emulator, 1)), 1)
      yield* TestClock.adjust("100 millis")
      assert.strictEqual(refused(yield* burst(emulator, 16)), 1)
    }))

  it.scopedLive("each token has its own", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits, tokens: ["one", "two"] })
      assert.strictEqual(refused(yield* burst(emulator, limit, "GET", contacts, "one")), 0)
      assert.strictEqual(refused(yield* burst(emulator, limit, "GET", contacts, "two")), 0)
    }))

  it.scopedLive("a request without a known token spends nothing", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits })
      const answers = yield* burst(emulator, limit + 1, "GET", contacts, "stolen")
      assert.isTrue(answers.every(({ status }) => status === 401))
      assert.strictEqual((yield* emulator.stats).peak, 0)
    }))

  it.scopedLive("its headers tell what is left", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make()
      yield* burst(emulator, 2)
      const { headers } = yield* call(emulator, "GET", contacts)
      const expected = {
        "x-hubspot-ratelimit-max": "190",
        "x-hubspot-ratelimit-remaining": "187",
        "x-hubspot-ratelimit-interval-milliseconds": "10000",
        "x-hubspot-ratelimit-daily": "625000",
        "x-hubspot-ratelimit-daily-remaining": "624997"
      }
      for (const [name, value] of Object.entries(expected)) assert.strictEqual(headers.get(name), value, name)
    }))
})

describe("the search quota", () => {
  it.scopedLive("is apart from the general one", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits })
      yield* burst(emulator, limit)
      assert.strictEqual(refused(yield* burst(emulator, 5, "POST", `${contacts}/search`)), 2)
      assert.strictEqual((yield* emulator.stats).peak, limit)
    }))

  it.scopedLive("refuses in its own words, with the daily headers alone", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits })
      const answers = yield* burst(emulator, 4, "POST", `${contacts}/search`)
      const { headers, json } = answers.find(({ status }) => status === 429)!
      assert.deepInclude(json, { message: "You have reached your secondly limit.", category: "RATE_LIMITS" })
      assert.notProperty(json, "policyName")
      assert.strictEqual(headers.get("x-hubspot-ratelimit-max"), null)
      assert.strictEqual(headers.get("retry-after"), null)
      assert.isNotNull(headers.get("x-hubspot-ratelimit-daily"))
    }))
})

describe("the daily quota", () => {
  it.scopedLive("holds for every call of the account", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits: { daily: 3 }, tokens: ["one", "two"] })
      yield* burst(emulator, 2, "GET", contacts, "one")
      yield* burst(emulator, 1, "POST", `${contacts}/search`, "two")
      const [answer] = yield* burst(emulator, 1, "GET", contacts, "two")
      assert.strictEqual(answer!.status, 429)
      assert.deepInclude(answer!.json, { message: "You have reached your daily limit.", policyName: "DAILY" })
    }))

  it.scoped("begins again at midnight", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({ limits: { daily: 1 } })
      assert.strictEqual(refused(yield* burst(emulator, 2)), 1)
      yield* TestClock.adjust("23 hours")
      assert.strictEqual(refused(yield* burst(emulator, 1)), 1)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(refused(yield* burst(emulator, 1)), 0)
    }))
})

describe("a rolling window", () => {
  it("never holds more than its limit in any window, and refuses only when it is full", () => {
    FastCheck.assert(FastCheck.property(
      FastCheck.integer({ min: 1, max: 5 }),
      FastCheck.integer({ min: 1, max: 50 }),
      FastCheck.array(FastCheck.integer({ min: 0, max: 30 }), { maxLength: 200 }),
      (limit, width, gaps) => {
        const window = RollingWindow.make(limit, width)
        const admitted: Array<number> = []
        let now = 0
        for (const gap of gaps) {
          now += gap
          const held = admitted.filter((at) => at > now - width).length
          assert.strictEqual(RollingWindow.hasRoom(window, now), held < limit)
          if (held < limit) {
            RollingWindow.add(window, now)
            admitted.push(now)
          }
        }
      }
    ))
  })

  it("forgets what has left it", () => {
    const window = RollingWindow.make(1e9, 10)
    let most = 0
    for (let now = 0; now < 100_000; now++) {
      RollingWindow.add(window, now)
      most = Math.max(most, RollingWindow.held(window, now))
    }
    assert.strictEqual(most, 10)
    assert.isBelow(window.arrivals.length, 5000)
  })
})
