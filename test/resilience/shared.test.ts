import { assert, describe, it } from "@effect/vitest"
import { Array, Cause, Clock, Effect, Exit, Fiber, FiberRef, Scope, Supervisor, TestClock } from "effect"
import { Deadline } from "effect-resilience"
import * as Shared from "../../packages/resilience/src/internal/shared.ts"

/** A question that takes `lasting`, and notes how its runs began and ended. */
const question = (lasting: string, result: Effect.Effect<string, string> = Effect.succeed("answer")) => {
  const log: Array<string> = []
  const effect = Effect.suspend(() => {
    log.push("begun")
    return Effect.zipRight(Effect.sleep(lasting as "1 second"), result)
  }).pipe(
    Effect.onExit((exit) =>
      Effect.sync(() =>
        log.push(Exit.isInterrupted(exit) ? "interrupted" : Exit.isSuccess(exit) ? "succeeded" : "failed")
      )
    )
  )
  return { effect, log }
}

const onDeadline = () => "too late"

const make = Shared.make<string, string, string>()

/** Joins, and gives the others time to go on. */
const join = (shared: Shared.Shared<string, string, string>, effect: Effect.Effect<string, string>, key = "key") =>
  Effect.fork(Effect.exit(shared.run(key, effect, { onDeadline }))).pipe(Effect.tap(() => TestClock.adjust(0)))

/** How an effect's caller fared, and when. */
const timed = <A, E>(self: Effect.Effect<A, E>) =>
  Effect.zip(Effect.either(self), Clock.currentTimeMillis).pipe(
    Effect.map(([result, at]) => [result._tag === "Left" ? result.left : result.right, at] as const)
  )

describe("callers of one key", () => {
  it.scoped("share one run, and a caller that comes later begins anew", () =>
    Effect.gen(function*() {
      const shared = yield* make
      const { effect, log } = question("1 second")
      const first = yield* join(shared, effect)
      yield* TestClock.adjust("500 millis")
      const second = yield* join(shared, effect)
      yield* TestClock.adjust("500 millis")
      assert.deepStrictEqual(yield* Fiber.join(first), Exit.succeed("answer"))
      assert.deepStrictEqual(yield* Fiber.join(second), Exit.succeed("answer"))
      assert.deepStrictEqual(log, ["begun", "succeeded"])
      const third = yield* join(shared, effect)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(third)
      assert.deepStrictEqual(log, ["begun", "succeeded", "begun", "succeeded"])
    }))

  it.scoped("do not wait for those of another", () =>
    Effect.gen(function*() {
      const shared = yield* make
      const { effect, log } = question("1 second")
      yield* join(shared, effect, "one")
      yield* join(shared, effect, "other")
      assert.deepStrictEqual(log, ["begun", "begun"])
    }))

  it.scoped.each(
    [
      ["failure", Effect.fail("wrong"), Exit.fail("wrong")],
      ["defect", Effect.die("boom"), Exit.die("boom")]
    ] as const
  )("each have its %s", ([, result, expected]) =>
    Effect.gen(function*() {
      const shared = yield* make
      const { effect, log } = question("1 second", result)
      const callers = yield* Effect.forEach([1, 2, 3], () => join(shared, effect))
      yield* TestClock.adjust("1 second")
      for (const caller of callers) assert.deepStrictEqual(yield* Fiber.join(caller), expected)
      assert.strictEqual(log.length, 2)
    }))

  it.scoped("a thousand of them are one run", () =>
    Effect.gen(function*() {
      const shared = yield* make
      const { effect, log } = question("1 second")
      const all = yield* Effect.fork(Effect.forEach(
        Array.range(1, 1000),
        () => shared.run("key", effect, { onDeadline }),
        { concurrency: "unbounded" }
      ))
      yield* TestClock.adjust(0)
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(all)).length, 1000)
      assert.deepStrictEqual(log, ["begun", "succeeded"])
    }))

  it.scoped("what runs has the context of the first, and its fibre refs", () =>
    Effect.gen(function*() {
      const shared = yield* make
      const ref = yield* FiberRef.make("nobody")
      const effect = Effect.zipLeft(FiberRef.get(ref), Effect.sleep("1 second"))
      const first = yield* join(shared, Effect.locally(effect, ref, "first"))
      const second = yield* join(shared, Effect.locally(effect, ref, "second"))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(first), Exit.succeed("first"))
      assert.deepStrictEqual(yield* Fiber.join(second), Exit.succeed("first"))
    }))
})

describe("interruption", () => {
  it.scoped("of the first disturbs nobody else", () =>
    Effect.gen(function*() {
      const shared = yield* make
      const { effect, log } = question("1 second")
      const first = yield* join(shared, effect)
      const second = yield* join(shared, effect)
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(second), Exit.succeed("answer"))
      assert.deepStrictEqual(log, ["begun", "succeeded"])
    }))

  it.scoped("of all interrupts the run, which the last one waits for", () =>
    Effect.gen(function*() {
      const shared = yield* make
      const { effect, log } = question("1 second")
      const cleaned = Effect.ensuring(effect, Effect.delay(Effect.sync(() => log.push("cleaned up")), "1 second"))
      const first = yield* join(shared, cleaned)
      const second = yield* join(shared, cleaned)
      yield* Fiber.interrupt(first)
      assert.deepStrictEqual(log, ["begun"])
      const leaving = yield* Effect.fork(Fiber.interrupt(second))
      yield* TestClock.adjust("999 millis")
      assert.isNull(leaving.unsafePoll())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(leaving)
      assert.deepStrictEqual(log, ["begun", "interrupted", "cleaned up"])
    }))

  it.scoped("a caller that comes while the run is being interrupted begins a new one, for others to join", () =>
    Effect.gen(function*() {
      const shared = yield* make
      const { effect, log } = question("5 seconds")
      const first = yield* join(shared, Effect.ensuring(effect, Effect.sleep("1 second")))
      yield* Effect.fork(Fiber.interrupt(first))
      yield* TestClock.adjust(0)
      const second = yield* join(shared, effect)
      // By then the old run has ended, which the new one must survive.
      yield* TestClock.adjust("2 seconds")
      const third = yield* join(shared, effect)
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(yield* Fiber.join(second), Exit.succeed("answer"))
      assert.deepStrictEqual(yield* Fiber.join(third), Exit.succeed("answer"))
      assert.deepStrictEqual(log, ["begun", "interrupted", "begun", "succeeded"])
    }))

  it.effect("the end of the owner's scope interrupts what runs, and its callers", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const shared = yield* Scope.extend(make, scope)
      const { effect, log } = question("1 second")
      const caller = yield* join(shared, effect)
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.join(caller)))
      assert.isTrue(Exit.isInterrupted(yield* Effect.exit(shared.run("key", effect, { onDeadline }))))
      assert.deepStrictEqual(log, ["begun", "interrupted"])
    }))

  it.effect("at any moment leaves no fibre behind", () =>
    Effect.gen(function*() {
      for (let yields = 0; yields < 40; yields++) {
        const supervisor = yield* Supervisor.track
        yield* Effect.gen(function*() {
          const shared = yield* make
          const run = shared.run("key", Effect.never, { onDeadline }).pipe(Deadline.within("1 second"))
          const callers = yield* Effect.forEach([1, 2], () => Effect.fork(run))
          for (let i = 0; i < yields; i++) yield* Effect.yieldNow()
          yield* Fiber.interruptAll(callers)
          // The fibre that asks is not counted, as it began before.
          assert.lengthOf((yield* supervisor.value).filter((fiber) => fiber.unsafePoll() === null), 0)
        }).pipe(Effect.supervised(supervisor), Effect.scoped)
      }
    }))
})

describe("deadlines", () => {
  it.scoped("each caller stops at its own; the last of them ends the run", () =>
    Effect.gen(function*() {
      const shared = yield* make
      const { effect, log } = question("1 hour")
      const callers = yield* Effect.forEach([3000, 1000, 2000], (millis) =>
        Effect.fork(timed(shared.run("key", effect, { onDeadline }).pipe(Deadline.within(millis)))))
      yield* TestClock.adjust(0)
      yield* TestClock.adjust("2999 millis")
      assert.deepStrictEqual(log, ["begun"])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(log, ["begun", "interrupted"])
      assert.deepStrictEqual(yield* Effect.forEach(callers, Fiber.join), [
        ["too late", 3000],
        ["too late", 1000],
        ["too late", 2000]
      ])
    }))

  it.scoped("a later caller with a longer one has the answer that the first could not wait for", () =>
    Effect.gen(function*() {
      const shared = yield* make
      const { effect, log } = question("5 seconds")
      const first = yield* Effect.fork(
        timed(shared.run("key", effect, { onDeadline }).pipe(Deadline.within("1 second")))
      )
      yield* TestClock.adjust("500 millis")
      const second = yield* Effect.fork(
        timed(shared.run("key", effect, { onDeadline }).pipe(Deadline.within("1 minute")))
      )
      yield* TestClock.adjust(0)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* Fiber.join(first), ["too late", 1000])
      assert.deepStrictEqual(yield* Fiber.join(second), ["answer", 5000])
      assert.deepStrictEqual(log, ["begun", "succeeded"])
    }))

  it.scoped("the run itself has none, so that it can outlast that of the first", () =>
    Effect.gen(function*() {
      const shared = yield* Shared.make<string, number, string>()
      const seen = yield* shared.run("key", Deadline.Deadline, { onDeadline }).pipe(Deadline.within("1 second"))
      assert.strictEqual(seen, Number.POSITIVE_INFINITY)
    }))

  it.scoped("one that has passed begins nothing", () =>
    Effect.gen(function*() {
      const shared = yield* make
      const { effect, log } = question("1 second")
      const error = yield* Effect.flip(shared.run("key", effect, { onDeadline }).pipe(Deadline.within(0)))
      assert.strictEqual(error, "too late")
      assert.deepStrictEqual(log, [])
    }))

  it.scoped("hold even for a caller that must not be interrupted", () =>
    Effect.gen(function*() {
      const shared = yield* make
      const { effect, log } = question("1 hour")
      const caller = yield* join(shared, effect)
      const firm = yield* Effect.fork(
        Effect.uninterruptible(timed(shared.run("key", effect, { onDeadline }).pipe(Deadline.within("1 second"))))
      )
      yield* TestClock.adjust(0)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(firm), ["too late", 1000])
      yield* Fiber.interrupt(caller)
      assert.deepStrictEqual(log, ["begun", "interrupted"])
    }))

  it.scoped("what interrupts itself interrupts its callers, and is forgotten", () =>
    Effect.gen(function*() {
      const shared = yield* make
      const exit = yield* Effect.exit(shared.run("key", Effect.interrupt, { onDeadline }))
      assert.isTrue(Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause))
      assert.strictEqual(yield* shared.run("key", Effect.succeed("again"), { onDeadline }), "again")
    }))
})
