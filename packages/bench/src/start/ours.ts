import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Policy from "effect-resilience/Policy"
import * as Profile from "effect-resilience/Profile"
import * as ResilientHttpClient from "effect-resilience/ResilientHttpClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { baseUrl, token } from "./surroundings.ts"

const Contact = Schema.Struct({ id: Schema.String })

const program = Effect.gen(function*() {
  const client = yield* ResilientHttpClient.make(yield* Policy.make(Profile.production), { baseUrl })
  const request = HttpClientRequest.get("/crm/v3/objects/contacts/1").pipe(HttpClientRequest.bearerToken(token))
  console.log((yield* client.json(request, Contact)).id)
})

Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(FetchHttpClient.layer))).then(() => process.exit())
