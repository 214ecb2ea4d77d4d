/** Many records by their ids: how many calls does it take? */
import * as Effect from "effect/Effect"
import { neverReached, production } from "../defaults.ts"
import { measure, scriptedServer } from "../measure.ts"
import type { Workload } from "../model.ts"
import { atMost, spread, type Table } from "../report/model.ts"
import { interleaved, peers, type Scenario, settingsOf, setupText, token } from "./scenario.ts"

const own = "ours-batching"

const setup = { ...production, limit: neverReached }

export const records: Scenario = {
  name: "records",
  title: "Work per record",
  clients: [...peers, own],
  quickClients: ["undici", "official", own],
  run: (plan) =>
    Effect.scoped(Effect.gen(function*() {
      const server = yield* scriptedServer
      const count = plan.count ?? (plan.quick ? 500 : 10_000)
      const repeats = plan.repeats ?? (plan.quick ? 1 : 3)
      const full = { ...setup, baseUrl: server.url, token }

      const tableOf = (title: string, clients: ReadonlyArray<string>, workload: Workload) =>
        interleaved(title, repeats, clients, (client) =>
          Effect.gen(function*() {
            yield* server.reset({ latencyMillis: 0, retryAfter: false, records: 0 })
            const measured = yield* measure(client, {
              setup: full,
              workload,
              patienceMillis: 30_000,
              prefix: "r"
            })
            return { measured: [measured], stats: yield* server.stats }
          })).pipe(Effect.map((found) => ({
            settings: settingsOf(found),
            table: {
              title,
              columns: [
                { name: "calls", chart: true },
                { name: "CPU per record", unit: "µs", chart: true },
                { name: "wall", unit: "ms" },
                { name: "peak memory", unit: "MiB" },
                { name: "lost" }
              ],
              rows: [...found].map(([label, samples]) => ({
                label,
                samples: samples.flatMap(({ measured, stats }) =>
                  measured.map(({ outcome }) => ({
                    calls: stats.requests,
                    "CPU per record": outcome.cpuMillis * 1000 / count,
                    wall: outcome.wallMillis,
                    "peak memory": outcome.peakRssMiB,
                    lost: count - outcome.succeeded - outcome.records
                  }))
                )
              }))
            } satisfies Table
          })))

      const gets = yield* tableOf(`${count} gets by id, issued at once`, plan.clients, {
        kind: "calls",
        count,
        concurrency: count,
        createEvery: 0,
        type: "contacts",
        firstId: 1
      })
      const haveBatches = ["official", "official-tuned", own]
      const batches = yield* tableOf(
        `${count} ids given to a batch read, by those who have one`,
        plan.clients.filter((client) => haveBatches.includes(client)),
        { kind: "many", count }
      )
      const seen = (table: Table, column: string) =>
        table.rows.filter(({ label }) => label === own).map((row) => spread(row, column).max)
      return {
        scenario: "records",
        title: records.title,
        parameters: { records: count, repeats, ...setupText(setup) },
        settings: gets.settings,
        tables: [gets.table, batches.table],
        targets: [
          ...atMost("calls for gets that are issued at once", Math.ceil(count / 100), seen(gets.table, "calls")),
          ...atMost("lost", 0, seen(gets.table, "lost")),
          ...atMost("calls of a batch read", Math.ceil(count / 100), seen(batches.table, "calls"))
        ],
        notes: []
      }
    }))
}
