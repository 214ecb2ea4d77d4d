import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, TestClock } from "effect"
import * as Timers from "../../packages/resilience/src/internal/timers.ts"

const timeout = (millis: number) => <A, E, R>(self: Effect.Effect<A, E | string, R>) =>
  Effect.flatMap(Timers.make, ({ within }) => within(self, millis, () => "too long"))

/** As the fibre ends, at what time of the test's clock. */
const ending = <A, E>(fiber: Fiber.Fiber<A, E>) =>
  Effect.gen(function*() {
    const at = yield* Effect.fork(Effect.zipRight(Fiber.await(fiber), TestClock.currentTimeMillis))
    yield* TestClock.adjust("1 hour")
    return [yield* Fiber.join(at), yield* Fiber.await(fiber)] as const
  })

describe("a timeout", () => {
  it.scoped.each(
    [
      ["what succeeds in time", Effect.as(Effect.sleep(900), "done"), 900, Exit.succeed("done")],
      ["what fails in time", Effect.zipRight(Effect.sleep(900), Effect.fail("no")), 900, Exit.fail("no")],
      ["what dies in time", Effect.zipRight(Effect.sleep(900), Effect.die("no")), 900, Exit.die("no")],
      ["what succeeds at once", Effect.succeed("done"), 0, Exit.succeed("done")],
      ["what takes longer", Effect.never, 1000, Exit.fail("too long")],
      ["what will not be interrupted", Effect.uninterruptible(Effect.never), 1100, Exit.fail("too long")],
      [
        "what will not be interrupted, and ends later",
        Effect.uninterruptible(Effect.as(Effect.sleep(2000), "done")),
        1100,
        Exit.fail("too long")
      ],
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

  it.scoped("of no time at all does not begin", () =>
    Effect.gen(function*() {
      let begun = false
      const exit = yield* Effect.exit(Effect.sync(() => begun = true).pipe(timeout(0)))
      assert.deepStrictEqual([begun, exit], [false, Exit.fail("too long")])
    }))

  it.scoped.each(
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

  it.scoped("rings in order of their instants, whatever the order they were made in", () =>
    Effect.gen(function*() {
      const { within } = yield* Timers.make
      const ended: Array<number> = []
      const all = [700, 100, 900, 300, 500, 200, 800].map((millis) =>
        Effect.tapError(within(Effect.never, millis, () => millis), (millis) => Effect.sync(() => ended.push(millis)))
      )
      yield* Effect.fork(Effect.all(all.map(Effect.either), { concurrency: "unbounded" }))
      yield* TestClock.adjust("350 millis")
      assert.deepStrictEqual(ended, [100, 200, 300])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(ended, [100, 200, 300, 500, 700, 800, 900])
    }))

  it.scoped("thousands that are called off leave the others to ring", () =>
    Effect.gen(function*() {
      const { within } = yield* Timers.make
      const late = yield* Effect.fork(Effect.flip(within(Effect.never, 500, () => "late")))
      yield* Effect.forEach(Array.from({ length: 3000 }), () => within(Effect.yieldNow(), 10_000, () => undefined), {
        concurrency: 100
      })
      yield* TestClock.adjust("500 millis")
      assert.strictEqual(yield* Fiber.join(late), "late")
    }))

  it.scoped("rings within a millisecond of any fraction of one, and does not sleep for it again and again", () =>
    Effect.gen(function*() {
      const { within } = yield* Timers.make
      yield* Effect.forEach(
        Array.from({ length: 200 }, (_, n) => 1 / 3 + n * 0.123_456_7),
        (millis) =>
          Effect.gen(function*() {
            const fiber = yield* Effect.fork(Effect.flip(within(Effect.never, millis, () => "late")))
            yield* TestClock.adjust(Math.ceil(millis) + 1)
            assert.strictEqual(yield* Fiber.join(fiber), "late")
          })
      )
    }))

  it.scoped("leaves no fibre behind", () =>
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
})
