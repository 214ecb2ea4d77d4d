/**
 * The quotas that the emulator enforces.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"

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
  /** For each token. Default: 190 in 10 seconds, a private app of a Professional account. */
  readonly general: Rolling
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

/**
 * The limits of a private app of a Professional account.
 *
 * @since 0.1.0
 * @category constructors
 */
export const professional: Limits = {
  general: { limit: 190, window: "10 seconds" },
  search: { limit: 5, window: "1 second" },
  associations: { limit: 150, window: "10 seconds" },
  events: { limit: 1250, window: "1 second" },
  daily: 625_000,
  associationsDaily: 500_000
}

/**
 * Limits that are never reached, for tests about something else.
 *
 * @since 0.1.0
 * @category constructors
 */
export const unlimited: Limits = {
  general: { limit: Number.MAX_SAFE_INTEGER, window: "10 seconds" },
  search: { limit: Number.MAX_SAFE_INTEGER, window: "1 second" },
  associations: { limit: Number.MAX_SAFE_INTEGER, window: "10 seconds" },
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
  search: options.search ?? professional.search,
  associations: options.associations ?? professional.associations,
  events: options.events ?? professional.events,
  daily: options.daily ?? professional.daily,
  associationsDaily: options.associationsDaily ?? professional.associationsDaily
})
