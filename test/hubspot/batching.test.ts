import { assert, describe, it } from "@effect/vitest"
import { Array, Cause, Clock, Duration, Effect, Either, Exit, FastCheck, Fiber, Scope, TestClock } from "effect"
import { ApiError, Deadline } from "effect-resilience"
import type { Item } from "../../packages/hubspot/src/internal/batches.ts"
import * as Batching from "../../packages/hubspot/src/internal/batching.ts"

const onDeadline = (limit: Duration.Duration, outcome: "not-sent" | "unknown") =>
  new ApiError.Timeout({
    method: "GET",
    urlTemplate: "/",
    url: "/",
    scope: "deadline",
    limit,
    outcome,
    retryable: false
  })

const item = (key: string): Item => ({ key, body: undefined })

interface Sent {
  readonly at: number
  readonly keys: ReadonlyArray<string>
  readonly deadline: number
}

/** Batches that take a second, answer each key with itself, and are noted. */
const make = Effect.gen(function*() {
  const batching = yield* Batching.make({ window: Duration.millis(10), writes: false })
  const sent: Array<Sent> = []
  const ended: Array<"answered" | "interrupted"> = []
  const send = (items: ReadonlyArray<Item>) =>
    Effect.gen(function*() {
      const keys = items.map(({ key }) => key)
      sent.push({ at: yield* Clock.currentTimeMillis, keys, deadline: yield* Deadline.Deadline })
      yield* Effect.sleep("1 second")
      return new Map(keys.map((key) => [key, Either.right(key)] as const))
    }).pipe(
      Effect.onExit((exit) => Effect.sync(() => ended.push(Exit.isInterrupted(exit) ? "interrupted" : "answered")))
    )
  const ask = (key: string, group = "group") =>
    Effect.map(
      batching.ask({ group, item: item(key), most: 100, send, onDeadline }),
      (answer) => answer && Either.merge(answer)
    )
  return { batching, ask, sent, ended }
})

/** Asks, and gives the others time to go on. */
const asking = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.fork(Effect.exit(effect)).pipe(Effect.tap(() => TestClock.adjust(0)))

const sizes = (sent: ReadonlyArray<Sent>) => sent.map(({ keys }) => keys.length)

describe("questions", () => {
  it.scoped(
    "of one fibre become batches of the most at once, and each has its own answer",
    () =>
      Effect.gen(function*() {
        const { ask, sent } = yield* make
        const ids = Array.range(1, 10_000).map(String)
        const fiber = yield* Effect.fork(Effect.forEach(ids, (id) => ask(id), { concurrency: "unbounded" }))
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual(yield* Fiber.join(fiber), ids)
        assert.deepStrictEqual(sizes(sent), Array.replicate(100, 100))
        assert.deepStrictEqual(new Set(sent.map(({ at }) => at)), new Set([0])) // nobody waits for a batch that is full
      }),
    30_000
  )

  it.scoped("of many fibres are gathered until the window is over", () =>
    Effect.gen(function*() {
      const { ask, sent } = yield* make
      const fibers = yield* Effect.forEach(["1", "2", "3"], (id) => Effect.tap(asking(ask(id)), TestClock.adjust(4)))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Effect.forEach(fibers, Fiber.join), ["1", "2", "3"].map(Exit.succeed))
      assert.deepStrictEqual(sent.map(({ at, keys }) => [at, keys]), [[10, ["1", "2", "3"]]])
    }))

  it.scoped("that are equal are one", () =>
    Effect.gen(function*() {
      const { ask, sent } = yield* make
      const fiber = yield* Effect.fork(Effect.all([ask("1"), ask("1"), ask("2")], { concurrency: 3 }))
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), ["1", "1", "2"])
      assert.deepStrictEqual(sizes(sent), [2])
    }))

  it.scoped("of different groups go apart, at the same time", () =>
    Effect.gen(function*() {
      const { ask, sent } = yield* make
      yield* asking(ask("1", "one"))
      yield* asking(ask("1", "other"))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(sent.map(({ at }) => at), [10, 10])
    }))

  it.scoped("never join what is under way: its answer may be older than they are", () =>
    Effect.gen(function*() {
      const { ask, sent } = yield* make
      yield* asking(ask("1"))
      yield* TestClock.adjust(10)
      yield* asking(ask("1"))
      yield* TestClock.adjust(10)
      assert.deepStrictEqual(sent.map(({ at }) => at), [10, 20])
    }))

  it.scoped("that the batch says nothing of have no answer", () =>
    Effect.gen(function*() {
      const { batching } = yield* make
      const fiber = yield* asking(
        batching.ask({ group: "group", item: item("1"), most: 100, send: () => Effect.succeed(new Map()), onDeadline })
      )
      yield* TestClock.adjust(10)
      assert.deepStrictEqual(yield* Fiber.join(fiber), Exit.succeed(undefined))
    }))

  it.scoped("all have the batch's defect", () =>
    Effect.gen(function*() {
      const { batching } = yield* make
      const ask = (key: string) =>
        batching.ask({ group: "group", item: item(key), most: 100, send: () => Effect.die("boom"), onDeadline })
      const fibers = yield* Effect.forEach(["1", "2"], (key) => asking(ask(key)))
      yield* TestClock.adjust(10)
      assert.deepStrictEqual(yield* Effect.forEach(fibers, Fiber.join), [Exit.die("boom"), Exit.die("boom")])
    }))
})

describe("whoever asks for what, and whoever leaves", () => {
  const caller = FastCheck.record({
    key: FastCheck.integer({ min: 0, max: 300 }).map(String),
    group: FastCheck.constantFrom("one", "other"),
    wait: FastCheck.integer({ min: 0, max: 30 }),
    leaves: FastCheck.boolean()
  })

  it.scoped.prop(
    "each who stays has its own answer, and no batch is too large or asks twice",
    [FastCheck.array(caller, { maxLength: 200 })],
    ([callers]) =>
      Effect.gen(function*() {
        const { ask, sent } = yield* make
        const fibers = yield* Effect.forEach(callers, ({ group, key, wait }) =>
          Effect.fork(Effect.delay(ask(key, group), wait)))
        yield* TestClock.adjust(15)
        yield* Fiber.interruptAll(fibers.filter((_, n) =>
          callers[n]!.leaves
        ))
        yield* TestClock.adjust("2 seconds")
        const staying = fibers.filter((_, n) => !callers[n]!.leaves)
        assert.deepStrictEqual(
          yield* Effect.forEach(staying, Fiber.join),
          callers.filter(({ leaves }) => !leaves).map(({ key }) => key)
        )
        for (const { keys } of sent) assert.isTrue(keys.length <= 100 && new Set(keys).size === keys.length)
      }),
    { fastCheck: { numRuns: 15 }, timeout: 30_000 }
  )
})

describe("deadlines", () => {
  const timeout = <A, E>(exit: Exit.Exit<A, E>) => {
    const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
    return error instanceof ApiError.Timeout ? [Duration.toMillis(error.limit), error.outcome] : undefined
  }

  it.scoped("are each caller's own, and the batch has the latest", () =>
    Effect.gen(function*() {
      const { ask, ended, sent } = yield* make
      const short = yield* asking(Deadline.within(ask("1"), "100 millis"))
      const long = yield* asking(Deadline.within(ask("2"), "5 seconds"))
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(timeout(yield* Fiber.join(short)), [100, "unknown"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(long), Exit.succeed("2"))
      assert.deepStrictEqual(sent.map(({ deadline }) => deadline), [5000])
      assert.deepStrictEqual(ended, ["answered"])
    }))

  it.scoped("that are over before the window is have sent nothing", () =>
    Effect.gen(function*() {
      const { ask, sent } = yield* make
      const fiber = yield* asking(Deadline.within(ask("1"), "5 millis"))
      const none = yield* asking(Deadline.within(ask("2"), 0))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(timeout(yield* Fiber.join(fiber)), [5, "not-sent"])
      assert.deepStrictEqual(timeout(yield* Fiber.join(none)), [0, "not-sent"])
      assert.deepStrictEqual(sent, [])
    }))

  it.scoped("end a caller that must not be interrupted, too", () =>
    Effect.gen(function*() {
      const { ask } = yield* make
      const fiber = yield* asking(Effect.uninterruptible(Deadline.within(ask("1"), "100 millis")))
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(timeout(yield* Fiber.join(fiber)), [100, "unknown"])
    }))
})

describe("interruption", () => {
  it.scoped("of one disturbs nobody else, though it was the first", () =>
    Effect.gen(function*() {
      const { ask, ended } = yield* make
      const [first, second] = [yield* asking(ask("1")), yield* asking(ask("2"))]
      yield* TestClock.adjust(500)
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(second), Exit.succeed("2"))
      assert.deepStrictEqual(ended, ["answered"])
    }))

  it.scoped("before the batch is sent takes the question out of it", () =>
    Effect.gen(function*() {
      const { ask, sent } = yield* make
      const first = yield* asking(ask("1"))
      yield* asking(ask("2"))
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(sent.map(({ keys }) => keys), [["2"]])
    }))

  it.scoped.each([["before it is sent", 5, []], ["under way", 500, ["interrupted"]]] as const)(
    "of all interrupts the batch %s, and who comes then begins anew",
    ([, millis, expected]) =>
      Effect.gen(function*() {
        const { ask, ended, sent } = yield* make
        const fibers = yield* Effect.forEach(["1", "2"], (key) => asking(ask(key)))
        yield* TestClock.adjust(millis)
        yield* Fiber.interruptAll(fibers)
        assert.deepStrictEqual(ended, [...expected])
        const before = sent.length
        const late = yield* asking(ask("1"))
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual(yield* Fiber.join(late), Exit.succeed("1"))
        assert.deepStrictEqual(sent.slice(before).map(({ keys }) => keys), [["1"]])
      })
  )

  it.effect("comes with the end of the owner's scope", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { ask, ended } = yield* Scope.extend(make, scope)
      const fiber = yield* asking(ask("1"))
      yield* TestClock.adjust(500)
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.join(fiber)))
      assert.deepStrictEqual(ended, ["interrupted"])
    }))
})
