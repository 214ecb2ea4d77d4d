import { HttpClient, HttpClientRequest } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Array, DateTime, Deferred, Duration, Effect, Exit, Fiber, Logger, Redacted, Scope } from "effect"
import { Policy, Profile, RateLimiter, ResilientHttpClient, RetrySchedule } from "effect-resilience"
import * as RateLimiterRedis from "effect-resilience/RateLimiterRedis"
import { inspect } from "node:util"
import * as RedisStore from "../../packages/resilience/src/internal/redisStore.ts"
import * as Takes from "../../packages/resilience/src/internal/takes.ts"
import * as Redis from "../support/Redis.ts"
import * as ScriptedClient from "../support/ScriptedClient.ts"

const { limit, rolling } = RateLimiter

const redis = await Redis.find() as Redis.Address

const until = <E>(condition: Effect.Effect<boolean, E>): Effect.Effect<void, E> =>
  Effect.flatMap(condition, (holds) => holds ? Effect.void : Effect.delay(until(condition), "5 millis"))

describe("the line of those who wait", () => {
  const never = Number.POSITIVE_INFINITY
  const join = (line: Takes.Takes, buckets: ReadonlyArray<number>, weight = 1, deadline = never) =>
    Takes.join(line, buckets, weight, 0, deadline)
  const refuse = (waiter: Takes.Waiter, wait: number, known = wait) => Takes.answer(waiter, { wait, known }, 0, 0)

  it("asks for many at once, in order of arrival", () => {
    const line = Takes.make([100, 100])
    const waiters = [join(line, [0]), join(line, [1]), join(line, [0, 1]), join(line, [0])]
    assert.deepStrictEqual(Takes.next(line, 0).ask, waiters)
  })

  it("asks for no more than an eighth of a bucket at once, and at least for one", () => {
    const line = Takes.make([17, 1])
    const waiters = Array.makeBy(5, () => join(line, [0]))
    const other = join(line, [1])
    assert.deepStrictEqual(Takes.next(line, 0).ask, [...waiters.slice(0, 3), other])
  })

  it("does not ask again before there can be room, but after a second at the latest", () => {
    const line = Takes.make([100])
    const waiter = join(line, [0])
    refuse(waiter, 300)
    assert.deepInclude(Takes.next(line, 299), { ask: [], lookAgain: 300 })
    assert.deepStrictEqual(Takes.next(line, 300).ask, [waiter])
    refuse(waiter, 60_000)
    assert.strictEqual(Takes.next(line, 0).lookAgain, 1000)
  })

  it("pauses between two portions where there has been too little room, so that other processes have their turn", () => {
    const line = Takes.make([8])
    const [first, second, third] = [join(line, [0]), join(line, [0]), join(line, [0])]
    const admit = (waiter: Takes.Waiter, now: number) => {
      Takes.answer(waiter, { wait: 0, known: 0 }, now, 20)
      Takes.leave(line, waiter)
    }
    admit(first, 0)
    assert.deepStrictEqual(Takes.next(line, 0).ask, [second])
    refuse(second, 300)
    admit(second, 300)
    assert.deepInclude(Takes.next(line, 319), { ask: [], late: [], lookAgain: 320 })
    assert.deepStrictEqual(Takes.next(line, 320).ask, [third])
  })

  it("lets nobody overtake an earlier one that waits for the same bucket", () => {
    const line = Takes.make([100, 100, 100])
    const first = join(line, [0, 1])
    const second = join(line, [1, 2])
    const third = join(line, [2])
    refuse(first, 300)
    assert.deepStrictEqual(Takes.next(line, 0).ask, [])
    Takes.leave(line, first)
    assert.deepStrictEqual(Takes.next(line, 0).ask, [second, third])
  })

  it("what was said to a heavy call does not hold for a lighter one", () => {
    const line = Takes.make([100])
    const [heavy, light] = [join(line, [0], 50), join(line, [0])]
    refuse(heavy, 300)
    assert.deepStrictEqual(Takes.next(line, 0).ask, [])
    Takes.leave(line, heavy)
    assert.deepStrictEqual(Takes.next(line, 0).ask, [light])
  })

  it("sends those away that cannot have their turn in time", () => {
    const line = Takes.make([100])
    const [first, late, patient] = [join(line, [0]), join(line, [0], 1, 299), join(line, [0], 1, 300)]
    refuse(first, 300)
    assert.deepStrictEqual(Takes.next(line, 0).late, [late])
    assert.strictEqual(Takes.tooLate(late), 300)
    assert.isUndefined(Takes.tooLate(patient))
  })

  it("a queue that is too long loses its latest; those who have not been asked for are none", () => {
    const line = Takes.make([100, 100])
    const [first, _second, third] = [join(line, [0]), join(line, [0]), join(line, [0])]
    join(line, [1])
    assert.deepStrictEqual(Takes.overflow(line, 2, 0), [])
    refuse(first, 300)
    assert.deepStrictEqual(Takes.overflow(line, 2, 0), [third])
  })
})

describe.skipIf(redis === undefined)("what Redis keeps", () => {
  const window = 10_000
  const grace = 1000
  const lease = 30_000

  /** The store of one process, and what is in it. */
  const store = (
    buckets: ReadonlyArray<readonly [name: string, limit: number]>,
    prefix?: string,
    owner = "us"
  ) =>
    Effect.gen(function*() {
      const client = yield* Redis.client(redis)
      const shared = prefix ?? (yield* Redis.prefix(redis))
      const store = RedisStore.make({
        client,
        prefix: shared,
        buckets: buckets.map(([name, limit]) => ({ name, limit, window })),
        owner,
        lease,
        timeout: 1000
      })
      const everyBucket = buckets.map((_, bucket) => bucket)
      let serial = 0
      const take = (weight = 1, buckets: ReadonlyArray<number> = everyBucket, waited = 0) =>
        Effect.suspend(() => {
          const call = { id: `${owner}:${serial++}`, weight, buckets }
          return Effect.map(
            store.turn({ settled: [], held: [], calls: [{ ...call, waited }] }),
            ([verdict]) => ({ ...call, ...verdict })
          )
        })
      const settle = (call: RedisStore.Call, fate: RateLimiter.Fate) =>
        store.turn({ settled: [{ ...call, fate }], held: [], calls: [] })
      const now = Effect.map(
        Effect.promise(() => client.sendCommand<[string, string]>(["TIME"])),
        ([seconds, micros]) => Number(seconds) * 1000 + Number(micros) / 1000
      )
      /** Runs an effect that changes a bucket, and tells how much later than it its slots open. */
      const openingsOf = <A, E>(name: string, effect: Effect.Effect<A, E>) =>
        Effect.gen(function*() {
          const before = yield* now
          yield* effect
          const after = yield* now
          const slots = yield* Effect.promise(() => client.zRangeWithScores(`{${shared}}:${name}`, 0, -1))
          return slots.map(({ score }) => ({ atLeast: score - after, atMost: score - before }))
        })
      return { store, client, prefix: shared, take, settle, openingsOf }
    })

  const assertOpensAfter = (millis: number, { atLeast, atMost }: { atLeast: number; atMost: number }) => {
    assert.isAtLeast(atMost, millis)
    assert.isAtMost(atLeast, millis + 1)
  }

  it.scopedLive.each(
    [
      ["answered", window],
      ["abandoned", window + grace]
    ] as const
  )(
    "a slot opens a window after its call ended, rounded up to the millisecond: %s",
    ([fate, after]) =>
      Effect.gen(function*() {
        const { openingsOf, settle, take } = yield* store([["a", 3]])
        const call = yield* take()
        const [opening] = yield* openingsOf("a", settle(call, fate))
        assertOpensAfter(after, opening!)
      })
  )

  it.scopedLive("the slots of a call that was not sent are free at once", () =>
    Effect.gen(function*() {
      const { openingsOf, settle, take } = yield* store([["a", 3]])
      const call = yield* take(3)
      assert.isAbove((yield* take()).wait!, 0)
      assert.deepStrictEqual(yield* openingsOf("a", settle(call, "not-sent")), [])
      assert.strictEqual((yield* take()).wait, 0)
    }))

  it.scopedLive("what is in flight is held until its lease ends and a window after it, and renewed from then", () =>
    Effect.gen(function*() {
      const { openingsOf, store: { turn }, take } = yield* store([["a", 3]])
      const [first] = yield* openingsOf("a", take())
      assertOpensAfter(lease + window, first!)
      const held = [{ id: "us:0", weight: 1, buckets: [0] }]
      const [again] = yield* openingsOf("a", turn({ settled: [], held, calls: [] }))
      assertOpensAfter(lease + window, again!)
    }))

  it.scopedLive("a call takes from all of its buckets or from none", () =>
    Effect.gen(function*() {
      const { client, prefix, take } = yield* store([["a", 1], ["b", 5]])
      assert.strictEqual((yield* take(1, [0])).wait, 0)
      assert.isAbove((yield* take(1, [0, 1])).wait!, 0)
      assert.strictEqual(yield* Effect.promise(() => client.zCard(`{${prefix}}:b`)), 0)
    }))

  it.scopedLive("of many calls as many are admitted as there is room for, and nobody overtakes", () =>
    Effect.gen(function*() {
      const { store: { turn } } = yield* store([["a", 3], ["b", 3]])
      const calls = ([[2, [0]], [2, [0, 1]], [1, [1]], [1, [0]]] as const).map(([weight, buckets], i) => ({
        id: `us:${i}`,
        weight,
        buckets,
        waited: 0
      }))
      const verdicts = yield* turn({ settled: [], held: [], calls })
      assert.deepStrictEqual(verdicts.map(({ wait }) => Math.sign(wait)), [0, 1, -1, -1])
    }))

  it.scopedLive("whoever is refused is told when room is possible, and what is certain of it", () =>
    Effect.gen(function*() {
      const { settle, take } = yield* store([["a", 2]])
      const rounded = ({ known, wait }: { readonly known?: number; readonly wait?: number }) => ({
        wait: Math.floor(wait! / 10) * 10,
        known
      })
      const first = yield* take()
      yield* take()
      // Both are in flight: they may open after a window, or before it if they are not sent.
      assert.deepStrictEqual(rounded(yield* take()), { wait: window, known: 0 })
      yield* settle(first, "answered")
      const refused = yield* take()
      assert.strictEqual(refused.wait, refused.known)
      assert.isTrue(refused.known! > window - 1000 && refused.known! <= window + 1)
      assert.deepStrictEqual(rounded(yield* take(2)), { wait: window, known: 0 })
    }))

  it.scopedLive("a gate holds everyone, and is not opened by a shorter pause", () =>
    Effect.gen(function*() {
      const { store: { close, state }, take } = yield* store([["a", 2], ["b", 2]])
      yield* close([{ bucket: 1, millis: 5000 }])
      yield* close([{ bucket: 1, millis: 1000 }])
      assert.strictEqual((yield* take(1, [0])).wait, 0)
      const { known, wait } = yield* take(2, [1])
      assert.isTrue(wait! > 4000 && wait! <= 5001 && known === wait)
      const [a, b] = yield* state
      assert.deepStrictEqual(a, { taken: 1, inFlight: 1, closedFor: 0 })
      assert.deepInclude(b, { taken: 0, inFlight: 0 })
    }))

  it.scopedLive("a bucket can be tightened, never loosened", () =>
    Effect.gen(function*() {
      const { store: { state, tighten }, take } = yield* store([["a", 5]])
      yield* take(2)
      assert.strictEqual(yield* tighten(0, 4, Duration.seconds(5)), 2)
      assert.strictEqual(yield* tighten(0, 3, Duration.seconds(5)), 0)
      assert.deepInclude((yield* state)[0], { taken: 4, inFlight: 2 })
      assert.isAbove((yield* take(2)).wait!, 0)
    }))

  it.scopedLive("a heavy call of one process is not starved by the light ones of another", () =>
    Effect.gen(function*() {
      const ours = yield* store([["a", 3]])
      const theirs = yield* store([["a", 3]], ours.prefix, "them")
      const [first, second] = [yield* theirs.take(), yield* theirs.take()]
      assert.isAbove((yield* ours.take(3, [0], 100)).wait!, 0)
      yield* theirs.settle(first, "not-sent")
      // There is room for this one, but it came later.
      assert.isAbove((yield* theirs.take(1, [0], 50)).wait!, 0)
      // This one has waited longer.
      const third = yield* theirs.take(1, [0], 5000)
      assert.strictEqual(third.wait, 0)
      for (const call of [second, third]) yield* theirs.settle(call, "not-sent")
      assert.strictEqual((yield* ours.take(3, [0], 200)).wait, 0)
    }))

  it.scopedLive("nothing is left for ever: every key has a time to live", () =>
    Effect.gen(function*() {
      const { client, prefix, store: { close, tighten }, take } = yield* store([["a", 1], ["b", 1], ["c", 1]])
      yield* take(1, [0])
      yield* take(1, [0])
      yield* close([{ bucket: 1, millis: 60_000 }])
      yield* tighten(2, 1, Duration.seconds(5))
      const keys = yield* Effect.promise(() => Redis.keysOf(client, prefix))
      assert.sameMembers(keys, [`{${prefix}}:a`, `{${prefix}}:b`, `{${prefix}}:c`, `{${prefix}}/claims`])
      for (const key of keys) assert.isAbove(yield* Effect.promise(() => client.pTTL(key)), 0)
    }))

  it.scopedLive("a Redis that does not know the script is given it", () =>
    Effect.gen(function*() {
      const client = yield* Redis.client(redis)
      const prefix = yield* Redis.prefix(redis)
      const forgetful: RateLimiterRedis.Client = {
        evalSha: (_sha1, options) => client.evalSha("0".repeat(40), options),
        eval: (script, options) => client.eval(script, options)
      }
      const limiter = yield* RateLimiterRedis.fromClient(forgetful, [rolling("a", 3, "10 seconds")], {
        prefix,
        whenAway: "fail"
      })
      yield* limit(Effect.void, limiter)
      assert.deepInclude((yield* limiter.state).buckets[0], { available: 2 })
    }))
})

describe.skipIf(redis === undefined)("a shared limiter", () => {
  const connect = (
    buckets: ReadonlyArray<RateLimiter.BucketInput>,
    options: Partial<RateLimiterRedis.Options> = {}
  ) =>
    Effect.gen(function*() {
      const prefix = options.prefix ?? (yield* Redis.prefix(redis))
      const url = Redacted.make(Redis.urlOf(redis))
      return yield* RateLimiterRedis.make(buckets, { url, whenAway: "fail", ...options, prefix })
    })

  /** A limiter whose answers from Redis are held back until the gate is opened. */
  const delayed = (buckets: ReadonlyArray<RateLimiter.BucketInput>, gate: Deferred.Deferred<void>) =>
    Effect.gen(function*() {
      const client = yield* Redis.client(redis)
      const prefix = yield* Redis.prefix(redis)
      let asked = 0
      const hold = async (answer: Promise<unknown>) => {
        asked++
        await Effect.runPromise(Deferred.await(gate))
        return answer
      }
      const limiter = yield* RateLimiterRedis.fromClient(
        {
          evalSha: (sha1, options) => hold(client.evalSha(sha1, options)),
          eval: (text, o) => hold(client.eval(text, o))
        },
        buckets,
        { prefix, whenAway: "fail" }
      )
      return { limiter, asked: Effect.sync(() => asked) }
    })

  const holdOne = (limiter: RateLimiter.RateLimiter, options: RateLimiter.Options = {}) =>
    Effect.gen(function*() {
      const begun = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(
        limit(Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never), limiter, options)
      )
      yield* Deferred.await(begun)
      return fiber
    })

  const bucketOf = (limiter: RateLimiter.RateLimiter) =>
    Effect.map(limiter.state, ({ buckets: [bucket] }) => ({ available: bucket?.available, inFlight: bucket?.inFlight }))

  it.scopedLive("what the server says to one process tightens the bucket for all, and never loosens it", () =>
    Effect.gen(function*() {
      const prefix = yield* Redis.prefix(redis)
      const [one, two] = [
        yield* connect([rolling("a", 100, "1 minute")], { prefix }),
        yield* connect([rolling("a", 100, "1 minute")], { prefix })
      ]
      yield* limit(one.report("a", 3), one)
      yield* until(Effect.map(bucketOf(two), ({ available }) => available === 3))
      yield* limit(one.report("a", 10), one)
      yield* limit(one.report("b", 0), one)
      yield* until(Effect.map(bucketOf(two), ({ available }) => available === 1))
    }))

  it.scopedLive("shares its buckets with all that have the same prefix", () =>
    Effect.gen(function*() {
      const prefix = yield* Redis.prefix(redis)
      const [one, two] = [
        yield* connect([rolling("a", 3, "10 seconds")], { prefix }),
        yield* connect([rolling("a", 3, "10 seconds")], { prefix })
      ]
      yield* limit(Effect.void, one)
      yield* holdOne(two, { weight: 2 })
      assert.deepStrictEqual(yield* bucketOf(one), { available: 0, inFlight: 2 })
      const error = yield* Effect.flip(limit(Effect.void, one, { longestWait: "1 second" }))
      assert.strictEqual(error.reason, "waited-too-long")
    }))

  it.scopedLive("serves in order of arrival, heavy or light", () =>
    Effect.gen(function*() {
      const limiter = yield* connect([rolling("a", 3, "200 millis")])
      const order: Array<number> = []
      yield* Effect.forEach(
        [1, 3, 1, 2, 1, 1],
        (weight, n) => limit(Effect.sync(() => order.push(n)), limiter, { weight }),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(order, [0, 1, 2, 3, 4, 5])
    }))

  it.scopedLive("a slot whose request was never sent is free at once, for those who wait here", () =>
    Effect.gen(function*() {
      const limiter = yield* connect([rolling("a", 1, "1 minute")])
      const gate = yield* Deferred.make<void>()
      yield* Effect.fork(limiter.withSlots({ fate: () => "not-sent" }, () => Deferred.await(gate)))
      yield* until(Effect.map(bucketOf(limiter), ({ inFlight }) => inFlight === 1))
      const waiting = yield* Effect.fork(limit(Effect.void, limiter))
      yield* Effect.sleep("20 millis")
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(waiting)
    }))

  it.scopedLive("a slot whose request was never sent is found by another process that waits", () =>
    Effect.gen(function*() {
      const prefix = yield* Redis.prefix(redis)
      const one = yield* connect([rolling("a", 1, "1 minute")], { prefix })
      const two = yield* connect([rolling("a", 1, "1 minute")], { prefix })
      const gate = yield* Deferred.make<void>()
      const holder = yield* Effect.fork(one.withSlots({ fate: () => "not-sent" }, () => Deferred.await(gate)))
      yield* until(Effect.map(bucketOf(one), ({ inFlight }) => inFlight === 1))
      const waiting = yield* Effect.fork(limit(Effect.void, two))
      yield* until(Effect.map(two.state, ({ waiting }) => waiting === 1))
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(holder)
      yield* Fiber.join(waiting)
    }))

  it.scopedLive("a call that is interrupted gives its slot back as abandoned", () =>
    Effect.gen(function*() {
      const limiter = yield* connect([rolling("a", 2, "1 minute")])
      const fiber = yield* holdOne(limiter)
      assert.deepStrictEqual(yield* bucketOf(limiter), { available: 1, inFlight: 1 })
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* bucketOf(limiter), { available: 1, inFlight: 0 })
    }))

  it.scopedLive("a waiter that is interrupted leaves the line", () =>
    Effect.gen(function*() {
      const limiter = yield* connect([rolling("a", 1, "1 minute")])
      yield* limit(Effect.void, limiter)
      const waiting = yield* Effect.fork(limit(Effect.void, limiter))
      yield* until(Effect.map(limiter.state, ({ waiting }) => waiting === 1))
      yield* Fiber.interrupt(waiting)
      assert.strictEqual((yield* limiter.state).waiting, 0)
    }))

  it.scopedLive("interrupted while Redis' answer is on its way, it gives back what it was given", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const { asked, limiter } = yield* delayed([rolling("a", 1, "1 minute")], gate)
      const fiber = yield* Effect.fork(limit(Effect.void, limiter))
      yield* until(Effect.map(asked, (n) => n > 0))
      yield* Fiber.interrupt(fiber)
      yield* Deferred.succeed(gate, undefined)
      yield* limit(Effect.void, limiter)
    }))

  it.scopedLive("a wait that is known to be too long fails at once, and says when it could end", () =>
    Effect.gen(function*() {
      const limiter = yield* connect([rolling("a", 1, "1 minute")])
      yield* limit(Effect.void, limiter)
      const now = yield* DateTime.now
      const error = yield* Effect.flip(limit(Effect.void, limiter, { longestWait: "50 seconds" }))
      assert.strictEqual(error.reason, "waited-too-long")
      assert.isTrue(DateTime.greaterThan(error.retryAt!, DateTime.add(now, { seconds: 50 })))
      assert.isTrue(DateTime.lessThanOrEqualTo(error.retryAt!, DateTime.add(yield* DateTime.now, { seconds: 61 })))
    }))

  it.scopedLive("a wait that turns out to be too long ends, and leaves the line", () =>
    Effect.gen(function*() {
      const limiter = yield* connect([rolling("a", 1, "1 minute")])
      yield* holdOne(limiter)
      const limited = limit(Effect.void, limiter, { longestWait: "200 millis" })
      const error = yield* Effect.flip(Effect.uninterruptible(limited))
      assert.deepInclude(error, { reason: "waited-too-long" })
      assert.strictEqual((yield* limiter.state).waiting, 0)
    }))

  it.scopedLive("without any patience it takes what there is", () =>
    Effect.gen(function*() {
      const limiter = yield* connect([rolling("a", 1, "1 minute")])
      yield* holdOne(limiter, { longestWait: 0 })
      const error = yield* Effect.flip(limit(Effect.void, limiter, { longestWait: 0 }))
      assert.strictEqual(error.reason, "waited-too-long")
    }))

  it.scopedLive("closing the gate holds everyone, in all processes", () =>
    Effect.gen(function*() {
      const prefix = yield* Redis.prefix(redis)
      const one = yield* connect([rolling("a", 5, "10 seconds"), rolling("b", 5, "10 seconds")], { prefix })
      const two = yield* connect([rolling("a", 5, "10 seconds")], { prefix })
      yield* one.close("20 seconds", ["a"])
      const error = yield* Effect.flip(limit(Effect.void, two, { longestWait: "10 seconds" }))
      assert.strictEqual(error.reason, "waited-too-long")
      yield* limit(Effect.void, one, { buckets: ["b"] })
      const [a, b] = (yield* one.state).buckets
      assert.isTrue(Duration.between(a!.closedFor, { minimum: "18 seconds", maximum: "21 seconds" }))
      assert.deepStrictEqual(b!.closedFor, Duration.zero)
    }))

  it.scopedLive("whoever makes the queue too long is turned away", () =>
    Effect.gen(function*() {
      const limiter = yield* connect([rolling("a", 3, "1 minute")], { longestQueue: 2 })
      const fibers = yield* Effect.forEach(Array.range(1, 6), () => Effect.fork(limit(Effect.never, limiter)))
      assert.strictEqual((yield* Effect.flip(Fiber.join(fibers[5]!))).reason, "queue-full")
      assert.strictEqual((yield* Effect.flip(limit(Effect.void, limiter))).reason, "queue-full")
      const { buckets: [bucket], waiting } = yield* limiter.state
      assert.deepStrictEqual([bucket?.inFlight, waiting], [3, 2])
    }))

  it.scopedLive("its state can be read", () =>
    Effect.gen(function*() {
      const limiter = yield* connect([rolling("a", 3, "1 minute")])
      yield* limit(Effect.void, limiter)
      yield* holdOne(limiter)
      assert.deepStrictEqual(yield* limiter.state, {
        waiting: 0,
        buckets: [{
          name: "a",
          limit: 3,
          window: Duration.minutes(1),
          available: 1,
          inFlight: 1,
          closedFor: Duration.zero
        }]
      })
    }))

  it.scopedLive("when its scope ends, waiters are dismissed, the connection is closed and nothing is held", () =>
    Effect.gen(function*() {
      const prefix = yield* Redis.prefix(redis)
      const proxy = yield* Redis.proxy(redis)
      const scope = yield* Scope.make()
      const limiter = yield* Scope.extend(
        connect([rolling("a", 1, "1 minute")], { prefix, url: Redacted.make(Redis.urlOf(proxy.address)) }),
        scope
      )
      const running = yield* holdOne(limiter)
      const waiting = yield* Effect.fork(limit(Effect.void, limiter))
      yield* until(Effect.map(limiter.state, ({ waiting }) => waiting === 1))
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.await(waiting)))
      assert.isTrue(Exit.isInterrupted(yield* Effect.exit(limit(Effect.void, limiter))))
      yield* until(Effect.sync(() => proxy.connections() === 0))
      yield* Fiber.interrupt(running)
    }))

  it.scopedLive("what was settled last is told to Redis before the scope ends", () =>
    Effect.gen(function*() {
      const prefix = yield* Redis.prefix(redis)
      yield* Effect.scoped(Effect.flatMap(connect([rolling("a", 1, "1 minute")], { prefix }), (limiter) =>
        limiter.withSlots({
          fate: () => "not-sent"
        }, () => Effect.void)))
      const limiter = yield* connect([rolling("a", 1, "1 minute")], { prefix })
      assert.deepStrictEqual(yield* bucketOf(limiter), { available: 1, inFlight: 0 })
    }))

  it.scopedLive.each(
    [
      ["unknown-bucket", { buckets: ["b"] }],
      ["weight", { weight: 0 }],
      ["weight", { weight: 4 }],
      ["weight", { weight: 1.5 }]
    ] as const
  )("refuses what can never be let through: %s", ([reason, options]) =>
    Effect.gen(function*() {
      const limiter = yield* connect([rolling("a", 3, "1 second")])
      assert.strictEqual((yield* Effect.flip(limit(Effect.void, limiter, options))).reason, reason)
    }))
})

describe.skipIf(redis === undefined)("while Redis is away", () => {
  const quietly = Effect.provide(Logger.remove(Logger.defaultLogger))

  const behindProxy = (
    buckets: ReadonlyArray<RateLimiter.BucketInput>,
    whenAway: RateLimiterRedis.WhenAway,
    options: Partial<RateLimiterRedis.Options> = {}
  ) =>
    Effect.gen(function*() {
      const proxy = yield* Redis.proxy(redis)
      const prefix = yield* Redis.prefix(redis)
      const url = Redacted.make(Redis.urlOf(proxy.address))
      const limiter = yield* quietly(RateLimiterRedis.make(buckets, { url, whenAway, prefix, ...options }))
      return { proxy, limiter, prefix }
    })

  /** As Redis itself has it. */
  const available = (prefix: string) =>
    Effect.scoped(Effect.gen(function*() {
      const client = yield* Redis.client(redis)
      const watcher = yield* RateLimiterRedis.fromClient(client, [rolling("a", 10, "1 minute")], {
        prefix,
        whenAway: "fail"
      })
      return (yield* watcher.state).buckets[0]?.available
    }))

  it.scopedLive("calls fail, those that wait too, and go on when it is back", () =>
    Effect.gen(function*() {
      const { limiter, proxy } = yield* behindProxy([rolling("a", 10, "1 minute")], "fail")
      const holder = yield* Effect.fork(limit(Effect.never, limiter, { weight: 10 }))
      const waiting = yield* Effect.fork(Effect.flip(limit(Effect.void, limiter)))
      yield* until(Effect.map(limiter.state, ({ waiting }) => waiting === 1))
      yield* proxy.cut
      assert.strictEqual((yield* Fiber.join(waiting)).reason, "store-unavailable")
      const error = yield* Effect.flip(limit(Effect.void, limiter))
      assert.strictEqual(error.reason, "store-unavailable")
      assert.isTrue(RetrySchedule.verdict(error).retryable)
      yield* proxy.restore
      yield* Fiber.interrupt(holder)
      const isBack = Effect.map(
        Effect.flip(limit(Effect.void, limiter, { longestWait: 0 })),
        ({ reason }) => reason === "waited-too-long"
      )
      yield* until(isBack)
    }))

  it.scopedLive("a share of the limits is used, and Redis again when it is back", () =>
    Effect.gen(function*() {
      const { limiter, prefix, proxy } = yield* behindProxy([rolling("a", 10, "1 minute")], { share: 0.25 })
      yield* limit(Effect.void, limiter)
      yield* proxy.cut
      yield* limit(Effect.void, limiter, { weight: 2 })
      assert.deepInclude((yield* limiter.state).buckets[0], { limit: 2, available: 0 })
      const heavy = yield* Effect.flip(limit(Effect.void, limiter, { weight: 3 }))
      assert.strictEqual(heavy.reason, "store-unavailable")
      const waiting = yield* Effect.fork(limit(Effect.void, limiter))
      yield* until(Effect.map(limiter.state, ({ waiting }) => waiting === 1))
      yield* proxy.restore
      yield* Fiber.join(waiting)
      assert.strictEqual(yield* available(prefix), 8)
    }))

  it.scopedLive("a call is settled where it was admitted", () =>
    Effect.gen(function*() {
      const { limiter, prefix, proxy } = yield* behindProxy([rolling("a", 10, "1 minute")], { share: 0.25 })
      const ofRedis = yield* Deferred.make<void>()
      const ofShare = yield* Deferred.make<void>()
      const hold = (until: Deferred.Deferred<void>) =>
        Effect.fork(limiter.withSlots({ fate: () => "not-sent" }, () => Deferred.await(until)))
      const first = yield* hold(ofRedis)
      yield* until(Effect.map(available(prefix), (n) => n === 9))
      yield* proxy.cut
      const second = yield* hold(ofShare)
      yield* until(Effect.map(limiter.state, ({ buckets: [a] }) => a?.limit === 2 && a.available === 1))
      yield* Deferred.succeed(ofRedis, undefined)
      yield* Fiber.join(first)
      assert.deepInclude((yield* limiter.state).buckets[0], { limit: 2, available: 1 })
      yield* proxy.restore
      yield* until(Effect.map(available(prefix), (n) => n === 10))
      yield* Deferred.succeed(ofShare, undefined)
      yield* Fiber.join(second)
      assert.strictEqual(yield* available(prefix), 10)
    }).pipe(quietly))

  it.scopedLive("a Redis that does not answer is as good as away", () =>
    Effect.gen(function*() {
      const { limiter, prefix, proxy } = yield* behindProxy([rolling("a", 10, "1 minute")], { share: 0.25 }, {
        timeout: "200 millis"
      })
      yield* proxy.hang
      yield* limit(Effect.void, limiter)
      assert.deepInclude((yield* limiter.state).buckets[0], { limit: 2, available: 1 })
      yield* proxy.restore
      yield* until(Effect.map(limiter.state, ({ buckets: [a] }) => a?.limit === 10))
      // What it was asked for in the meantime has been given back.
      assert.strictEqual(yield* available(prefix), 10)
    }))

  it.scopedLive("without a Redis to begin with it fails, or goes on by its share", () =>
    Effect.gen(function*() {
      const proxy = yield* Redis.proxy(redis)
      const prefix = yield* Redis.prefix(redis)
      const url = Redacted.make(Redis.urlOf(proxy.address))
      yield* proxy.cut
      const buckets = [rolling("a", 10, "1 minute")]
      const error = yield* Effect.flip(RateLimiterRedis.make(buckets, { url, prefix, whenAway: "fail" }))
      assert.deepInclude(error, { _tag: "NotConnected", failure: "ECONNREFUSED" })
      const limiter = yield* quietly(RateLimiterRedis.make(buckets, { url, prefix, whenAway: { share: 0.25 } }))
      yield* limit(Effect.void, limiter)
      assert.deepInclude((yield* limiter.state).buckets[0], { limit: 2, available: 1 })
      yield* proxy.restore
      yield* until(Effect.map(limiter.state, ({ buckets: [a] }) => a?.limit === 10))
    }))

  it.scopedLive("a client's calls are rejected, and may be tried again", () =>
    Effect.gen(function*() {
      const { limiter, proxy } = yield* behindProxy([rolling("a", 10, "1 minute")], "fail")
      yield* proxy.cut
      const policy = yield* Policy.make(Profile.testing, { retry: { retries: 0 } })
      const { client: http, sent } = ScriptedClient.make({ status: 200 })
      const client = yield* ResilientHttpClient.make(policy, { limiter }).pipe(
        Effect.provideService(HttpClient.HttpClient, http)
      )
      const error = yield* Effect.flip(client.execute(HttpClientRequest.get("http://server/")))
      assert.deepInclude(error, { _tag: "Rejected", reason: "store-unavailable", outcome: "not-sent", retryable: true })
      assert.deepStrictEqual(sent, [])
    }))

  it.scopedLive("neither errors nor logs tell the password", () =>
    Effect.gen(function*() {
      const { host, port } = redis
      const secret = "Tr0ub4dor"
      const logged: Array<unknown> = []
      const logger = Logger.make(({ cause, message }) => logged.push(message, cause))
      const make = (url: string, whenAway: RateLimiterRedis.WhenAway) =>
        Effect.flatMap(
          RateLimiterRedis.make([rolling("a", 4, "1 second")], { url: Redacted.make(url), prefix: "p", whenAway }),
          (limiter) => limit(Effect.void, limiter)
        ).pipe(Effect.exit, Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      const told = [
        yield* make(`redis://somebody:${secret}@${host}:${port}`, "fail"),
        yield* make(`redis://somebody:${secret}@${host}:${port}`, { share: 0.5 }),
        yield* make(`redis://somebody:${secret}%@${host}:${port}`, "fail"),
        yield* make(`redis://somebody:${secret}@${host}:${port}/${secret}`, "fail"),
        yield* make(`http://somebody:${secret}@${host}:${port}`, "fail"),
        yield* make(`${secret}`, "fail")
      ]
      assert.deepStrictEqual(told.map(Exit.isSuccess), [false, true, false, false, false, false])
      assert.isNotEmpty(logged)
      const words = inspect([told, logged], { depth: 20 }) + JSON.stringify([told, logged]) + told.map(String).join()
      assert.notInclude(words, secret)
    }))
})

describe("settings that cannot be right fail, naming them", () => {
  it.scoped("a limit of the day", () =>
    Effect.gen(function*() {
      const options = { prefix: "p", whenAway: "fail" } as const
      const error = yield* Effect.flip(RateLimiterRedis.make([RateLimiter.daily("day", 100)], options))
      assert.include(error.message, "cannot be shared")
    }))

  const right = { prefix: "p", whenAway: "fail" } as const
  it.scoped.each<readonly [string, RateLimiterRedis.Options, RateLimiter.BucketInput?]>([
    ["prefix", { ...right, prefix: "" }],
    ["prefix", { ...right, prefix: "{a}" }],
    ["share", { ...right, whenAway: { share: 0 } }],
    ["share", { ...right, whenAway: { share: 2 } }],
    ["lease", { ...right, lease: "2 seconds" }],
    ["timeout", { ...right, timeout: "20 seconds" }],
    ["longestQueue", { ...right, longestQueue: -1 }],
    ["url", { ...right, url: Redacted.make("http://127.0.0.1:6379") }],
    ["limit", right, rolling("a", 0, "1 second")]
  ])("%s", ([word, options, bucket = rolling("a", 1, "1 second")]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(RateLimiterRedis.make([bucket], options))
      assert.strictEqual(error._tag, "ParseError")
      assert.include(error.message, word)
    }))
})
