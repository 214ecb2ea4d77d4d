import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { Contacts } from "effect-hubspot/Contacts"
import * as HubSpot from "effect-hubspot/HubSpot"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { baseUrl, token } from "./surroundings.ts"

const program = Effect.gen(function*() {
  console.log((yield* Contacts.get("1", { properties: ["email", "firstname", "lastname"] })).id)
})

const Live = Layer.provide(HubSpot.layerWith({ accessToken: Redacted.make(token), baseUrl }), FetchHttpClient.layer)

Effect.runPromise(Effect.provide(program, Live)).then(() => process.exit())
