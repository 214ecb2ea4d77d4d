/** Measures this library and what people use instead on the same work. See `--help`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import * as Arguments from "./arguments.ts"
import { type Machine, machine } from "./machine.ts"
import { BenchError, home } from "./processes.ts"
import type { Report } from "./report/model.ts"
import { type Kept, page } from "./report/page.ts"
import { hottest } from "./report/profile.ts"
import { chart } from "./report/svg.ts"
import { reportText } from "./report/text.ts"
import { scenarios } from "./scenarios/all.ts"

const root = join(home, "../..")

const write = (folder: string, file: string, text: string): Effect.Effect<void, BenchError> =>
  Effect.try({
    try: () => {
      const path = resolve(root, folder)
      mkdirSync(path, { recursive: true })
      writeFileSync(join(path, file), text)
    },
    catch: (error) => new BenchError({ message: `cannot write ${file}: ${(error as Error).message}` })
  })

const keep = ({ charts, results }: Arguments.Arguments, report: Report, machine: Machine) =>
  Effect.gen(function*() {
    const when = new Date().toISOString()
    if (results !== undefined) {
      const text = JSON.stringify({ when, machine, ...report }, null, 2)
      yield* write(results, `${report.scenario}.json`, `${text}\n`)
    }
    const picture = chart(report, `${machine.description}; ${when.slice(0, 10)}`)
    if (charts !== undefined && picture !== undefined) yield* write(charts, `${report.scenario}.svg`, picture)
  })

/** Whatever is kept, of this run or of others, on one page beside the charts. */
const writePage = ({ charts, results }: Arguments.Arguments) =>
  Effect.gen(function*() {
    if (charts === undefined || results === undefined) return
    const kept = yield* Effect.try({
      try: () =>
        scenarios.flatMap(({ name }) => {
          const file = join(resolve(root, results), `${name}.json`)
          // It is our own writing.
          return existsSync(file) ? [JSON.parse(readFileSync(file, "utf8")) as Kept] : []
        }),
      catch: (error) => new BenchError({ message: `cannot read the results: ${(error as Error).message}` })
    })
    const pictures = readdirSync(resolve(root, charts))
    yield* write(charts, "README.md", page(kept, pictures))
  })

const program = Effect.gen(function*() {
  const args = yield* Arguments.parse(process.argv.slice(2))
  if (args.help) return yield* Console.log(Arguments.usage)
  yield* Console.log("Each client is one file, bundled by esbuild, in a process of its own; so is the server.\n")
  for (const { plan, scenario } of args.runs) {
    const where = yield* machine
    const report = yield* scenario.run(plan)
    yield* Console.log(reportText(report, where))
    yield* keep(args, report, where)
    if (plan.profile !== undefined) yield* Console.log(hottest(plan.profile))
  }
  yield* writePage(args)
})

const leaveWith = (code: number) =>
  Effect.sync(() => {
    process.exitCode = code
  })

NodeRuntime.runMain(
  program.pipe(
    Effect.catchTags({
      WrongArguments: ({ message }) => Effect.zipRight(Console.error(`${message}\n\n${Arguments.usage}`), leaveWith(2)),
      BenchError: ({ message }) => Effect.zipRight(Console.error(message), leaveWith(1))
    })
  )
)
