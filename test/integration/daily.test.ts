/** The limit on the day, on the test's clock over real sockets: nothing here waits. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, TestClock } from "effect"
import { Account, Contacts, HubSpotClient, type HubSpotConfig } from "effect-hubspot"
import { Emulator } from "hubspot-emulator"
import { live } from "../support/hubspot.ts"

const evening = Date.UTC(2026, 10, 23, 18)
const midnight = (zone: string) =>
  DateTime.unsafeMakeZoned(evening, { timeZone: zone }).pipe(
    DateTime.add({ days: 1 }),
    DateTime.startOf("day"),
    DateTime.toUtc
  )
const spent = { rules: [{ share: 1, fault: { kind: "rateLimited", body: "daily" } } as const] }
const portal = (client: Partial<HubSpotConfig.Options> = {}, daily = Number.MAX_SAFE_INTEGER) =>
  live({ emulator: { limits: { daily } }, overrides: { limits: [] }, client: { tier: "professional", ...client } })
const call = Contacts.get("1", { properties: [] })
const bucket = (name: string) =>
  Effect.gen(function*() {
    const client = yield* HubSpotClient.HubSpotClient
    return (yield* client.http.limiter.state).buckets.find((bucket) => bucket.name === name)
  })

describe("a daily limit that is reached", () => {
  it.scoped.each(["UTC", "America/New_York", "Asia/Tokyo"])(
    "fails at once with the midnight of the account's time zone: %s",
    (timeZone) =>
      Effect.gen(function*() {
        yield* TestClock.setTime(evening)
        const emulator = yield* Emulator.Emulator
        yield* emulator.setFaults(spent)
        const error = yield* Effect.flip(call)
        assert.deepInclude(error, { _tag: "RateLimited", policy: "DAILY", retryable: false })
        assert.deepStrictEqual(error.retryAt, midnight(timeZone))
        assert.strictEqual((yield* emulator.stats).requests, 1)
      }).pipe(Effect.provide(portal({ timeZone })))
  )

  it.scoped("lets no call through until then, and every call after", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(evening)
      const emulator = yield* Emulator.Emulator
      yield* emulator.setFaults(spent)
      yield* Effect.flip(call)
      yield* emulator.setFaults({})
      const client = yield* HubSpotClient.HubSpotClient
      const search = client.request("POST", "/crm/v3/objects/contacts/search")
      for (const later of [Effect.asVoid(call), Effect.asVoid(search)]) {
        const error = yield* Effect.flip(later)
        assert.deepInclude(error, { _tag: "Rejected", reason: "waited-too-long", outcome: "not-sent" })
        assert.deepStrictEqual(error.retryAt, midnight("Asia/Tokyo"))
      }
      assert.strictEqual((yield* emulator.stats).requests, 1)
      yield* TestClock.setTime(DateTime.toEpochMillis(midnight("Asia/Tokyo")))
      assert.deepInclude(yield* Effect.flip(call), { _tag: "ClientError", status: 404 })
    }).pipe(Effect.provide(portal({ timeZone: "Asia/Tokyo" }))))

  it.scoped("leaves what it does not count alone", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(evening)
      const emulator = yield* Emulator.Emulator
      yield* emulator.setFaults(spent)
      yield* Effect.flip(call)
      yield* emulator.setFaults({})
      yield* HubSpotClient.request("POST", "/crm/v4/associations/contacts/deals/batch/read", { body: { inputs: [] } })
      yield* HubSpotClient.request("POST", "/events/v3/send", { body: { eventName: "e", email: "ada@example.com" } })
      assert.strictEqual(Duration.toMillis((yield* bucket("general"))!.closedFor), 0)
    }).pipe(Effect.provide(portal({ timeZone: "UTC" }))))

  it.scoped("where nobody has told the time zone says nothing of an instant, and is asked again ten times a day", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(evening)
      const emulator = yield* Emulator.Emulator
      yield* emulator.setFaults(spent)
      const error = yield* Effect.flip(call)
      assert.deepInclude(error, { policy: "DAILY", retryable: false })
      assert.isUndefined(error.retryAt)
      assert.strictEqual(Duration.toHours((yield* bucket("daily"))!.closedFor), 2.4)
    }).pipe(Effect.provide(portal())))

  it.scoped("knows its instant once the account's usage was asked for", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(evening)
      const emulator = yield* Emulator.Emulator
      const [usage] = yield* Account.dailyUsage
      assert.deepInclude(usage, { currentUsage: 1, usageLimit: 1000 })
      assert.deepStrictEqual(usage?.resetsAt, midnight("UTC"))
      yield* emulator.setFaults(spent)
      assert.deepStrictEqual((yield* Effect.flip(call)).retryAt, midnight("UTC"))
    }).pipe(Effect.provide(portal({}, 1000))))

  it.scoped("knows its instant once the account's details were asked for", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(evening)
      const emulator = yield* Emulator.Emulator
      yield* Account.testCredentials
      yield* emulator.setFaults(spent)
      assert.deepStrictEqual((yield* Effect.flip(call)).retryAt, midnight("Etc/UTC"))
    }).pipe(Effect.provide(portal())))
})

describe("what HubSpot says is left of the day", () => {
  it.scoped("is believed where the time zone is known: the call after the last is not sent", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(evening)
      const emulator = yield* Emulator.Emulator
      yield* Effect.flip(call)
      yield* Effect.flip(call)
      const error = yield* Effect.flip(call)
      assert.deepInclude(error, { _tag: "Rejected", outcome: "not-sent" })
      assert.deepStrictEqual(error.retryAt, midnight("UTC"))
      assert.strictEqual((yield* emulator.stats).rateLimited.limiter, 0)
    }).pipe(Effect.provide(portal({ timeZone: "UTC" }, 2))))

  it.scoped("is believed from the moment that the account has told its time zone", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(evening)
      yield* Account.details
      yield* Effect.flip(call)
      assert.strictEqual((yield* bucket("daily"))?.available, 8)
    }).pipe(Effect.provide(portal({}, 10))))

  it.scoped("counts for nothing where nobody knows when the day ends", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(evening)
      yield* Effect.flip(call)
      assert.strictEqual((yield* bucket("daily"))?.available, 624_999)
    }).pipe(Effect.provide(portal({}, 10))))
})
