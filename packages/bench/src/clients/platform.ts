import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schedule from "effect/Schedule"
import type { Client } from "../model.ts"
import { apiOf } from "./byRequest.ts"

/** `@effect/platform` by itself, with what it has against failures. */
export const client: Client = {
  settings: ({ attemptTimeoutMillis, retries }) => ({
    layer: "NodeHttpClient.layerUndici",
    client: "filterStatusOk, Effect.timeout, retryTransient",
    times: retries,
    schedule: "exponential from 500 ms, jittered",
    "Effect.timeout, of each attempt to its headers": attemptTimeoutMillis
  }),
  make: async (setup) => {
    const runtime = ManagedRuntime.make(NodeHttpClient.layerUndici)
    const client = (await runtime.runPromise(HttpClient.HttpClient)).pipe(
      HttpClient.mapRequest((request) =>
        request.pipe(HttpClientRequest.prependUrl(setup.baseUrl), HttpClientRequest.bearerToken(setup.token))
      ),
      HttpClient.filterStatusOk,
      HttpClient.transformResponse(Effect.timeout(setup.attemptTimeoutMillis)),
      HttpClient.retryTransient({
        times: setup.retries,
        schedule: Schedule.jittered(Schedule.exponential("500 millis"))
      })
    )
    return apiOf((method, path, body) =>
      runtime.runPromise(
        client.execute(
          method === "GET"
            ? HttpClientRequest.get(path)
            : HttpClientRequest.post(path, { body: HttpBody.unsafeJson(body) })
        ).pipe(
          Effect.flatMap((response) => response.json)
        )
      ), () => runtime.dispose())
  }
}
