/** Programs as bundles, and processes to talk to. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { build } from "esbuild"
import { type ChildProcess, fork } from "node:child_process"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

export class BenchError extends Data.TaggedError("BenchError")<{ readonly message: string }> {}

export const home = fileURLToPath(new URL("..", import.meta.url))

/** Inside of the package, so that what a bundle leaves out is found. */
export const cache = join(home, "node_modules/.cache/bench")

/** Of this run alone: another one may be going on. */
const ownFolder = join(cache, `run-${process.pid}`)
process.once("exit", () => rmSync(ownFolder, { recursive: true, force: true }))

const esmHasNoRequire = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`

export interface BundleOptions {
  readonly minify?: boolean
  /** Leaves everything from node_modules out, to be loaded from there. */
  readonly external?: boolean
}

const bundles = new Map<string, Promise<unknown>>()

/** One file that holds the program and all it needs, so that no client starts with a thousand others. */
export const bundle = (
  name: string,
  source: string,
  options: BundleOptions = {}
): Effect.Effect<string, BenchError> => {
  const outfile = join(ownFolder, `${name}.mjs`)
  return Effect.tryPromise({
    try: () => {
      const known = bundles.get(outfile)
      if (known !== undefined) return known
      const built = build({
        stdin: { contents: source, resolveDir: join(home, "src"), loader: "ts" },
        outfile,
        bundle: true,
        platform: "node",
        target: "node20",
        format: "esm",
        minify: options.minify ?? false,
        legalComments: "none",
        packages: options.external === true ? "external" : "bundle",
        banner: { js: esmHasNoRequire },
        logLevel: "silent"
      })
      bundles.set(outfile, built)
      return built
    },
    catch: (error) => new BenchError({ message: `cannot bundle ${name}: ${(error as Error).message}` })
  }).pipe(Effect.as(outfile))
}

/** The client, with the code that makes it work and measures it. */
export const bundleClient = (name: string) =>
  bundle(
    `client-${name}`,
    `import { client } from "./clients/${name}.ts"; import { main } from "./worker/main.ts"; main(client)`
  )

export interface Child {
  /** What it says next. */
  readonly next: Effect.Effect<unknown, BenchError>
  readonly ask: (message: object) => Effect.Effect<unknown, BenchError>
}

const killed = (child: ChildProcess) => Effect.sync(() => child.kill("SIGKILL"))

/** A profile is written when the process ends by itself. */
const ended = (child: ChildProcess) =>
  Effect.async<void>((resume) => {
    if (child.exitCode !== null) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
  }).pipe(Effect.timeoutOption("20 seconds"), Effect.zipRight(killed(child)))

/** Runs a bundle in a process, which ends with the scope. */
export const start = (
  file: string,
  args: ReadonlyArray<string> = [],
  execArgv: ReadonlyArray<string> = []
): Effect.Effect<Child, never, Scope.Scope> =>
  Effect.gen(function*() {
    const said = yield* Queue.unbounded<Effect.Effect<unknown, BenchError>>()
    let complaint = ""
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const child = fork(file, [...args], { execArgv: [...execArgv], stdio: ["ignore", "ignore", "pipe", "ipc"] })
        child.stderr?.setEncoding("utf8").on("data", (text: string) => {
          complaint = (complaint + text).slice(-2000)
        })
        child.on("message", (message) => Queue.unsafeOffer(said, Effect.succeed(message)))
        child.on("close", (code, signal) =>
          Queue.unsafeOffer(said, new BenchError({ message: `${file} ended with ${code ?? signal}: ${complaint}` })))
        return child
      }),
      (child) =>
        execArgv.includes("--cpu-prof") ? ended(child) : killed(child)
    )
    const next = Effect.flatten(Queue.take(said))
    const ask = (message: object) =>
      Effect.zipRight(Effect.sync(() => child.send(message)), next)
    return { next, ask }
  })
