/** What a TypeScript program sees of the packages as they are published. */
import { NodeHttpClient } from "@effect/platform-node"
import { type DateTime, Effect, Layer, Redacted, type Stream } from "effect"
import { Contacts, HubSpot, type HubSpotClient } from "effect-hubspot"
import { type Contact } from "effect-hubspot/Contacts"
import { type ApiError, Policy, Profile, type RateLimiter } from "effect-resilience"
import * as RetrySchedule from "effect-resilience/RetrySchedule"
import { Emulator } from "hubspot-emulator"
import * as FaultPlan from "hubspot-emulator/FaultPlan"

export const read: Effect.Effect<
  { readonly firstname: string | null; readonly createdate: DateTime.Utc | null },
  ApiError.ApiError,
  HubSpotClient.HubSpotClient
> = Contacts.get("1", { properties: ["firstname", "createdate"] }).pipe(Effect.map(({ properties }) => properties))

// @ts-expect-error a number is no text
export const mistake = Contacts.create({ email: 1 })

export const everyone: Stream.Stream<Contact, ApiError.ApiError, HubSpotClient.HubSpotClient> = Contacts.stream()

export const policy: Effect.Effect<Policy.Policy, Policy.InvalidPolicy> = Policy.make(Profile.production, {
  deadline: "1 minute"
})

export const schedule = RetrySchedule.exponential<ApiError.ApiError>({ retries: 3 })

export const busy = (limiter: RateLimiter.RateLimiter) => limiter

export const main: Effect.Effect<void, unknown> = Effect.gen(function*() {
  const emulator = yield* Emulator.make({ faults: FaultPlan.none })
  const Live = HubSpot.layerWith({ accessToken: Redacted.make(emulator.token), baseUrl: emulator.url }).pipe(
    Layer.provide(NodeHttpClient.layerUndici)
  )
  yield* Effect.provide(read, Live)
}).pipe(Effect.scoped)

// @ts-expect-error internals are nobody's business
export type * as Paths from "effect-hubspot/internal/paths"
