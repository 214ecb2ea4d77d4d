/** The thin shell around `waitingLine`: callers suspend until it is their turn, and one alarm wakes the line. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as RollingWindow from "./rollingWindow.ts"
import { inTime, sleep, whenDone, withNow } from "./time.ts"
import * as WaitingLine from "./waitingLine.ts"

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

/** An effect where somebody is let in by that. */
export type GiveBack = (fate: Fate, now: number) => Effect.Effect<void> | undefined

export interface Turnstile {
  /** Takes the slots where nobody waits and there is room: then there is a way to give them back. */
  readonly enter: (
    windows: ReadonlyArray<RollingWindow.RollingWindow>,
    weight: number,
    now: number
  ) => GiveBack | undefined
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
  // Nobody would wake those who wait beyond the end of the scope. Said to the scope itself, it keeps nothing of this fibre.
  yield* Scope.addFinalizer(
    scope,
    Effect.sync(() => {
      closed = true
      for (const waiter of WaitingLine.dismiss(line, () => true)) waiter.notify()
    })
  )
  let alarm: { readonly at: number; readonly fiber: Fiber.Fiber<void> } | undefined

  const change: Turnstile["change"] = (f) =>
    withNow((now) => {
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

  const giveBackTo = (windows: ReadonlyArray<RollingWindow.RollingWindow>, weight: number): GiveBack => (fate, now) => {
    for (const window of windows) settle[fate](window, weight, now)
    // Nobody waits: nobody has to be let in.
    return line.waiting === 0 ? undefined : change(() => {})
  }

  const enter: Turnstile["enter"] = (windows, weight, now) => {
    if (closed || !WaitingLine.isOpen(line, windows, weight, now)) return undefined
    for (const window of windows) RollingWindow.take(window, weight)
    return giveBackTo(windows, weight)
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
      withNow((arrival) => {
        if (closed) return Effect.interrupt
        const usingSlots = (waited: number, giveBack: GiveBack) =>
          whenDone(restore(Effect.suspend(() => use(Duration.millis(waited)))), (exit) =>
            withNow((now) => {
              const letIn = giveBack(fateFor(fate, exit), now)
              return letIn === undefined ? exit : Effect.zipRight(letIn, exit)
            }))
        const entered = enter(windows, weight, arrival)
        if (entered !== undefined) return usingSlots(0, entered)

        const wait = WaitingLine.knownWait(windows, weight, arrival)
        if (wait > longestWait) {
          return Effect.flatMap(
            DateTime.now,
            (now) => Effect.fail(tooLong({ retryAt: DateTime.add(now, { millis: Math.ceil(wait) }) }))
          )
        }
        const waiter = WaitingLine.join(line, windows, weight)
        const giveBack = giveBackTo(windows, weight)
        const abandon = Effect.suspend(() =>
          // It may have been let in at the very moment it gave up.
          waiter.state === "admitted"
            ? withNow((now) => giveBack("not-sent", now) ?? Effect.void)
            : change(() => WaitingLine.leave(line, waiter))
        )
        const turn = Effect.async<void, ReturnType<typeof tooHeavy>>((resume) => {
          const tell = () =>
            resume(waiter.state === "admitted" ? Effect.void : closed ? Effect.interrupt : Effect.failSync(tooHeavy))
          if (waiter.state !== "waiting") return tell()
          waiter.notify = tell
        }).pipe(
          Number.isFinite(longestWait)
            ? (turn) => inTime(turn, longestWait, () => tooLong())
            : (turn) => turn
        )

        const queue = Effect.suspend(() =>
          line.waiting > longestQueue
            ? Effect.zipRight(abandon, Effect.failSync(full))
            : Effect.onError(restore(turn), () => abandon)
        )
        return change(() => {}).pipe(
          Effect.zipRight(Effect.suspend(() =>
            // Let in at once: what that took on the way is not worth anybody's while.
            waiter.state === "admitted"
              ? usingSlots(0, giveBack)
              : Effect.zipRight(queue, withNow((now) => usingSlots(now - arrival, giveBack)))
          ))
        )
      })
    )

  return { enter, pass, change, reconfigure, waiting: () => line.waiting }
})

/** What the caller says, unless that itself goes wrong. */
const fateFor = <A, E>(fate: (exit: Exit.Exit<A, E>) => Fate, exit: Exit.Exit<A, E>): Fate => {
  try {
    return fate(exit)
  } catch {
    return "abandoned"
  }
}
