/**
 * What would a retry policy do? Read it, without running anything.
 *
 *     npx tsx examples/plan.ts [--svg picture.svg]
 */
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Array, Console, Duration, Effect } from "effect"
import { Jitter, Policy, Profile, RetryPlot, RetrySchedule, SampleErrors } from "effect-resilience"

const { rateLimited, serverError, timeout } = SampleErrors

const schedule = RetrySchedule.exponential({
  base: "2 seconds",
  cap: "60 seconds",
  jitter: Jitter.added(0.1, 0.3),
  retries: 4,
  hintCap: "30 seconds",
  byError: { Timeout: { base: "500 millis" } }
})

const [, , option, file] = process.argv

const program = Effect.gen(function*() {
  const [soonest, latest] = RetrySchedule.bounds(schedule, Array.replicate(serverError, 4))
  yield* Console.log(`After 503, 503, 503, 503:\n${RetryPlot.table({ soonest, latest })}\n`)

  const after = (pause: Duration.DurationInput) =>
    RetrySchedule.plan(schedule, [serverError, rateLimited(pause), timeout])
  const plans = { "asked for 20 s": yield* after("20 seconds"), "asked for 31 s": yield* after("31 seconds") }
  yield* Console.log(`After 503, a 429 with a hint, and no answer:\n${RetryPlot.table(plans)}\n`)

  const { attempts, total } = Policy.worstCase(Profile.production)
  yield* Console.log(`production: at most ${attempts} attempts, ${Duration.format(total)} in all`)

  if (option === "--svg" && file !== undefined) {
    const fs = yield* FileSystem.FileSystem
    yield* fs.writeFileString(file, RetryPlot.svg([soonest, latest], { title: "Retries after a 503" }))
  }
})

NodeRuntime.runMain(program.pipe(Effect.provide(NodeContext.layer)))
