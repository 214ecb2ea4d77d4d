/**
 * Stops calling what does not work, and finds out carefully when it works again.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { dual } from "effect/Function"
import type { ParseError } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { isApiError } from "./ApiError.ts"
import * as Circuit from "./internal/circuit.ts"
import * as Listeners from "./internal/listeners.ts"
import { decodeSettings, PositiveCount, PositiveTime } from "./internal/settings.ts"
import { after, monotonicMillis, unsafeNow, whenDone, withNow } from "./internal/time.ts"

const Share = Schema.Finite.pipe(Schema.greaterThan(0), Schema.lessThanOrEqualTo(1))

/**
 * When a circuit opens: after so many failures in a row, or when the failed or slow calls among the latest ones reach a
 * share. The latest are counted, or those of a stretch of time.
 *
 * @since 0.1.0
 * @category models
 */
export const Trip = Schema.Union(
  Schema.Struct({ consecutiveFailures: PositiveCount }),
  Schema.Struct({
    over: Schema.Union(Schema.Struct({ calls: PositiveCount }), Schema.Struct({ time: PositiveTime })),
    /** Fewer calls than this say nothing. */
    minimumCalls: PositiveCount,
    failureRate: Share,
    /** Default: slowness alone never opens the circuit. */
    slow: Schema.optional(Schema.Struct({ from: PositiveTime, rate: Share }))
  })
).pipe(
  Schema.filter((trip) =>
    !("over" in trip && "calls" in trip.over) || trip.minimumCalls <= trip.over.calls || {
      path: ["minimumCalls"],
      message: `must not be more than the calls that are looked at (${trip.over.calls}): the circuit would never open`
    }
  )
)

/**
 * The settings of a breaker, as data.
 *
 * @since 0.1.0
 * @category models
 */
export const Settings = Schema.Struct({
  trip: Trip,
  /** How long the circuit stays open at first (elsewhere: reset timeout). Later openings are never shorter. */
  opening: PositiveTime,
  /** How much longer each opening is that follows soon. Default: 1.5. */
  factor: Schema.optionalWith(Schema.Finite.pipe(Schema.greaterThanOrEqualTo(1)), { default: () => 1.5 }),
  /** Default: 5 minutes. */
  longestOpening: Schema.optionalWith(PositiveTime, { default: () => Duration.minutes(5) }),
  /** Calls that are let through to see whether it may close. Default: 1. */
  probes: Schema.optionalWith(PositiveCount, { default: () => 1 }),
  /** How long a probe may keep its place. Default: 1 minute. */
  probeTimeout: Schema.optionalWith(PositiveTime, { default: () => Duration.minutes(1) })
})

/**
 * @since 0.1.0
 * @category models
 */
export type Settings = typeof Settings.Type

/**
 * @since 0.1.0
 * @category models
 */
export type Mode = Circuit.Mode

/**
 * What a call says of the health of what it called; `ignored` says nothing.
 *
 * @since 0.1.0
 * @category models
 */
export type Verdict = Circuit.Verdict

/**
 * What the breaker knows at this moment.
 *
 * @since 0.1.0
 * @category models
 */
export interface State {
  readonly mode: Mode
  /** Of an open circuit: when it will let a call through again. */
  readonly retryAt: DateTime.Utc | undefined
}

/**
 * The circuit is open: the effect was not run. `retryAt` is when it is worth asking again; there is none for a circuit
 * that was isolated by hand.
 *
 * @since 0.1.0
 * @category errors
 */
export class CircuitBreakerOpen extends Schema.TaggedError<CircuitBreakerOpen>()("CircuitBreakerOpen", {
  retryAt: Schema.optional(Schema.DateTimeUtc)
}) {
  override get message(): string {
    return `The circuit is open${this.retryAt === undefined ? "" : ` until ${DateTime.formatIso(this.retryAt)}`}`
  }
}

/**
 * @since 0.1.0
 * @category models
 */
export interface CircuitBreaker {
  /** Runs the effect unless the circuit is open, and learns from its outcome as `judge` reads it. */
  readonly withPermit: <A, E, R>(
    self: Effect.Effect<A, E, R>,
    judge: (exit: Exit.Exit<A, E>) => Verdict
  ) => Effect.Effect<A, E | CircuitBreakerOpen, R>
  readonly state: Effect.Effect<State>
  /** Fails where `withPermit` would refuse at this moment; takes nothing. */
  readonly check: Effect.Effect<void, CircuitBreakerOpen>
  /** Ends when the mode changes next. */
  readonly change: Effect.Effect<void>
  /** The mode now, and each one that follows. */
  readonly changes: Stream.Stream<Mode>
  /** By hand: lets nothing through until it is reset. */
  readonly isolate: Effect.Effect<void>
  /** By hand: lets everything through, and counts nothing, until it is reset. */
  readonly disable: Effect.Effect<void>
  /** By hand: closes the circuit and forgets everything. */
  readonly reset: Effect.Effect<void>
}

/**
 * A breaker of its own. Settings that cannot be right fail with a `ParseError` that names them.
 *
 * @example
 * ```ts
 * import { CircuitBreaker } from "effect-resilience"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const breaker = yield* CircuitBreaker.make({ trip: { consecutiveFailures: 10 }, opening: "2 minutes" })
 *   yield* Effect.log("asking the database").pipe(CircuitBreaker.protect(breaker))
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (settings: typeof Settings.Encoded): Effect.Effect<CircuitBreaker, ParseError> =>
  Effect.flatMap(decodeSettings("circuit breaker", Settings)(settings), (settings) => fromSettings(settings))

/**
 * A breaker of settings that are known to be right. `onChange` is run by whoever causes a change.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromSettings = (
  settings: Settings,
  onChange: (mode: Mode) => Effect.Effect<void> = () => Effect.void
): Effect.Effect<CircuitBreaker> => Effect.map(monotonicMillis, (now) => unsafeMake(settings, now, onChange))

/** @internal */
export interface Unsafe extends CircuitBreaker {
  readonly unsafeMode: () => Mode
  /** When to ask again, where it would be refused now. */
  readonly unsafeRefusedUntil: (now: number) => number | undefined
  /** A permit, or when to ask again; and what has to be told. */
  readonly unsafeAdmit: (
    now: number
  ) => {
    readonly answer: Circuit.Permit | { readonly retryAt: number }
    readonly told: Effect.Effect<void> | undefined
  }
  readonly unsafeSettle: (
    permit: Circuit.Permit,
    exit: Exit.Exit<unknown, unknown>,
    verdict: Verdict,
    now: number,
    today: number
  ) => Effect.Effect<void> | undefined
  readonly unsafeRefuse: (retryAt: number, now: number) => Effect.Effect<never, CircuitBreakerOpen>
}

/** @internal */
export const unsafeMake = (
  settings: Settings,
  now: number,
  onChange: (mode: Mode) => Effect.Effect<void>
): Unsafe => {
  const circuit = Circuit.make(toCircuit(settings), now)
  const listeners: Listeners.Listeners<Mode> = new Set()

  /** Whatever may change the mode goes through here, so that each change is told once and in order. */
  const told = (before: number): Effect.Effect<void> | undefined => {
    if (before === circuit.generation) return undefined
    for (const tell of [...listeners]) tell(circuit.mode)
    return onChange(circuit.mode)
  }
  const step = (f: (now: number) => void): Effect.Effect<void> =>
    withNow((now) => {
      const before = circuit.generation
      f(now)
      return told(before) ?? Effect.void
    })
  const instant = (at: number, now: number): Effect.Effect<DateTime.Utc | undefined> =>
    Number.isFinite(at)
      ? Effect.map(DateTime.now, (today) => DateTime.add(today, { millis: Math.max(0, Math.ceil(at - now)) }))
      : Effect.succeed(undefined)
  const refuse = (at: number, now: number): Effect.Effect<never, CircuitBreakerOpen> =>
    Effect.flatMap(instant(at, now), (retryAt) => new CircuitBreakerOpen(retryAt === undefined ? {} : { retryAt }))

  const unsafeAdmit: Unsafe["unsafeAdmit"] = (now) => {
    const before = circuit.generation
    const answer = Circuit.admit(circuit, now)
    return { answer, told: told(before) }
  }
  const unsafeSettle: Unsafe["unsafeSettle"] = (permit, exit, verdict, now, today) => {
    const before = circuit.generation
    const wait = hintedWait(exit, today)
    Circuit.settle(circuit, permit, verdict, now, wait === undefined ? undefined : now + wait)
    return told(before)
  }

  const withPermit: CircuitBreaker["withPermit"] = <A, E, R>(
    self: Effect.Effect<A, E, R>,
    judge: (exit: Exit.Exit<A, E>) => Verdict
  ) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.clockWith((clock): Effect.Effect<A, E | CircuitBreakerOpen, R> => {
        const now = unsafeNow(clock)
        const { answer, told } = unsafeAdmit(now)
        if ("retryAt" in answer) return refuse(answer.retryAt, now)
        const used = whenDone(restore(self), (exit): Effect.Effect<A, E> => {
          const settled = (verdict: Verdict) =>
            unsafeSettle(answer, exit, verdict, unsafeNow(clock), clock.unsafeCurrentTimeMillis())
          try {
            return after(settled(judge(exit)), exit)
          } catch (mistake) {
            // The judge's. It has said nothing, and must not keep a probe's place.
            return after(settled("ignored"), Effect.die(mistake))
          }
        })
        return after(told, used)
      })
    )

  return {
    unsafeMode: () => circuit.mode,
    unsafeRefusedUntil: (now) => Circuit.refusedUntil(circuit, now),
    unsafeAdmit,
    unsafeSettle,
    unsafeRefuse: refuse,
    withPermit,
    // Made when they are asked for: there may be a circuit for each of many accounts, and nobody looks at most of them.
    get check() {
      return withNow((now) => {
        const refused = Circuit.refusedUntil(circuit, now)
        return refused === undefined ? Effect.void : refuse(refused, now)
      })
    },
    get change() {
      return Effect.async<void>((resume) => {
        const tell = () => {
          listeners.delete(tell)
          resume(Effect.void)
        }
        listeners.add(tell)
        return Effect.sync(() => listeners.delete(tell))
      })
    },
    get state() {
      return Effect.flatMap(monotonicMillis, (now) =>
        Effect.map(
          instant(circuit.mode === "open" && now < circuit.openUntil ? circuit.openUntil : Infinity, now),
          (retryAt) => ({ mode: circuit.mode, retryAt })
        ))
    },
    get changes() {
      return Stream.changes(
        Listeners.stream(listeners, () => [circuit.mode])
      )
    },
    get isolate() {
      return step(() => Circuit.isolate(circuit))
    },
    get disable() {
      return step(() => Circuit.disable(circuit))
    },
    get reset() {
      return step((now) => Circuit.reset(circuit, now))
    }
  }
}

/**
 * Runs an effect unless the circuit is open. Failures and defects count against the circuit, with these exceptions:
 * interruption says nothing, and of `ApiError`s neither does what was not sent, refused for its rate or cut short by the
 * caller's deadline, while any other refusal (4xx) is a sign of health.
 *
 * @example
 * ```ts
 * import { CircuitBreaker } from "effect-resilience"
 * import type { Effect } from "effect"
 *
 * const safe = (breaker: CircuitBreaker.CircuitBreaker) => <A, E, R>(query: Effect.Effect<A, E, R>) =>
 *   query.pipe(CircuitBreaker.protect(breaker))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const protect: {
  (breaker: CircuitBreaker): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E | CircuitBreakerOpen, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, breaker: CircuitBreaker): Effect.Effect<A, E | CircuitBreakerOpen, R>
} = dual(
  2,
  <A, E, R>(self: Effect.Effect<A, E, R>, breaker: CircuitBreaker) => breaker.withPermit(self, healthOf)
)

/**
 * What `protect` makes of an outcome.
 *
 * @since 0.1.0
 * @category getters
 */
export const healthOf = (exit: Exit.Exit<unknown, unknown>): Verdict => {
  if (Exit.isSuccess(exit)) return "success"
  if (Exit.isInterrupted(exit)) return "ignored"
  const error = errorOf(exit)
  if (!isApiError(error)) return "failure"
  if (error.outcome === "not-sent" && error._tag !== "ConnectionError") return "ignored"
  // The caller was in a hurry; that says nothing of the server.
  if (error._tag === "Timeout" && error.scope === "deadline") return "ignored"
  return error._tag === "RateLimited" ? "ignored" : error._tag === "ClientError" ? "success" : "failure"
}

const errorOf = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.isFailure(exit) && exit.cause._tag === "Fail" ? exit.cause.error : undefined

/** How long the server asks to be left alone, in milliseconds, where it does. */
const hintedWait = (exit: Exit.Exit<unknown, unknown>, today: number): number | undefined => {
  const error = errorOf(exit)
  return isApiError(error) && error.retryAt !== undefined ? DateTime.toEpochMillis(error.retryAt) - today : undefined
}

const toCircuit = ({ factor, longestOpening, opening, probes, probeTimeout, trip }: Settings): Circuit.Settings => ({
  trip: "consecutiveFailures" in trip
    ? trip
    : {
      over: "time" in trip.over ? { time: Duration.toMillis(trip.over.time) } : trip.over,
      minimumCalls: trip.minimumCalls,
      failureRate: trip.failureRate,
      slowRate: trip.slow?.rate ?? Number.POSITIVE_INFINITY,
      slowCall: trip.slow === undefined ? Number.POSITIVE_INFINITY : Duration.toMillis(trip.slow.from)
    },
  opening: Duration.toMillis(opening),
  factor,
  longestOpening: Duration.toMillis(longestOpening),
  probes,
  probeTimeout: Duration.toMillis(probeTimeout)
})
