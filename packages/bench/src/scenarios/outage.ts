/** The server is away for a while, and calls keep coming. */
import * as Effect from "effect/Effect"
import { production } from "../defaults.ts"
import { measure, scriptedServer } from "../measure.ts"
import { atMost, spread } from "../report/model.ts"
import { interleaved, isOurs, ours, peers, type Scenario, settingsOf, setupText, token } from "./scenario.ts"

const perSecond = 100

const setup = {
  ...production,
  limit: { calls: 200, windowMillis: 1000 },
  breaker: { failures: 10, openingMillis: 1000 }
}

export const outage: Scenario = {
  name: "outage",
  title: "An outage under constant arrivals",
  clients: [...peers, ...ours],
  quickClients: ["cockatiel", ...ours],
  run: (plan) =>
    Effect.scoped(Effect.gen(function*() {
      const server = yield* scriptedServer
      const times = plan.quick ? { before: 1, away: 2, after: 1 } : { before: 3, away: 10, after: 7 }
      const seconds = times.before + times.away + times.after
      const repeats = plan.repeats ?? (plan.quick ? 1 : 3)
      const full = { ...setup, baseUrl: server.url, token }
      const away = { fromMillis: times.before * 1000, toMillis: (times.before + times.away) * 1000 }

      const found = yield* interleaved("outage", repeats, plan.clients, (client) =>
        Effect.gen(function*() {
          yield* server.reset({ latencyMillis: 0, limit: setup.limit, retryAfter: false, outage: away, records: 0 })
          const workload = { kind: "arrivals", perSecond, seconds } as const
          const measured = yield* measure(client, {
            setup: full,
            workload,
            patienceMillis: 60_000,
            prefix: "a"
          })
          return { measured: [measured], stats: yield* server.stats }
        }))

      const table = {
        title: `${times.away} s of 503, ${perSecond} calls a second`,
        columns: [
          { name: "requests per call in the outage", digits: 3, chart: true },
          { name: "first success after", unit: "ms", chart: true },
          { name: "lost", chart: true },
          { name: "429s" },
          { name: "slowest call", unit: "s", digits: 1 }
        ],
        rows: [...found].map(([label, samples]) => ({
          label,
          samples: samples.flatMap(({ measured, stats }) =>
            measured.map(({ outcome }) => ({
              "requests per call in the outage": stats.duringOutage / (perSecond * times.away),
              "first success after": stats.firstSuccessMillis,
              lost: outcome.failed + outcome.neverEnded,
              "429s": stats.rateLimited,
              "slowest call": outcome.latency.max / 1000
            }))
          )
        }))
      }
      const own = table.rows.filter(({ label }) => isOurs(label))
      const seen = (column: string) => own.map((row) => spread(row, column).max)
      return {
        scenario: "outage",
        title: outage.title,
        parameters: {
          arrivals: `${perSecond} per second for ${seconds} s`,
          outage: `${times.away} s`,
          repeats,
          ...setupText(setup)
        },
        settings: settingsOf(found),
        tables: [table],
        targets: [
          ...atMost("requests per call in the outage", 0.1, seen("requests per call in the outage")),
          ...atMost("first success after its end", 1000, seen("first success after"), " ms"),
          ...atMost("429s, which is to say the limit exceeded", 0, seen("429s")),
          ...atMost("lost", 0, seen("lost"))
        ],
        notes: ["The first success may be a new arrival's: the clients without a breaker do not wait with those."]
      }
    }))
}
