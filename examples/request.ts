/**
 * One reliable request to any API.
 *
 *     npx tsx examples/request.ts http://127.0.0.1:4010/emulator/stats
 */
import { HttpClientRequest } from "@effect/platform"
import { NodeHttpClient, NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Schema } from "effect"
import { Policy, Profile, RateLimiter, ResilientHttpClient } from "effect-resilience"

const program = Effect.gen(function*() {
  const policy = yield* Policy.make(Profile.production, { limits: [RateLimiter.rolling("stats", 60, "1 minute")] })
  const client = yield* ResilientHttpClient.make(policy)

  const url = process.argv[2] ?? "http://127.0.0.1:4010/emulator/stats"
  const stats = yield* client.json(HttpClientRequest.get(url), Schema.Struct({ requests: Schema.Number }), {
    attemptTimeout: "3 seconds",
    retries: 2
  })
  yield* Console.log(`${stats.requests} requests so far`)
}).pipe(
  Effect.catchTags({
    ConnectionError: ({ message }) =>
      Console.error(`${message}. Is the emulator running? node --import tsx packages/emulator/src/bin.ts --port 4010`),
    RateLimited: ({ message }) => Console.error(message) // says when to try again
  })
)

NodeRuntime.runMain(program.pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici)))
