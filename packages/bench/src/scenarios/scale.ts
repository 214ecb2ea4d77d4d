/** Many portals, many waiting, many operations. */
import * as Effect from "effect/Effect"
import { scriptedServer } from "../measure.ts"
import { type BenchError, bundle, start } from "../processes.ts"
import { atMost, spread, type Table } from "../report/model.ts"
import { interleaved, type Scenario } from "./scenario.ts"

interface Operations {
  readonly operations: number
  readonly cpuMillis: number
  readonly wallMillis: number
}

interface Waiting {
  readonly name: "limiter" | "bottleneck"
  readonly waiting: number
}

interface Portals {
  readonly cpuMillis: number
  readonly bytesPerPortal: { readonly inUse: number; readonly idle: number }
  readonly p99: number
}

const answerOf = (file: string, args: ReadonlyArray<string>, execArgv: ReadonlyArray<string> = []) =>
  Effect.scoped(Effect.gen(function*() {
    const child = yield* start(file, args, execArgv)
    yield* child.next
    return yield* child.ask({})
  }))

const operate = (subject: string, waiting: number, operations: number): Effect.Effect<Operations, BenchError> =>
  Effect.gen(function*() {
    const source =
      `import { subject } from "./scale/${subject}.ts"; import { main } from "./scale/subject.ts"; main(subject)`
    const file = yield* bundle(`scale-${subject}`, source)
    const answer = yield* answerOf(file, [waiting, operations].map(String))
    return { ...answer as Omit<Operations, "operations">, operations }
  })

const operationsTable = (title: string, found: ReadonlyMap<string, ReadonlyArray<Operations>>): Table => ({
  title,
  columns: [
    { name: "CPU per operation", unit: "µs", digits: 2, chart: true },
    { name: "operations per second" }
  ],
  rows: [...found].map(([label, samples]) => ({
    label,
    samples: samples.map(({ cpuMillis, operations, wallMillis }) => ({
      "CPU per operation": cpuMillis * 1000 / operations,
      "operations per second": operations / wallMillis * 1000
    }))
  }))
})

export const scale: Scenario = {
  name: "scale",
  title: "Many portals, many waiting, many operations",
  clients: ["ours", "bottleneck", "cockatiel"],
  quickClients: ["ours", "bottleneck", "cockatiel"],
  run: (plan) =>
    Effect.scoped(Effect.gen(function*() {
      const server = yield* scriptedServer
      yield* server.reset({ latencyMillis: 0, retryAfter: false, records: 0 })
      const repeats = plan.repeats ?? (plan.quick ? 1 : 3)
      const sizes = plan.quick ? [1, 100] : [1, 100, 10_000]
      const calls = plan.count ?? (plan.quick ? 200 : 10_000)
      // So many that what is measured is warm. Bottleneck lets some 400 a second pass: with more it would take all day.
      const operations = { limiter: plan.quick ? 2000 : 200_000, bottleneck: plan.quick ? 2000 : 15_000 }
      const passages = plan.quick ? 2000 : 1_000_000
      const has = (client: string) => plan.clients.includes(client)

      const portals = yield* interleaved("portals", has("ours") ? repeats : 0, sizes.map(String), (size) =>
        Effect.gen(function*() {
          const file = yield* bundle("portals", `import "./scale/portals.ts"`)
          return (yield* answerOf(file, [server.url, size, String(calls)], ["--expose-gc"])) as Portals
        }))
      const limiters: ReadonlyMap<string, Waiting> = new Map(
        (["limiter", "bottleneck"] as const).filter((name) =>
          has(name === "limiter" ? "ours" : name)
        ).flatMap((name) =>
          sizes.map((waiting) =>
            [`${name === "limiter" ? "ours" : name}, ${waiting} waiting`, { name, waiting }] as const
          )
        )
      )
      const takes = yield* interleaved("limiter", repeats, [...limiters.keys()], (label) => {
        const { name, waiting } = limiters.get(label) ?? { name: "limiter", waiting: 0 }
        return operate(name, waiting, operations[name])
      })
      const breakers = ["breaker", "cockatiel"].filter((name) =>
        has(name === "breaker" ? "ours" : name)
      )
      const passes = yield* interleaved("breaker", repeats, breakers, (name) => operate(name, 1, passages))

      const portalsTable: Table = {
        title: "Portals in one process",
        columns: [
          { name: "CPU per call", unit: "µs", chart: true },
          { name: "p99", unit: "ms", digits: 1 },
          { name: "memory per portal in use", unit: "KiB", digits: 1 },
          { name: "memory per idle portal", unit: "KiB", digits: 1, chart: true }
        ],
        rows: [...portals].map(([size, samples]) => ({
          label: `ours, ${size}`,
          samples: samples.map(({ bytesPerPortal, cpuMillis, p99 }) => ({
            "CPU per call": cpuMillis * 1000 / calls,
            p99,
            "memory per portal in use": size === "1" ? Number.NaN : bytesPerPortal.inUse / 1024,
            "memory per idle portal": size === "1" ? Number.NaN : bytesPerPortal.idle / 1024
          }))
        }))
      }
      return {
        scenario: "scale",
        title: scale.title,
        parameters: {
          calls,
          takes: operations.limiter,
          "takes of bottleneck": operations.bottleneck,
          passages,
          repeats
        },
        settings: {},
        tables: [
          portalsTable,
          operationsTable("Takes from a limiter that lets one pass at a time", takes),
          operationsTable(
            "Passes through a closed breaker",
            new Map([...passes].map(([name, samples]) => [name === "breaker" ? "ours" : name, samples]))
          )
        ].filter(({ rows }) => rows.some(({ samples }) => samples.length > 0)),
        targets: atMost(
          "memory per idle portal",
          10,
          portalsTable.rows.slice(-1).filter(({ samples }) => samples.length > 0)
            .map((row) => spread(row, "memory per idle portal").median),
          " KiB"
        ),
        notes: [
          "An idle portal is one whose client `Portals` has closed, while its last calls still count against its limit."
        ]
      }
    }))
}
