/** What the command line asks for. */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import { parseArgs } from "node:util"
import { scenarios } from "./scenarios/all.ts"
import type { Plan, Scenario } from "./scenarios/scenario.ts"

export class WrongArguments extends Data.TaggedError("WrongArguments")<{ readonly message: string }> {}

export interface Arguments {
  readonly help: boolean
  readonly runs: ReadonlyArray<{ readonly scenario: Scenario; readonly plan: Plan }>
  /** Where the results are written. */
  readonly results: string | undefined
  readonly charts: string | undefined
}

export const usage = `Usage: pnpm bench [SCENARIO …] [options]

Scenarios, all of them unless named:
${scenarios.map(({ name, title }) => `  ${name.padEnd(10)} ${title}`).join("\n")}

Options:
  --clients a,b       only these; see packages/bench/src/clients
  --quick             little of everything, in a minute or two: does it run? Its figures mean nothing, and are not kept
  --repeats N         rounds, each of which measures every client once
  --count N           calls or records
  --concurrency N     instead of the scenario's own
  --results FOLDER    for the JSON; packages/bench/results unless --quick or --profile
  --charts FOLDER     for the SVGs; docs/bench unless --quick or --profile
  --profile FOLDER    V8 profiles of the clients of overhead and listing, and the hottest functions; one client at a time
  --help`

const options = {
  clients: { type: "string" },
  quick: { type: "boolean", default: false },
  repeats: { type: "string" },
  count: { type: "string" },
  concurrency: { type: "string" },
  results: { type: "string" },
  charts: { type: "string" },
  profile: { type: "string" },
  help: { type: "boolean", default: false }
} as const

const numberOf = (name: string, text: string | undefined): Either.Either<number | undefined, WrongArguments> => {
  if (text === undefined) return Either.right(undefined)
  const value = Number(text)
  return Number.isInteger(value) && value > 0
    ? Either.right(value)
    : Either.left(new WrongArguments({ message: `--${name} must be a whole number from 1 on, not ${text}` }))
}

export const parse = (args: ReadonlyArray<string>): Either.Either<Arguments, WrongArguments> =>
  Either.gen(function*() {
    const { positionals, values } = yield* Either.try({
      try: () => parseArgs({ args: [...args], options, allowPositionals: true }),
      catch: (error) => new WrongArguments({ message: (error as Error).message })
    })
    const numbers = {
      repeats: yield* numberOf("repeats", values.repeats),
      count: yield* numberOf("count", values.count),
      concurrency: yield* numberOf("concurrency", values.concurrency)
    }
    const unknown = positionals.filter((name) => !scenarios.some((scenario) => scenario.name === name))
    if (unknown.length > 0) {
      return yield* Either.left(new WrongArguments({ message: `there is no scenario ${unknown.join(", ")}` }))
    }
    const chosen = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
    const named = values.clients?.split(",").map((name) => name.trim())
    const strange = named?.filter((name) => !chosen.some(({ clients }) => clients.includes(name))) ?? []
    if (strange.length > 0) {
      const known = [...new Set(chosen.flatMap(({ clients }) => clients))].join(", ")
      return yield* Either.left(
        new WrongArguments({ message: `no client ${strange.join(", ")} here; there are ${known}` })
      )
    }
    const runs = chosen.map((scenario) => ({
      scenario,
      plan: {
        quick: values.quick,
        clients: named === undefined
          ? values.quick ? scenario.quickClients : scenario.clients
          : scenario.clients.filter((name) => named.includes(name)),
        ...numbers,
        profile: values.profile
      }
    }))
    const keepNothing = values.quick || values.profile !== undefined
    return {
      help: values.help,
      runs: runs.filter(({ plan }) => plan.clients.length > 0),
      results: values.results ?? (keepNothing ? undefined : "packages/bench/results"),
      charts: values.charts ?? (keepNothing ? undefined : "docs/bench")
    }
  })
