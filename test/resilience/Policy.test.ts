import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schema } from "effect"
import {
  type ApiError,
  AttemptTimeout,
  type CallOptions,
  Jitter,
  Policy,
  Profile,
  RateLimiter,
  RetrySchedule
} from "effect-resilience"

const profiles = [
  ["production", Profile.production],
  ["development", Profile.development],
  ["testing", Profile.testing]
] as const

describe("a policy", () => {
  it.effect.each(profiles)("that every profile is: %s", ([, profile]) => Policy.make(profile))

  it.effect("is a profile with changes, field by field", () =>
    Effect.gen(function*() {
      const policy = yield* Policy.make(Profile.production, {
        retry: { retries: 2 },
        deadline: "30 seconds",
        kinds: { search: { retry: { base: "2 seconds" } }, upload: { deadline: "5 minutes" } }
      })
      assert.deepStrictEqual(policy.retry, { ...Profile.production.retry, retries: 2 })
      assert.deepStrictEqual(Policy.forKind(policy, "search").retry, { ...policy.retry, base: Duration.seconds(2) })
      assert.deepStrictEqual(Policy.forKind(policy, "upload").attemptTimeout, Duration.minutes(1))
      assert.deepStrictEqual(Policy.forKind(policy, "upload").deadline, Duration.minutes(5))
      assert.deepStrictEqual(Policy.forKind(policy, "read").deadline, Duration.seconds(30))
    }))

  it.effect("delays by error are changed field by field too, for one kind of call as for all", () =>
    Effect.gen(function*() {
      const first = yield* Policy.make(Profile.production, {
        retry: { byError: { RateLimited: { base: "2 seconds", factor: 3 }, ServerError: { base: "100 millis" } } }
      })
      const policy = yield* Policy.make(first, {
        retry: { byError: { RateLimited: { factor: 4 } } },
        kinds: { search: { retry: { byError: { RateLimited: { base: "5 seconds" } } } } }
      })
      const after = (tag: ApiError.Tag, kind?: CallOptions.Kind) => {
        const { base, factor } = RetrySchedule.forError(Policy.forKind(policy, kind).retry, tag)
        return [Duration.toMillis(base), factor]
      }
      assert.deepStrictEqual(after("RateLimited"), [2000, 4])
      assert.deepStrictEqual(after("RateLimited", "search"), [5000, 4])
      assert.deepStrictEqual(after("ServerError", "search"), [100, 2])
      assert.deepStrictEqual(after("Timeout", "search"), [1000, 2])
    }))

  it.effect("is not changed by what is undefined", () =>
    Effect.gen(function*() {
      const overrides = { retry: undefined, deadline: undefined, kinds: { upload: undefined } }
      assert.deepStrictEqual(yield* Policy.make(Profile.production, overrides), Profile.production)
    }))

  it.effect.each(profiles)(
    "can be written down and read again: %s",
    ([, profile]) =>
      Effect.gen(function*() {
        const written = yield* Schema.encode(Policy.Policy)(profile)
        assert.deepStrictEqual(yield* Schema.decode(Policy.Policy)(written), profile)
      })
  )

  it.effect("that was checked is taken as it is, by as many clients as there may be", () =>
    Effect.gen(function*() {
      const policy = yield* Policy.make(Profile.production, { deadline: "1 minute" })
      assert.strictEqual(yield* Policy.make(policy), policy)
      assert.strictEqual(yield* Policy.make(policy, { deadline: undefined }), policy)
      assert.notStrictEqual(yield* Policy.make(policy, { deadline: "2 minutes" }), policy)
    }))

  it.effect("can be changed again", () =>
    Effect.gen(function*() {
      const first = yield* Policy.make(Profile.testing, { retry: { retries: 7 } })
      const second = yield* Policy.make(first, { deadline: "1 minute" })
      assert.strictEqual(second.retry.retries, 7)
    }))

  it.effect.each(
    [
      ["retry.retries", { retry: { retries: -1 } }],
      ["retry.factor", { retry: { factor: 0 } }],
      ["retry.cap", { retry: { base: "2 minutes" } }],
      ["retry.retires", { retry: { retires: 3 } as never }],
      ["retry.byError.RateLimitted", { retry: { byError: { RateLimitted: {} } as never } }],
      ["retry.byError.RateLimited.cap", { retry: { byError: { RateLimited: { base: "2 minutes" } } } }],
      ["kinds.read.retry.byError.Timeout.base", { kinds: { read: { retry: { byError: { Timeout: { base: 0 } } } } } }],
      ["kinds.read.retry.byError.Timeout.cap", {
        retry: { byError: { Timeout: { base: "5 seconds" } } },
        kinds: { read: { retry: { cap: "4 seconds" } } }
      }],
      ["attemptTimeout", { attemptTimeout: "3 minutes" }],
      ["attemptTimeout", { attemptTimeout: 0 }],
      ["deadline", { deadline: "soon" as never }],
      ["kinds.read.attemptTimeout", { kinds: { read: { attemptTimeout: "1 hour" } } }],
      ["kinds.search.retry.cap", { kinds: { search: { retry: { cap: "1 millis" } } } }],
      ["limits.0.limit", { limits: [RateLimiter.rolling("a", 0, "1 second")] }],
      ["limits", { limits: [RateLimiter.rolling("a", 1, "1 second"), RateLimiter.rolling("a", 1, "1 second")] }]
    ] as const
  )("that cannot be right fails, naming the field: %s in %j", ([field, overrides]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Policy.make(Profile.production, overrides))
      assert.include(error.issues.map((issue) => issue.field), field)
      assert.include(error.message, field)
    }))
})

describe("the worst case", () => {
  it.effect("is every attempt timing out, with the longest sleeps between them", () =>
    Effect.gen(function*() {
      const policy = yield* Policy.make(Profile.production, {
        retry: { base: "2 seconds", jitter: Jitter.none, retries: 4, hintCap: "10 seconds" },
        attemptTimeout: "5 seconds",
        deadline: "10 minutes"
      })
      assert.deepStrictEqual(Policy.worstCase(policy), {
        attempts: 5,
        timeouts: Duration.seconds(25),
        sleeps: Duration.seconds(2 + 4 + 8 + 16),
        hinted: Duration.seconds(10 + 10 + 10 + 16),
        total: Duration.seconds(25 + 46)
      })
    }))

  it.effect("counts every error's delays, and decorrelated ones", () =>
    Effect.gen(function*() {
      const policy = yield* Policy.make(Profile.production, {
        retry: { retries: 3, hintCap: 0, byError: { RateLimited: { base: "4 seconds", jitter: "decorrelated" } } },
        deadline: "10 minutes"
      })
      const { hinted, sleeps } = Policy.worstCase(policy)
      assert.deepStrictEqual([sleeps, hinted], [Duration.seconds(12 + 36 + 60), Duration.seconds(12 + 36 + 60)])
    }))

  it.effect("is never longer than the deadline", () =>
    Effect.gen(function*() {
      const policy = yield* Policy.make(Profile.production)
      assert.deepStrictEqual(Policy.worstCase(policy).total, Duration.minutes(2))
      assert.deepStrictEqual(Policy.worstCase(policy, "upload").total, Duration.minutes(10))
    }))

  it.effect("counts timeouts that grow", () =>
    Effect.gen(function*() {
      const policy = yield* Policy.make(Profile.testing, {
        attemptTimeout: { base: "5 seconds" },
        deadline: "1 minute"
      })
      assert.strictEqual(Duration.toMillis(Policy.worstCase(policy).timeouts), 5000 + 13_000)
    }))
})

describe("an attempt timeout", () => {
  it.effect("that grows: the base exactly, then twice, four times, … plus 10–30 %", () =>
    Effect.gen(function*() {
      const policy = yield* Policy.make(Profile.production, { attemptTimeout: { base: "5 seconds" } })
      const bands = [[5000, 5000], [11_000, 13_000], [22_000, 26_000]] as const
      for (const [n, [soonest, latest]] of bands.entries()) {
        const allowed = Duration.toMillis(yield* AttemptTimeout.ofAttempt(policy.attemptTimeout, n))
        assert.isTrue(allowed >= soonest && allowed <= latest)
      }
    }))
})
