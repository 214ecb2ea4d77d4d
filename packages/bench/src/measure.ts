/** A client at its work, in a process of its own. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Job, Ledger, Outcome, ServerSettings, ServerStats, Settings } from "./model.ts"
import { type BenchError, bundle, bundleClient, start } from "./processes.ts"

export interface Measured {
  readonly settings: Settings
  readonly outcome: Outcome
}

const outcomeOf = (file: string, job: Job, execArgv: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const child = yield* start(file, [JSON.stringify(job)], execArgv)
    const { settings } = (yield* child.next) as { settings: Settings }
    return { settings, outcome: child.ask({}) as Effect.Effect<Outcome, BenchError> }
  })

/** Does the jobs at the same time, each in a process of its own, once all of them are ready. */
export const together = (
  client: string,
  jobs: ReadonlyArray<Job>,
  ready: Effect.Effect<unknown, BenchError> = Effect.void,
  execArgv: ReadonlyArray<string> = []
): Effect.Effect<ReadonlyArray<Measured>, BenchError> =>
  Effect.scoped(Effect.gen(function*() {
    const file = yield* bundleClient(client)
    const started = yield* Effect.forEach(jobs, (job) => outcomeOf(file, job, execArgv), { concurrency: "unbounded" })
    yield* ready
    return yield* Effect.forEach(
      started,
      ({ outcome, settings }) => Effect.map(outcome, (outcome) => ({ outcome, settings })),
      { concurrency: "unbounded" }
    )
  }))

export const measure = (
  client: string,
  job: Job,
  ready?: Effect.Effect<unknown, BenchError>,
  execArgv?: ReadonlyArray<string>
): Effect.Effect<Measured, BenchError> =>
  Effect.flatMap(together(client, [job], ready, execArgv), ([measured]) => Effect.orDie(Effect.fromNullable(measured)))

export interface Server {
  readonly url: string
  readonly reset: (settings: ServerSettings) => Effect.Effect<unknown, BenchError>
  readonly stats: Effect.Effect<ServerStats, BenchError>
}

export const scriptedServer: Effect.Effect<Server, BenchError, Scope.Scope> = Effect.gen(function*() {
  const child = yield* start(yield* bundle("server", `import "./server/main.ts"`))
  const { url } = (yield* child.next) as { url: string }
  return {
    url,
    reset: (settings) => child.ask({ reset: settings }),
    stats: child.ask({ stats: true }) as Effect.Effect<ServerStats, BenchError>
  }
})

export interface EmulatorServer {
  readonly url: string
  readonly token: string
  /** Answers with the first id of the contacts that are there to be read. */
  readonly reset: (
    settings: { readonly faults: object; readonly contacts: number }
  ) => Effect.Effect<number, BenchError>
  readonly ledger: Effect.Effect<Ledger, BenchError>
}

export const emulator: Effect.Effect<EmulatorServer, BenchError, Scope.Scope> = Effect.gen(function*() {
  const child = yield* start(yield* bundle("emulator", `import "./server/emulator.ts"`))
  const { token, url } = (yield* child.next) as { token: string; url: string }
  return {
    url,
    token,
    reset: (settings) =>
      Effect.map(child.ask({ reset: settings }), (answer) => (answer as { firstId: number }).firstId),
    ledger: child.ask({ ledger: true }) as Effect.Effect<Ledger, BenchError>
  }
})
