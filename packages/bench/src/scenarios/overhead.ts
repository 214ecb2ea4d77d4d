/** What a successful call costs, with no faults and no limits in its way, and with all policies on. */
import * as Effect from "effect/Effect"
import { neverReached, production } from "../defaults.ts"
import { measure, scriptedServer } from "../measure.ts"
import type { Setup } from "../model.ts"
import { atMost, ratios, type Row, type Table } from "../report/model.ts"
import { best, execArgvOf, interleaved, ours, peers, type Scenario, settingsOf, setupText, token } from "./scenario.ts"

const setup = { ...production, limit: neverReached }

export const overhead: Scenario = {
  name: "overhead",
  title: "Overhead of a successful call",
  clients: [...peers, ...ours, "ours-hubspot"],
  quickClients: ["undici", "got", best],
  run: (plan) =>
    Effect.scoped(Effect.gen(function*() {
      const server = yield* scriptedServer
      const count = plan.count ?? (plan.quick ? 400 : 10_000)
      const warmup = Math.ceil(count / 4)
      const repeats = plan.repeats ?? (plan.quick ? 2 : 5)
      const lanes = plan.concurrency === undefined ? plan.quick ? [50] : [1, 50, 500] : [plan.concurrency]
      const full: Setup = { ...setup, baseUrl: server.url, token }

      const tables: Array<Table> = []
      let settings = {}
      for (const concurrency of lanes) {
        const workload = { kind: "calls", count, concurrency, createEvery: 0, type: "contacts", firstId: 1 } as const
        const found = yield* interleaved(`overhead, concurrency ${concurrency}`, repeats, plan.clients, (client) =>
          Effect.gen(function*() {
            yield* server.reset({ latencyMillis: 0, retryAfter: false, records: 0 })
            const job = {
              setup: full,
              workload,
              warmup: { calls: warmup, sameClient: true },
              patienceMillis: 30_000,
              prefix: "o"
            }
            const measured = yield* measure(client, job, Effect.void, execArgvOf(plan))
            return { measured: [measured] }
          }))
        settings = settingsOf(found)
        const rows = [...found].map(([label, samples]): Row => ({
          label,
          samples: samples.flatMap(({ measured }) =>
            measured
          ).map(({ outcome }) => ({
            "CPU per call": outcome.cpuMillis * 1000 / count,
            p50: outcome.latency.p50,
            p99: outcome.latency.p99,
            "calls per second": count / outcome.wallMillis * 1000,
            "peak memory": outcome.peakRssMiB,
            failed: outcome.failed + outcome.neverEnded
          }))
        }))
        tables.push({
          title: `Concurrency ${concurrency}`,
          reference: "undici",
          columns: [
            { name: "CPU per call", unit: "µs", ratio: true, chart: true },
            { name: "p99", unit: "ms", digits: 2, ratio: true, chart: concurrency === 50 },
            { name: "p50", unit: "ms", digits: 2 },
            { name: "calls per second" },
            { name: "peak memory", unit: "MiB" },
            { name: "failed" }
          ],
          rows
        })
      }
      const times = (column: string) =>
        tables.map((table) =>
          table.rows.filter(({ label }) =>
            label === best
          ).flatMap((row) => ratios(table, row, column)?.median ?? [])
        )
      return {
        scenario: "overhead",
        title: overhead.title,
        parameters: { "measured calls": count, "warm-up calls": warmup, repeats, ...setupText(setup) },
        settings,
        tables,
        targets: lanes.flatMap((concurrency, n) => [
          ...atMost(
            `${best}: CPU per call, concurrency ${concurrency}`,
            1.5,
            times("CPU per call")[n] ?? [],
            " × undici"
          ),
          ...atMost(`${best}: p99, concurrency ${concurrency}`, 1.5, times("p99")[n] ?? [], " × undici")
        ]),
        notes: []
      }
    }))
}
