import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HubSpot from "effect-hubspot/HubSpot"
import { HubSpotClient } from "effect-hubspot/HubSpotClient"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import type { Client } from "../model.ts"
import { apiOf } from "./byRequest.ts"
import { limitOf, overridesOf, settingsOf } from "./ours.ts"
import { lean, leanName } from "./transport.ts"

/** effect-hubspot's raw answers, parsed by `JSON.parse` and not looked at: what decoding adds is the difference. */
export const client: Client = {
  settings: (setup) => ({ ...settingsOf(setup, leanName), decoding: "none" }),
  make: async (setup) => {
    const live = HubSpot.layerWith({
      accessToken: Redacted.make(setup.token),
      baseUrl: setup.baseUrl,
      overrides: { ...overridesOf(setup), limits: [limitOf(setup)] }
    })
    const runtime = ManagedRuntime.make(Layer.provide(live, lean))
    const { http } = await runtime.runPromise(HubSpotClient)
    const decoder = new TextDecoder()
    return apiOf(async (method, path) => {
      const { body } = await runtime.runPromise(http.execute(HttpClientRequest.make(method)(path)))
      return JSON.parse(decoder.decode(body)) as unknown
    }, () => runtime.dispose())
  }
}
