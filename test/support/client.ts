/** A client over a scripted one, and ways to run its calls on the test's clock. */
import { HttpClient } from "@effect/platform"
import { Effect, Fiber, TestClock } from "effect"
import { type ApiError, Jitter, Policy, Profile, ResilientHttpClient } from "effect-resilience"
import type * as ScriptedClient from "./ScriptedClient.ts"

/** The production profile with delays of 1, 2, 4 and 8 seconds exactly. */
export const clientOver = (
  scripted: ScriptedClient.ScriptedClient,
  overrides: Policy.Overrides = {},
  options: ResilientHttpClient.Options = {}
) =>
  Effect.gen(function*() {
    const exact: Policy.Overrides = { retry: { base: "1 second", jitter: Jitter.none, retries: 4 } }
    const policy = yield* Policy.make(Profile.production, { ...exact, ...overrides })
    return yield* ResilientHttpClient.make(policy, options).pipe(
      Effect.provideService(HttpClient.HttpClient, scripted.client)
    )
  })

/** Lets the test's clock run until the effect is done, and gives its outcome. */
export const finish = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(Effect.either(effect))
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(fiber)
  })

export const failure = <A, R>(effect: Effect.Effect<A, ApiError.ApiError, R>) =>
  finish(Effect.flip(effect)).pipe(Effect.flatten)

export const success = <A, E, R>(effect: Effect.Effect<A, E, R>) => finish(effect).pipe(Effect.flatten)

/** When each request was sent, in milliseconds. */
export const times = (scripted: ScriptedClient.ScriptedClient) => scripted.sent.map(({ at }) => at)
