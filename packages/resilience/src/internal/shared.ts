/**
 * Concurrent callers with the same question share one run of it.
 *
 * The run belongs to its owner's scope and not to the caller that happened to be the first: whoever is interrupted
 * leaves, and disturbs nobody else. The last one to leave interrupts the run, and waits until nothing of it is left.
 *
 * A deadline is a plain number that cannot grow once the run has begun, and a caller with more time may join at any
 * moment. So the run is given none, and each caller stops at its own: the latest of them is the last to leave, which
 * ends the run at the latest deadline without anybody watching it. The price is that the run cannot know that it would
 * be too late: it waits until its callers have gone, where it would have given up at once.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import type * as Scope from "effect/Scope"
import { Deadline } from "../Deadline.ts"
import { inTime, monotonicMillis } from "./time.ts"

export interface Shared<K, A, E> {
  /**
   * The result of the run under this key, which is begun by the first who asks, in the context and with the fibre refs
   * of that one. Failures and defects are everybody's. A caller whose deadline comes first fails with `onDeadline`.
   */
  readonly run: <R>(
    key: K,
    effect: Effect.Effect<A, E, R>,
    options: { readonly onDeadline: () => E }
  ) => Effect.Effect<A, E, R>
}

interface Run<A, E> {
  readonly result: Deferred.Deferred<A, E>
  /** Set before the first caller begins to wait. */
  fiber: Fiber.Fiber<unknown>
  callers: number
}

/** The scope ends whatever still runs; its callers are interrupted with it. */
export const make = <K, A, E>(): Effect.Effect<Shared<K, A, E>, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    const runs = new Map<K, Run<A, E>>()

    /** Whoever comes from now on begins anew. */
    const forget = (key: K, run: Run<A, E>): void => {
      if (runs.get(key) === run) runs.delete(key)
    }

    // Begun where interruption is off, so that it always gets to tell its result.
    const begin = <R>(key: K, run: Run<A, E>, effect: Effect.Effect<A, E, R>): Effect.Effect<void, never, R> =>
      Effect.interruptible(effect).pipe(
        Effect.provideService(Deadline, Number.POSITIVE_INFINITY),
        Effect.exit,
        Effect.flatMap((exit) => {
          forget(key, run)
          return Deferred.done(run.result, exit)
        }),
        Effect.forkIn(scope),
        Effect.map((fiber) => {
          run.fiber = fiber
        })
      )

    const join = <R>(key: K, effect: Effect.Effect<A, E, R>): Effect.Effect<Run<A, E>, never, R> =>
      Effect.suspend(() => {
        const running = runs.get(key)
        if (running !== undefined) {
          running.callers++
          return Effect.succeed(running)
        }
        // Found by others from this very moment, whatever happens between here and the fork.
        const run = { result: Deferred.unsafeMake<A, E>(FiberId.none), fiber: Fiber.void, callers: 1 }
        runs.set(key, run)
        return Effect.as(begin(key, run, effect), run)
      })

    const leave = (key: K, run: Run<A, E>): Effect.Effect<void> =>
      Effect.suspend(() => {
        if (--run.callers > 0) return Effect.void
        forget(key, run)
        return Effect.asVoid(Fiber.interrupt(run.fiber))
      })

    return {
      run: (key, effect, { onDeadline }) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.flatMap(Effect.zip(Deadline, monotonicMillis), ([deadline, now]) =>
            deadline <= now
              ? Effect.failSync(onDeadline)
              : Effect.flatMap(join(key, effect), (run) =>
                Effect.ensuring(
                  restore(until(Deferred.await(run.result), deadline - now, onDeadline)),
                  leave(key, run)
                )))
        )
    }
  })

const until = <A, E>(self: Effect.Effect<A, E>, millis: number, onTimeout: () => E): Effect.Effect<A, E> =>
  Number.isFinite(millis) ? inTime(self, millis, onTimeout) : self
