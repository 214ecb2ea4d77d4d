import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, FiberRef, TestClock } from "effect"
import { within } from "../../packages/resilience/src/internal/within.ts"

const timeout = (millis: number) => <A, E, R>(self: Effect.Effect<A, E, R>) => within(self, millis, () => "too long")

/** As the fibre ends, at what time of the test's clock. */
const ending = <A, E>(fiber: Fiber.Fiber<A, E>) =>
  Effect.gen(function*() {
    const at = yield* Effect.fork(Effect.zipRight(Fiber.await(fiber), TestClock.currentTimeMillis))
    yield* TestClock.adjust("1 hour")
    return [yield* Fiber.join(at), yield* Fiber.await(fiber)] as const
  })

describe("a timeout", () => {
  it.effect.each(
    [
      ["what succeeds in time", Effect.as(Effect.sleep(900), "done"), 900, Exit.succeed("done")],
      ["what fails in time", Effect.zipRight(Effect.sleep(900), Effect.fail("no")), 900, Exit.fail("no")],
      ["what dies in time", Effect.zipRight(Effect.sleep(900), Effect.die("no")), 900, Exit.die("no")],
      ["what succeeds at once", Effect.succeed("done"), 0, Exit.succeed("done")],
      ["what takes longer", Effect.never, 1000, Exit.fail("too long")],
      ["what will not be interrupted", Effect.uninterruptible(Effect.never), 1100, Exit.fail("too long")],
      [
        "what has to clean up",
        Effect.onInterrupt(Effect.never, () => Effect.sleep(50)),
        1050,
        Exit.fail("too long")
      ]
    ] as ReadonlyArray<readonly [string, Effect.Effect<string, string>, number, Exit.Exit<string, string>]>
  )("around %s", ([, effect, at, exit]) =>
    Effect.gen(function*() {
      for (const caller of [Effect.interruptible, Effect.uninterruptible] as const) {
        const before = yield* TestClock.currentTimeMillis
        const [ended, result] = yield* ending(yield* Effect.fork(caller(effect.pipe(timeout(1000)))))
        assert.deepStrictEqual([ended - before, result], [at, exit])
      }
    }))

  it.effect("of no time at all does not begin", () =>
    Effect.gen(function*() {
      let begun = false
      const exit = yield* Effect.exit(Effect.sync(() => begun = true).pipe(timeout(0)))
      assert.deepStrictEqual([begun, exit], [false, Exit.fail("too long")])
    }))

  it.effect.each(
    [
      ["at once", Effect.never, 500],
      ["when it has cleaned up", Effect.onInterrupt(Effect.never, () => Effect.sleep(50)), 550],
      ["when its time is over, at the latest", Effect.uninterruptible(Effect.never), 1000]
    ] as const
  )("whose caller is interrupted ends %s", ([, effect, at]) =>
    Effect.gen(function*() {
      const caller = yield* Effect.fork(effect.pipe(timeout(1000)))
      yield* TestClock.adjust(500)
      yield* Fiber.interruptFork(caller)
      const [ended, exit] = yield* ending(caller)
      assert.strictEqual(ended, at)
      assert.isTrue(Exit.isInterrupted(exit))
    }))

  it.effect("leaves no fibre behind", () =>
    Effect.gen(function*() {
      const before = yield* Fiber.roots
      yield* Effect.void.pipe(timeout(1000))
      yield* Effect.exit(Effect.fail("no").pipe(timeout(1000)))
      const late = yield* Effect.fork(Effect.never.pipe(timeout(1000)))
      const interrupted = yield* Effect.fork(Effect.never.pipe(timeout(10_000)))
      yield* ending(late)
      yield* Fiber.interrupt(interrupted)
      yield* Effect.yieldNow()
      assert.sameMembers(yield* Fiber.roots, before)
    }))

  it.effect("keeps what the effect sets in its fibre", () =>
    Effect.gen(function*() {
      const ref = yield* FiberRef.make("before")
      yield* FiberRef.set(ref, "after").pipe(timeout(1000))
      assert.strictEqual(yield* FiberRef.get(ref), "after")
    }).pipe(Effect.scoped))
})
