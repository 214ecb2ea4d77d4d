/** What the scenarios have in common. */
import * as Effect from "effect/Effect"
import type { Measured } from "../measure.ts"
import type { Settings, Setup } from "../model.ts"
import type { BenchError } from "../processes.ts"
import type { Report } from "../report/model.ts"

/** How much is to be measured. */
export interface Plan {
  readonly quick: boolean
  readonly clients: ReadonlyArray<string>
  /** How often. The default is the scenario's. */
  readonly repeats: number | undefined
  /** How many calls or records. The default is the scenario's. */
  readonly count: number | undefined
  /** The default is the scenario's. */
  readonly concurrency: number | undefined
  /** A folder for V8 profiles of the clients. */
  readonly profile: string | undefined
}

/** What Node is told where profiles are wanted. */
export const execArgvOf = ({ profile }: Plan): ReadonlyArray<string> =>
  profile === undefined ? [] : ["--cpu-prof", "--cpu-prof-dir", profile]

export interface Scenario {
  readonly name: string
  readonly title: string
  readonly clients: ReadonlyArray<string>
  /** Those of `--quick`. */
  readonly quickClients: ReadonlyArray<string>
  readonly run: (plan: Plan) => Effect.Effect<Report, BenchError>
}

export const peers: ReadonlyArray<string> = [
  "undici",
  "fetch",
  "undici-retry",
  "got",
  "ky",
  "axios-retry",
  "p-retry",
  "bottleneck",
  "cockatiel",
  "official",
  "official-tuned",
  "platform"
]

export const ours: ReadonlyArray<string> = ["ours", "ours-lean"]

/** The best we have. */
export const best = "ours-lean"

export const token = "pat-na1-00000000-0000-0000-0000-000000000000"

/** What the tables call it. */
export const isOurs = (label: string): boolean => label.startsWith("ours")

/**
 * Each of them once in each round: what disturbs the machine for a while disturbs all of them. The order is another one in
 * each round.
 */
export const interleaved = <A>(
  what: string,
  rounds: number,
  labels: ReadonlyArray<string>,
  measure: (label: string, round: number) => Effect.Effect<A, BenchError>
): Effect.Effect<ReadonlyMap<string, ReadonlyArray<A>>, BenchError> =>
  Effect.gen(function*() {
    const found = new Map<string, Array<A>>(labels.map((label) => [label, []]))
    for (let round = 0; round < rounds; round++) {
      for (let n = 0; n < labels.length; n++) {
        const label = labels[(n + round) % labels.length] ?? ""
        yield* progress(`${what}, round ${round + 1} of ${rounds}: ${label}`)
        found.get(label)?.push(yield* measure(label, round))
      }
    }
    return found
  })

const progress = (text: string) => Effect.sync(() => process.stderr.write(`  ${text}\n`))

export const settingsOf = (
  found: ReadonlyMap<string, ReadonlyArray<{ readonly measured: ReadonlyArray<Measured> }>>
): Readonly<Record<string, Settings>> =>
  Object.fromEntries(
    [...found].flatMap(([label, [first]]) => {
      const settings = first?.measured[0]?.settings
      return settings === undefined ? [] : [[label, settings]]
    })
  )

export const setupText = (setup: Omit<Setup, "baseUrl" | "token" | "redis" | "processes">): Settings => ({
  limit: `${setup.limit.calls} in any ${setup.limit.windowMillis} ms`,
  retries: setup.retries,
  attemptTimeoutMillis: setup.attemptTimeoutMillis,
  deadlineMillis: setup.deadlineMillis,
  breaker: `${setup.breaker.failures} failures, ${setup.breaker.openingMillis} ms`
})
