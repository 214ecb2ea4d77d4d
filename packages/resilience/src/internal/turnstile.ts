/** The thin shell around `waitingLine`: callers suspend until it is their turn, and one alarm wakes the line. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as RollingWindow from "./rollingWindow.ts"
import { monotonicMillis, sleep } from "./time.ts"
import * as WaitingLine from "./waitingLine.ts"
import { within } from "./within.ts"

/** What became of a request that was let through: its slots open accordingly. */
export type Fate = "answered" | "abandoned" | "not-sent"

export interface Passage<A, E, R, E2> {
  readonly windows: ReadonlyArray<RollingWindow.RollingWindow>
  readonly weight: number
  /** In milliseconds. */
  readonly longestWait: number
  /** Where the wait is known to be too long, it ends at `retryAt` at the soonest. */
  readonly tooLong: (known?: { readonly retryAt: DateTime.Utc }) => E2
  /** How many may wait. */
  readonly longestQueue: number
  readonly full: () => E2
  /** Its weight is more than a window has room for. */
  readonly tooHeavy: () => E2
  readonly fate: (exit: Exit.Exit<A, E>) => Fate
  readonly use: (waited: Duration.Duration) => Effect.Effect<A, E, R>
}

export interface Turnstile {
  readonly pass: <A, E, R, E2>(passage: Passage<A, E, R, E2>) => Effect.Effect<A, E | E2, R>
  /** Changes windows, and lets in whoever that makes room for. */
  readonly change: (f: (now: number) => void) => Effect.Effect<void>
  /** Likewise, and sends away whoever fits in no longer: nobody behind them would ever have a turn. */
  readonly reconfigure: (f: () => void) => Effect.Effect<void>
  readonly waiting: () => number
}

const settle: Record<Fate, (window: RollingWindow.RollingWindow, weight: number, now: number) => void> = {
  answered: RollingWindow.answered,
  abandoned: RollingWindow.abandoned,
  "not-sent": RollingWindow.notSent
}

export const make: Effect.Effect<Turnstile, never, Scope.Scope> = Effect.gen(function*() {
  const scope = yield* Effect.scope
  const line = WaitingLine.make()
  let closed = false
  // Nobody would wake those who wait beyond the end of the scope.
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      closed = true
      for (const waiter of WaitingLine.dismiss(line, () => true)) waiter.notify()
    })
  )
  let alarm: { readonly at: number; readonly fiber: Fiber.Fiber<void> } | undefined

  const change: Turnstile["change"] = (f) =>
    Effect.flatMap(monotonicMillis, (now) => {
      f(now)
      const { admitted, lookAgain } = WaitingLine.serve(line, now)
      for (const waiter of admitted) waiter.notify()
      return setAlarm(lookAgain, now)
    })

  const setAlarm = (at: number, now: number): Effect.Effect<void> => {
    if (at === (alarm?.at ?? Number.POSITIVE_INFINITY)) return Effect.void
    const stop = alarm === undefined ? Effect.void : Fiber.interruptFork(alarm.fiber)
    alarm = undefined
    if (at === Number.POSITIVE_INFINITY) return stop
    const ring = change(() => {
      alarm = undefined
    })
    return sleep(at - now).pipe(
      Effect.interruptible,
      Effect.zipRight(ring),
      Effect.forkIn(scope),
      Effect.flatMap((fiber) => {
        alarm = { at, fiber }
        return stop
      })
    )
  }

  const reconfigure: Turnstile["reconfigure"] = (f) =>
    change(() => {
      f()
      for (const waiter of WaitingLine.dismiss(line, WaitingLine.isTooHeavy)) waiter.notify()
    })

  const pass: Turnstile["pass"] = (
    { fate, full, longestQueue, longestWait, tooHeavy, tooLong, use, weight, windows }
  ) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(monotonicMillis, (arrival) => {
        if (closed) return Effect.interrupt
        const wait = WaitingLine.knownWait(windows, weight, arrival)
        if (wait > longestWait) {
          return Effect.flatMap(
            DateTime.now,
            (now) => Effect.fail(tooLong({ retryAt: DateTime.add(now, { millis: Math.ceil(wait) }) }))
          )
        }
        const waiter = WaitingLine.join(line, windows, weight)

        const giveBack = (fate: Fate) =>
          change((now) => {
            for (const window of windows) {
              settle[fate](window, weight, now)
            }
          })
        const abandon = Effect.suspend(() =>
          // It may have been let in at the very moment it gave up.
          waiter.state === "admitted" ? giveBack("not-sent") : change(() => WaitingLine.leave(line, waiter))
        )
        const turn = Effect.async<void, ReturnType<typeof tooHeavy>>((resume) => {
          const tell = () =>
            resume(waiter.state === "admitted" ? Effect.void : closed ? Effect.interrupt : Effect.failSync(tooHeavy))
          if (waiter.state !== "waiting") return tell()
          waiter.notify = tell
        }).pipe(
          Number.isFinite(longestWait)
            ? (turn) => within(turn, longestWait, () => tooLong())
            : (turn) => turn
        )

        const queue = Effect.suspend(() =>
          line.waiting > longestQueue
            ? Effect.zipRight(abandon, Effect.failSync(full))
            : Effect.onError(restore(turn), () => abandon)
        )

        const waited = Effect.suspend(() =>
          // Let in at once: what that took on the way is not worth anybody's while.
          waiter.state === "admitted"
            ? Effect.succeed(Duration.zero)
            : Effect.zipRight(queue, Effect.map(monotonicMillis, (now) => Duration.millis(now - arrival)))
        )

        return change(() => {}).pipe(
          Effect.zipRight(waited),
          Effect.flatMap((waited) =>
            Effect.onExit(
              restore(Effect.suspend(() => use(waited))),
              (exit) =>
                Effect.sync(() => fate(exit)).pipe(
                  Effect.catchAllDefect(() => Effect.succeed("abandoned" as const)),
                  Effect.flatMap(giveBack)
                )
            )
          )
        )
      })
    )

  return { pass, change, reconfigure, waiting: () => line.waiting }
})
