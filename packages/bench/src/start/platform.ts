import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import { baseUrl, token } from "./surroundings.ts"

const program = Effect.gen(function*() {
  const client = HttpClient.retryTransient(HttpClient.filterStatusOk(yield* HttpClient.HttpClient), { times: 5 })
  const request = HttpClientRequest.get(`${baseUrl}/crm/v3/objects/contacts/1`).pipe(
    HttpClientRequest.bearerToken(token)
  )
  const response = yield* client.execute(request)
  console.log((yield* response.json as Effect.Effect<{ id: string }>).id)
})

Effect.runPromise(Effect.provide(program, FetchHttpClient.layer)).then(() => process.exit())
