/** Very many calls through every fault there is, and nothing is left of them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ApiError } from "effect-resilience"
import type * as Http from "node:http"
import * as Program from "../support/Program.ts"
import * as ScriptedServer from "../support/ScriptedServer.ts"
import type { Report } from "../support/soak.ts"

/** In CI, and by `npm run soak`, there are 200,000. */
const calls = Number(process.env["SOAK_CALLS"] ?? (process.env["CI"] === undefined ? 20_000 : 200_000))

/** A generator with a seed (Park and Miller's): the same faults in the same order. */
const chance = (seed: number) => () => (seed = seed * 48271 % 2147483647) / 2147483647

/** Answers, and fails in all the ways that a server can; every 5,000 requests it is down for 30 of them. */
const faulty = (next: () => number): Http.RequestListener => {
  let n = 0
  return (request, response) => {
    const luck = next()
    request.resume()
    if (++n % 5_000 >= 4_970 || luck < 0.03) response.writeHead(503, { "retry-after": "0" }).end("busy")
    else if (luck < 0.06) response.writeHead(500).end(`{"message":"trouble"}`)
    else if (luck < 0.09) response.writeHead(429, { "retry-after": "0" }).end("slow down")
    else if (luck < 0.11) response.writeHead(404).end()
    else if (luck < 0.13) request.socket.destroy()
    else if (luck < 0.15) {
      response.writeHead(200, { "content-length": "1000" }).write("{", () => request.socket.destroy())
    } else if (luck < 0.155) return // no answer for ever
    else if (luck < 0.16) response.writeHead(200, { "content-length": "1000" }).write("{") // nor the rest of this one
    else if (request.url?.startsWith("/export")) {
      response.write("a".repeat(5000))
      setImmediate(() => response.end("b".repeat(5000)))
    } else response.end(`{"id":${n}}`)
  }
}

/** Two processes: so many calls are more than one can make in a minute or two. */
const seeds = [42, 43]

describe(`after ${calls} calls through every fault there is`, () => {
  it.scopedLive(
    "no slot, permit, fibre, timer, socket or memory is missing",
    () => Effect.forEach(seeds, (seed) => soak(seed, calls / seeds.length), { concurrency: "unbounded" }),
    600_000
  )
})

const soak = (seed: number, calls: number) =>
  Effect.gen(function*() {
    const sockets = new Set<unknown>()
    const answer = faulty(chance(seed))
    const server = yield* ScriptedServer.make((request, response) => {
      if (!sockets.has(request.socket)) {
        sockets.add(request.socket)
        request.socket.once("close", () => sockets.delete(request.socket))
      }
      if (request.url === "/fine") response.end()
      else answer(request, response)
    }, { remember: false })
    // It ends by itself: nothing is left that would keep it alive.
    const { code, stderr, stdout } = yield* Program.run("test/support/soak.ts", [], {
      CALLS: String(calls),
      SEED: String(seed),
      SERVER: server.url
    })
    assert.deepStrictEqual([code, stderr], [0, ""])
    const report: Report = JSON.parse(stdout)
    const { afterwards, circuitTrips, circuits, heap, limiter, limiterWait, outcomes, resources, retries, roots } =
      report

    // Everything happened, and everything is accounted for.
    assert.includeMembers(Object.keys(outcomes), [
      "success",
      "interrupted",
      "ServerError",
      "ConnectionError",
      "Timeout"
    ])
    assert.includeMembers(["success", "interrupted", ...ApiError.Tag.literals], Object.keys(outcomes))
    for (const some of [retries, circuitTrips, limiterWait]) assert.isAbove(some, 0)
    const { success = 0, interrupted = 0, ...failed } = outcomes
    assert.deepInclude(report.snapshot, {
      calls: calls + 100,
      succeeded: success + 100,
      interrupted,
      failed: Object.values(failed).reduce((sum, n) => sum + n, 0)
    })

    // Nothing is left.
    assert.deepStrictEqual([afterwards, circuits], [100, ["closed"]])
    assert.deepStrictEqual(limiter, { waiting: 0, inFlight: 0 })
    assert.strictEqual(roots[1], roots[0])
    assert.deepStrictEqual(resources[1], resources[0])
    assert.strictEqual(sockets.size, 0)
    assert.isBelow(heap[1], heap[0] + 10_000_000)
  }).pipe(Effect.scoped)
