/** What is different for calls whose answers are streamed. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type ApiError, Timeout, withRetry } from "../ApiError.ts"
import * as AttemptTimeout from "../AttemptTimeout.ts"
import { type Call, identity } from "./call.ts"
import type { Ongoing } from "./observer.ts"
import { monotonicMillis, sleep } from "./time.ts"

/** Not to be interrupted: a failed attempt must close its body before the next one begins; a good one lives as long as the stream. */
export const inScopeOfItsOwn = <A, E, R>(
  outer: Scope.Scope,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, Exclude<R, Scope.Scope>> =>
  Effect.flatMap(
    Scope.fork(outer, ExecutionStrategy.sequential),
    (scope) => Effect.onError(Scope.extend(effect, scope), (cause) => Scope.close(scope, Exit.failCause(cause)))
  )

/** How long the stream may be silent. */
export const idle = (call: Call): Effect.Effect<never, Timeout> => {
  const limit = AttemptTimeout.longest(call.policy.attemptTimeout, 0)
  const error = { ...identity(call), scope: "attempt", limit, outcome: "unknown", retryable: false } as const
  return Effect.zipRight(sleep(Duration.toMillis(limit)), Effect.failSync(() => new Timeout(error)))
}

/** From here on the call lasts as long as its stream, and ends as it does: what has been read cannot be read anew. */
export const begun = <R>(
  stream: Stream.Stream<Uint8Array, ApiError, R>,
  ongoing: Ongoing
): Stream.Stream<Uint8Array, ApiError, R> => {
  ongoing.stream = Exit.void
  return Stream.catchAll(stream, (error) =>
    Stream.fromEffect(Effect.flatMap(monotonicMillis, (now) => {
      const { attempts, beganAt, uncertain } = ongoing
      const elapsed = Duration.millis(Math.round(now - beganAt))
      const final = withRetry(error, { attempts, elapsed, stopped: "not-replayable", uncertain })
      return ongoing.stream = Exit.fail(final)
    })))
}
