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
    client: "filterStatusOk, retryTransient",
    times: retries,
    schedule: "exponential from 500 ms, jittered",
    "Effect.timeout around each call": attemptTimeoutMillis * (retries + 1)
  }),
  make: async (setup) => {
    const runtime = ManagedRuntime.make(NodeHttpClient.layerUndici)
    const client = (await runtime.runPromise(HttpClient.HttpClient)).pipe(
      HttpClient.mapRequest((request) =>
        request.pipe(HttpClientRequest.prependUrl(setup.baseUrl), HttpClientRequest.bearerToken(setup.token))
      ),
      HttpClient.filterStatusOk,
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
          Effect.flatMap((response) => response.json),
          Effect.timeout(setup.attemptTimeoutMillis * (setup.retries + 1))
        )
      ), () => runtime.dispose())
  }
}
