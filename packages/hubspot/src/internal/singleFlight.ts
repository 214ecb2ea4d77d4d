/**
 * One run for all who ask while it is under way. It belongs to its owner's scope: whoever is interrupted, or has no time
 * left, disturbs nobody else, and what was begun is brought to its end.
 */
import * as Deadline from "effect-resilience/Deadline"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import type * as Scope from "effect/Scope"

export interface SingleFlight<A, E> {
  /** The result of the run that is under way, else that of this one. */
  readonly run: (effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

export const make = <A, E>(): Effect.Effect<SingleFlight<A, E>, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    let underWay: Deferred.Deferred<A, E> | undefined

    // Begun where interruption is off, so that it always gets to tell its result.
    const begin = (effect: Effect.Effect<A, E>, result: Deferred.Deferred<A, E>) =>
      Effect.interruptible(effect).pipe(
        // The deadline of the first who asks is not that of the others.
        Effect.provideService(Deadline.Deadline, Number.POSITIVE_INFINITY),
        Effect.exit,
        Effect.flatMap((exit) => {
          underWay = undefined
          return Deferred.done(result, exit)
        }),
        Effect.forkIn(scope)
      )

    return {
      run: (effect) =>
        Effect.uninterruptibleMask((restore) => {
          if (underWay !== undefined) return restore(Deferred.await(underWay))
          const result = underWay = Deferred.unsafeMake<A, E>(FiberId.none)
          return Effect.zipRight(begin(effect, result), restore(Deferred.await(result)))
        })
    }
  })
