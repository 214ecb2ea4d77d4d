import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { call, unhurried } from "./RawHttp.ts"

type Running = Parameters<typeof call>[0]

const everyone = {
  exportName: "All",
  exportType: "VIEW",
  format: "CSV",
  objectType: "contacts",
  objectProperties: ["email"]
}
const start = (emulator: Running, body: object) => call(emulator, "POST", "/crm/v3/exports/export/async", { body })
const look = (emulator: Running, id = "1") => call(emulator, "GET", `/crm/v3/exports/export/async/tasks/${id}/status`)

describe("an export", () => {
  it.scopedLive("moves on when it is looked at, and then has a file for which no token is needed", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* emulator.add("contacts", [{ email: "ada@example.com" }])
      const started = yield* start(emulator, everyone)
      assert.strictEqual(started.status, 202)
      const seen = yield* Effect.replicateEffect(look(emulator), 3)
      assert.deepStrictEqual(seen.map(({ json }) => json.status), ["PENDING", "PROCESSING", "COMPLETE"])
      const path = String(seen[2]?.json.result).replace(emulator.url, "")
      const file = yield* call(emulator, "GET", path, { token: "" })
      assert.match(file.text, /^Record ID,email\n\d+,ada@example\.com\n$/)
    }))

  it.scopedLive("tells of itself, which does not move it on", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* emulator.add("contacts", [{ email: "ada@example.com", firstname: "A\nda" }])
      yield* start(emulator, { ...everyone, objectProperties: ["firstname"] })
      const of = call(emulator, "GET", "/crm/v3/exports/export/1")
      assert.deepInclude((yield* of).json, { id: "1", exportName: "All", exportType: "VIEW", exportState: "ENQUEUED" })
      assert.strictEqual((yield* of).json.exportState, "ENQUEUED")
      yield* Effect.replicateEffect(look(emulator), 2)
      assert.deepInclude((yield* of).json, { exportState: "DONE", recordCount: 1, objectType: "0-1" })
      assert.strictEqual((yield* call(emulator, "GET", "/crm/v3/exports/export/2")).status, 404)
    }))

  const refused: ReadonlyArray<readonly [status: number, why: string, body: object]> = [
    [400, "has no name", { ...everyone, exportName: undefined }],
    [400, "is of no known kind", { ...everyone, exportType: "ALL" }],
    [400, "has a format that nobody knows", { ...everyone, format: "PDF" }],
    [400, "has no properties", { ...everyone, objectProperties: "email" }],
    [400, "is of no known type", { ...everyone, objectType: "ghosts" }],
    [404, "is of a list that is not there", { ...everyone, exportType: "LIST", listId: "7" }]
  ]
  it.scopedLive.each(refused)("%d: it %s", ([status, , body]) =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      assert.strictEqual((yield* start(emulator, body)).status, status)
    }))

  it.scopedLive("that is not there, or not ready, is a 404", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* start(emulator, everyone)
      assert.strictEqual((yield* look(emulator, "7")).status, 404)
      assert.strictEqual((yield* call(emulator, "GET", "/emulated-files/exports/1.csv")).status, 404)
    }))
})
