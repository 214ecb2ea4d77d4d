/** `npm start`: the main job on an embedded emulator, or on the account of HUBSPOT_ACCESS_TOKEN. */
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Config, Console, Effect, Exit, Option } from "effect"
import * as OnAccount from "./account.ts"
import * as OnEmulator from "./emulated.ts"
import * as Options from "./options.ts"
import * as Progress from "./progress.ts"

const job = (options: Options.Options, on: "account" | "emulator") =>
  Effect.gen(function*() {
    const progress = yield* Progress.Progress
    return yield* Effect.if(on === "account", {
      onTrue: () => OnAccount.run(options),
      onFalse: () => OnEmulator.run(options)
    }).pipe(
      Effect.onInterrupt(() => Effect.flatMap(progress.where, (where) => progress.say(`stopped while ${where}`)))
    )
  }).pipe(Effect.provide(Progress.layer))

const exitCode = (code: number) =>
  Effect.sync(() => {
    process.exitCode = code
  })

const main = Effect.gen(function*() {
  const token = yield* Config.option(Config.string("HUBSPOT_ACCESS_TOKEN"))
  const on = Option.isSome(token) ? "account" : "emulator"
  const options = yield* Options.parse(process.argv.slice(2), on)
  if (options === "help") return yield* Console.log(Options.usage)
  const { good, text } = yield* job(options, on)
  yield* Console.log(`\n${text}`)
  if (!good) yield* exitCode(1)
}).pipe(
  Effect.catchAll((error) =>
    Effect.zipRight(
      Console.error(String(error.message)),
      exitCode("_tag" in error && error._tag === "WrongOptions" ? 2 : 1)
    )
  )
)

NodeRuntime.runMain(Effect.provide(main, NodeContext.layer), {
  // 130 is what shells expect of a program that Ctrl-C has stopped.
  teardown: (exit, onExit) => onExit(Exit.isInterrupted(exit) ? 130 : Exit.isFailure(exit) ? 1 : 0)
})
