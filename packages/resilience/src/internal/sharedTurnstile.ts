/**
 * The thin shell around `takes`: callers suspend until it is their turn, and one fibre, the pump, asks for slots for as
 * many of them as may be asked for, one question at a time.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import type { GiveBack, Slots } from "./slots.ts"
import * as Takes from "./takes.ts"
import { monotonicMillis } from "./time.ts"
import type { Fate } from "./turnstile.ts"

export type Reason = "waited-too-long" | "queue-full" | "store-unavailable"

export interface Passage<A, E, R, E2> {
  /** Their places in the list. */
  readonly buckets: ReadonlyArray<number>
  readonly weight: number
  /** In milliseconds. */
  readonly longestWait: number
  /** Where the wait is known to be too long, it ends at `retryAt` at the soonest. */
  readonly refuse: (reason: Reason, known?: { readonly retryAt: DateTime.Utc }) => E2
  readonly fate: (exit: Exit.Exit<A, E>) => Fate
  readonly use: (waited: Duration.Duration) => Effect.Effect<A, E, R>
}

export interface SharedTurnstile {
  readonly pass: <A, E, R, E2>(passage: Passage<A, E, R, E2>) => Effect.Effect<A, E | E2, R>
  /** To be called when there may be room where there was none. */
  readonly look: () => void
  readonly serve: (slots: Slots) => Effect.Effect<void, never, Scope.Scope>
  readonly waiting: () => number
}

/** What became of a caller's wait. `notBefore` is on the monotonic clock. */
type Outcome =
  | { readonly _tag: "Admitted"; readonly giveBack: GiveBack }
  | { readonly _tag: "Refused"; readonly reason: Reason; readonly notBefore?: number | undefined }
  | { readonly _tag: "Dismissed" }

interface Visitor {
  outcome: Outcome | undefined
  notify: () => void
}

/** Even those that do not want to wait have to wait for the store's first answer, so many milliseconds at the most. */
const firstAnswer = 100

/** The milliseconds in which processes that wait for the same room come back one after another. */
const stagger = (window: number): number => Math.min(50, window / 200)

export const make = (
  buckets: ReadonlyArray<{ readonly limit: number; readonly window: number }>,
  longestQueue: number
): SharedTurnstile => {
  const line = Takes.make(buckets.map(({ limit }) => limit))
  const visitors = new Map<Takes.Waiter, Visitor>()
  const bell = Effect.unsafeMakeLatch(false)
  let closed = false

  const leave = (waiter: Takes.Waiter): Visitor | undefined => {
    const visitor = visitors.get(waiter)
    visitors.delete(waiter)
    Takes.leave(line, waiter)
    return visitor
  }

  /** False if it is not there any longer. */
  const tell = (waiter: Takes.Waiter, outcome: Outcome): boolean => {
    const visitor = leave(waiter)
    if (visitor === undefined) return false
    visitor.outcome = outcome
    visitor.notify()
    return true
  }

  const refuse = (waiter: Takes.Waiter, reason: Reason, notBefore?: number) =>
    tell(waiter, { _tag: "Refused", reason, notBefore })

  const look = () => {
    Takes.forget(line)
    bell.unsafeOpen()
  }

  const ask = (slots: Slots, waiters: ReadonlyArray<Takes.Waiter>) =>
    Effect.gen(function*() {
      const requests = waiters.map(({ arrival, lane, weight }) => ({ arrival, weight, buckets: lane.buckets }))
      const answers = yield* slots.take(requests)
      const now = yield* monotonicMillis
      const chance = yield* Random.next
      for (const [i, waiter] of waiters.entries()) {
        const answer = answers[i]
        if (answer === undefined || answer === "unavailable") {
          refuse(waiter, "store-unavailable")
          continue
        }
        const windows = waiter.lane.buckets.map((bucket) => buckets[bucket]?.window ?? 0)
        Takes.answer(waiter, answer, now, chance * stagger(Math.min(...windows)))
        const { giveBack } = answer
        if (giveBack !== undefined) {
          // It may have gone while the answer was on its way.
          if (!tell(waiter, { _tag: "Admitted", giveBack })) yield* giveBack("not-sent")
        } else if (waiter.deadline <= now) refuse(waiter, "waited-too-long", Takes.tooLate(waiter))
      }
      for (const waiter of Takes.overflow(line, longestQueue, now)) refuse(waiter, "queue-full")
    })

  const pump = (slots: Slots) =>
    Effect.flatMap(monotonicMillis, (now) => {
      bell.unsafeClose()
      const next = Takes.next(line, now)
      for (const waiter of next.late) refuse(waiter, "waited-too-long", Takes.tooLate(waiter))
      if (next.ask.length > 0) return Effect.uninterruptible(ask(slots, next.ask))
      return Number.isFinite(next.lookAgain)
        ? Effect.asVoid(Effect.timeoutOption(bell.await, next.lookAgain - now))
        : bell.await
    })

  const serve: SharedTurnstile["serve"] = (slots) =>
    Effect.gen(function*() {
      yield* Effect.forkScoped(Effect.forever(pump(slots)))
      // Nobody would wake those who wait beyond the end of the scope.
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          closed = true
          for (const waiter of [...visitors.keys()]) tell(waiter, { _tag: "Dismissed" })
        })
      )
    })

  const enter = <A, E, R, E2>({ buckets, longestWait, weight }: Passage<A, E, R, E2>, arrival: number) => {
    const waiter = Takes.join(line, buckets, weight, arrival, arrival + longestWait)
    const visitor: Visitor = { outcome: undefined, notify: () => {} }
    visitors.set(waiter, visitor)
    const late = Takes.tooLate(waiter)
    if (late !== undefined) refuse(waiter, "waited-too-long", late)
    else if (Takes.overflow(line, longestQueue, arrival).includes(waiter)) refuse(waiter, "queue-full")
    bell.unsafeOpen()
    return { waiter, visitor }
  }

  const pass: SharedTurnstile["pass"] = (passage) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(monotonicMillis, (arrival) => {
        if (closed) return Effect.interrupt
        const { longestWait } = passage
        const { visitor, waiter } = enter(passage, arrival)
        const turn = Effect.async<void>((resume) => {
          if (visitor.outcome !== undefined) return resume(Effect.void)
          visitor.notify = () => resume(Effect.void)
        })
        // In a fibre of its own, it ends in time even where the caller must not be interrupted.
        const turnInTime = Number.isFinite(longestWait)
          ? Effect.timeoutOption(Effect.interruptible(turn), Math.max(longestWait, firstAnswer))
          : turn
        const giveUp = Effect.suspend(() => {
          leave(waiter)
          bell.unsafeOpen()
          // It may have been let in at the very moment it gave up.
          return visitor.outcome?._tag === "Admitted" ? visitor.outcome.giveBack("not-sent") : Effect.void
        })
        return Effect.onError(restore(turnInTime), () => giveUp).pipe(
          Effect.zipRight(monotonicMillis),
          Effect.flatMap((now) => {
            const outcome = visitor.outcome ?? tooLong
            if (outcome._tag === "Dismissed") return Effect.interrupt
            return outcome._tag === "Refused"
              ? Effect.zipRight(giveUp, refusal(passage, outcome, now))
              : useSlots(passage, outcome.giveBack, Duration.millis(now - arrival), restore)
          })
        )
      })
    )

  return { pass, look, serve, waiting: () => visitors.size }
}

const tooLong: Outcome = { _tag: "Refused", reason: "waited-too-long" }

const useSlots = <A, E, R, E2>(
  { fate, use }: Passage<A, E, R, E2>,
  giveBack: GiveBack,
  waited: Duration.Duration,
  restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | E2, R> =>
  Effect.onExit(restore(Effect.suspend(() => use(waited))), (exit) =>
    Effect.sync(() => fate(exit)).pipe(
      Effect.catchAllDefect(() => Effect.succeed("abandoned" as const)),
      Effect.flatMap(giveBack)
    ))

const refusal = <A, E, R, E2>(
  { refuse }: Passage<A, E, R, E2>,
  { notBefore, reason }: Extract<Outcome, { readonly _tag: "Refused" }>,
  now: number
): Effect.Effect<never, E2> => {
  if (notBefore === undefined) return Effect.failSync(() => refuse(reason))
  const millis = Math.max(0, Math.ceil(notBefore - now))
  return Effect.flatMap(
    DateTime.now,
    (instant) => Effect.fail(refuse(reason, { retryAt: DateTime.add(instant, { millis }) }))
  )
}
