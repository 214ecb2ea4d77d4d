/** The clients of many portals, as `Portals` makes, keeps and closes them, over one transport. */
import type * as HubSpotClient from "effect-hubspot/HubSpotClient"
import * as Portals from "effect-hubspot/Portals"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import type { Setup } from "../model.ts"
import { contactPath } from "./contacts.ts"
import { limitOf, overridesOf } from "./ours.ts"
import { lean } from "./transport.ts"

const Contact = Schema.Struct({ id: Schema.String })

/** In milliseconds: how long the client of a portal that nobody uses is kept. */
export const idleTimeToLive = 500

export const client = async (setup: Setup) => {
  const portals = Portals.layer({
    baseUrl: setup.baseUrl,
    overrides: { ...overridesOf(setup), limits: [limitOf(setup)] },
    portal: () => Effect.succeed(Option.some({ accessToken: Redacted.make(setup.token) })),
    idleTimeToLive
  })
  const runtime = ManagedRuntime.make(Layer.provide(portals, lean))
  const scope = await runtime.runPromise(Scope.make())
  const clients: Array<HubSpotClient.Service> = []
  const openOne = Effect.gen(function*() {
    clients.push(yield* (yield* Portals.Portals).get(clients.length + 1))
  })
  return {
    /** So that there are so many in use. */
    open: (count: number) =>
      runtime.runPromise(
        Scope.extend(Effect.replicateEffect(openOne, count - clients.length, { discard: true }), scope)
      ),
    get: async (portal: number) => {
      const client = clients[portal]
      if (client !== undefined) await runtime.runPromise(client.get(contactPath(String(portal + 1)), Contact))
    },
    /** Nobody uses them any longer. */
    leave: async () => {
      clients.length = 0
      await runtime.runPromise(Scope.close(scope, Exit.void))
    }
  }
}
