import { assert, describe, it } from "@effect/vitest"
import {
  Array,
  Deferred,
  Duration,
  Effect,
  Either,
  Exit,
  FastCheck,
  Fiber,
  FiberId,
  Option,
  Scheduler,
  Scope,
  TestClock
} from "effect"
import { ApiError, Deadline } from "effect-resilience"
import type { Item } from "../../packages/hubspot/src/internal/batches.ts"
import * as Batching from "../../packages/hubspot/src/internal/batching.ts"

const onDeadline = (limit: Duration.Duration, outcome: "not-sent" | "unknown") =>
  new ApiError.Timeout({
    method: "PATCH",
    urlTemplate: "/",
    url: "/",
    scope: "deadline",
    limit,
    outcome,
    retryable: false
  })

/** Writes that are noted when they have been carried out, which takes as long as `taking` says. */
const make = (taking: Duration.DurationInput = "1 second") =>
  Effect.gen(function*() {
    const batching = yield* Batching.make({ window: Duration.millis(10), writes: true })
    const done: Array<Item> = []
    const sizes: Array<number> = []
    const under = new Set<string>()
    const send = (items: ReadonlyArray<Item>) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          sizes.push(items.length)
          for (const { key } of items) {
            assert.isFalse(under.has(key), `two writes of ${key} are under way`)
            under.add(key)
          }
        }),
        () =>
          Effect.sleep(taking).pipe(
            Effect.map(() => {
              done.push(...items)
              return new Map(items.map(({ body, key }) => [key, Either.right(body)] as const))
            })
          ),
        () => Effect.sync(() => items.forEach(({ key }) => under.delete(key)))
      )
    const write = (key: string, body: unknown, group = "group") =>
      batching.inTurn(key, onDeadline, (turn) =>
        Effect.flatMap(
          batching.ask({ group, item: { key, body }, most: 100, send, onDeadline, turn }),
          (answer) => answer ?? Effect.dieMessage("no answer")
        ))
    return { batching, write, done, sizes }
  })

/** Asks, and gives the others time to go on. */
const asking = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.fork(Effect.exit(effect)).pipe(Effect.tap(() => TestClock.adjust(0)))

describe("writes", () => {
  it.scoped("of the same record are sent one after the other, those of others together", () =>
    Effect.gen(function*() {
      const { done, sizes, write } = yield* make()
      const writes = [["1", "a"], ["2", "b"], ["1", "c"], ["3", "d"], ["1", "e"]] as const
      const fibers = yield* Effect.forEach(writes, ([key, body]) => asking(write(key, body)))
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(
        Exit.all(yield* Effect.forEach(fibers, Fiber.join)),
        Option.some(Exit.succeed([..."abcde"]))
      )
      assert.deepStrictEqual(done.map(({ body }) => body), ["a", "b", "d", "c", "e"])
      assert.deepStrictEqual(sizes, [3, 1, 1])
    }))

  it.scoped("that are late do not take the place of later ones, though their caller is gone", () =>
    Effect.gen(function*() {
      const { done, write } = yield* make()
      const gone = yield* asking(write("1", "old"))
      yield* asking(write("2", "else"))
      yield* TestClock.adjust(500)
      yield* Fiber.interrupt(gone)
      const late = yield* asking(write("1", "new"))
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(yield* Fiber.join(late), Exit.succeed("new"))
      assert.deepStrictEqual(done.map(({ body }) => body), ["old", "else", "new"])
    }))

  it.scoped("that were withdrawn before they were sent keep nobody waiting", () =>
    Effect.gen(function*() {
      const { done, write } = yield* make()
      const first = yield* asking(write("1", "a"))
      yield* asking(write("2", "b"))
      const second = yield* asking(write("1", "c"))
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust(1010)
      assert.deepStrictEqual(yield* Fiber.join(second), Exit.succeed("c"))
      assert.deepStrictEqual(done.map(({ body }) => body), ["b", "c"])
    }))

  it.scoped("that wait for their turn stop at their own deadline, unsent, and those behind them go on", () =>
    Effect.gen(function*() {
      const { done, write } = yield* make()
      yield* asking(write("1", "a"))
      const short = yield* asking(Deadline.within(write("1", "b"), "100 millis"))
      const last = yield* asking(write("1", "c"))
      yield* TestClock.adjust("5 seconds")
      assert.deepInclude(
        Exit.match(yield* Fiber.join(short), { onFailure: (cause) => cause, onSuccess: () => undefined }),
        {
          _tag: "Fail"
        }
      )
      assert.deepStrictEqual(yield* Fiber.join(last), Exit.succeed("c"))
      assert.deepStrictEqual(done.map(({ body }) => body), ["a", "c"])
    }))
})

describe("whoever writes what, and whoever leaves", () => {
  const caller = FastCheck.record({
    key: FastCheck.integer({ min: 0, max: 40 }).map(String),
    wait: FastCheck.integer({ min: 0, max: 30 }),
    leaves: FastCheck.option(FastCheck.integer({ min: 0, max: 60 })),
    deadline: FastCheck.option(FastCheck.integer({ min: 0, max: 60 }))
  })

  it.scoped.prop(
    "nothing is lost, nothing is written twice, and the writes of one record keep their order",
    [FastCheck.array(caller, { maxLength: 150 })],
    ([callers]) =>
      Effect.gen(function*() {
        const { done, sizes, write } = yield* make("20 millis")
        const exits: Array<Exit.Exit<unknown, unknown>> = []
        const made: Array<number> = []
        const fibers = yield* Effect.forEach(callers, ({ deadline, key, wait }, n) =>
          Effect.sync(() =>
            made.push(n)
          ).pipe(
            Effect.zipRight(
              deadline === null ? write(key, n) : Deadline.within(write(key, n), Duration.millis(deadline))
            ),
            Effect.onExit((exit) => Effect.sync(() => (exits[n] = exit))),
            Effect.delay(wait),
            Effect.fork
          ))
        yield* Effect.forEach(callers, ({ leaves }, n) =>
          leaves === null
            ? Effect.void
            : Effect.fork(Effect.delay(Fiber.interrupt(fibers[n]!), leaves)), { discard: true })
        yield* TestClock.adjust("20 seconds")
        const written = done.map(({ body }) => body as number)
        assert.strictEqual(new Set(written).size, written.length) // nothing twice
        for (const [n, { deadline, leaves }] of callers.entries()) {
          if (deadline === null && leaves === null) assert.deepStrictEqual(exits[n], Exit.succeed(n))
          if (exits[n] !== undefined && Exit.isSuccess(exits[n])) assert.include(written, n)
        }
        for (const key of new Set(callers.map(({ key }) => key))) {
          const of = (ns: ReadonlyArray<number>) => ns.filter((n) => callers[n]!.key === key)
          assert.deepStrictEqual(of(written), of(made).filter((n) => written.includes(n)))
        }
        assert.isTrue(sizes.every((size) => size > 0 && size <= 100))
      }),
    { fastCheck: { numRuns: 20 }, timeout: 60_000 }
  )
})

describe("many writes", () => {
  it.scopedLive("of one record are sent one by one, all of them, in their order", () =>
    Effect.gen(function*() {
      const batching = yield* Batching.make({ window: Duration.zero, writes: true })
      const done: Array<unknown> = []
      const send = (items: ReadonlyArray<Item>) =>
        Effect.sync(() => {
          done.push(...items.map(({ body }) => body))
          return new Map(items.map(({ body, key }) => [key, Either.right(body)] as const))
        })
      const bodies = Array.range(1, 1000)
      yield* Effect.forEach(bodies, (body) =>
        batching.inTurn("1", onDeadline, (turn) =>
          batching.ask({ group: "group", item: { key: "1", body }, most: 100, send, onDeadline, turn })), {
        concurrency: "unbounded",
        discard: true
      })
      assert.deepStrictEqual(done, bodies)
    }), 30_000)

  it.effect("end with the owner's scope: those under way, those that wait, and those that come later", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { done, write } = yield* Scope.extend(make(), scope)
      const fibers = yield* Effect.forEach(["a", "b", "c"], (body) => asking(write("1", body)))
      yield* TestClock.adjust(500)
      yield* Scope.close(scope, Exit.void)
      const late = yield* asking(write("1", "d"))
      yield* TestClock.adjust("5 seconds")
      for (const exit of yield* Effect.forEach([...fibers, late], Fiber.join)) assert.isTrue(Exit.isInterrupted(exit))
      assert.deepStrictEqual(done, [])
    }))
})

describe("interruption at any point", () => {
  it.scopedLive("leaves nothing behind: what comes then goes through", () =>
    Effect.gen(function*() {
      const batching = yield* Batching.make({ window: Duration.zero, writes: true })
      const send = (items: ReadonlyArray<Item>) =>
        Effect.as(Effect.yieldNow(), new Map(items.map(({ key }) => [key, Either.right(key)] as const)))
      const write = batching.inTurn("1", onDeadline, (turn) =>
        batching.ask({ group: "group", item: { key: "1", body: 1 }, most: 100, send, onDeadline, turn }))
      const limited = Deadline.within(write, "10 seconds")
      let steps = 0
      for (let finished = false; !finished; steps++) {
        let left = steps
        const caller: Fiber.RuntimeFiber<unknown, unknown> = yield* Effect.fork(
          Effect.withScheduler(limited, {
            scheduleTask: Scheduler.defaultScheduler.scheduleTask.bind(Scheduler.defaultScheduler),
            shouldYield: () => {
              if (left-- !== 0) {
                return false
              }
              caller.unsafeInterruptAsFork(FiberId.none)
              return 0
            }
          })
        )
        const exit = yield* Fiber.await(caller).pipe(
          Effect.timeoutFail({
            duration: "3 seconds",
            onTimeout: () =>
              `hangs after ${steps} steps`
          })
        )
        finished = Exit.isSuccess(exit)
        const answer = yield* write.pipe(
          Effect.timeoutFail({
            duration: "3 seconds",
            onTimeout: () =>
              `blocked after ${steps} steps`
          })
        )
        assert.deepStrictEqual(answer, Either.right("1"))
      }
      assert.isAbove(steps, 50)
    }), 60_000)

  it.scopedLive("and with others in the batch, whose writes go on", () =>
    Effect.gen(function*() {
      const batching = yield* Batching.make({ window: Duration.zero, writes: true })
      const gate = yield* Deferred.make<void>()
      const send = (items: ReadonlyArray<Item>) =>
        Effect.as(Deferred.await(gate), new Map(items.map(({ key }) => [key, Either.right(key)] as const)))
      const write = (key: string) =>
        batching.inTurn(key, onDeadline, (turn) =>
          batching.ask({ group: "group", item: { key, body: 1 }, most: 100, send, onDeadline, turn }))
      const all = yield* Effect.forEach(Array.range(0, 9), (n) =>
        Effect.fork(write(String(n))))
      yield* Effect.sleep(5)
      yield* Fiber.interruptAll(all.slice(0, 9))
      const next = yield* Effect.fork(write("0"))
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(yield* Fiber.join(all[9]!), Either.right("9"))
      assert.deepStrictEqual(yield* Fiber.join(next), Either.right("0"))
    }))
})
