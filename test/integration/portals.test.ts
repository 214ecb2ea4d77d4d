/** Many accounts, on the test's clock over real sockets. */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Layer, Option, Redacted, Stream, TestClock } from "effect"
import { Account, Contacts, HubSpotClient, Portals } from "effect-hubspot"
import { RateLimiter } from "effect-resilience"
import { Emulator, Limits } from "hubspot-emulator"

const tokens = ["pat-0", "pat-1", "pat-2"] as const
const limits = [RateLimiter.rolling("general", 2, "10 seconds")]

/** Portals 0 to 2 on one emulator, each with a token of its own, and how often each was looked up. */
const portals = (options: Partial<Portals.Options> = {}) =>
  Layer.unwrapScoped(Effect.gen(function*() {
    const emulator = yield* Emulator.Emulator
    return Layer.provideMerge(
      Portals.layer({
        baseUrl: emulator.url,
        overrides: { limits },
        portal: (portalId) =>
          Effect.sync(() => {
            lookups.push(portalId)
            return Option.map(Option.fromNullable(tokens[portalId]), (token) => ({ accessToken: Redacted.make(token) }))
          }),
        ...options
      }),
      NodeHttpClient.layerUndici
    )
  })).pipe(Layer.provideMerge(Layer.orDie(Emulator.layer({ tokens, limits: Limits.unlimited }))))

let lookups: Array<number> = []
const test = <A, E>(
  effect: Effect.Effect<A, E, Portals.Portals | Emulator.Emulator>,
  options: Partial<Portals.Options> = {}
) => {
  lookups = []
  return Effect.provide(effect, portals(options))
}

const call = Account.testCredentials
const available = (portalId: number) =>
  Effect.gen(function*() {
    const { http } = yield* HubSpotClient.HubSpotClient
    return (yield* http.limiter.state).buckets.map(({ available, name }) => [name, available] as const)
  }).pipe(Portals.provide(portalId), Effect.map((buckets) => new Map(buckets)))

describe("a portal's client", () => {
  it.scoped("is made once for all who ask for it, and another for each portal", () =>
    test(Effect.gen(function*() {
      const service = yield* Portals.Portals
      const clients = yield* Effect.scoped(
        Effect.forEach([0, 1, 0, 1, 0], service.get, { concurrency: "unbounded" })
      )
      assert.strictEqual(new Set(clients).size, 2)
      assert.deepStrictEqual(lookups.sort(), [0, 1])
    })))

  it.scoped("has a token of its own", () =>
    test(Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* emulator.add("contacts", [{ email: "ada@example.com" }])
      assert.strictEqual((yield* call.pipe(Portals.provide(1))).portalId, 1)
      const all = yield* Stream.runCollect(Contacts.stream()).pipe(Effect.provide(Portals.client(2)))
      assert.strictEqual(Chunk.size(all), 1)
    })))

  it.scoped("has limits of its own", () =>
    test(Effect.gen(function*() {
      yield* Effect.replicateEffect(Portals.provide(call, 0), 2)
      const third = yield* Effect.fork(Portals.provide(call, 0))
      yield* Portals.provide(call, 1)
      assert.isTrue(Option.isNone(yield* Fiber.poll(third)))
      yield* Fiber.interrupt(third)
    })))

  it.scoped("is closed when nobody has used it for a while, and its limits still count", () =>
    test(
      Effect.gen(function*() {
        yield* Effect.replicateEffect(Portals.provide(call, 0), 2)
        yield* TestClock.adjust("5 seconds")
        const third = yield* Effect.fork(Portals.provide(call, 0))
        yield* TestClock.adjust("4 seconds")
        assert.deepStrictEqual(lookups, [0, 0])
        assert.isTrue(Option.isNone(yield* Fiber.poll(third)))
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(third)
      }),
      { idleTimeToLive: "1 second" }
    ))

  it.scoped("and its day's count too, until the day is over", () =>
    test(
      Effect.gen(function*() {
        yield* Portals.provide(call, 0)
        yield* TestClock.adjust("1 hour")
        assert.strictEqual((yield* available(0)).get("daily"), 249_999)
        yield* TestClock.adjust("23 hours")
        assert.strictEqual((yield* available(0)).get("daily"), 250_000)
      }),
      { idleTimeToLive: "1 second" }
    ))

  it.scoped("takes another tier's limits when it is made anew, and keeps the counts", () => {
    const tiers = ["free", "professional"] as const
    return test(
      Effect.gen(function*() {
        yield* Portals.provide(call, 0)
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual((yield* available(0)).get("general"), 189)
      }),
      {
        idleTimeToLive: "1 second",
        overrides: {},
        portal: () =>
          Effect.sync(() => Option.some({ accessToken: Redacted.make("pat-0"), tier: tiers[lookups.push(0) - 1]! }))
      }
    )
  })

  it.scoped("may be waited for by somebody who leaves: nobody else is disturbed", () =>
    test(
      Effect.gen(function*() {
        const first = yield* Effect.fork(Portals.provide(call, 0))
        const second = yield* Effect.fork(Portals.provide(call, 0))
        yield* TestClock.adjust("500 millis")
        yield* Fiber.interrupt(first)
        yield* TestClock.adjust("500 millis")
        assert.strictEqual((yield* Fiber.join(second)).portalId, 1)
        assert.deepStrictEqual(lookups, [0])
      }),
      {
        portal: (portalId) =>
          Effect.delay(
            Effect.sync(() => {
              lookups.push(portalId)
              return Option.some({ accessToken: Redacted.make("pat-0") })
            }),
            "1 second"
          )
      }
    ))
})

describe("a portal without a client", () => {
  it.scoped("is unknown", () =>
    test(Effect.gen(function*() {
      const error = yield* Effect.flip(Portals.provide(call, 7))
      assert.deepInclude(error, { _tag: "UnknownPortal", portalId: 7 })
    })))

  it.scoped("or its credentials cannot be had: the next who asks may have better luck", () => {
    let away = true
    return test(
      Effect.gen(function*() {
        const error = yield* Effect.flip(Portals.provide(call, 0))
        assert.deepInclude(error, { _tag: "PortalUnavailable", portalId: 0, failure: "VaultError" })
        assert.notInclude(JSON.stringify(error), "hunter2")
        away = false
        assert.strictEqual((yield* Portals.provide(call, 0)).portalId, 1)
      }),
      {
        portal: () =>
          Effect.suspend(() =>
            away
              ? Effect.fail({ _tag: "VaultError", secret: "hunter2" })
              : Effect.succeed(Option.some({ accessToken: Redacted.make("pat-0") }))
          )
      }
    )
  })

  it.scoped("or its settings cannot be right", () =>
    test(
      Effect.gen(function*() {
        assert.deepInclude(yield* Effect.flip(Portals.provide(call, 0)), { _tag: "InvalidPolicy" })
      }),
      { timeZone: "Atlantis" }
    ))
})
