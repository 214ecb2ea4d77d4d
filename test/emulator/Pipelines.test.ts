import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { call, unhurried } from "./RawHttp.ts"

const path = "/crm/v3/pipelines/deals"

const renewals = {
  label: "Renewals",
  displayOrder: 1,
  stages: [
    { label: "Due", displayOrder: 1, metadata: { probability: "0.5" } },
    { label: "Asked", displayOrder: 0, metadata: { probability: "0.7" } }
  ]
}

describe("pipelines", () => {
  it.scopedLive("deals and tickets have one from the start, also in the dated paths", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const [sales] = (yield* call(emulator, "GET", "/crm/pipelines/2026-09/0-3")).json.results
      assert.strictEqual(sales.id, "default")
      assert.deepStrictEqual(sales.stages.map(({ id }: { id: string }) => id).slice(-2), ["closedwon", "closedlost"])
      assert.deepInclude(sales.stages.at(-2).metadata, { isClosed: "true", probability: "1.0" })
      const support = yield* call(emulator, "GET", "/crm/v3/pipelines/tickets/0")
      assert.lengthOf(support.json.stages, 4)
      assert.isEmpty((yield* call(emulator, "GET", "/crm/v3/pipelines/orders")).json.results)
    }))

  it.scopedLive("one is made with its stages, in their order", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const made = yield* call(emulator, "POST", path, { body: renewals })
      assert.strictEqual(made.status, 201)
      assert.deepStrictEqual(made.json.stages.map(({ label }: { label: string }) => label), ["Asked", "Due"])
      const read = yield* call(emulator, "GET", `${path}/${made.json.id}`)
      assert.deepStrictEqual(read.json, made.json)
      assert.lengthOf((yield* call(emulator, "GET", path)).json.results, 2)
    }))

  it.scopedLive("PATCH changes what it names, PUT replaces the stages, DELETE removes", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { json: { id } } = yield* call(emulator, "POST", path, { body: renewals })
      const one = `${path}/${id}`
      const patched = yield* call(emulator, "PATCH", one, { body: { label: "Again" } })
      assert.deepStrictEqual([patched.json.label, patched.json.stages.length], ["Again", 2])
      const put = yield* call(emulator, "PUT", one, { body: { ...renewals, stages: renewals.stages.slice(1) } })
      assert.deepStrictEqual([put.json.id, put.json.label, put.json.stages.length], [id, "Renewals", 1])
      assert.strictEqual((yield* call(emulator, "DELETE", one)).status, 204)
      assert.strictEqual((yield* call(emulator, "GET", one)).status, 404)
    }))

  it.scopedLive("stages are made, changed and removed one by one", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const stages = `${path}/default/stages`
      const made = yield* call(emulator, "POST", stages, {
        body: { label: "Paused", displayOrder: 9, metadata: { probability: "0.1" } }
      })
      assert.strictEqual(made.status, 201)
      const one = `${stages}/${made.json.id}`
      const changed = yield* call(emulator, "PATCH", one, { body: { metadata: { probability: "0.3" } } })
      assert.deepInclude(changed.json, { label: "Paused", metadata: { probability: "0.3" } })
      assert.strictEqual((yield* call(emulator, "GET", stages)).json.results.at(-1).id, made.json.id)
      assert.strictEqual((yield* call(emulator, "DELETE", one)).status, 204)
      assert.strictEqual((yield* call(emulator, "GET", one)).status, 404)
    }))

  const refusals: ReadonlyArray<readonly [why: string, method: string, path: string, body: unknown, status: number]> = [
    ["a pipeline without a label", "POST", path, { ...renewals, label: "" }, 400],
    ["a pipeline without stages", "POST", path, { ...renewals, stages: undefined }, 400],
    ["a stage without an order", "POST", `${path}/default/stages`, { label: "Paused" }, 400],
    ["a pipeline that is not there", "PATCH", `${path}/nowhere`, { label: "N" }, 404],
    ["a stage of one that is not there", "POST", `${path}/nowhere/stages`, { label: "N", displayOrder: 1 }, 404],
    ["a type that is none", "GET", "/crm/v3/pipelines/unicorns", undefined, 400]
  ]
  for (const [why, method, path, body, status] of refusals) {
    it.scopedLive(`${why}: ${status}`, () =>
      Effect.gen(function*() {
        const emulator = yield* unhurried()
        assert.strictEqual((yield* call(emulator, method, path, { body })).status, status)
      }))
  }
})
