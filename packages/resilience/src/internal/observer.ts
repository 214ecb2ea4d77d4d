/** Whatever is worth knowing of a client's calls passes through here, to all who want to know. */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type ApiError, isApiError } from "../ApiError.ts"
import type { Mode } from "../CircuitBreaker.ts"
import type { Failure } from "../Classifier.ts"
import type { Event } from "../Event.ts"
import type { Snapshot } from "../Snapshot.ts"
import { type Call, identity } from "./call.ts"
import * as Listeners from "./listeners.ts"
import * as Metrics from "./metrics.ts"
import * as Tally from "./tally.ts"

export interface Observer {
  readonly callBegan: (now: number) => Ongoing
  readonly callEnded: (ongoing: Ongoing, exit: Exit.Exit<unknown, unknown>, now: number) => void
  readonly attemptBegan: () => void
  readonly attemptEnded: (call: Call, n: number, attempt: Attempt, millis: number, error: ApiError | undefined) => void
  readonly waited: (call: Call, millis: number) => void
  readonly retrying: (call: Call, n: number, error: ApiError, delay: number) => Effect.Effect<void>
  readonly waiting: (call: Call, error: ApiError, longest: number) => Effect.Effect<void>
  readonly circuitChanged: (key: string, mode: Mode) => Effect.Effect<void>
  /** There is another circuit for this key, closed as they begin, or none any more. */
  readonly circuitAnew: (key: string) => void
  readonly budget: (key: string, level: number) => void
  readonly policyChanged: Effect.Effect<void>
  readonly events: Stream.Stream<Event>
  readonly snapshot: Effect.Effect<Snapshot>
}

/** What is learnt of a call while it lasts. A class for the sake of the collector: see `course.ts`. */
export class Ongoing {
  /** In milliseconds, on the monotonic clock. */
  readonly beganAt: number
  /** Where it came to be one. */
  call: Call | undefined
  attempts = 0
  /** An attempt before the latest one may have been carried out. */
  uncertain = false
  /** From the first byte of a stream on: how the stream itself has ended, whatever becomes of those who read it. */
  stream: Exit.Exit<void, ApiError> | undefined

  constructor(beganAt: number) {
    this.beganAt = beganAt
  }
}

/** What is learnt of an attempt while it lasts. */
export interface Attempt {
  /** In milliseconds. */
  readonly waited: number
  readonly status: number | undefined
  /** How the answer was judged, where it is a failure. */
  readonly failure: Failure | undefined
}

export const make: Effect.Effect<Observer> = Effect.map(Metrics.make, (metrics) => {
  const tally = Tally.make()
  const listeners: Listeners.Listeners<Event> = new Set()
  const tell = (event: () => Event) => {
    if (listeners.size === 0) return
    const told = event()
    for (const listener of listeners) listener(told)
  }

  return {
    callBegan: (beganAt) => {
      tally.calls++
      return new Ongoing(beganAt)
    },
    callEnded: ({ beganAt, call, stream }, scopeExit, now) => {
      const interrupted = Exit.isInterrupted(scopeExit) && !(stream !== undefined && Exit.isFailure(stream))
      const exit = interrupted ? scopeExit : stream ?? scopeExit
      const error = errorOf(exit)
      if (Exit.isSuccess(exit)) tally.succeeded++
      else if (interrupted) tally.interrupted++
      else Tally.failed(tally, error)
      if (call !== undefined && error?.retry !== undefined) metrics.stopped(call.endpoint, error.retry.stopped)
      const named = call ?? error
      if (named === undefined) return
      tell(() => ({
        _tag: "CallEnded",
        call: identity(named),
        elapsed: Duration.millis(now - beganAt),
        error,
        interrupted
      }))
    },
    attemptBegan: () => tally.attempts++,
    attemptEnded: (call, n, { status, waited }, millis, error) => {
      metrics.attemptEnded(call.endpoint, millis, status, error)
      tell(() => ({
        _tag: "AttemptEnded",
        call: identity(call),
        attempt: n + 1,
        waited: Duration.millis(waited),
        duration: Duration.millis(millis),
        status,
        error
      }))
    },
    waited: (call, millis) => {
      tally.limiterWait += millis
      metrics.waited(call.endpoint, millis)
    },
    retrying: (call, n, error, delay) => {
      Tally.retried(tally, error, delay)
      metrics.retrying(call.endpoint, error)
      tell(() => ({
        _tag: "Retrying",
        call: identity(call),
        attempt: n + 1,
        error,
        delay: Duration.millis(delay)
      }))
      return Effect.logDebug("Trying again").pipe(Effect.annotateLogs({
        ...describe(call),
        attempt: n + 1,
        delay: Duration.format(Duration.millis(Math.round(delay))),
        cause: error.message
      }))
    },
    waiting: (call, error, longest) => {
      tell(() => ({ _tag: "Waiting", call: identity(call), error, longest: Duration.millis(longest) }))
      return Effect.logDebug("Waiting for an open circuit").pipe(Effect.annotateLogs(describe(call)))
    },
    circuitChanged: (key, mode) => {
      if (mode === "open") tally.circuitTrips++
      metrics.circuit(key, mode)
      tell(() => ({ _tag: "CircuitChanged", key, mode }))
      const line = mode === "open" ? Effect.logWarning("Circuit open") : Effect.logInfo(`Circuit ${mode}`)
      return Effect.annotateLogs(line, { key })
    },
    circuitAnew: (key) => metrics.circuit(key, "closed"),
    budget: metrics.budget,
    policyChanged: Effect.suspend(() => {
      tell(() => ({ _tag: "PolicyChanged" }))
      return Effect.logInfo("Policy changed")
    }),
    // Made when somebody listens: few do, and there may be many clients.
    events: Stream.suspend(() => Listeners.stream(listeners)),
    snapshot: Effect.sync(() => Tally.snapshot(tally))
  }
})

const errorOf = (exit: Exit.Exit<unknown, unknown>): ApiError | undefined => {
  if (Exit.isSuccess(exit)) return undefined
  const error = Option.getOrUndefined(Cause.failureOption(exit.cause))
  return isApiError(error) ? error : undefined
}

/** Log lines name a call as errors do. */
const describe = ({ method, urlTemplate }: Call) => ({ method, urlTemplate })
