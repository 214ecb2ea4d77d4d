import { FetchHttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Config, ConfigProvider, Duration, Effect, Redacted } from "effect"
import { HubSpotConfig, Tier } from "effect-hubspot"
import { Profile, RateLimiter } from "effect-resilience"

const read = (environment: Record<string, string>) =>
  HubSpotConfig.HubSpotConfig.pipe(
    Effect.provide(HubSpotConfig.layerFromEnvironment),
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(environment))))
  )
const token = "pat-na1-secret"
const tokenOf = ({ apiVersion, baseUrl, credentials }: HubSpotConfig.Service) =>
  credentials.open({ apiVersion, baseUrl }).pipe(
    Effect.flatMap((source) => source.token),
    Effect.map(Redacted.value),
    Effect.provide(FetchHttpClient.layer),
    Effect.scoped
  )

describe("from the environment", () => {
  it.effect("a token is enough", () =>
    Effect.gen(function*() {
      const config = yield* read({ HUBSPOT_ACCESS_TOKEN: token })
      assert.strictEqual(yield* tokenOf(config), token)
      assert.strictEqual(config.baseUrl, "https://api.hubapi.com")
      assert.deepStrictEqual(config.policy.retry, Profile.production.retry)
      assert.strictEqual(config.apiVersion, "v3")
      assert.deepStrictEqual(config.policy.limits.map(({ limit, name }) => [name, limit]), [
        ["general", 100],
        ["search", 5],
        ["associations", 100],
        ["events", 1250],
        ["daily", 250_000],
        ["associationsDaily", 500_000]
      ])
    }))

  it.effect("a line break after the token, as files have it, does no harm", () =>
    Effect.gen(function*() {
      const config = yield* read({ HUBSPOT_ACCESS_TOKEN: ` ${token}\n` })
      assert.strictEqual(yield* tokenOf(config), token)
    }))

  it.effect.each([undefined, "", "  \n"])(
    "a token that is %j fails, and says what to set and where to find it",
    (value) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(read(value === undefined ? {} : { HUBSPOT_ACCESS_TOKEN: value }))
        assert.include(String(error), "HUBSPOT_ACCESS_TOKEN")
        assert.include(String(error), "Private Apps")
      })
  )

  it.effect.each(["two words", "naïve", "a\nb"])(
    "a token that fits no header fails without being told: %j",
    (value) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(read({ HUBSPOT_ACCESS_TOKEN: value }))
        assert.include(String(error), "HUBSPOT_ACCESS_TOKEN")
        assert.notInclude(String(error), value)
      })
  )

  it.effect("base URL, tier, version, time zone and profile can be set", () =>
    Effect.gen(function*() {
      const config = yield* read({
        HUBSPOT_ACCESS_TOKEN: token,
        HUBSPOT_BASE_URL: "http://127.0.0.1:4010",
        HUBSPOT_TIER: "professional",
        HUBSPOT_API_VERSION: "2026-09",
        HUBSPOT_TIME_ZONE: "America/New_York",
        HUBSPOT_PROFILE: "testing"
      })
      assert.strictEqual(config.baseUrl, "http://127.0.0.1:4010")
      assert.strictEqual(config.policy.limits[0]?.limit, 190)
      assert.strictEqual(config.apiVersion, "2026-09")
      assert.deepStrictEqual(config.policy.limits.find(({ name }) => name === "daily"), {
        name: "daily",
        limit: 625_000,
        window: { dayIn: "America/New_York" }
      })
      assert.deepStrictEqual(config.policy.retry, Profile.testing.retry)
    }))

  it.effect.each(
    [
      [{}, undefined],
      [{ HUBSPOT_BATCHING: "off" }, undefined],
      [{ HUBSPOT_BATCHING: "reads" }, { millis: 10, writes: false }],
      [{ HUBSPOT_BATCHING: "all" }, { millis: 10, writes: true }],
      [{ HUBSPOT_BATCHING: "reads", HUBSPOT_BATCHING_WINDOW: "25 millis" }, { millis: 25, writes: false }],
      [{ HUBSPOT_BATCHING_WINDOW: "25 millis" }, undefined]
    ] as const
  )("%o merges %o", ([settings, expected]) =>
    Effect.gen(function*() {
      const { batching } = yield* read({ HUBSPOT_ACCESS_TOKEN: token, ...settings })
      assert.deepStrictEqual(
        batching && { millis: Duration.toMillis(batching.window), writes: batching.writes },
        expected
      )
    }))

  it.effect.each(
    [
      ["HUBSPOT_TIER", "gold"],
      ["HUBSPOT_PROFILE", "prod"],
      ["HUBSPOT_API_VERSION", "2026-04"],
      ["HUBSPOT_TIME_ZONE", "Atlantis"],
      ["HUBSPOT_BATCHING", "perhaps"],
      ["HUBSPOT_BATCHING_WINDOW", "perhaps"],
      ["HUBSPOT_BATCHING_WINDOW", "-1 second"]
    ] as const
  )(
    "an unknown %s fails, naming it",
    ([name, value]) =>
      Effect.gen(function*() {
        assert.include(String(yield* Effect.flip(read({ HUBSPOT_ACCESS_TOKEN: token, [name]: value }))), name)
      })
  )
})

describe("from settings of one's own names", () => {
  const layer = HubSpotConfig.layerConfig({
    accessToken: Config.redacted("CRM_TOKEN"),
    baseUrl: Config.withDefault(Config.string("CRM_URL"), undefined)
  })
  const built = (env: Record<string, string>) =>
    Effect.provide(HubSpotConfig.HubSpotConfig, layer).pipe(
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env))))
    )

  it.effect("the config is what they say", () =>
    Effect.gen(function*() {
      const { baseUrl, batching } = yield* built({ CRM_TOKEN: token, CRM_URL: "http://127.0.0.1:1" })
      assert.deepStrictEqual([baseUrl, batching], ["http://127.0.0.1:1", undefined])
      assert.strictEqual((yield* built({ CRM_TOKEN: token })).baseUrl, HubSpotConfig.defaultBaseUrl)
    }))

  it.effect("one that is missing is named", () =>
    Effect.gen(function*() {
      assert.include(String(yield* Effect.flip(built({}))), "CRM_TOKEN")
    }))
})

describe("in code", () => {
  const accessToken = Redacted.make(token)

  it.effect("a limit of the same name takes the tier's place; others are added", () =>
    Effect.gen(function*() {
      const { policy } = yield* HubSpotConfig.make({
        accessToken,
        overrides: {
          limits: [RateLimiter.rolling("general", 7, "1 second"), RateLimiter.rolling("mine", 1, "1 second")]
        }
      })
      assert.deepStrictEqual(policy.limits.map(({ limit, name }) => [name, limit]).sort(), [
        ["associations", 100],
        ["associationsDaily", 500_000],
        ["daily", 250_000],
        ["events", 1250],
        ["general", 7],
        ["mine", 1],
        ["search", 5]
      ])
    }))

  it.effect("a policy that cannot be right fails, naming the field", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(HubSpotConfig.make({ accessToken, overrides: { deadline: "1 second" } }))
      assert.include(error.message, "attemptTimeout")
    }))

  it.effect.each([-1, NaN, "-1 second", Infinity] as const)(
    "a window of %s fails, naming the field",
    (window) =>
      Effect.gen(function*() {
        const batching = { window: window as Duration.DurationInput }
        const error = yield* Effect.flip(HubSpotConfig.make({ accessToken, batching }))
        assert.include(error.message, "batching.window")
      })
  )

  it.effect("a time zone that is none fails, naming the field", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(HubSpotConfig.make({ accessToken, timeZone: "Atlantis" }))
      assert.include(error.message, "timeZone")
    }))
})

it.each(
  [
    ["free", 100, 100, 250_000],
    ["starter", 100, 100, 250_000],
    ["professional", 190, 150, 625_000],
    ["enterprise", 190, 150, 1_000_000],
    ["add-on", 250, 200, 1_250_000],
    ["oauth", 110, 100, undefined]
  ] as const
)(
  "%s may send %d calls, and %d of associations, in 10 seconds, 5 searches a second, and %d calls a day",
  (tier, general, associations, daily) => {
    assert.deepStrictEqual(
      Tier.buckets(tier),
      [
        RateLimiter.rolling("general", general, "10 seconds"),
        RateLimiter.rolling("search", 5, "1 second"),
        RateLimiter.rolling("associations", associations, "10 seconds"),
        RateLimiter.rolling("events", 1250, "1 second"),
        ...(daily === undefined ? [] : [RateLimiter.daily("daily", daily, "UTC")]),
        RateLimiter.daily("associationsDaily", 500_000, "UTC")
      ]
    )
  }
)
