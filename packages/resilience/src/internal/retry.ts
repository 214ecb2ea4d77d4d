/**
 * The one engine that repeats calls. It steps the schedule itself, so that it sees a delay before it sleeps and can
 * refuse one that does not fit.
 */
import type * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { LazyArg } from "effect/Function"
import type * as Schedule from "effect/Schedule"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleIntervals from "effect/ScheduleIntervals"
import { type ApiError, type StopReason, withRetry } from "../ApiError.ts"
import type { Unsafe } from "../CircuitBreaker.ts"
import type { Purse } from "./budget.ts"
import type { Restore } from "./course.ts"
import { firstOf, sleep, unsafeNow } from "./time.ts"

/** Attempt `n`, counted from 0, not to be interrupted. `uncertain`: one before it may have been carried out. */
export type Attempt<A, R> = (n: number, uncertain: boolean) => Effect.Effect<A, ApiError, R>

/** What counts for a call from its beginning. */
export interface Call {
  readonly clock: Clock.Clock
  /** On the monotonic clock. */
  readonly beganAt: number
}

/** What counts once an attempt has failed. */
export interface Repeat {
  readonly restore: Restore
  readonly schedule: Schedule.Schedule<unknown, ApiError>
  /** However long the schedule would go on. */
  readonly retries: number
  /** The longest wait that a server may ask for with this error, in milliseconds. */
  readonly hintCap: (error: ApiError) => number
  readonly replayable: boolean
  readonly readOnce: boolean
  /** On the monotonic clock. */
  readonly deadline: number
  readonly circuit: Pick<Unsafe, "change" | "unsafeMode"> | undefined
  /** Attempt `n` failed and is repeated after `delay` milliseconds. */
  readonly onRetry: (n: number, error: ApiError, delay: number) => Effect.Effect<void>
  /** The call waits for an open circuit, for so many milliseconds at the most. */
  readonly onWait: (error: ApiError, longest: number) => Effect.Effect<void>
}

/** What a later attempt has to know of those before it. */
interface Earlier {
  readonly error: ApiError
  readonly uncertain: boolean
  readonly state: unknown
}

/** In a region that is not interruptible: it may be interrupted while it waits. Most calls have no need of `repeat`. */
export const run = <A, R>(
  call: Call,
  budget: Purse | undefined,
  attempt: Attempt<A, R>,
  repeat: LazyArg<Repeat>
): Effect.Effect<A, ApiError, R> => {
  const { clock } = call
  budget?.called(call.beganAt)
  return Effect.matchEffect(attempt(0, false), {
    onSuccess: (value) => {
      budget?.succeeded(undefined, unsafeNow(clock))
      return Effect.succeed(value)
    },
    onFailure: (error) => again(call, budget, attempt, repeat(), error)
  })
}

const again = <A, R>(
  { beganAt, clock }: Call,
  budget: Purse | undefined,
  attempt: Attempt<A, R>,
  repeat: Repeat,
  firstError: ApiError
): Effect.Effect<A, ApiError, R> => {
  const { circuit, deadline, onRetry, onWait, restore } = repeat
  let lastCost: number | undefined

  const attemptFrom = (n: number, earlier: Earlier | undefined): Effect.Effect<A, ApiError, R> =>
    Effect.matchEffect(attempt(n, earlier?.uncertain === true), {
      onSuccess: (value) => {
        budget?.succeeded(lastCost, unsafeNow(clock))
        return Effect.succeed(value)
      },
      onFailure: (error) => goOn(n, earlier, error, unsafeNow(clock), clock.unsafeCurrentTimeMillis())
    })

  const goOn = (
    n: number,
    earlier: Earlier | undefined,
    error: ApiError,
    now: number,
    wallNow: number
  ): Effect.Effect<A, ApiError, R> => {
    const uncertain = earlier?.uncertain === true
    const stop = (stopped: StopReason) => {
      const elapsed = Duration.millis(Math.round(now - beganAt))
      // Out of time before it was sent: what the server said last is the better news.
      const outOfTime = error._tag === "Timeout" && error.scope === "deadline" && error.outcome === "not-sent"
      const attempts = error.outcome === "not-sent" && error._tag !== "ConnectionError" ? n : n + 1
      const final = outOfTime ? earlier?.error ?? error : error
      return Effect.fail(withRetry(final, { attempts, elapsed, stopped, uncertain }))
    }
    const hinted = hintedWait(error, wallNow)
    if (circuit !== undefined && error._tag === "CircuitOpen" && error.retryable) {
      // Probes that are under way may end at any time; the instant is when one of them counts as lost.
      const isProbed = circuit.unsafeMode() === "half-open"
      if (now >= deadline || (!isProbed && now + hinted >= deadline)) return stop("deadline")
      const longest = Math.min(hinted, deadline - now)
      const change = firstOf(sleep(longest), circuit.change)
      return Effect.zipRight(
        restore(Effect.zipRight(onWait(error, longest), change)),
        Effect.suspend(() => attemptFrom(n, earlier))
      )
    }
    const reason = reasonToStop(error, n, now, repeat)
    if (reason !== undefined) return stop(reason)
    if (hinted > repeat.hintCap(error)) return stop("hint")
    const { schedule } = repeat
    const state: unknown = earlier === undefined ? schedule.initial : earlier.state
    return Effect.flatMap(restore(schedule.step(wallNow, error, state)), ([next, , decision]) => {
      if (ScheduleDecision.isDone(decision)) return stop("attempts")
      // A schedule of the caller's own may know nothing of hints.
      const delay = Math.max(hinted, ScheduleIntervals.start(decision.intervals) - wallNow)
      if (now + delay >= deadline) return stop("deadline")
      const cost = budget === undefined ? 0 : budget.withdraw(error._tag === "RateLimited", now)
      if (cost === undefined) return stop("budget")
      lastCost = cost
      const later = { error, uncertain: uncertain || error.outcome === "unknown", state: next }
      return Effect.zipRight(
        restore(Effect.zipRight(onRetry(n, error, delay), sleep(delay))),
        Effect.suspend(() => attemptFrom(n + 1, later))
      )
    })
  }

  return goOn(0, undefined, firstError, unsafeNow(clock), clock.unsafeCurrentTimeMillis())
}

/** Why the schedule need not even be asked. */
const reasonToStop = (
  error: ApiError,
  n: number,
  now: number,
  repeat: Pick<Repeat, "replayable" | "readOnce" | "retries" | "deadline">
): StopReason | undefined => {
  if (error._tag === "Timeout" && error.scope === "deadline") return "deadline"
  if (!error.retryable) return "not-retryable"
  if (error.outcome === "unknown" && !repeat.replayable) return "not-replayable"
  if (error.outcome !== "not-sent" && repeat.readOnce) return "not-replayable"
  if (n >= repeat.retries) return "attempts"
  return now >= repeat.deadline ? "deadline" : undefined
}

const hintedWait = (error: ApiError, now: number): number =>
  error.retryAt === undefined ? 0 : Math.max(0, DateTime.toEpochMillis(error.retryAt) - now)
