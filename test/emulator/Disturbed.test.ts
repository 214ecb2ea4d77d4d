/** What goes wrong between a server and its clients, all at once. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as FaultPlan from "hubspot-emulator/FaultPlan"
import { connect } from "node:net"
import { call, contacts, createContact, unhurried } from "./RawHttp.ts"

/** Writes the text and leaves after so long, whatever has come until then. */
const sendAndLeave = (url: string, text: string, millis: number) =>
  Effect.async<void>((resume) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
      socket.write(text)
      setTimeout(() => socket.destroy(), millis)
    })
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.void))
  })

const head = (line: string, ...headers: ReadonlyArray<string>) => [line, "host: x", ...headers, "", ""].join("\r\n")

const allClosed = (emulator: Parameters<typeof createContact>[0]) =>
  Effect.repeat(Effect.delay(emulator.stats, "10 millis"), { until: ({ openSockets }) => openSockets === 0 })

const plans: ReadonlyArray<FaultPlan.Input> = [
  {},
  { rules: [{ share: 0.5, fault: { kind: "slowBody", over: "50 millis" } }] },
  { rules: [{ share: 0.5, fault: { kind: "slowHeaders", after: "50 millis" } }] },
  { rules: [{ share: 0.3, fault: { kind: "cutBody" } }, { share: 0.3, fault: { kind: "resetAfterCommit" } }] },
  { rules: [{ share: 0.3, fault: { kind: "hang" } }, { share: 0.3, fault: { kind: "hangAfterCommit" } }] },
  { outages: [{ from: 0, to: "1 hour", fault: { kind: "reset" } }] }
]

describe("clients that leave at any time, while faults are switched", () => {
  it.scopedLive("leave no half record, and no email that is taken by nobody", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ seed: 7 })
      const emails = Array.from({ length: 300 }, (_, i) => `ada-${i}@example.com`)
      yield* Effect.forEach(emails, (email, i) =>
        Effect.gen(function*() {
          if (i % 20 === 0) yield* emulator.setFaults(plans[(i / 20) % plans.length]!)
          yield* createContact(emulator, { email }).pipe(
            Effect.timeoutOption(`${i % 7 * 30 + 5} millis`),
            Effect.ignore
          )
        }), { concurrency: 20 })
      yield* emulator.setFaults({})
      const answers = yield* Effect.forEach(emails, (email) => createContact(emulator, { email }), { concurrency: 20 })
      assert.sameMembers([...new Set(answers.map(({ status }) => status))], [201, 409])
      const made = (yield* emulator.records("contacts")).map(({ properties }) => properties.email)
      assert.sameMembers(made, emails)
    }))

  const broken: ReadonlyArray<readonly [why: string, text: string]> = [
    ["in the head", "POST /crm/v3/objects/contacts HTTP/1.1\r\nhost"],
    [
      "in the body",
      `${head(`POST ${contacts} HTTP/1.1`, "authorization: Bearer t", "content-length: 99")}{"properties"`
    ],
    [
      "in a chunk",
      `${head(`POST ${contacts} HTTP/1.1`, "authorization: Bearer t", "transfer-encoding: chunked")}ff\r\n{`
    ],
    ["after two requests at once", head(`GET ${contacts} HTTP/1.1`, "authorization: Bearer t").repeat(2)]
  ]
  it.scopedLive.each(broken)("%s", ([, text]) =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ tokens: ["t"] })
      yield* sendAndLeave(emulator.url, text, 30)
      yield* allClosed(emulator)
      assert.strictEqual((yield* call(emulator, "GET", contacts)).status, 200)
      assert.isEmpty(yield* emulator.records("contacts"))
    }))

  const refused: ReadonlyArray<readonly [why: string, text: string, status: number]> = [
    ["no HTTP", "hello\r\n\r\n", 400],
    ["an unknown method", head("BREW /crm/v3/objects/contacts HTTP/1.1"), 400],
    ["a method that no path has", head(`TRACE ${contacts} HTTP/1.1`, "authorization: Bearer t"), 405],
    ["headers without end", head(`GET ${contacts} HTTP/1.1`, `x: ${"x".repeat(20_000)}`), 431],
    [
      "a path without end",
      head(`GET ${contacts}?properties=${"x".repeat(9000)} HTTP/1.1`, "authorization: Bearer t"),
      414
    ]
  ]
  it.scopedLive.each(refused)("are told what is wrong with %s", ([, text, status]) =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ tokens: ["t"] })
      const line = yield* Effect.async<string>((resume) => {
        const socket = connect(Number(new URL(emulator.url).port), "127.0.0.1", () => socket.write(text))
        socket.once("data", (data) => {
          resume(Effect.succeed(data.toString().split("\r\n")[0]!))
          socket.destroy()
        })
      })
      assert.strictEqual(line.split(" ")[1], String(status))
    }))

  it.scopedLive("batches that write at once each write all of theirs, or nothing", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const batch = (n: number) => ({
        body: {
          inputs: Array.from({ length: 100 }, (_, i) => ({ properties: { email: `ada-${n + i}@example.com` } }))
        }
      })
      // Each overlaps the next by half: of two neighbours one at most can be made.
      const answers = yield* Effect.forEach(
        Array.from({ length: 10 }, (_, i) => i * 50),
        (n) => call(emulator, "POST", `${contacts}/batch/create`, batch(n)),
        { concurrency: "unbounded" }
      )
      const made = answers.filter(({ status }) => status === 201).length
      assert.sameMembers([...new Set(answers.map(({ status }) => status))], [201, 409])
      assert.lengthOf(yield* emulator.records("contacts"), made * 100)
    }))
})
