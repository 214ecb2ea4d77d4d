/**
 * Many timeouts, one sleeping fibre: a heap of instants, nearly all of which are called off before they come. Only the
 * first of them is slept for.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"
import * as Scope from "effect/Scope"
import { sleep, withNow } from "./time.ts"

/** A class for the sake of the collector: see `course.ts`. */
export class Entry {
  readonly at: number
  /** `undefined` once it has rung, or been called off. */
  ring: (() => void) | undefined

  constructor(at: number, ring: () => void) {
    this.at = at
    this.ring = ring
  }
}

export interface Timers {
  /** Rings at that instant of the monotonic clock, where nobody calls it off. */
  readonly unsafeSet: (at: number, ring: () => void) => Entry
  readonly unsafeCallOff: (entry: Entry) => void
  /** What has to happen, once it is set, for an entry to ring in time. */
  readonly arm: (at: number) => Effect.Effect<void> | undefined
  /**
   * Runs an effect in a fibre of its own, and fails when its time is up: as soon as the effect has cleaned up, or after a tenth
   * of a second. One that will not be interrupted is left to itself.
   */
  readonly within: <A, E, R>(self: Effect.Effect<A, E, R>, millis: number, onTimeout: () => E) => Effect.Effect<A, E, R>
}

/** In milliseconds: what an effect has to clean up may take a moment. */
const grace = 100

export const make: Effect.Effect<Timers, never, Scope.Scope> = Effect.gen(function*() {
  const scope = yield* Effect.scope
  let closed = false
  yield* Scope.addFinalizer(
    scope,
    Effect.sync(() => {
      closed = true
    })
  )
  const heap: Array<Entry> = []
  let calledOff = 0
  let alarm: { readonly at: number; readonly fiber: Fiber.Fiber<void> } | undefined

  /** Those that were called off go when there are more of them than of the others. */
  const callOff = (entry: Entry): void => {
    if (entry.ring === undefined) return
    entry.ring = undefined
    calledOff++
    if (calledOff < 64 || calledOff * 2 < heap.length) return
    const left = heap.filter(({ ring }) => ring !== undefined)
    heap.length = 0
    calledOff = 0
    for (const entry of left) push(heap, entry)
  }

  const ringAllDue = (now: number): void => {
    for (let first = heap[0]; first !== undefined; first = heap[0]) {
      if (first.ring !== undefined && first.at > now) return
      pop(heap)
      if (first.ring === undefined) calledOff--
      const { ring } = first
      first.ring = undefined
      ring?.()
    }
  }

  const sleepUntil = (at: number): Effect.Effect<void> =>
    withNow((now) => {
      // Somebody else may have been faster.
      if (alarm !== undefined && alarm.at <= at) return Effect.void
      const woken = withNow((now) => {
        alarm = undefined
        ringAllDue(now)
        return heap[0] === undefined ? Effect.void : sleepUntil(heap[0].at)
      })
      const stop = alarm === undefined ? Effect.void : Fiber.interruptFork(alarm.fiber)
      return sleep(at - now).pipe(
        Effect.zipRight(woken),
        Effect.interruptible,
        Effect.forkIn(scope),
        Effect.flatMap((fiber) => {
          alarm = { at, fiber }
          return stop
        })
      )
    })

  // Beyond the end of the scope nobody would ring.
  const arm: Timers["arm"] = (at) =>
    closed ? Effect.interrupt : alarm !== undefined && alarm.at <= at ? undefined : sleepUntil(at)

  const unsafeSet: Timers["unsafeSet"] = (at, ring) => {
    const entry = new Entry(at, ring)
    push(heap, entry)
    return entry
  }

  const within: Timers["within"] = <A, E, R>(self: Effect.Effect<A, E, R>, millis: number, onTimeout: () => E) =>
    withNow((now) => {
      if (millis <= 0) return Effect.failSync(onTimeout)
      let entry = unsafeSet(now + millis, () => {})
      const raced = Effect.flatMap(Effect.runtime<R>(), (runtime) =>
        Effect.async<A, E, R>((resume) => {
          // Its time may have been up before it began.
          if (entry.ring === undefined) return resume(Effect.failSync(onTimeout))
          // Forked here, in one step with what ends it, so that an interruption finds both or neither. Its failure is its
          // value, or the runtime would report what is the caller's to handle.
          const fiber = Runtime.runFork(runtime, Effect.exit(Effect.interruptible(self)))
          let isLate = false
          entry.ring = () => {
            isLate = true
            entry = unsafeSet(entry.at + grace, () => resume(Effect.failSync(onTimeout)))
            fiber.unsafeInterruptAsFork(fiber.id())
          }
          fiber.addObserver((exit) => {
            callOff(entry)
            resume(isLate ? Effect.failSync(onTimeout) : Exit.flatten(exit))
          })
          return Effect.async<void>((resume) => {
            fiber.addObserver(() => resume(Effect.void))
            // An interruption waits for what is to be cleaned up until the time would have been up.
            entry.ring = () => resume(Effect.void)
            fiber.unsafeInterruptAsFork(fiber.id())
          })
        }))
      const armed = arm(entry.at)
      return armed === undefined ? raced : Effect.zipRight(armed, raced)
    })

  return { within, unsafeSet, unsafeCallOff: callOff, arm }
})

const push = (heap: Array<Entry>, entry: Entry): void => {
  let at = heap.length
  heap.push(entry)
  while (at > 0) {
    const above = (at - 1) >> 1
    const parent = heap[above] as Entry
    if (parent.at <= entry.at) break
    heap[at] = parent
    at = above
  }
  heap[at] = entry
}

/** Takes the first one off. */
const pop = (heap: Array<Entry>): void => {
  const entry = heap.pop() as Entry
  if (heap.length === 0) return
  let at = 0
  for (let below = 1; below < heap.length; below = 2 * at + 1) {
    if (below + 1 < heap.length && (heap[below + 1] as Entry).at < (heap[below] as Entry).at) below++
    const child = heap[below] as Entry
    if (child.at >= entry.at) break
    heap[at] = child
    at = below
  }
  heap[at] = entry
}
