/**
 * Which account, with which credentials, and how reliable.
 *
 * @since 0.1.0
 */
import * as Policy from "effect-resilience/Policy"
import * as Profile from "effect-resilience/Profile"
import type * as RateLimiter from "effect-resilience/RateLimiter"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Tier from "./Tier.ts"

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Asked for before each attempt, so that a token may change at any time. */
  readonly accessToken: Effect.Effect<Redacted.Redacted, unknown>
  /** The token goes to this host and to no other. */
  readonly baseUrl: string
  readonly policy: Policy.Policy
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** A private app's token, or an effect that yields one, say from a secret manager. */
  readonly accessToken: Redacted.Redacted | Effect.Effect<Redacted.Redacted, unknown>
  /** Default: HubSpot's own, `https://api.hubapi.com`. */
  readonly baseUrl?: string | undefined
  /** Decides the limits. Default: `free`, whose limits no account is below. */
  readonly tier?: Tier.Tier | undefined
  /** Default: `Profile.production`. */
  readonly profile?: Policy.Policy | undefined
  /**
   * Changes to the profile. Limits of the same name (`general`, `search`, `associations`) take the place of the tier's;
   * others are added.
   */
  readonly overrides?: Policy.Overrides | undefined
}

/**
 * @since 0.1.0
 * @category tags
 */
export class HubSpotConfig extends Context.Tag("effect-hubspot/HubSpotConfig")<HubSpotConfig, Service>() {}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Effect.Effect<Service, Policy.InvalidPolicy> => {
  const { accessToken, baseUrl = defaultBaseUrl, overrides = {}, profile = Profile.production, tier = "free" } = options
  const limits = withTier(tier, overrides.limits ?? [])
  return Effect.map(Policy.make(profile, { ...overrides, limits }), (policy) => ({
    accessToken: Redacted.isRedacted(accessToken) ? Effect.succeed(accessToken) : accessToken,
    baseUrl,
    policy
  }))
}

/**
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<HubSpotConfig, Policy.InvalidPolicy> =>
  Layer.effect(HubSpotConfig, make(options))

/**
 * The same with its options read from `Config`.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  options: Config.Config.Wrap<Options>
): Layer.Layer<HubSpotConfig, ConfigError.ConfigError | Policy.InvalidPolicy> =>
  Layer.effect(HubSpotConfig, Effect.flatMap(Config.unwrap(options), make))

const howToSetTheToken =
  "it is missing or blank; set it to the access token of a private app (in HubSpot: Settings, Integrations, Private Apps)"

/** A token must fit a header; files and shells like to add a line break, which is nobody's intention. */
const usable = (
  token: Option.Option<Redacted.Redacted>
): Either.Either<Redacted.Redacted, ConfigError.ConfigError> => {
  const text = Option.match(token, { onNone: () => "", onSome: (token) => Redacted.value(token).trim() })
  if (text === "") return Either.left(ConfigError.MissingData(["HUBSPOT_ACCESS_TOKEN"], howToSetTheToken))
  return /^[\x21-\x7e]+$/.test(text)
    ? Either.right(Redacted.make(text))
    : Either.left(
      ConfigError.InvalidData(["HUBSPOT_ACCESS_TOKEN"], "it has characters that no token has: copy it again")
    )
}

const profiles = { production: Profile.production, development: Profile.development, testing: Profile.testing }

/**
 * `HUBSPOT_ACCESS_TOKEN`, and where they are set `HUBSPOT_BASE_URL`, `HUBSPOT_TIER` (`free`, `starter`, `professional`,
 * `enterprise`, `add-on` or `oauth`) and `HUBSPOT_PROFILE` (`production`, `development` or `testing`).
 *
 * @since 0.1.0
 * @category config
 */
export const fromEnvironment: Config.Config<Options> = Config.all({
  accessToken: Config.option(Config.redacted("HUBSPOT_ACCESS_TOKEN")).pipe(Config.mapOrFail(usable)),
  baseUrl: Config.string("HUBSPOT_BASE_URL").pipe(
    Config.validate({
      message: "it must be an absolute http or https URL, such as http://127.0.0.1:4010",
      validation: (url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
    }),
    Config.withDefault(undefined)
  ),
  tier: Config.withDefault(Schema.Config("HUBSPOT_TIER", Tier.Tier), undefined),
  profile: Config.map(
    Config.withDefault(Config.literal("production", "development", "testing")("HUBSPOT_PROFILE"), "production"),
    (name) => profiles[name]
  )
})

/**
 * The account that the environment names: see `fromEnvironment`.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerFromEnvironment: Layer.Layer<HubSpotConfig, ConfigError.ConfigError | Policy.InvalidPolicy> = Layer
  .effect(HubSpotConfig, Effect.flatMap(fromEnvironment, make))

const defaultBaseUrl = "https://api.hubapi.com"

const withTier = (
  tier: Tier.Tier,
  own: ReadonlyArray<RateLimiter.BucketInput>
): ReadonlyArray<RateLimiter.BucketInput> => [
  ...Tier.buckets(tier).filter(({ name }) => !own.some((bucket) => bucket.name === name)),
  ...own
]
