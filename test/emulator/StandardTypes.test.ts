import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { call, unhurried } from "./RawHttp.ts"

const json = (properties: Record<string, unknown>) => ({ body: { properties } })

describe("the standard types", () => {
  const types: ReadonlyArray<readonly [name: string, id: string, required: Record<string, string>]> = [
    ["companies", "0-2", { name: "Acme" }],
    ["deals", "0-3", { dealname: "D", dealstage: "closedwon", pipeline: "default" }],
    ["tickets", "0-5", { subject: "Help", hs_pipeline: "0", hs_pipeline_stage: "1" }],
    ["products", "0-7", {}],
    ["line_items", "0-8", {}],
    ["quotes", "0-14", { hs_title: "Q", hs_expiration_date: "2026-12-31" }],
    ["communications", "0-18", { hs_timestamp: "2026-01-01T00:00:00Z" }],
    ["tasks", "0-27", { hs_timestamp: "2026-01-01T00:00:00Z" }],
    ["notes", "0-46", { hs_timestamp: "2026-01-01T00:00:00Z" }],
    ["meetings", "0-47", { hs_timestamp: "2026-01-01T00:00:00Z" }],
    ["calls", "0-48", { hs_timestamp: "2026-01-01T00:00:00Z" }],
    ["emails", "0-49", { hs_timestamp: "2026-01-01T00:00:00Z", hs_email_direction: "EMAIL" }],
    ["invoices", "0-53", {}],
    ["marketing_events", "0-54", {}],
    ["payments", "0-101", {}],
    ["users", "0-115", {}],
    ["orders", "0-123", { hs_order_name: "O" }],
    ["leads", "0-136", {}],
    ["carts", "0-142", {}],
    ["projects", "0-970", {}]
  ]
  it.scopedLive("are addressed by name and by id, and want what they need", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      for (const [name, id, required] of types) {
        const body = { properties: required }
        const made = yield* call(emulator, "POST", `/crm/v3/objects/${name}`, { body })
        assert.strictEqual(made.status, 201, name)
        const read = yield* call(emulator, "GET", `/crm/v3/objects/${id}/${made.json.id}`)
        assert.strictEqual(read.json.id, made.json.id, name)
        const nothing = yield* call(emulator, "POST", `/crm/v3/objects/${id}`, { body: { properties: {} } })
        assert.strictEqual(nothing.status, Object.keys(required).length > 0 ? 400 : 201, name)
      }
    }))

  it.scopedLive("a type of which only some properties are described checks those and takes the others", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const path = "/crm/v3/objects/line_items"
      const price = yield* call(emulator, "POST", path, json({ price: "a lot", quantity: "2" }))
      assert.strictEqual(price.json.errors[0].code, "INVALID_INTEGER")
      const computed = yield* call(emulator, "POST", path, json({ amount: "1" }))
      assert.strictEqual(computed.json.errors[0].code, "READ_ONLY_VALUE")
      assert.strictEqual((yield* call(emulator, "POST", path, json({ price: "5", color: "red" }))).status, 201)
    }))
})
