/**
 * The one engine that repeats calls. It steps the schedule itself, so that it sees a delay before it sleeps and can
 * refuse one that does not fit.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { LazyArg } from "effect/Function"
import type * as Schedule from "effect/Schedule"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleIntervals from "effect/ScheduleIntervals"
import { type ApiError, type StopReason, withRetry } from "../ApiError.ts"
import { monotonicMillis } from "./time.ts"

export interface Repeat<A, R> {
  readonly attempt: (n: number) => Effect.Effect<A, ApiError, R>
  /** Made when the first attempt has failed: most calls never need one. */
  readonly schedule: LazyArg<Schedule.Schedule<unknown, ApiError>>
  /** However long the schedule would go on. */
  readonly retries: number
  /** The longest wait that a server may ask for with this error, in milliseconds. */
  readonly hintCap: (error: ApiError) => number
  readonly replayable: boolean
  /** On the monotonic clock. */
  readonly deadline: number
  readonly onRetry: (error: ApiError) => void
}

/** What a later attempt has to know of those before it. */
interface Earlier {
  readonly error: ApiError
  readonly uncertain: boolean
  readonly schedule: Schedule.Schedule<unknown, ApiError>
  readonly state: unknown
}

export const run = <A, R>(repeat: Repeat<A, R>): Effect.Effect<A, ApiError, R> =>
  Effect.flatMap(monotonicMillis, (startedAt) => {
    const { attempt, onRetry } = repeat

    const attemptFrom = (
      n: number,
      earlier: Earlier | undefined
    ): Effect.Effect<A, ApiError, R> =>
      Effect.catchAll(
        attempt(n),
        (error) =>
          Effect.flatMap(Effect.zip(monotonicMillis, Clock.currentTimeMillis), ([now, wallNow]) => {
            const uncertain = earlier?.uncertain === true
            const stop = (stopped: StopReason) => {
              const elapsed = Duration.millis(Math.round(now - startedAt))
              // Out of time before it was sent: what the server said last is the better news.
              const outOfTime = error._tag === "Timeout" && error.scope === "deadline" && error.outcome === "not-sent"
              const attempts = error.outcome === "not-sent" && error._tag !== "ConnectionError" ? n : n + 1
              const final = outOfTime ? earlier?.error ?? error : error
              return Effect.fail(withRetry(final, { attempts, elapsed, stopped, uncertain }))
            }
            const reason = reasonToStop(error, n, now, repeat)
            if (reason !== undefined) return stop(reason)
            const schedule = earlier?.schedule ?? repeat.schedule()
            const state: unknown = earlier === undefined ? schedule.initial : earlier.state
            const hinted = hintedWait(error, wallNow)
            if (hinted > repeat.hintCap(error)) return stop("hint")
            return Effect.flatMap(schedule.step(wallNow, error, state), ([next, , decision]) => {
              if (ScheduleDecision.isDone(decision)) return stop("attempts")
              // A schedule of the caller's own may know nothing of hints.
              const delay = Math.max(hinted, ScheduleIntervals.start(decision.intervals) - wallNow)
              if (now + delay >= repeat.deadline) return stop("deadline")
              onRetry(error)
              const again = attemptFrom(n + 1, {
                error,
                uncertain: uncertain || error.outcome === "unknown",
                schedule,
                state: next
              })
              return Effect.zipRight(Effect.sleep(Duration.millis(delay)), again)
            })
          })
      )

    return attemptFrom(0, undefined)
  })

/** Why the schedule need not even be asked. */
const reasonToStop = (
  error: ApiError,
  n: number,
  now: number,
  repeat: Pick<Repeat<unknown, unknown>, "replayable" | "retries" | "deadline">
): StopReason | undefined => {
  if (error._tag === "Timeout" && error.scope === "deadline") return "deadline"
  if (!error.retryable) return "not-retryable"
  if (error.outcome === "unknown" && !repeat.replayable) return "not-replayable"
  if (n >= repeat.retries) return "attempts"
  return now >= repeat.deadline ? "deadline" : undefined
}

const hintedWait = (error: ApiError, now: number): number =>
  error.retryAt === undefined ? 0 : Math.max(0, DateTime.toEpochMillis(error.retryAt) - now)
