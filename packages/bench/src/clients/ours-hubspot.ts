import { Contacts } from "effect-hubspot/Contacts"
import { Deals } from "effect-hubspot/Deals"
import * as HubSpot from "effect-hubspot/HubSpot"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Client } from "../model.ts"
import { properties } from "./contacts.ts"
import { limitOf, overridesOf, settingsOf } from "./ours.ts"
import { lean, leanName } from "./transport.ts"

const clientWith = (batching: boolean): Client => ({
  settings: (setup) => ({ ...settingsOf(setup, leanName), batching }),
  make: async (setup) => {
    const live = HubSpot.layerWith({
      accessToken: Redacted.make(setup.token),
      baseUrl: setup.baseUrl,
      batching,
      overrides: { ...overridesOf(setup), limits: [limitOf(setup)] }
    })
    const runtime = ManagedRuntime.make(Layer.provide(live, lean))
    return {
      get: (id) => runtime.runPromise(Contacts.get(id, { properties })),
      create: (type, values) => runtime.runPromise(type === "deals" ? Deals.create(values) : Contacts.create(values)),
      list: (onPage) =>
        runtime.runPromise(
          Stream.runForEach(Contacts.pages({ properties }), (page) => Effect.sync(() => onPage(page)))
        ),
      getMany: async (ids) => (await runtime.runPromise(Contacts.batchRead(ids, { properties }))).succeeded.length,
      close: () => runtime.dispose()
    }
  }
})

/** effect-hubspot as an application uses it. */
export const client = clientWith(false)

/** With gets that are made at about the same time merged into one call. */
export const batching = clientWith(true)
