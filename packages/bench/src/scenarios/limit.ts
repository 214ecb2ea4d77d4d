/** Unlimited demand under a limit: how much of it is used, and how often is it exceeded? */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { production } from "../defaults.ts"
import { type Measured, scriptedServer, together } from "../measure.ts"
import type { Job, Setup } from "../model.ts"
import { localRedis } from "../redis.ts"
import { atMost, spread, type Table } from "../report/model.ts"
import { best, interleaved, isOurs, ours, peers, type Scenario, settingsOf, setupText, token } from "./scenario.ts"

const latencyMillis = 50

export const limit: Scenario = {
  name: "limit",
  title: "Unlimited demand under a limit",
  clients: [...peers, ...ours],
  quickClients: ["got", best],
  run: (plan) =>
    Effect.scoped(Effect.gen(function*() {
      const server = yield* scriptedServer
      const redis = yield* localRedis
      const setup = {
        ...production,
        limit: plan.quick ? { calls: 20, windowMillis: 1000 } : { calls: 190, windowMillis: 10_000 }
      }
      const count = plan.count ?? setup.limit.calls * (plan.quick ? 3 : 4)
      const repeats = plan.repeats ?? 1
      const least = Math.floor((count - 1) / setup.limit.calls) * setup.limit.windowMillis + latencyMillis
      const cells = [
        { processes: 1, retryAfter: true },
        ...plan.quick ? [] : [{ processes: 1, retryAfter: false }],
        ...Option.isNone(redis) ? [] : [{ processes: 4, retryAfter: true }],
        ...Option.isNone(redis) || plan.quick ? [] : [{ processes: 4, retryAfter: false }]
      ]

      const tables: Array<Table> = []
      let settings = {}
      for (const { processes, retryAfter } of cells) {
        const title = `${processes === 1 ? "One process" : `${processes} processes, Redis where they know it`}, ${
          retryAfter ? "with" : "without"
        } Retry-After`
        const run = (client: string, round: number) =>
          Effect.gen(function*() {
            const url = Option.getOrUndefined(redis)
            const shared = processes === 1 || url === undefined
              ? undefined
              : { url, prefix: `${client}-${retryAfter}-${round}` }
            const full = { ...setup, baseUrl: server.url, token, processes, redis: shared }
            yield* server.reset({ latencyMillis: 0, retryAfter, records: 0 })
            const begin = server.reset({ latencyMillis, limit: setup.limit, retryAfter, records: 0 })
            const measured = yield* together(client, jobsOf(full, count), begin)
            return { measured, stats: yield* server.stats }
          })
        const clients = processes === 1
          ? plan.clients
          : plan.clients.filter((client) => isOurs(client) || worthSeveral.includes(client))
        const found = yield* interleaved(title, repeats, clients, run)
        settings = { ...settingsOf(found), ...settings }
        const sum = (measured: ReadonlyArray<Measured>, of: (one: Measured) => number) =>
          measured.reduce((total, one) => total + of(one), 0)
        tables.push({
          title,
          columns: [
            { name: "time × least possible", digits: 3, chart: true },
            { name: "429s", chart: true },
            { name: "lost" },
            { name: "requests per call", digits: 2 },
            { name: "slowest call", unit: "s", digits: 1 }
          ],
          rows: [...found].map(([label, samples]) => ({
            label,
            samples: samples.map(({ measured, stats }) => {
              const lost = count - sum(measured, ({ outcome }) => outcome.succeeded)
              return {
                // Who gives up is soon done.
                "time × least possible": lost > 0
                  ? Number.NaN
                  : Math.max(...measured.map(({ outcome }) => outcome.wallMillis)) / least,
                "429s": stats.rateLimited,
                lost,
                "requests per call": stats.requests / count,
                "slowest call": Math.max(...measured.map(({ outcome }) => outcome.latency.max)) / 1000
              }
            })
          }))
        })
      }
      return {
        scenario: "limit",
        title: limit.title,
        parameters: {
          calls: count,
          "round trip": `${latencyMillis} ms`,
          "least possible": `${least} ms`,
          repeats,
          ...setupText(setup)
        },
        settings,
        tables,
        targets: tables.flatMap((table, n) => {
          const own = table.rows.filter(({ label }) => isOurs(label))
          const seen = (column: string) => own.map((row) => spread(row, column).max)
          const most = cells[n]?.processes === 1 ? 1.03 : 1.05
          return [
            ...atMost(`${table.title}: 429s`, 0, seen("429s")),
            ...atMost(`${table.title}: lost`, 0, seen("lost")),
            ...atMost(`${table.title}: time`, most, seen("time × least possible"), " × the least possible")
          ]
        }),
        notes: [
          "Where calls are lost no time is given: who gives up is soon done.",
          ...Option.isNone(redis) ? ["No Redis was found: several processes were not measured."] : []
        ]
      }
    }))
}

/** The calls, dealt out to the processes: each of them asks for all of its own at once. */
const jobsOf = (setup: Setup, count: number): ReadonlyArray<Job> =>
  Array.from({ length: setup.processes }, (_, n) => {
    const each = Math.floor(count / setup.processes) + (n < count % setup.processes ? 1 : 0)
    return {
      setup,
      workload: { kind: "calls", count: each, concurrency: each, createEvery: 0, type: "contacts", firstId: 1 },
      // Its calls must not be there when the others are counted.
      warmup: { calls: Math.floor(setup.limit.calls / setup.processes / 2), sameClient: false },
      patienceMillis: 75_000,
      prefix: `${n}`
    }
  })

/** Those who have something to share a limit with, or are told when to come back. */
const worthSeveral = ["got", "ky", "axios-retry", "p-retry", "bottleneck", "official-tuned"]
