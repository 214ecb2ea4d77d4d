/** A client of effect-hubspot for each of many portals, over one transport. */
import * as HubSpotClient from "effect-hubspot/HubSpotClient"
import * as HubSpotConfig from "effect-hubspot/HubSpotConfig"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import type { Setup } from "../model.ts"
import { contactPath } from "./contacts.ts"
import { limitOf, overridesOf } from "./ours.ts"
import { lean } from "./transport.ts"

const Contact = Schema.Struct({ id: Schema.String })

export const client = async (setup: Setup) => {
  const runtime = ManagedRuntime.make(lean)
  const scope = await runtime.runPromise(Scope.make())
  const clients: Array<HubSpotClient.Service> = []
  const openOne = Effect.gen(function*() {
    const config = HubSpotConfig.layer({
      accessToken: Redacted.make(setup.token),
      baseUrl: setup.baseUrl,
      overrides: { ...overridesOf(setup), limits: [limitOf(setup)] }
    })
    clients.push(yield* HubSpotClient.make.pipe(Effect.provide(config), Scope.extend(scope)))
  })
  return {
    /** So that there are so many. */
    open: (count: number) =>
      runtime.runPromise(Effect.replicateEffect(openOne, count - clients.length, { discard: true })),
    get: async (portal: number) => {
      const client = clients[portal]
      if (client !== undefined) await runtime.runPromise(client.get(contactPath(String(portal + 1)), Contact))
    }
  }
}
