/** A client on an emulator of its own, over real sockets. */
import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer, Redacted } from "effect"
import { HubSpot, type HubSpotClient, type HubSpotConfig } from "effect-hubspot"
import { Jitter, Profile, RateLimiter } from "effect-resilience"
import { Emulator, Limits } from "hubspot-emulator"

/** Room for everything, and short waits: these tests run on the real clock. */
const patient: NonNullable<HubSpotConfig.Options["overrides"]> = {
  retry: { base: "20 millis", cap: "100 millis", jitter: Jitter.none, retries: 4 },
  attemptTimeout: "2 seconds",
  deadline: "15 seconds",
  // Here many calls fail that have nothing to do with one another.
  breaker: "off",
  budget: "off",
  limits: [RateLimiter.rolling("general", 10_000, "1 second"), RateLimiter.rolling("search", 10_000, "1 second")]
}

export const clientFor = (
  emulator: Pick<Emulator.Emulator.Service, "url" | "token">,
  overrides: HubSpotConfig.Options["overrides"] = {},
  options: Partial<HubSpotConfig.Options> = {}
): Layer.Layer<HubSpotClient.HubSpotClient> =>
  HubSpot.layerWith({
    accessToken: Redacted.make(emulator.token),
    baseUrl: emulator.url,
    profile: Profile.production,
    ...options,
    overrides: { ...patient, ...overrides, retry: { ...patient.retry, ...overrides.retry } }
  }).pipe(Layer.provide(NodeHttpClient.layerUndici), Layer.orDie)

export interface Options {
  readonly emulator?: Emulator.Options
  readonly overrides?: HubSpotConfig.Options["overrides"]
  readonly client?: Partial<HubSpotConfig.Options>
}

/** An emulator without limits or faults, unless told otherwise, and a client for it. */
export const live = (options: Options = {}): Layer.Layer<Emulator.Emulator | HubSpotClient.HubSpotClient> => {
  const emulator = Layer.orDie(Emulator.layer({ limits: Limits.unlimited, ...options.emulator }))
  const client = Layer.unwrapEffect(
    Effect.map(Emulator.Emulator, (service) => clientFor(service, options.overrides, options.client))
  )
  return Layer.provideMerge(client, emulator)
}
