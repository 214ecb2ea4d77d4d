import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber, Stream } from "effect"
import { type BatchResult, Contacts, type CrmObject, type HubSpotClient, Search } from "effect-hubspot"
import { type ApiError } from "effect-resilience"
import { Emulator, type FaultPlan } from "hubspot-emulator"
import { clientFor, live } from "../support/hubspot.ts"
import * as ScriptedServer from "../support/ScriptedServer.ts"

type Fault = NonNullable<FaultPlan.Input["rules"]>[number]["fault"]

interface Tried {
  readonly run: (
    settings?: CrmObject.Settings
  ) => Effect.Effect<unknown, ApiError.ApiError, HubSpotClient.HubSpotClient>
  /** May be carried out twice? */
  readonly replay: "safe" | "unsafe"
  /** What HubSpot answers says nothing that could be missing. */
  readonly silent?: boolean
}

/** A batch of one, as a call that fails with the error of its input. */
const one = <I, A, R>(batch: Effect.Effect<BatchResult.BatchResult<I, A>, never, R>) =>
  Effect.flatMap(batch, ({ failed }) => failed[0] === undefined ? Effect.void : Effect.fail(failed[0].error))

const email = "ada@example.com"
const all = Search.where(Search.has("email"))

/** On an account with two contacts, 6001 and 6002. */
const calls: { readonly [name: string]: Tried } = {
  create: { run: (settings) => Contacts.create({ email: "new@example.com" }, settings), replay: "safe" },
  "create without an email": { run: (settings) => Contacts.create({ city: "Rome" }, settings), replay: "unsafe" },
  get: { run: (settings) => Contacts.get("6001", settings), replay: "safe" },
  update: { run: (settings) => Contacts.update("6001", { city: "Rome" }, settings), replay: "safe" },
  upsert: { run: (settings) => Contacts.upsert({ email }, { by: "email", ...settings }), replay: "safe" },
  archive: { run: (settings) => Contacts.archive("6001", settings), replay: "safe", silent: true },
  merge: { run: (settings) => Contacts.merge("6001", "6002", settings), replay: "unsafe" },
  gdprDelete: { run: (settings) => Contacts.gdprDelete("6001", settings), replay: "safe", silent: true },
  stream: { run: (settings) => Stream.runDrain(Contacts.stream(settings)), replay: "safe" },
  pages: { run: (settings) => Stream.runDrain(Contacts.pages(settings)), replay: "safe" },
  search: { run: (settings) => Stream.runDrain(Contacts.search(all, settings)), replay: "safe" },
  searchPages: { run: (settings) => Stream.runDrain(Contacts.searchPages(all, settings)), replay: "safe" },
  "search in an order": {
    run: (settings) => Stream.runDrain(Contacts.search(Search.sort(all, "email"), settings)),
    replay: "safe"
  },
  count: { run: (settings) => Contacts.count(all, settings), replay: "safe" },
  changes: {
    run: (settings) => Stream.runDrain(Contacts.changes(DateTime.unsafeMake(0), settings)),
    replay: "safe"
  },
  batchCreate: { run: (settings) => one(Contacts.batchCreate([{ city: "Rome" }], settings)), replay: "unsafe" },
  batchRead: { run: (settings) => one(Contacts.batchRead(["6001"], settings)), replay: "safe" },
  batchUpdate: {
    run: (settings) => one(Contacts.batchUpdate([{ id: "6001", properties: { city: "Rome" } }], settings)),
    replay: "safe"
  },
  batchUpsert: {
    run: (settings) => one(Contacts.batchUpsert([{ email }], { by: "email", ...settings })),
    replay: "safe"
  },
  batchArchive: { run: (settings) => one(Contacts.batchArchive(["6001"], settings)), replay: "safe", silent: true }
}
const names = Object.keys(calls)

const faults: ReadonlyArray<readonly [Fault, Partial<ApiError.ApiError> & Record<string, unknown>]> = [
  [{ kind: "rateLimited", body: "search" }, { _tag: "RateLimited", policy: "SECONDLY", outcome: "refused" }],
  [{ kind: "status", status: 500 }, { _tag: "ServerError", status: 500, outcome: "unknown" }],
  [{ kind: "status", status: 502 }, { _tag: "ServerError", status: 502, outcome: "unknown" }],
  [{ kind: "reset" }, { _tag: "ConnectionError", reason: "reset", outcome: "unknown" }],
  [{ kind: "hang" }, { _tag: "Timeout", scope: "attempt", outcome: "unknown" }]
]
/** Comes last: nothing more is sent on that day. */
const daily: readonly [Fault, object] = [
  { kind: "rateLimited", body: "daily" },
  { _tag: "RateLimited", policy: "DAILY", retryable: false }
]
const cut: readonly [Fault, object] = [{ kind: "cutBody" }, { _tag: "ConnectionError", reason: "incomplete" }]

const always = (fault: Fault): FaultPlan.Input => ({ rules: [{ share: 1, fault }] })
const begin = Effect.gen(function*() {
  const emulator = yield* Emulator.Emulator
  yield* emulator.reset
  yield* emulator.add("contacts", [{ email }, { email: "bob@example.com" }])
  return emulator
})

describe("each call meets a fault", () => {
  it.scopedLive.each(names)("%s: the error says what it was, after one request", (name) =>
    Effect.gen(function*() {
      const { run, silent } = calls[name]!
      for (const [fault, expected] of silent === true ? [...faults, daily] : [...faults, cut, daily]) {
        const emulator = yield* begin
        yield* emulator.setFaults(always(fault))
        // Only what hangs is waited for so short a time: on a busy machine the others may take their while.
        const error = yield* Effect.flip(run(fault.kind === "hang" ? { attemptTimeout: "150 millis" } : {}))
        assert.deepInclude(error, expected, JSON.stringify(fault))
        assert.include(error.message, "/crm/v3/objects/contacts")
        assert.notInclude(error.message, "6001")
        assert.strictEqual(error.retry?.attempts, 1)
        assert.isAtMost((yield* emulator.stats).requests, 1)
      }
    }).pipe(Effect.provide(live({ overrides: { retry: { retries: 0 }, attemptTimeout: "4 seconds" } }))))

  it.scopedLive.each(names)("%s: is repeated if, and only if, that is safe", (name) =>
    Effect.gen(function*() {
      const { replay, run } = calls[name]!
      const emulator = yield* begin
      yield* emulator.setFaults(always({ kind: "reset" }))
      const call = yield* Effect.fork(Effect.either(run({ retries: 50 })))
      yield* Effect.repeat(Effect.delay(emulator.stats, 2), { until: ({ requests }) => requests > 0 })
      // By the time the next attempt can be made the fault is over.
      yield* emulator.setFaults({})
      const result = yield* Fiber.join(call)
      if (replay === "safe") return assert.strictEqual(result._tag, "Right")
      assert.strictEqual(result._tag === "Left" && result.left.outcome, "unknown")
      assert.strictEqual(result._tag === "Left" && result.left.retry?.stopped, "not-replayable")
      assert.strictEqual((yield* emulator.stats).requests, 1)
    }).pipe(Effect.provide(live())))

  it.scopedLive.each(names)("%s: leaves nothing open when it is interrupted", (name) =>
    Effect.gen(function*() {
      const emulator = yield* begin
      yield* emulator.setFaults(always({ kind: "hang" }))
      const call = yield* Effect.fork(calls[name]!.run({ attemptTimeout: "4 seconds" }))
      yield* Effect.repeat(Effect.delay(emulator.stats, 2), { until: ({ requests }) => requests > 0 })
      yield* Fiber.interrupt(call)
      yield* Effect.repeat(Effect.delay(emulator.stats, 5), { until: ({ openSockets }) => openSockets === 0 })
    }).pipe(Effect.provide(live())))

  it.scopedLive.each(names.filter((name) => calls[name]?.silent !== true))(
    "%s: an answer without what it should have is an InvalidResponse",
    (name) =>
      Effect.gen(function*() {
        const answers = [{}, [], "text", { results: [{}] }, { results: [{ id: "1" }] }, { results: [null] }, {
          total: "x"
        }]
        for (const answer of answers) {
          const server = yield* ScriptedServer.make((_, response) => {
            response.setHeader("content-type", "application/json").end(JSON.stringify(answer))
          })
          const client = clientFor({ url: server.url, token: "t" }, { retry: { retries: 0 } })
          const error = yield* Effect.flip(Effect.provide(calls[name]!.run(), client))
          assert.strictEqual(error._tag, "InvalidResponse", JSON.stringify(answer))
        }
      })
  )
})
