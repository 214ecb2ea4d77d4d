/** A connection of our own to Redis, which is kept up for as long as its scope lives. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { createClient } from "redis"
import { Away, away } from "./redisStore.ts"
import { firstOf } from "./time.ts"

/** A hung connection is noticed after this long: a ping every third of it keeps a healthy one alive. */
const silence = 30_000

/** How long the first connection may take. */
const firstConnection = Duration.seconds(5)

const open = (url: Redacted.Redacted<string>, spread: number) => {
  const client = createClient({
    url: Redacted.value(url),
    // Commands fail at once while it is not connected.
    disableOfflineQueue: true,
    pingInterval: silence / 3,
    socket: {
      connectTimeout: Duration.toMillis(firstConnection),
      socketTimeout: silence,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1000) + spread
    }
  })
  // Without a listener an error would end the process; whoever asks something is told by the answer.
  client.on("error", () => {})
  return client
}

export type Connection = ReturnType<typeof open>

/** `connected` is how the first attempt ended; in any case it goes on trying. */
export const make = (
  url: Redacted.Redacted<string>
): Effect.Effect<
  { readonly client: Connection; readonly connected: Effect.Effect<void, Away> },
  Away,
  Scope.Scope
> =>
  Effect.gen(function*() {
    // Processes that lost their Redis together do not all come back in the same moment.
    const spread = yield* Random.nextIntBetween(0, 200)
    const client = yield* Effect.acquireRelease(
      Effect.try({ try: () => open(url, spread), catch: away }),
      (client) => Effect.ignore(Effect.try(() => client.destroy()))
    )
    const firstError = Effect.async<never, Away>((resume) => {
      const listener = (error: unknown) => resume(away(error))
      client.once("error", listener)
      return Effect.sync(() => client.off("error", listener))
    })
    const connect = Effect.tryPromise({ try: () => client.connect(), catch: away })
    const connected = Effect.asVoid(firstOf(connect, firstError)).pipe(
      Effect.timeoutFail({
        duration: firstConnection,
        onTimeout: () => new Away({ failure: "no answer in time" })
      })
    )
    return { client, connected }
  })
