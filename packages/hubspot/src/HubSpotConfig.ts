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
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Credentials from "./Credentials.ts"
import * as Tier from "./Tier.ts"

/**
 * HubSpot's own API.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultBaseUrl = "https://api.hubapi.com"

/**
 * The paths to call: the numbered ones (`/crm/v3/…`), or those of a date (`/crm/objects/2026-09/…`).
 *
 * @since 0.1.0
 * @category models
 */
export const ApiVersion = Schema.Literal("v3", "2026-03", "2026-09")

/**
 * @since 0.1.0
 * @category models
 */
export type ApiVersion = typeof ApiVersion.Type

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly credentials: Credentials.Credentials
  /** The token goes to this host and to no other. */
  readonly baseUrl: string
  readonly apiVersion: ApiVersion
  /** Where it is known. */
  readonly timeZone: string | undefined
  readonly policy: Policy.Policy
  /** In place of the policy's limits. */
  readonly limiter: RateLimiter.RateLimiter | undefined
  /** None where each call goes by itself. */
  readonly batching: { readonly window: Duration.Duration; readonly writes: boolean } | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Batching {
  /** How long a call waits for others that it can be merged with; not at all once there are a hundred. Default: 10 ms. */
  readonly window?: Duration.DurationInput | undefined
  /** Whether updates and upserts are merged as gets are. Default: false. */
  readonly writes?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * A private app's token; an effect that yields one before each attempt, say from a secret manager; or credentials, such
   * as `OAuth.credentials`.
   */
  readonly accessToken: Redacted.Redacted | Effect.Effect<Redacted.Redacted, unknown> | Credentials.Credentials
  /** Default: HubSpot's own, `https://api.hubapi.com`. */
  readonly baseUrl?: string | undefined
  /** Decides the limits. Default: `free`, whose limits no account is below. */
  readonly tier?: Tier.Tier | undefined
  /** Which paths are called, whatever the modules and you say: they speak of the numbered ones. Default: `v3`. */
  readonly apiVersion?: ApiVersion | undefined
  /**
   * The account's, such as `America/New_York`: its daily limit ends at midnight there. Default: UTC, until
   * `Account.details` tells.
   */
  readonly timeZone?: string | undefined
  /** Default: `Profile.production`. */
  readonly profile?: Policy.Policy | undefined
  /**
   * Changes to the profile. Limits of the same name (see `Tier.buckets`) take the place of the tier's; others are added.
   */
  readonly overrides?: Policy.Overrides | undefined
  /** One that is shared with other clients, in place of the tier's limits; calls take from those of its buckets that it has. */
  readonly limiter?: RateLimiter.RateLimiter | undefined
  /**
   * Merges gets of records that are made at about the same time, in one fibre or in many, into batch reads of up to a
   * hundred: those of the same type, with the same properties, `by` and `archived`, and without associations, histories,
   * `attemptTimeout` and `retries`. With `{ writes: true }` also updates, and upserts, of the same type and `by`. Each
   * still fails and ends by itself. Default: off.
   */
  readonly batching?: boolean | Batching | undefined
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
  const { accessToken, overrides = {}, profile = Profile.production, tier = "free", timeZone } = options
  if (timeZone !== undefined && Option.isNone(DateTime.zoneFromString(timeZone))) {
    return new Policy.InvalidPolicy({
      issues: [{ field: "timeZone", problem: `must be a time zone such as "America/New_York" or "+01:00"` }]
    })
  }
  const batching = batchingOf(options.batching)
  if (batching !== undefined && !isWindow(batching.window)) {
    return new Policy.InvalidPolicy({
      issues: [{ field: "batching.window", problem: "must be a time that is not negative and has an end" }]
    })
  }
  const limits = withTier(Tier.buckets(tier, timeZone), overrides.limits ?? [])
  return Effect.map(Policy.make(profile, { ...overrides, limits }), (policy) => ({
    credentials: Credentials.isCredentials(accessToken) ? accessToken : Credentials.fromToken(accessToken),
    baseUrl: options.baseUrl ?? defaultBaseUrl,
    apiVersion: options.apiVersion ?? "v3",
    timeZone,
    policy,
    limiter: options.limiter,
    batching: batching && { window: Duration.decode(batching.window), writes: batching.writes }
  }))
}

const batchingOf = (
  batching: boolean | Batching = false
): { readonly window: Duration.DurationInput; readonly writes: boolean } | undefined => {
  if (batching === false) return undefined
  const { window = "10 millis", writes = false } = batching === true ? {} : batching
  return { window, writes }
}

/** Effect reads a negative duration, and a number that is none, as zero; here it is a mistake. */
const isWindow = (window: unknown): window is Duration.DurationInput =>
  Option.exists(Duration.decodeUnknown(window), Duration.isFinite) &&
  (typeof window === "number" ? window >= 0 : !/^\s*-/.test(String(window)))

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

const batching = (): Config.Config<false | Batching | undefined> =>
  Config.all({
    merged: Config.withDefault(Config.literal("off", "reads", "all")("HUBSPOT_BATCHING"), undefined),
    window: Config.string("HUBSPOT_BATCHING_WINDOW").pipe(
      Config.validate({ message: "it must be a time such as 10 millis", validation: isWindow }),
      Config.withDefault(undefined)
    )
  }).pipe(
    Config.map(({ merged, window }) =>
      merged === undefined || merged === "off" ? merged && false : { window, writes: merged === "all" }
    )
  )

/**
 * `HUBSPOT_ACCESS_TOKEN`, and where they are set `HUBSPOT_BASE_URL`, `HUBSPOT_TIER` (`free`, `starter`, `professional`,
 * `enterprise`, `add-on` or `oauth`), `HUBSPOT_API_VERSION` (`v3`, `2026-03` or `2026-09`), `HUBSPOT_TIME_ZONE` (such as
 * `America/New_York`), `HUBSPOT_PROFILE` (`production`, `development` or `testing`), `HUBSPOT_BATCHING` (`off`; `reads`
 * merges gets, `all` also updates and upserts), `HUBSPOT_BATCHING_WINDOW` (how long they wait for others, such as `10 millis`)
 * and changes to the profile, such as `HUBSPOT_DEADLINE` or `HUBSPOT_RETRY_RETRIES`: see `Policy.config` of
 * `effect-resilience`.
 *
 * @since 0.1.0
 * @category config
 */
export const fromEnvironment: Config.Config<Options> = /*#__PURE__*/ Config.suspend(() =>
  Config.all({
    accessToken: Config.option(Config.redacted("HUBSPOT_ACCESS_TOKEN")).pipe(Config.mapOrFail(usable)),
    baseUrl: Config.string("HUBSPOT_BASE_URL").pipe(
      Config.validate({
        message: "it must be an absolute http or https URL, such as http://127.0.0.1:4010",
        validation: (url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
      }),
      Config.withDefault(undefined)
    ),
    tier: Config.withDefault(Schema.Config("HUBSPOT_TIER", Tier.Tier), undefined),
    apiVersion: Config.withDefault(Schema.Config("HUBSPOT_API_VERSION", ApiVersion), undefined),
    timeZone: Config.string("HUBSPOT_TIME_ZONE").pipe(
      Config.validate({
        message: `it must be a time zone such as "America/New_York" or "+01:00"`,
        validation: (name) => Option.isSome(DateTime.zoneFromString(name))
      }),
      Config.withDefault(undefined)
    ),
    profile: Profile.config("hubspot"),
    overrides: Policy.config("hubspot"),
    batching: batching()
  })
)

/**
 * The account that the environment names: see `fromEnvironment`.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerFromEnvironment: Layer.Layer<HubSpotConfig, ConfigError.ConfigError | Policy.InvalidPolicy> =
  /*#__PURE__*/ Layer.suspend(() => Layer.effect(HubSpotConfig, Effect.flatMap(fromEnvironment, make)))

const withTier = (
  ofTier: ReadonlyArray<RateLimiter.BucketInput>,
  own: ReadonlyArray<RateLimiter.BucketInput>
): ReadonlyArray<RateLimiter.BucketInput> => [
  ...ofTier.filter(({ name }) => !own.some((bucket) => bucket.name === name)),
  ...own
]
