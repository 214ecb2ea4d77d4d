/** From the start of a process to its first answer, and how much an application has to ship for it. */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { performance } from "node:perf_hooks"
import { gzipSync } from "node:zlib"
import { install } from "../installed.ts"
import { scriptedServer } from "../measure.ts"
import { BenchError, bundle } from "../processes.ts"
import { atMost, spread } from "../report/model.ts"
import { interleaved, isOurs, type Scenario } from "./scenario.ts"

/** Those whose program is one of its own; the others use what they are in the other scenarios. */
const programs = ["official", "platform", "ours", "ours-hubspot", "bottleneck"]

const sourceOf = (client: string): string =>
  programs.includes(client)
    ? `import "./start/${client}.ts"`
    : `import { client } from "./clients/${client}.ts"; import { main } from "./start/adapter.ts"; main(client)`

/** Milliseconds until it has printed its first answer. */
const timed = (file: string, url: string): Effect.Effect<number, BenchError> =>
  Effect.async((resume) => {
    const began = performance.now()
    const child = spawn(process.execPath, [file], {
      env: { ...process.env, BENCH_URL: url },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let complaint = ""
    child.stderr.on("data", (text: Buffer) => complaint += text.toString())
    child.stdout.once("data", () => resume(Effect.succeed(performance.now() - began)))
    child.once("close", () => resume(new BenchError({ message: `${file} did not answer: ${complaint.slice(0, 500)}` })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

const gzippedKiB = (file: string) => Effect.sync(() => gzipSync(readFileSync(file), { level: 9 }).length / 1024)

export const start: Scenario = {
  name: "start",
  title: "Start and size of a program that gets one contact",
  clients: [
    "fetch",
    "undici",
    "got",
    "ky",
    "axios-retry",
    "p-retry",
    "cockatiel",
    "bottleneck",
    "official",
    "platform",
    "ours",
    "ours-hubspot"
  ],
  quickClients: ["fetch", "official", "ours-hubspot"],
  run: (plan) =>
    Effect.scoped(Effect.gen(function*() {
      const server = yield* scriptedServer
      yield* server.reset({ latencyMillis: 0, retryAfter: false, records: 0 })
      yield* install
      const repeats = plan.repeats ?? (plan.quick ? 1 : 7)

      const found = yield* interleaved("start", repeats, plan.clients, (client) =>
        Effect.gen(function*() {
          const bundled = yield* bundle(`start-${client}`, sourceOf(client), { minify: true })
          const installed = yield* bundle(`installed-${client}`, sourceOf(client), { external: true })
          return {
            bundle: yield* gzippedKiB(bundled),
            "start, bundled": yield* timed(bundled, server.url),
            "start, from node_modules": yield* timed(installed, server.url)
          }
        }))
      const table = {
        title: "Get one contact",
        reference: "official",
        columns: [
          { name: "bundle", unit: "KiB gzipped", digits: 1, chart: true },
          { name: "start, bundled", unit: "ms", ratio: true, chart: true },
          { name: "start, from node_modules", unit: "ms", ratio: true, chart: true }
        ],
        rows: [...found].map(([label, samples]) => ({ label, samples }))
      }
      const own = table.rows.filter(({ label }) => isOurs(label))
      const seen = (column: string) => own.map((row) => spread(row, column).median)
      const official = table.rows.filter(({ label }) => label === "official").map((row) =>
        spread(row, "start, bundled").median
      )
      return {
        scenario: "start",
        title: start.title,
        parameters: {
          repeats,
          bundler: "esbuild, minified, one ESM file for Node 20",
          transport: "fetch for Effect's"
        },
        settings: {},
        tables: [table],
        targets: [
          ...atMost("bundle", 110, seen("bundle"), " KiB"),
          ...official.flatMap((limit) =>
            atMost("start, bundled: no later than the official SDK", Math.round(limit), seen("start, bundled"), " ms")
          ),
          ...atMost("start, from node_modules", 800, seen("start, from node_modules"), " ms")
        ],
        notes: ["bottleneck is bottleneck and p-retry over fetch."]
      }
    }))
}
