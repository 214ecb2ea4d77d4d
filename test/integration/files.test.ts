import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule, Stream } from "effect"
import { Exports, Imports, Lists } from "effect-hubspot"
import { Emulator, type FaultPlan } from "hubspot-emulator"
import { live } from "../support/hubspot.ts"

const schedule = Schedule.spaced("1 millis")
const always = (fault: NonNullable<FaultPlan.Input["rules"]>[number]["fault"]): FaultPlan.Input => ({
  rules: [{ share: 1, fault }]
})

const people = (content: string | Uint8Array): Imports.Input => ({
  name: "November",
  files: [{
    fileName: "contacts.csv",
    content,
    columns: [
      { columnName: "First name", columnObjectTypeId: "0-1", propertyName: "firstname" },
      { columnName: "Email", columnObjectTypeId: "0-1", propertyName: "email", columnType: "HUBSPOT_ALTERNATE_ID" }
    ]
  }]
})
const csv = "First name,Email\nAda,ada@example.com\n\"Grace, \"\"Amazing\"\"\",grace@example.com\nNobody,not an email\n"

const statesOf = (id: string) =>
  Effect.map(Stream.runCollect(Imports.states(id, { schedule })), (all) => [...all].map(({ state }) => state))

describe("an import", () => {
  it.scopedLive.each([csv, new TextEncoder().encode(csv)])(
    "is started, watched until it is done, and tells of its rows",
    (content) =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.Emulator
        yield* emulator.add("contacts", [{ email: "ada@example.com", firstname: "Augusta" }])
        const started = yield* Imports.start(people(content))
        assert.deepInclude(started, { state: "STARTED", importName: "November", mappedObjectTypeIds: ["0-1"] })
        assert.deepStrictEqual(yield* statesOf(started.id), ["PROCESSING", "DONE"])
        assert.deepStrictEqual((yield* Imports.get(started.id)).metadata?.counters, {
          TOTAL_ROWS: 3,
          UPDATED_OBJECTS: 1,
          CREATED_OBJECTS: 1,
          ERRORS: 1
        })
        assert.deepStrictEqual((yield* emulator.records("contacts")).map(({ properties }) => properties.firstname), [
          "Ada",
          "Grace, \"Amazing\""
        ])
        const errors = [...yield* Stream.runCollect(Imports.errors(started.id))]
        assert.deepStrictEqual(errors.map(({ sourceData }) => [sourceData?.lineNumber, sourceData?.rowData]), [
          [4, ["Nobody", "not an email"]]
        ])
        assert.deepStrictEqual([...yield* Stream.runCollect(Imports.stream())].map(({ id }) => id), [started.id])
      }).pipe(Effect.provide(live()))
  )

  it.scopedLive("is cancelled, which ends the watch", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const { id } = yield* Imports.start(people(csv))
      yield* Imports.cancel(id)
      assert.deepStrictEqual(yield* statesOf(id), ["CANCELED"])
      assert.deepStrictEqual(yield* emulator.records("contacts"), [])
    }).pipe(Effect.provide(live())))

  it.scopedLive("that HubSpot does not understand is refused", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Imports.start(people("Name,Mail\nAda,ada@example.com\n")))
      assert.deepInclude(error, { _tag: "ClientError", status: 400 })
    }).pipe(Effect.provide(live())))

  it.scopedLive("without a file is not sent", () =>
    Effect.gen(function*() {
      assert.deepInclude(yield* Effect.flip(Imports.start({ name: "x", files: [] })), {
        _tag: "InvalidRequest",
        field: "files"
      })
    }).pipe(Effect.provide(live())))

  it.scopedLive("that is too large is answered with 429 for ever, and sent once", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.setFaults(always({ kind: "rateLimited", body: "edge" }))
      const error = yield* Effect.flip(Imports.start(people(csv)))
      assert.deepInclude(error, { _tag: "RateLimited", retryable: false })
      assert.strictEqual((yield* emulator.stats).requests, 1)
    }).pipe(Effect.provide(live())))

  it.scopedLive("is started again after a 429 that names a limit, and after no connection", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.setFaults({
        seed: 1,
        rules: [{ share: 0.6, fault: { kind: "rateLimited", body: "tenSecondly" } }]
      })
      for (let n = 0; n < 4; n++) yield* Imports.start(people(csv))
      assert.isAbove((yield* emulator.stats).rateLimited.injected, 0)
      assert.strictEqual((yield* Stream.runCollect(Imports.stream())).length, 4)
    }).pipe(Effect.provide(live({ overrides: { retry: { retries: 30 } } }))))

  it.scopedLive.each(["resetAfterCommit", "hangAfterCommit"] as const)(
    "whose start was never answered is not started again: %s",
    (kind) =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.Emulator
        yield* emulator.setFaults(always({ kind }))
        const error = yield* Effect.flip(Imports.start(people(csv), { attemptTimeout: "100 millis" }))
        assert.strictEqual(error.outcome, "unknown")
        assert.strictEqual((yield* emulator.stats).requests, 1)
      }).pipe(Effect.provide(live()))
  )
})

describe("an export", () => {
  const everyone: Exports.Input = {
    exportName: "Everyone",
    objectType: "contacts",
    objectProperties: ["email", "firstname"]
  }
  const finished = (input: Exports.Input) =>
    Effect.gen(function*() {
      const { id } = yield* Exports.start(input)
      const states = [...yield* Stream.runCollect(Exports.states(id, { schedule }))]
      return { states: states.map(({ status }) => status), url: states.at(-1)?.result ?? "" }
    })
  const contents = (url: string) => Stream.mkString(Stream.decodeText(Exports.download(url)))

  it.scopedLive("is started, watched until it is complete, and streamed", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const [ada, bob] = yield* emulator.add("contacts", [
        { email: "ada@example.com", firstname: "Ada, first" },
        { email: "bob@example.com" }
      ])
      const { states, url } = yield* finished(everyone)
      assert.deepStrictEqual(states, ["PENDING", "PROCESSING", "COMPLETE"])
      assert.strictEqual(
        yield* contents(url),
        `Record ID,email,firstname\n${ada?.id},ada@example.com,"Ada, first"\n${bob?.id},bob@example.com,\n`
      )
    }).pipe(Effect.provide([live(), NodeHttpClient.layerUndici])))

  it.scopedLive("holds a list where one is named", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("contacts", [{ email: "ada@example.com" }])
      const { listId } = yield* Lists.create({ name: "None", objectTypeId: "0-1", processingType: "MANUAL" })
      const { url } = yield* finished({ ...everyone, listId })
      assert.strictEqual(yield* contents(url), "Record ID,email,firstname\n")
    }).pipe(Effect.provide([live(), NodeHttpClient.layerUndici])))

  it.scopedLive("its file is asked for again until the first byte, and its end is told from a break", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const { url } = yield* finished(everyone)
      yield* emulator.setFaults({ outages: [{ from: 0, to: "60 millis" }] })
      assert.strictEqual(yield* contents(url), "Record ID,email,firstname\n")
      yield* emulator.setFaults(always({ kind: "cutBody" }))
      assert.deepInclude(yield* Effect.flip(contents(url)), { _tag: "ConnectionError", reason: "incomplete" })
    }).pipe(Effect.provide([live(), NodeHttpClient.layerUndici])))

  it.scopedLive("that is not there is a 404, and so is its file", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      assert.deepInclude(yield* Effect.flip(Exports.get("404")), { _tag: "ClientError", status: 404 })
      const error = yield* Effect.flip(contents(`${emulator.url}/emulated-files/exports/404.csv?signature=secret`))
      assert.deepInclude(error, { _tag: "ClientError", status: 404 })
      assert.notInclude(JSON.stringify(error), "secret")
    }).pipe(Effect.provide([live(), NodeHttpClient.layerUndici])))
})
