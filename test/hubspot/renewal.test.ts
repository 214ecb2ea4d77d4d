/** Tokens and their renewal, on the test's clock, with a HubSpot and a store that do as they are told. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Deferred, Duration, Effect, Either, Fiber, Predicate, Redacted, TestClock } from "effect"
import { OAuth } from "effect-hubspot"
import { Deadline, SampleErrors } from "effect-resilience"
import * as Renewal from "../../packages/hubspot/src/internal/renewal.ts"

const tokens = (n: number, expiresAt: number): OAuth.Tokens => ({
  accessToken: Redacted.make(`access-${n}`),
  refreshToken: Redacted.make(`refresh-${n}`),
  expiresAt: DateTime.unsafeMake(expiresAt)
})
const half = Duration.toMillis("30 minutes")

interface World {
  /** What was done, in order. */
  readonly log: Array<string>
  stored: OAuth.Tokens
  /** Before HubSpot answers. */
  refreshing: Effect.Effect<void, Effect.Effect.Error<ReturnType<OAuth.Service["refresh"]>>>
  setting: Effect.Effect<void, unknown>
  getting: Effect.Effect<void, unknown>
}

/** A HubSpot that rotates: `access-2` and `refresh-2` for `refresh-1`, and so on, each refresh token good for once. */
const world = (first: OAuth.Tokens) =>
  Effect.gen(function*() {
    const world: World = {
      log: [],
      stored: first,
      refreshing: Effect.void,
      setting: Effect.void,
      getting: Effect.void
    }
    let last = Number(Redacted.value(first.refreshToken).slice("refresh-".length))
    const source = yield* Renewal.make({
      oauth: {
        refresh: (refreshToken) =>
          Effect.gen(function*() {
            world.log.push(`refresh ${Redacted.value(refreshToken)}`)
            yield* world.refreshing
            if (Redacted.value(refreshToken) !== `refresh-${last}`) return yield* new OAuth.BadRefreshToken()
            last++
            return tokens(last, (yield* DateTime.now).epochMillis + half)
          })
      },
      store: {
        get: Effect.suspend(() => {
          world.log.push("get")
          return Effect.as(world.getting, world.stored)
        }).pipe(Effect.map(() => world.stored)),
        set: (tokens) =>
          Effect.zipRight(
            world.setting,
            Effect.sync(() => {
              world.log.push(`set ${Redacted.value(tokens.refreshToken)}`)
              world.stored = tokens
            })
          )
      },
      early: 60_000,
      storeTimeout: 10_000
    })
    const token = Effect.map(source.token, (token) => {
      world.log.push(`use ${Redacted.value(token)}`)
      return Redacted.value(token)
    })
    return { world, source, token }
  })

const tagOf = (effect: Effect.Effect<unknown, unknown>) =>
  Effect.map(Effect.flip(effect), (error) => Predicate.hasProperty(error, "_tag") ? error._tag : undefined)
const unavailable = Effect.fail(SampleErrors.serverError)

describe("a token", () => {
  it.scoped("is read from the store once, and used until a minute before it expires", () =>
    Effect.gen(function*() {
      const { token, world: { log } } = yield* world(tokens(1, half))
      yield* token
      yield* TestClock.adjust("28 minutes")
      yield* token
      assert.deepStrictEqual(log, ["get", "use access-1", "use access-1"])
      yield* TestClock.adjust("1 minute")
      yield* token
      assert.deepStrictEqual(log.slice(3), ["get", "refresh refresh-1", "set refresh-2", "use access-2"])
    }))

  it.scoped("is renewed once for all who wait, and in the store before any of them uses it", () =>
    Effect.gen(function*() {
      const { token, world: it } = yield* world(tokens(1, 0))
      it.refreshing = Effect.sleep("1 second")
      it.setting = Effect.sleep("1 second")
      const calls = yield* Effect.fork(Effect.replicateEffect(token, 1000, { concurrency: "unbounded" }))
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(new Set(yield* Fiber.join(calls)), new Set(["access-2"]))
      assert.deepStrictEqual(it.log.slice(0, 4), ["get", "refresh refresh-1", "set refresh-2", "use access-2"])
      assert.strictEqual(it.log.length, 3 + 1000)
    }))

  it.scoped("that another process has renewed is taken from the store", () =>
    Effect.gen(function*() {
      const { token, world: it } = yield* world(tokens(1, half))
      yield* token
      yield* TestClock.adjust("29 minutes")
      it.stored = tokens(7, 2 * half)
      assert.strictEqual(yield* token, "access-7")
      assert.notInclude(it.log.join(), "refresh refresh")
    }))

  it.scoped("is used on where its early renewal fails, until it has expired", () =>
    Effect.gen(function*() {
      const { token, world: it } = yield* world(tokens(1, half))
      yield* token
      yield* TestClock.adjust("29 minutes")
      it.refreshing = unavailable
      assert.strictEqual(yield* token, "access-1")
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* Effect.flip(token), { _tag: "RefreshFailed", retryable: true })
    }))
})

describe("a token that HubSpot says has expired", () => {
  const expired = Redacted.make("access-1")

  it.scoped("is renewed once, however many calls were refused", () =>
    Effect.gen(function*() {
      const { source, token, world: { log } } = yield* world(tokens(1, half))
      yield* token
      const renewed = yield* Effect.replicateEffect(source.renew(expired), 100, { concurrency: "unbounded" })
      assert.deepStrictEqual(new Set(renewed), new Set([true]))
      assert.isTrue(yield* source.renew(expired)) // a late answer
      assert.strictEqual(yield* token, "access-2")
      assert.deepStrictEqual(log, ["get", "use access-1", "get", "refresh refresh-1", "set refresh-2", "use access-2"])
    }))

  it.scoped("is not used again, whatever its time says, when the renewal fails", () =>
    Effect.gen(function*() {
      const { source, token, world: it } = yield* world(tokens(1, half))
      yield* token
      it.refreshing = unavailable
      assert.deepInclude(yield* Effect.flip(source.renew(expired)), { _tag: "RefreshFailed" })
      assert.deepInclude(yield* Effect.flip(token), { _tag: "RefreshFailed" })
    }))
})

describe("processes that share a store", () => {
  it.scoped("find in it what another has got for the refresh token that is void now", () =>
    Effect.gen(function*() {
      const { token, world: it } = yield* world(tokens(1, 0))
      it.refreshing = Effect.suspend(() => {
        it.stored = tokens(5, 2 * half)
        return new OAuth.BadRefreshToken()
      })
      const call = yield* Effect.fork(token)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(call), "access-5")
    }))

  it.scoped("try another's refresh token once", () =>
    Effect.gen(function*() {
      const { token, world: it } = yield* world(tokens(1, 0))
      it.refreshing = Effect.suspend(() => {
        it.stored = tokens(5, 0)
        return new OAuth.BadRefreshToken()
      })
      const call = yield* Effect.fork(tagOf(token))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(call), "BadRefreshToken")
      assert.deepStrictEqual(it.log, ["get", "refresh refresh-1", "get", "refresh refresh-5"])
    }))

  it.scoped("fail for good where nobody has another", () =>
    Effect.gen(function*() {
      const { token, world: it } = yield* world(tokens(1, 0))
      it.refreshing = new OAuth.BadRefreshToken()
      const call = yield* Effect.fork(Effect.flip(token))
      yield* TestClock.adjust("1 second")
      assert.deepInclude(yield* Fiber.join(call), { _tag: "BadRefreshToken", retryable: false })
      assert.deepStrictEqual(it.log, ["get", "refresh refresh-1", "get"])
    }))
})

describe("a store that fails", () => {
  it.scoped("to be read is told, without a word of its own", () =>
    Effect.gen(function*() {
      const { token, world: it } = yield* world(tokens(1, half))
      it.getting = Effect.fail(new Error("password hunter2"))
      const error = yield* Effect.flip(token)
      assert.propertyVal(error, "_tag", "TokenStoreFailed")
      assert.notInclude(JSON.stringify(error), "hunter2")
      it.getting = Effect.void
      assert.strictEqual(yield* token, "access-1")
    }))

  it.scoped("to write: the new tokens are not used before they are written, and not lost", () =>
    Effect.gen(function*() {
      const { token, world: it } = yield* world(tokens(1, 0))
      it.setting = Effect.fail("no disk")
      assert.strictEqual(yield* tagOf(token), "TokenStoreFailed")
      assert.notInclude(it.log.join(), "use")
      it.setting = Effect.void
      assert.strictEqual(yield* token, "access-2")
      assert.deepStrictEqual(it.log, ["get", "refresh refresh-1", "set refresh-2", "use access-2"])
    }))

  it.scoped.each(["getting", "setting"] as const)("to answer is not waited for: %s", (which) =>
    Effect.gen(function*() {
      const { token, world: it } = yield* world(tokens(1, 0))
      it[which] = Effect.never
      const call = yield* Effect.fork(tagOf(token))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* Fiber.join(call), "TokenStoreFailed")
    }))
})

describe("those who wait for a renewal", () => {
  it.scoped("may leave, the first one too, and disturb nobody else", () =>
    Effect.gen(function*() {
      const { token, world: it } = yield* world(tokens(1, 0))
      it.refreshing = Effect.sleep("1 second")
      const [first, second] = yield* Effect.all([Effect.fork(token), Effect.fork(token)])
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("500 millis")
      assert.strictEqual(yield* Fiber.join(second), "access-2")
    }))

  it.scoped("may all leave: what HubSpot has handed out is written down all the same", () =>
    Effect.gen(function*() {
      const { token, world: it } = yield* world(tokens(1, 0))
      it.refreshing = Effect.sleep("1 second")
      const call = yield* Effect.fork(token)
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(call)
      yield* TestClock.adjust("500 millis")
      assert.strictEqual(Redacted.value(it.stored.refreshToken), "refresh-2")
    }))

  it.scoped("have deadlines of their own: that of the first is not the renewal's", () =>
    Effect.gen(function*() {
      const { token, world: it } = yield* world(tokens(1, 0))
      const seen = yield* Deferred.make<number>()
      it.refreshing = Effect.flatMap(Deadline.Deadline, (deadline) => Deferred.succeed(seen, deadline))
      yield* Deadline.within(token, "1 second")
      assert.strictEqual(yield* Deferred.await(seen), Number.POSITIVE_INFINITY)
    }))

  it.effect("end with the scope", () =>
    Effect.gen(function*() {
      const call = yield* Effect.scoped(Effect.gen(function*() {
        const { token, world: it } = yield* world(tokens(1, 0))
        it.refreshing = Effect.never
        const call = yield* Effect.forkDaemon(Effect.either(token))
        yield* TestClock.adjust("1 second")
        return call
      }))
      const exit = yield* Fiber.await(call)
      assert.isTrue(exit._tag === "Failure" || Either.isLeft(exit.value))
    }))
})
