/**
 * How an app hears of changes: signed requests to its own address.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"

/**
 * Where changes are told, and how.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Events are posted there, up to a hundred at once, as HubSpot does. */
  readonly url: string
  /** The app's client secret, which signs every request. */
  readonly secret: string
  /** Default: `v3`. The older two are hashes in `X-HubSpot-Signature`. */
  readonly signature?: "v1" | "v2" | "v3" | undefined
  /** Those that are told, such as `contact.creation` or `deal.propertyChange`. Default: all. */
  readonly subscriptions?: ReadonlyArray<string> | undefined
  /** How often a delivery is tried again that was not answered with 2xx within five seconds. Default: 3; HubSpot's is 10. */
  readonly retries?: number | undefined
  /** The wait before the first repetition, which doubles. Default: 1 second. */
  readonly delay?: Duration.DurationInput | undefined
}
