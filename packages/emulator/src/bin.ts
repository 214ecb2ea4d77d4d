#!/usr/bin/env node
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFile } from "node:fs/promises"
import * as Emulator from "./Emulator.ts"
import * as FaultPlan from "./FaultPlan.ts"
import { banner } from "./internal/Banner.ts"
import * as Cli from "./internal/Cli.ts"
import * as ObjectTypeFile from "./internal/ObjectTypeFile.ts"
import * as PlainData from "./internal/PlainData.ts"
import * as ObjectType from "./ObjectType.ts"
import * as Scopes from "./Scopes.ts"

/** What is said before leaving; 2 is for what the user got wrong, 1 for the rest. */
class Exit extends Data.TaggedError("Exit")<{ readonly code: 1 | 2; readonly message: string }> {}

const read = (file: string) =>
  Effect.tryPromise(() => readFile(file, "utf8")).pipe(
    Effect.mapError(({ error }) => `cannot read ${file}: ${(error as Error).message}`),
    Effect.flatMap((text) =>
      Effect.mapError(PlainData.parse(text), (problem) => `${file} is neither JSON nor YAML: ${problem}`)
    )
  )

const readPlan = (file: string) =>
  read(file).pipe(
    Effect.tap((plan) =>
      Effect.mapError(FaultPlan.decode(plan), (error) => `${file} is not a plan: ${FaultPlan.explain(error)}`)
    ),
    Effect.map((plan) => plan as FaultPlan.Input),
    Effect.mapError((message) => new Exit({ code: 2, message }))
  )

/** What `ObjectType.make` takes. */
const readType = (file: string) =>
  read(file).pipe(
    Effect.flatMap((json) =>
      Effect.mapError(
        Schema.decodeUnknown(ObjectTypeFile.ObjectTypeFile, { onExcessProperty: "error" })(json),
        (error) => `${file} is not an object type: ${FaultPlan.explain(error)}`
      )
    ),
    Effect.map(ObjectType.make),
    Effect.mapError((message) => new Exit({ code: 2, message }))
  )

const describe = (plan: FaultPlan.Input, args: Cli.Arguments) =>
  args.faults === undefined
    ? "none"
    : `${args.faults}: rules ${plan.rules?.length ?? 0}, outages ${plan.outages?.length ?? 0}, seed ${plan.seed ?? 1}`

const program = Effect.gen(function*() {
  const args = yield* Effect.mapError(
    Cli.parse(process.argv.slice(2)),
    (message) => new Exit({ code: 2, message: `${message}\nTry hubspot-emulator --help` })
  )
  if (args.help) return yield* Console.log(Cli.usage)
  const written = args.faults === undefined ? FaultPlan.none : yield* readPlan(args.faults)
  const plan: FaultPlan.Input = args.seed === undefined ? written : { ...written, seed: args.seed }
  const tokens = args.tokens.length === 0 ? [Emulator.defaultToken] : args.tokens
  const { scopes = Scopes.all } = args
  const [first, ...others] = tokens.map((token) => ({ token, scopes }))
  const oauth = { apps: args.apps.map((app) => ({ ...app, scopes })), expiresIn: args.expiresIn }
  const emulator = yield* Emulator.make({
    port: args.port,
    host: args.host,
    tokens: [first!, ...others],
    oauth,
    portals: args.portals.map(({ id, token }) => ({ id, tokens: [{ token, scopes }], oauth })),
    limits: args.limits,
    searchLag: args.searchLag,
    searchResults: args.searchResults,
    faults: plan,
    records: args.records,
    objectTypes: yield* Effect.forEach(args.types, readType),
    snapshotFile: args.snapshot,
    webhooks: args.webhook
  }).pipe(
    Effect.catchTag(
      "ServeError",
      ({ cause }) =>
        new Exit({ code: 1, message: `cannot listen on ${args.host}:${args.port}: ${(cause as Error).message}` })
    ),
    Effect.catchTag("OptionError", ({ message }) => new Exit({ code: 2, message })),
    Effect.catchTag("ParseError", (error) => new Exit({ code: 2, message: FaultPlan.explain(error) }))
  )
  yield* Console.log(banner({ ...args, url: emulator.url, tokens, faults: describe(plan, args) }))
  return yield* Effect.never
})

NodeRuntime.runMain(
  program.pipe(
    Effect.scoped,
    Effect.catchTag("Exit", ({ code, message }) =>
      Effect.zipRight(
        Console.error(`hubspot-emulator: ${message}`),
        Effect.sync(() => {
          process.exitCode = code
        })
      ))
  )
)
