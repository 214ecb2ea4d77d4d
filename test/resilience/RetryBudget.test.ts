import { assert, describe, it } from "@effect/vitest"
import { Array, DateTime, Effect, FastCheck, Schedule, TestClock } from "effect"
import { RetryBudget, SampleErrors } from "effect-resilience"
import * as Budget from "../../packages/resilience/src/internal/budget.ts"

const aws = { capacity: 500, cost: 14, throttledCost: 5, refund: 1 }

/** Statuses of one call's attempts, in order; the levels after each of them. The third retry is one too many. */
const levels = (start: number, statuses: ReadonlyArray<number>, retries = 10): ReadonlyArray<number | "stop"> => {
  const budget = Budget.make(aws)
  if ("tokens" in budget) budget.tokens = start
  let lastCost: number | undefined
  return statuses.flatMap((status, n): Array<number | "stop"> => {
    if (status === 200) {
      Budget.succeeded(budget, lastCost)
      lastCost = undefined
      return [Budget.level(budget, 0)]
    }
    lastCost = n < retries ? Budget.withdraw(budget, status === 429, 0) : undefined
    return lastCost === undefined ? ["stop", Budget.level(budget, 0)] : [Budget.level(budget, 0)]
  })
}

describe("a bucket of tokens", () => {
  it.each(
    [
      ["eventually succeeds", 500, [500, 500, 200], 10, [486, 472, 486]],
      ["attempts exhausted", 500, [502, 502, 502], 2, [486, 472, "stop", 472]],
      ["quota spent", 14, [500, 500], 10, [0, "stop", 0]],
      ["no quota", 0, [500], 10, ["stop", 0]],
      ["five attempts", 500, [500, 500, 500, 500], 10, [486, 472, 458, 444]],
      ["recovery", 30, [500, 502, 200], 10, [16, 2, 16]],
      ["throttled", 500, [429, 200], 10, [495, 500]],
      ["a success at once gives one back", 498, [200, 200, 200], 10, [499, 500, 500]]
    ] as const
  )("%s", (_, start, statuses, retries, expected) => {
    assert.deepStrictEqual(levels(start, statuses, retries), expected)
  })

  it.prop(
    "never holds less than nothing or more than it can",
    { steps: FastCheck.array(FastCheck.constantFrom("success", "retry", "throttled"), { maxLength: 300 }) },
    ({ steps }) => {
      const budget = Budget.make({ ...aws, capacity: 50 })
      let lastCost: number | undefined
      for (const step of steps) {
        if (step === "success") Budget.succeeded(budget, lastCost)
        lastCost = step === "success" ? undefined : Budget.withdraw(budget, step === "throttled", 0)
        assert.isTrue(Budget.level(budget, 0) >= 0 && Budget.level(budget, 0) <= 50)
      }
    }
  )
})

describe("a share of the calls", () => {
  const make = () => Budget.make({ share: 0.2, atLeast: 2, over: 10_000 })

  it("is so many retries to a hundred calls, and a few besides", () => {
    const budget = make()
    for (let i = 0; i < 100; i++) Budget.called(budget, i)
    const retries = Array.makeBy(30, () => Budget.withdraw(budget, false, 100)).filter((cost) => cost !== undefined)
    assert.strictEqual(retries.length, 22)
  })

  it("forgets the calls of long ago, and the retries", () => {
    const budget = make()
    for (let i = 0; i < 100; i++) Budget.called(budget, 0)
    assert.strictEqual(Budget.level(budget, 10_999), 22)
    assert.strictEqual(Budget.level(budget, 11_000), 2)
    Budget.withdraw(budget, false, 11_000)
    assert.strictEqual(Budget.level(budget, 11_000), 1)
    assert.strictEqual(Budget.level(budget, 22_000), 2)
  })

  it("does not grow by successes", () => {
    const budget = make()
    Budget.succeeded(budget, undefined)
    assert.strictEqual(Budget.level(budget, 0), 2)
  })
})

describe("around an effect", () => {
  it.effect("retries for as long as the budget lasts, then fails with the error it had", () =>
    Effect.gen(function*() {
      const budget = yield* RetryBudget.make({ tokens: 30 })
      let runs = 0
      const failing = Effect.suspend(() => Effect.fail(`failure ${++runs}`))
      assert.strictEqual(yield* Effect.flip(RetryBudget.retry(failing, budget, Schedule.forever)), "failure 3")
      assert.strictEqual(yield* budget.level, 2)
    }))

  it.effect("a retry that succeeds is paid back", () =>
    Effect.gen(function*() {
      const budget = yield* RetryBudget.make()
      let runs = 0
      const mending = Effect.suspend(() => ++runs < 3 ? Effect.fail(SampleErrors.serverError) : Effect.succeed("well"))
      assert.strictEqual(yield* RetryBudget.retry(mending, budget, Schedule.forever), "well")
      assert.strictEqual(yield* budget.level, 486)
    }))

  it.effect("a retry after a 429 costs less", () =>
    Effect.gen(function*() {
      const budget = yield* RetryBudget.make()
      const limited = Effect.flatMap(DateTime.now, (now) => Effect.fail(SampleErrors.rateLimited()(now)))
      yield* Effect.flip(RetryBudget.retry(limited, budget, Schedule.recurs(2)))
      assert.strictEqual(yield* budget.level, 490)
    }))

  it.effect("the share counts the calls", () =>
    Effect.gen(function*() {
      const budget = yield* RetryBudget.make({ share: 0.5, perSecond: 0 })
      yield* Effect.replicateEffect(RetryBudget.retry(Effect.void, budget, Schedule.forever), 10)
      assert.strictEqual(yield* budget.level, 5)
      yield* TestClock.adjust("12 seconds")
      assert.strictEqual(yield* budget.level, 0)
    }))

  it.effect.each(
    [
      ["tokens", { tokens: -1 }],
      ["cost", { cost: 0 }],
      ["share", { share: 1.5 }],
      ["over", { share: 0.2, over: 0 }],
      ["refunds", { refunds: 2 } as object]
    ] as const
  )("settings that cannot be right fail, naming them: %s", ([field, settings]) =>
    Effect.gen(function*() {
      assert.include((yield* Effect.flip(RetryBudget.make(settings))).message, field)
    }))
})
