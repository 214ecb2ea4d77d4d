#!/usr/bin/env node
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFile } from "node:fs/promises"
import * as Emulator from "./Emulator.ts"
import * as FaultPlan from "./FaultPlan.ts"
import * as Cli from "./internal/Cli.ts"
import * as ObjectTypeFile from "./internal/ObjectTypeFile.ts"
import * as ObjectType from "./ObjectType.ts"

/** What is said before leaving; 2 is for what the user got wrong, 1 for the rest. */
class Exit extends Data.TaggedError("Exit")<{ readonly code: 1 | 2; readonly message: string }> {}

const readJson = (file: string) =>
  Effect.tryPromise(() => readFile(file, "utf8")).pipe(
    Effect.mapError(({ error }) => `cannot read ${file}: ${(error as Error).message}`),
    Effect.flatMap((text) =>
      Effect.try({
        try: (): unknown => JSON.parse(text),
        catch: (error) => `${file} is not JSON: ${(error as Error).message}`
      })
    )
  )

const readPlan = (file: string) =>
  readJson(file).pipe(
    Effect.tap((json) =>
      Effect.mapError(FaultPlan.decode(json), (error) => `${file} is not a plan: ${FaultPlan.explain(error)}`)
    ),
    Effect.map((json) => json as FaultPlan.Input),
    Effect.mapError((message) => new Exit({ code: 2, message }))
  )

/** What `ObjectType.make` takes. */
const readType = (file: string) =>
  readJson(file).pipe(
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
  const [first = Emulator.defaultToken, ...others] = args.tokens
  const emulator = yield* Emulator.make({
    port: args.port,
    host: args.host,
    tokens: [first, ...others],
    limits: args.limits,
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
  yield* Console.log(Cli.banner({
    url: emulator.url,
    tokens: [first, ...others],
    limits: args.limits,
    records: args.records,
    snapshot: args.snapshot,
    faults: describe(plan, args)
  }))
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
