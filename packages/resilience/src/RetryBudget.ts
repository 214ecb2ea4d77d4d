/**
 * Bounds what retries add to the load of a server that is in trouble: when much fails, most of it fails without being tried
 * again.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import type { ParseError } from "effect/ParseResult"
import * as Schedule from "effect/Schedule"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as Schema from "effect/Schema"
import { isApiError } from "./ApiError.ts"
import * as Budget from "./internal/budget.ts"
import { Count, decodeSettings, PositiveCount, PositiveTime } from "./internal/settings.ts"
import { monotonicMillis } from "./internal/time.ts"

/** Settings of both forms, or misspelt ones, would otherwise be taken for those of the other form. */
const nothingElse = { parseOptions: { onExcessProperty: "error" } } as const

const Share = Schema.Finite.pipe(Schema.between(0, 1))

/**
 * The settings of a budget, as data: a bucket of tokens, or a share of the calls.
 *
 * The tokens' defaults are those of AWS's SDKs (their retry quota), those of the share Finagle's (`RetryBudget`).
 *
 * @since 0.1.0
 * @category models
 */
export const Settings = Schema.Union(
  Schema.Struct({
    /** Retries may be this share of the calls of late: 0.2 is one retry to five calls. */
    share: Share,
    /** Where calls are few: so many retries a second in any case. Default: 10. */
    perSecond: Schema.optionalWith(Schema.Finite.pipe(Schema.nonNegative()), { default: () => 10 }),
    /** How late. Default: 10 seconds. */
    over: Schema.optionalWith(PositiveTime, { default: () => Duration.seconds(10) })
  }).annotations(nothingElse),
  Schema.Struct({
    /** What the bucket holds, and begins with. Default: 500. */
    tokens: Schema.optionalWith(Count, { default: () => 500 }),
    /** What a retry takes; it is given back if the retry succeeds. Default: 14. */
    cost: Schema.optionalWith(PositiveCount, { default: () => 14 }),
    /** What a retry after a 429 takes. Default: 5. */
    throttledCost: Schema.optionalWith(PositiveCount, { default: () => 5 }),
    /** What a call gives that succeeds at the first attempt. Default: 1. */
    refund: Schema.optionalWith(Count, { default: () => 1 })
  }).annotations(nothingElse)
)

/**
 * @since 0.1.0
 * @category models
 */
export type Settings = typeof Settings.Type

/**
 * A budget, to be shared by all the calls to one server.
 *
 * @since 0.1.0
 * @category models
 */
export interface RetryBudget {
  /** A call begins. */
  readonly called: Effect.Effect<void>
  /** Takes what a retry costs, and gives that; `undefined` where the budget is spent. */
  readonly withdraw: (options?: { readonly throttled?: boolean | undefined }) => Effect.Effect<number | undefined>
  /** A call has succeeded; its last retry, if it needed any, had this cost. */
  readonly succeeded: (lastCost: number | undefined) => Effect.Effect<void>
  /** What is left: tokens, or retries. */
  readonly level: Effect.Effect<number>
}

/**
 * Settings that cannot be right fail with a `ParseError` that names them.
 *
 * @example
 * ```ts
 * import { RetryBudget, RetrySchedule } from "effect-resilience"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const budget = yield* RetryBudget.make({ share: 0.2 })
 *   yield* Effect.log("asking").pipe(RetryBudget.retry(budget, RetrySchedule.exponential()))
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (settings: typeof Settings.Encoded = {}): Effect.Effect<RetryBudget, ParseError> =>
  Effect.map(decodeSettings("retry budget", Settings)(settings), (settings) => fromSettings(settings))

/**
 * A budget of settings that are known to be right. `onLevel` is told what is left, in whole tokens or retries, when a call
 * finds it to be another number than before.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromSettings = (settings: Settings, onLevel?: (level: number) => void): RetryBudget => {
  const purse = Budget.purse(toBudget(settings), onLevel)
  const at = <A>(f: (now: number) => A): Effect.Effect<A> => Effect.map(monotonicMillis, f)
  return {
    called: at(purse.called),
    withdraw: ({ throttled = false } = {}) => at((now) => purse.withdraw(throttled, now)),
    succeeded: (lastCost) => at((now) => purse.succeeded(lastCost, now)),
    level: at(purse.level)
  }
}

/** @internal */
export const toBudget = (settings: Settings): Budget.Settings =>
  "share" in settings
    ? {
      share: settings.share,
      atLeast: settings.perSecond * Duration.toSeconds(settings.over),
      over: Duration.toMillis(settings.over)
    }
    : { ...settings, capacity: settings.tokens }

/**
 * Retries an effect as the schedule says, for as long as the budget lasts; then it fails with the error it had. A rate limit is
 * told by `ApiError`'s tag `RateLimited`.
 *
 * @since 0.1.0
 * @category combinators
 */
export const retry: {
  <Out, E, R2>(
    budget: RetryBudget,
    schedule: Schedule.Schedule<Out, NoInfer<E>, R2>
  ): <A, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R | R2>
  <A, E, R, Out, R2>(
    self: Effect.Effect<A, E, R>,
    budget: RetryBudget,
    schedule: Schedule.Schedule<Out, NoInfer<E>, R2>
  ): Effect.Effect<A, E, R | R2>
} = dual(
  3,
  <A, E, R, Out, R2>(
    self: Effect.Effect<A, E, R>,
    budget: RetryBudget,
    schedule: Schedule.Schedule<Out, E, R2>
  ): Effect.Effect<A, E, R | R2> =>
    Effect.suspend(() => {
      let lastCost: number | undefined
      const paying = Schedule.makeWithState(schedule.initial, (now, error: E, state) =>
        Effect.flatMap(schedule.step(now, error, state), ([next, out, decision]) =>
          ScheduleDecision.isDone(decision)
            ? Effect.succeed([next, out, decision] as const)
            : Effect.map(budget.withdraw({ throttled: isApiError(error) && error._tag === "RateLimited" }), (cost) => {
              lastCost = cost
              return [next, out, cost === undefined ? ScheduleDecision.done : decision] as const
            })))
      return budget.called.pipe(
        Effect.zipRight(Effect.retry(self, paying)),
        Effect.tap(() =>
          budget.succeeded(lastCost)
        )
      )
    })
)
