/**
 * A timeout that holds whatever it is put around: where the caller must not be interrupted, and where the effect itself
 * will not be. `Effect.timeout` waits for such an effect for as long as it lasts.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { sleep } from "./time.ts"

/** In milliseconds: what an effect has to clean up may take a moment; after that it is left to itself. */
const grace = 100

export const within = <A, E, R, E2>(
  self: Effect.Effect<A, E, R>,
  millis: number,
  onTimeout: () => E2
): Effect.Effect<A, E | E2, R> =>
  millis <= 0
    ? Effect.failSync(onTimeout)
    : Effect.uninterruptibleMask((restore) =>
      // Daemons, as the caller's own end would wait for its children; and a fibre that fails is one that Effect logs.
      Effect.flatMap(Effect.forkDaemon(Effect.exit(Effect.interruptible(self))), (running) =>
        Effect.flatMap(alarm(millis), (timer) => {
          const ended = eitherEnds(running, timer)
          return restore(ended).pipe(
            // Interruption, too, waits no longer than that for what is to be cleaned up.
            Effect.onInterrupt(() => Effect.zipRight(stop(running), Effect.zipRight(ended, stop(timer)))),
            Effect.zipRight(Effect.suspend((): Effect.Effect<A, E | E2> =>
              running.unsafePoll() === null
                ? Effect.zipRight(letGo(running), Effect.failSync(onTimeout))
                : Effect.zipRight(stop(timer), Effect.flatten(Fiber.join(running)))
            ))
          )
        }))
    )

const letGo = (running: AnyFiber): Effect.Effect<void> =>
  Effect.flatMap(
    alarm(grace),
    (timer) => Effect.zipRight(stop(running), Effect.zipRight(eitherEnds(running, timer), stop(timer)))
  )

const alarm = (millis: number) => Effect.forkDaemon(Effect.interruptible(sleep(millis)))

const stop = (fiber: AnyFiber): Effect.Effect<void> => Effect.sync(() => fiber.unsafeInterruptAsFork(fiber.id()))

type AnyFiber = Fiber.RuntimeFiber<unknown, unknown>

const eitherEnds = (one: AnyFiber, other: AnyFiber): Effect.Effect<void> =>
  Effect.async((resume) => {
    const ended = () => resume(Effect.void)
    one.addObserver(ended)
    other.addObserver(ended)
    return Effect.sync(() => {
      one.removeObserver(ended)
      other.removeObserver(ended)
    })
  })
