import { afterAll, assert, beforeAll, beforeEach, describe, it } from "@effect/vitest"
import * as Testing from "hubspot-emulator/Testing"

const create = (hubspot: Testing.Emulated) =>
  fetch(`${hubspot.url}/crm/v3/objects/contacts`, {
    method: "POST",
    headers: { authorization: `Bearer ${hubspot.token}`, "content-type": "application/json" },
    body: JSON.stringify({ properties: { email: "ada@example.com" } })
  })

describe("an emulator of a test file", () => {
  const hubspot = Testing.emulated({ beforeAll, beforeEach, afterAll }, { seed: 7 })

  it.each(["the first test", "another"])("is as it was at the start for %s", async () => {
    assert.lengthOf(await hubspot.run((emulator) => emulator.records("contacts")), 0)
    assert.strictEqual((await create(hubspot)).status, 201)
    assert.lengthOf(await hubspot.run((emulator) => emulator.records("contacts")), 1)
  })
})

describe("before its tests", () => {
  const hooks: Array<() => Promise<void>> = []
  const keep = (run: () => Promise<void>) => void hooks.push(run)
  const hubspot = Testing.emulated({ beforeAll: keep, beforeEach: keep, afterAll: keep })

  it("it has no address, and says so", () => {
    assert.throws(() => hubspot.url, "inside of tests")
  })

  it("it runs from the first of its hooks to the last", async () => {
    const [start, reset, stop] = hooks
    await start?.()
    await reset?.()
    const { url } = hubspot
    assert.strictEqual((await create(hubspot)).status, 201)
    await stop?.()
    assert.isTrue(await fetch(url).then(() => false, () => true))
  })
})
