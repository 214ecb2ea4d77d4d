import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Layer } from "effect"
import { Policy, Profile, ResilientHttpClient } from "effect-resilience"
import * as ScriptedClient from "../support/ScriptedClient.ts"

/** The variables of an environment, read as the default provider reads them. */
const environment = (variables: Record<string, string>) =>
  Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables)), { pathDelim: "_", seqDelim: "," }))

const file = (content: unknown) => Layer.setConfigProvider(ConfigProvider.fromJson(content))

describe("a policy out of the environment", () => {
  it.effect("is the profile where nothing is set", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Policy.config("weather"), {})
      assert.strictEqual(yield* Profile.config("weather"), Profile.production)
    }).pipe(Effect.provide(environment({}))))

  it.effect.each(
    [
      ["WEATHER_RETRY_RETRIES", "7", { retry: { retries: 7 } }],
      ["WEATHER_RETRY_BASE", "500 millis", { retry: { base: "500 millis" } }],
      ["WEATHER_RETRY_HINT_CAP", "30 seconds", { retry: { hintCap: "30 seconds" } }],
      ["WEATHER_RETRY_JITTER", "equal", { retry: { jitter: "equal" } }],
      ["WEATHER_RETRY_JITTER_ADDED", "0.1,0.3", { retry: { jitter: { added: [0.1, 0.3] } } }],
      ["WEATHER_RETRY_BY_ERROR_RATE_LIMITED_BASE", "2 seconds", {
        retry: { byError: { RateLimited: { base: "2 seconds" } } }
      }],
      ["WEATHER_ATTEMPT_TIMEOUT", "5 seconds", { attemptTimeout: "5 seconds" }],
      ["WEATHER_ATTEMPT_TIMEOUT_BASE", "5 seconds", { attemptTimeout: { base: "5 seconds" } }],
      ["WEATHER_DEADLINE", "1 minute", { deadline: "1 minute" }],
      ["WEATHER_LIMITS", "weather=60/1 minute, burst = 10/1 second", {
        limits: [
          { name: "weather", limit: 60, window: "1 minute" },
          { name: "burst", limit: 10, window: "1 second" }
        ]
      }],
      ["WEATHER_CONCURRENCY", "20", { concurrency: 20 }],
      ["WEATHER_LONGEST_QUEUE", "1000", { longestQueue: 1000 }],
      ["WEATHER_BREAKER", "off", { breaker: "off" }],
      ["WEATHER_BREAKER_OPENING", "30 seconds", { breaker: { opening: "30 seconds" } }],
      ["WEATHER_BREAKER_TRIP_CONSECUTIVE_FAILURES", "4", { breaker: { trip: { consecutiveFailures: 4 } } }],
      ["WEATHER_BUDGET_SHARE", "0.2", { budget: { share: 0.2 } }],
      ["WEATHER_KINDS_SEARCH_DEADLINE", "20 seconds", { kinds: { search: { deadline: "20 seconds" } } }],
      ["WEATHER_KINDS_SEARCH_RETRY_RETRIES", "1", { kinds: { search: { retry: { retries: 1 } } } }]
    ] as const
  )("%s=%s", ([variable, value, expected]) =>
    Effect.gen(function*() {
      const overrides = yield* Policy.config("weather")
      assert.deepStrictEqual<object>(overrides, expected)
      yield* Policy.make(Profile.production, overrides)
    }).pipe(Effect.provide(environment({ [variable]: value }))))

  it.effect("needs no prefix", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Policy.config(), { deadline: "1 minute" })
    }).pipe(Effect.provide(environment({ DEADLINE: "1 minute" }))))

  it.effect.each(["weatherApi", "weather-api", "WEATHER_API"])(
    "has variables that a shell can set: %s",
    (prefix) =>
      Effect.gen(function*() {
        assert.deepStrictEqual<object>(yield* Policy.config(prefix), { deadline: "1 minute" })
        assert.strictEqual(yield* Profile.config(prefix), Profile.testing)
      }).pipe(Effect.provide(environment({ WEATHER_API_DEADLINE: "1 minute", WEATHER_API_PROFILE: "testing" })))
  )

  it.effect.each(["production", "development", "testing"] as const)(
    "names its profile: %s",
    (name) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* Profile.config("weather"), Profile[name])
      }).pipe(Effect.provide(environment({ WEATHER_PROFILE: name })))
  )

  it.effect.each(
    [
      ["WEATHER_RETRY_RETRIES", "many"],
      ["WEATHER_LIMITS", "sixty a minute"],
      ["WEATHER_PROFILE", "staging"]
    ] as const
  )("what cannot be read fails, naming it: %s=%s", ([variable, value]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.zip(Policy.config("weather"), Profile.config("weather")))
      assert.include(String(error), variable)
    }).pipe(Effect.provide(environment({ [variable]: value }))))

  it.effect("what cannot be right is an issue like any other", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Policy.make(Profile.production, yield* Policy.config("weather")))
      assert.deepStrictEqual(error.issues.map(({ field }) => field), ["deadline"])
    }).pipe(Effect.provide(environment({ WEATHER_DEADLINE: "soon" }))))
})

describe("a policy out of a file", () => {
  const content = {
    weather: {
      profile: "testing",
      retry: { retries: 3, jitter: { added: [0.1, 0.2] } },
      attemptTimeout: { base: "1 second", factor: 3 },
      limits: [
        { name: "weather", limit: 60, window: "1 minute" },
        { name: "day", limit: 1000, window: { dayIn: "Europe/Berlin" } }
      ],
      breaker: { trip: { over: { time: "1 minute" }, minimumCalls: 10, failureRate: 0.5 }, opening: "5 seconds" },
      budget: "off",
      kinds: { upload: { deadline: "20 minutes" } }
    }
  }

  it.effect("says the same in a tree", () =>
    Effect.gen(function*() {
      const { profile: _, ...expected } = content.weather
      assert.deepStrictEqual<object>(yield* Policy.config("weather"), expected)
      assert.strictEqual(yield* Profile.config("weather"), Profile.testing)
    }).pipe(Effect.provide(file(content))))

  it.effect("and may be handed over whole, with whatever is misspelt told", () =>
    Effect.gen(function*() {
      const { profile: _, ...overrides } = content.weather
      const policy = yield* Policy.decode(Profile.testing, overrides)
      assert.deepStrictEqual(policy.kinds.upload?.deadline, Duration.minutes(20))
      const error = yield* Effect.flip(Policy.decode(Profile.testing, { ...overrides, deadlines: "1 minute" }))
      assert.deepStrictEqual(error.issues.map(({ field }) => field), ["deadlines"])
      assert.strictEqual((yield* Effect.flip(Policy.decode(Profile.testing, "fast"))).issues.length, 1)
    }))
})

describe("a client out of the environment", () => {
  it.effect("has its policy", () =>
    Effect.gen(function*() {
      const client = yield* ResilientHttpClient.ResilientHttpClient
      const policy = yield* client.policy
      assert.deepStrictEqual(policy.deadline, Duration.seconds(20))
      assert.deepStrictEqual(policy.breaker, Profile.development.breaker)
    }).pipe(
      Effect.provide(ResilientHttpClient.layerConfig("weather")),
      Effect.provideService(HttpClient.HttpClient, ScriptedClient.make({}).client),
      Effect.provide(environment({ WEATHER_PROFILE: "development", WEATHER_DEADLINE: "20 seconds" }))
    ))
})
