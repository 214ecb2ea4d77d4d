/**
 * All that a program needs to talk to HubSpot.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Policy from "effect-resilience/Policy"
import type * as ConfigError from "effect/ConfigError"
import * as Layer from "effect/Layer"
import * as HubSpotClient from "./HubSpotClient.ts"
import * as HubSpotConfig from "./HubSpotConfig.ts"

/**
 * A client for the account that the environment names (`HUBSPOT_ACCESS_TOKEN`, `HUBSPOT_TIER`, …), over any `HttpClient`.
 *
 * @example
 * ```ts
 * import { HubSpot } from "effect-hubspot"
 * import { FetchHttpClient } from "@effect/platform"
 * import { Layer } from "effect"
 *
 * const Live = HubSpot.layer.pipe(Layer.provide(FetchHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<
  HubSpotClient.HubSpotClient,
  ConfigError.ConfigError | Policy.InvalidPolicy,
  HttpClient.HttpClient
> = /*#__PURE__*/ Layer.provide(HubSpotClient.layer, HubSpotConfig.layerFromEnvironment)

/**
 * A client for the account that the options name.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWith = (
  options: HubSpotConfig.Options
): Layer.Layer<HubSpotClient.HubSpotClient, Policy.InvalidPolicy, HttpClient.HttpClient> =>
  Layer.provide(HubSpotClient.layer, HubSpotConfig.layer(options))
