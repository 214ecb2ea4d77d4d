/** Some calls fail, half of the broken ones after they were carried out: what is lost, what is there twice? */
import * as Effect from "effect/Effect"
import { neverReached, production } from "../defaults.ts"
import { emulator, measure } from "../measure.ts"
import { atMost, spread, type Table } from "../report/model.ts"
import { interleaved, peers, type Scenario, settingsOf, setupText } from "./scenario.ts"

const setup = { ...production, limit: neverReached, attemptTimeoutMillis: 1000 }

const faultsOf = (seed: number) => ({
  seed,
  rules: [
    { share: 0.05, fault: { kind: "status", status: 500 } },
    { share: 0.02, fault: { kind: "status", status: 503 } },
    { share: 0.01, fault: { kind: "reset" } },
    { share: 0.01, fault: { kind: "resetAfterCommit" } },
    { share: 0.0025, fault: { kind: "hang" } },
    { share: 0.0025, fault: { kind: "hangAfterCommit" } }
  ]
})

const columns = [
  { name: "lost", chart: true },
  { name: "duplicates", chart: true },
  { name: "never ended" },
  { name: "requests per call", digits: 3 },
  { name: "p50", unit: "ms", digits: 1 },
  { name: "p99", unit: "ms", digits: 0 }
]

const titles = {
  contacts: "Contacts: a create that is repeated collides with its own record",
  deals: "Deals: nothing tells a create from its repetition"
}

export const faults: Scenario = {
  name: "faults",
  title: "Faults: half of the calls read, half create",
  clients: [...peers, "ours-hubspot"],
  quickClients: ["got", "p-retry", "ours-hubspot"],
  run: (plan) =>
    Effect.scoped(Effect.gen(function*() {
      const server = yield* emulator
      const count = plan.count ?? (plan.quick ? 200 : 4000)
      const concurrency = plan.concurrency ?? 50
      const repeats = plan.repeats ?? (plan.quick ? 1 : 3)
      const full = { ...setup, baseUrl: server.url, token: server.token }

      const tables: Array<Table> = []
      let settings = {}
      for (const type of plan.quick ? ["contacts"] as const : ["contacts", "deals"] as const) {
        const found = yield* interleaved(`faults, ${type}`, repeats, plan.clients, (client, round) =>
          Effect.gen(function*() {
            const firstId = yield* server.reset({ faults: faultsOf(round + 1), contacts: count })
            const workload = { kind: "calls", count, concurrency, createEvery: 2, type, firstId } as const
            const job = {
              setup: full,
              workload,
              patienceMillis: plan.quick ? 10_000 : 40_000,
              prefix: "new"
            }
            const measured = yield* measure(client, job)
            return { measured: [measured], ledger: yield* server.ledger }
          }))
        settings = settingsOf(found)
        tables.push({
          title: titles[type],
          columns,
          rows: [...found].map(([label, samples]) => ({
            label,
            samples: samples.flatMap(({ ledger, measured }) =>
              measured.map(({ outcome }) => {
                const made = ledger.keys.filter((key) =>
                  key.startsWith("new")
                )
                const there = new Set(made)
                return {
                  lost: count - outcome.succeeded + outcome.created.filter((key) =>
                    !there.has(key)
                  ).length,
                  duplicates: made.length - there.size,
                  "never ended": outcome.neverEnded,
                  "requests per call": ledger.requests / count,
                  p50: outcome.latency.p50,
                  p99: outcome.latency.p99
                }
              })
            )
          }))
        })
      }
      const [contacts] = tables
      const own = contacts?.rows.filter(({ label }) => label === "ours-hubspot") ?? []
      const seen = (column: string) => own.map((row) => spread(row, column).max)
      return {
        scenario: "faults",
        title: faults.title,
        parameters: {
          calls: count,
          concurrency,
          repeats,
          faults: "5 % 500, 2 % 503, 2 % resets and 0.5 % hangs, half of them after the commit",
          ...setupText(setup)
        },
        settings,
        tables,
        targets: [
          ...atMost("contacts: lost", 0, seen("lost")),
          ...atMost("contacts: duplicates", 0, seen("duplicates")),
          ...atMost("contacts: requests per call", 1.12, seen("requests per call"))
        ],
        notes: [
          "Lost is every call that did not succeed as far as its program knows, and every success that the server knows nothing of.",
          "A create of a deal whose outcome is unknown is not repeated by us: it fails, and says that it may have been carried out."
        ]
      }
    }))
}
