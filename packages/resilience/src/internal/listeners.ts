/** Those who want to know of something as it happens. */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

export type Listeners<A> = Set<(a: A) => void>

/** Until the scope ends. */
const listen = <A>(listeners: Listeners<A>, tell: (a: A) => void): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(Effect.acquireRelease(
    Effect.sync(() => listeners.add(tell)),
    () => Effect.sync(() => listeners.delete(tell))
  ))

/**
 * All that they are told while the stream runs, and before it what `first` says. However slow its reader is, nobody waits for
 * it. (`Stream.asyncPush` does the same, and brings 2 KiB into every bundle.)
 */
export const stream = <A>(listeners: Listeners<A>, first: () => ReadonlyArray<A> = () => []): Stream.Stream<A> =>
  Stream.unwrapScoped(Effect.flatMap(Queue.unbounded<A>(), (queue) => {
    const offer = (a: A) => {
      queue.unsafeOffer(a)
    }
    return Effect.as(
      Effect.zipLeft(listen(listeners, offer), Effect.sync(() => first().forEach(offer))),
      Stream.fromQueue(queue)
    )
  }))
