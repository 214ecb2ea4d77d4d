/**
 * What would a retry policy do? Read it, without running anything.
 *
 *     npx tsx examples/plan.ts
 */
import { NodeRuntime } from "@effect/platform-node"
import { Array, Console, Duration, Effect } from "effect"
import { Jitter, Policy, Profile, RetrySchedule, SampleErrors } from "effect-resilience"

const { rateLimited, serverError, timeout } = SampleErrors

const schedule = RetrySchedule.exponential({
  base: "2 seconds",
  cap: "60 seconds",
  jitter: Jitter.added(0.1, 0.3),
  retries: 4,
  hintCap: "30 seconds"
})

const list = (delays: ReadonlyArray<Duration.Duration>) =>
  delays.map((delay) => `${Duration.toSeconds(delay).toFixed(1)} s`.padStart(7)).join(" ")

const program = Effect.gen(function*() {
  const [soonest, latest] = RetrySchedule.bounds(schedule, Array.replicate(serverError, 4))
  yield* Console.log(`after 503, soonest   ${list(soonest)}`)
  yield* Console.log(`after 503, latest    ${list(latest)}`)

  const mixed = yield* RetrySchedule.plan(schedule, [serverError, rateLimited("20 seconds"), timeout])
  yield* Console.log(`503, 429 "20", hang  ${list(mixed)}`)

  const tooLong = yield* RetrySchedule.plan(schedule, [serverError, rateLimited("31 seconds"), timeout])
  yield* Console.log(`503, 429 "31", hang  ${list(tooLong)}  and no more`)

  const { attempts, total } = Policy.worstCase(Profile.production)
  yield* Console.log(`production: at most ${attempts} attempts, ${Duration.format(total)} in all`)
})

NodeRuntime.runMain(program)
