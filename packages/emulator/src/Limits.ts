/**
 * The quotas that the emulator enforces.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"

/**
 * At most `limit` requests in any stretch of time as long as `window`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Rolling {
  readonly limit: number
  readonly window: Duration.DurationInput
}

/**
 * The quotas of the emulated account. Search, the batch and label calls on associations, and custom events have budgets
 * of their own and do not spend the general one. The daily ones begin again at midnight UTC. A request that is refused
 * spends nothing.
 *
 * @since 0.1.0
 * @category models
 */
export interface Limits {
  /** For each token of a private app. Default: 190 in 10 seconds. */
  readonly general: Rolling
  /** For each public app, whichever access token it uses. Default: 110 in 10 seconds. */
  readonly oauth: Rolling
  /** For the whole account. Default: 5 in 1 second. */
  readonly search: Rolling
  /** Batch and label calls on associations, for the whole account. Default: 150 in 10 seconds. */
  readonly associations: Rolling
  /** Custom events, for the whole account. Default: 1,250 in 1 second. */
  readonly events: Rolling
  /** General and search calls of private apps, for the whole account. Default: 625,000. */
  readonly daily: number
  /** Batch and label calls on associations, for the whole account. Default: 500,000. */
  readonly associationsDaily: number
}

/**
 * Limits that differ from the defaults.
 *
 * @since 0.1.0
 * @category models
 */
export type Options = { readonly [K in keyof Limits]?: Limits[K] | undefined }

const inTenSeconds = (limit: number): Rolling => ({ limit, window: "10 seconds" })

/**
 * The limits of a Professional account: what HubSpot's usage guidelines publish for it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const professional: Limits = {
  general: inTenSeconds(190),
  oauth: inTenSeconds(110),
  search: { limit: 5, window: "1 second" },
  associations: inTenSeconds(150),
  events: { limit: 1250, window: "1 second" },
  daily: 625_000,
  associationsDaily: 500_000
}

/**
 * The limits of a Free or Starter account: 100 in 10 seconds, 250,000 a day, 100 association batches in 10 seconds.
 *
 * @since 0.1.0
 * @category constructors
 */
export const free: Limits = {
  ...professional,
  general: inTenSeconds(100),
  associations: inTenSeconds(100),
  daily: 250_000
}

/**
 * The limits of an Enterprise account: those of a Professional one, and 1,000,000 a day.
 *
 * @since 0.1.0
 * @category constructors
 */
export const enterprise: Limits = { ...professional, daily: 1_000_000 }

/**
 * The limits of an Enterprise account that has bought the limit increase once: 250 in 10 seconds, 2,000,000 a day, 200
 * association batches in 10 seconds.
 *
 * @since 0.1.0
 * @category constructors
 */
export const addOn: Limits = {
  ...enterprise,
  general: inTenSeconds(250),
  associations: inTenSeconds(200),
  daily: 2_000_000
}

/**
 * Limits that are never reached, for tests about something else.
 *
 * @since 0.1.0
 * @category constructors
 */
export const unlimited: Limits = {
  general: inTenSeconds(Number.MAX_SAFE_INTEGER),
  oauth: inTenSeconds(Number.MAX_SAFE_INTEGER),
  search: { limit: Number.MAX_SAFE_INTEGER, window: "1 second" },
  associations: inTenSeconds(Number.MAX_SAFE_INTEGER),
  events: { limit: Number.MAX_SAFE_INTEGER, window: "1 second" },
  daily: Number.MAX_SAFE_INTEGER,
  associationsDaily: Number.MAX_SAFE_INTEGER
}

/**
 * The given limits, with defaults for the others.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options = {}): Limits => ({
  general: options.general ?? professional.general,
  oauth: options.oauth ?? professional.oauth,
  search: options.search ?? professional.search,
  associations: options.associations ?? professional.associations,
  events: options.events ?? professional.events,
  daily: options.daily ?? professional.daily,
  associationsDaily: options.associationsDaily ?? professional.associationsDaily
})

/**
 * The same numbers in windows that are so many times shorter, so that a test on the real clock need not wait ten
 * seconds for one to empty. No window gets shorter than a millisecond, and the days stay as they are.
 *
 * @example
 * ```ts
 * import * as Emulator from "hubspot-emulator/Emulator"
 * import * as Limits from "hubspot-emulator/Limits"
 *
 * const layer = Emulator.layer({ limits: Limits.shorten(Limits.free, 100) }) // 100 in 100 ms, 5 searches in 10 ms
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const shorten = (limits: Limits, times: number): Limits => {
  const shorter = ({ limit, window }: Rolling): Rolling => ({
    limit,
    window: Duration.millis(Math.max(1, Math.round(Duration.toMillis(window) / times)))
  })
  return {
    ...limits,
    general: shorter(limits.general),
    oauth: shorter(limits.oauth),
    search: shorter(limits.search),
    associations: shorter(limits.associations),
    events: shorter(limits.events)
  }
}
