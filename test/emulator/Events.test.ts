import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Emulator from "hubspot-emulator/Emulator"
import { call, contacts, unhurried } from "./RawHttp.ts"

type Running = Parameters<typeof call>[0]

const send = (emulator: Running, body: object) => call(emulator, "POST", "/events/v3/send", { body })

const click = { eventName: "pe1_click", email: "ada@example.com", properties: { button: "buy" } }

describe("custom events", () => {
  it.scopedLive("are taken and kept", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const answer = yield* send(emulator, { ...click, occurredAt: "2026-01-01T00:00:00Z" })
      assert.deepStrictEqual([answer.status, answer.text], [204, ""])
      const [event] = yield* emulator.events
      assert.deepInclude(event, { ...click, occurredAt: "2026-01-01T00:00:00.000Z" })
    }))

  it.scopedLive("one with a uuid is kept once, however often it comes", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      for (const uuid of ["u1", "u1", undefined, undefined]) {
        assert.strictEqual((yield* send(emulator, { ...click, uuid })).status, 204)
      }
      assert.deepStrictEqual((yield* emulator.events).map(({ uuid }) => uuid), ["u1", undefined, undefined])
    }))

  it.scopedLive("a batch holds up to 500, all of them right or none is taken", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const batch = (inputs: ReadonlyArray<unknown>) =>
        Effect.map(call(emulator, "POST", "/events/v3/send/batch", { body: { inputs } }), ({ status }) => status)
      assert.strictEqual(yield* batch([click, { eventName: "pe1_click" }]), 400)
      assert.strictEqual(yield* batch(Array.from({ length: 501 }, () => click)), 400)
      assert.isEmpty(yield* emulator.events)
      assert.strictEqual(yield* batch(Array.from({ length: 500 }, () => click)), 204)
      assert.lengthOf(yield* emulator.events, 500)
    }))

  const refusals: ReadonlyArray<readonly [why: string, event: object]> = [
    ["no name", { email: "ada@example.com" }],
    ["nobody it happened to", { eventName: "pe1_click" }],
    ["a time that is none", { ...click, occurredAt: "yesterday" }]
  ]
  for (const [why, event] of refusals) {
    it.scopedLive(`${why}: 400`, () =>
      Effect.gen(function*() {
        const emulator = yield* unhurried()
        const answer = yield* send(emulator, event)
        assert.deepStrictEqual([answer.status, answer.json.category], [400, "VALIDATION_ERROR"])
        assert.isEmpty(yield* emulator.events)
      }))
  }

  it.scopedLive("have a quota of their own and spend no other", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make({
        limits: { events: { limit: 2, window: "1 minute" }, general: { limit: 1, window: "1 minute" }, daily: 1 }
      })
      const answers = yield* Effect.forEach([1, 2, 3], () => send(emulator, click))
      assert.deepStrictEqual(answers.map(({ status }) => status), [204, 204, 429])
      assert.strictEqual((yield* call(emulator, "GET", contacts)).status, 200)
    }))
})
