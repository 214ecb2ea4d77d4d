/** Listing very many records: memory that does not grow, and what a record costs. */
import * as Effect from "effect/Effect"
import { neverReached, production } from "../defaults.ts"
import { measure, scriptedServer } from "../measure.ts"
import { atMost, ratios, spread, type Table } from "../report/model.ts"
import { execArgvOf, interleaved, type Scenario, settingsOf, setupText, token } from "./scenario.ts"

const setup = { ...production, limit: neverReached }

/** These hold everything in memory. */
const hoarders = ["official", "official-tuned"]

export const listing: Scenario = {
  name: "listing",
  title: "Listing all records",
  clients: ["undici", "fetch", "got", "ky", "axios-retry", "official", "platform", "ours-undecoded", "ours-hubspot"],
  quickClients: ["undici", "ours-undecoded", "ours-hubspot"],
  run: (plan) =>
    Effect.scoped(Effect.gen(function*() {
      const server = yield* scriptedServer
      const most = plan.count ?? (plan.quick ? 5000 : 1_000_000)
      const sizes = [Math.ceil(most / 5), most]
      const repeats = plan.repeats ?? (plan.quick ? 1 : 3)
      const full = { ...setup, baseUrl: server.url, token }

      const tables: Array<Table> = []
      let settings = {}
      for (const records of sizes) {
        const clients = plan.clients.filter((client) => records <= 200_000 || !hoarders.includes(client))
        const found = yield* interleaved(`listing, ${records} records`, repeats, clients, (client) =>
          Effect.gen(function*() {
            yield* server.reset({ latencyMillis: 0, retryAfter: false, records })
            const job = { setup: full, workload: { kind: "list" }, patienceMillis: 0, prefix: "l" } as const
            const measured = yield* measure(client, job, Effect.void, execArgvOf(plan))
            return { measured: [measured] }
          }))
        settings = { ...settings, ...settingsOf(found) }
        tables.push({
          title: `${records} records`,
          reference: "undici",
          columns: [
            { name: "CPU per record", unit: "µs", digits: 1, ratio: true, chart: true },
            { name: "peak memory", unit: "MiB", ratio: true, chart: true },
            { name: "records per second" },
            { name: "lost" }
          ],
          rows: [...found].map(([label, samples]) => ({
            label,
            samples: samples.flatMap(({ measured }) =>
              measured.map(({ outcome }) => ({
                "CPU per record": outcome.cpuMillis * 1000 / records,
                "peak memory": outcome.peakRssMiB,
                "records per second": records / outcome.wallMillis * 1000,
                lost: records - outcome.records
              }))
            )
          }))
        })
      }
      const medians = (label: string, column: string) =>
        tables.flatMap((table) =>
          table.rows.filter((row) =>
            row.label === label
          ).map((row) =>
            spread(row, column).median
          )
        )
      const largest = tables.at(-1)
      const own = largest?.rows.filter(({ label }) => label === "ours-hubspot") ?? []
      const [small, large] = medians("ours-hubspot", "peak memory")
      const undecoded = medians("ours-undecoded", "CPU per record").slice(-1)
      const decoded = medians("ours-hubspot", "CPU per record").slice(-1)
      return {
        scenario: "listing",
        title: listing.title,
        parameters: { pages: "100 records", repeats, ...setupText(setup) },
        settings,
        tables,
        targets: [
          ...atMost(
            "CPU per record",
            1.5,
            own.flatMap((row) => largest === undefined ? [] : ratios(largest, row, "CPU per record")?.median ?? []),
            " × undici"
          ),
          ...atMost("peak memory", 130, own.map((row) => spread(row, "peak memory").max), " MiB"),
          ...small === undefined || large === undefined
            ? []
            : atMost("peak memory of five times as many records", 1.15, [large / small], " × that of a fifth"),
          ...atMost(
            "decoding",
            1,
            decoded.flatMap((all, n) => undecoded[n] === undefined ? [] : [(all - undecoded[n]) / undecoded[n]]),
            " × fetching"
          )
        ],
        notes: [
          "The official SDK's getAll holds all records: it is measured up to 200,000.",
          "ours-undecoded fetches with all policies and parses with JSON.parse: what decoding costs is the difference."
        ]
      }
    }))
}
