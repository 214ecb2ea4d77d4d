/**
 * The platform's `HttpClient` on undici's dispatcher, without what it costs to go through promises, web streams and abort
 * signals. Any Effect program can use it. It makes no spans of its own: see the telemetry of `ResilientHttpClient`.
 *
 * Small answers are there as a whole when their headers are; others come in as they are read, no faster. Interruption ends
 * the connection. Redirects are not followed, and there are no timeouts but those of the program.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Readable } from "node:stream"
import { Agent, type Dispatcher } from "undici"
import * as Lean from "./internal/lean.ts"
import * as UndiciRequest from "./internal/undiciRequest.ts"

/**
 * A client on a dispatcher of your own: a `Pool`, a `ProxyAgent`, a `MockAgent`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (dispatcher: Dispatcher): HttpClient.HttpClient =>
  Lean.mark(
    HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
      Effect.flatMap((request) => send(dispatcher, request)),
      Effect.succeed
    ),
    collect(dispatcher)
  )

/**
 * With an agent of its own, which lives as long as the layer. Its options are undici's; by default as many connections as
 * there are requests at a time, kept for 4 seconds.
 *
 * @example
 * ```ts
 * import { Profile, ResilientHttpClient } from "effect-resilience"
 * import * as UndiciHttpClient from "effect-resilience/UndiciHttpClient"
 * import { Layer } from "effect"
 *
 * const Live = ResilientHttpClient.layer(Profile.production).pipe(
 *   Layer.provide(UndiciHttpClient.layer({ connections: 50 }))
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Agent.Options = {}): Layer.Layer<HttpClient.HttpClient> =>
  Layer.scoped(
    HttpClient.HttpClient,
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => new Agent(options)),
        (agent) => Effect.promise(() => agent.destroy())
      ),
      make
    )
  )

const send = (
  dispatcher: Dispatcher,
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError> => {
  const { body } = request
  if (body._tag !== "FormData") return respond(dispatcher, request, plainBody(body), request.headers)
  // Only the platform knows how to write a form down.
  const form = new Response(body.formData)
  return Effect.tryPromise({
    try: () => form.arrayBuffer(),
    catch: (cause) => new HttpClientError.RequestError({ request, reason: "Encode", cause })
  }).pipe(
    Effect.flatMap((bytes) =>
      respond(dispatcher, request, new Uint8Array(bytes), {
        ...request.headers,
        "content-type": form.headers.get("content-type") ?? ""
      })
    )
  )
}

/** An answer as soon as it begins. */
const respond = (
  dispatcher: Dispatcher,
  request: HttpClientRequest.HttpClientRequest,
  body: UndiciRequest.Body,
  headers: Record<string, string>
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError> =>
  Effect.async((resume) => {
    const responding = new UndiciRequest.Responding(request, resume)
    responding.dispatch(dispatcher, body, headers)
    return Effect.sync(() => responding.abort())
  })

/** A whole answer at once, for those who want nothing else. */
const collect = (dispatcher: Dispatcher): Lean.Transport => (request, body, listener) => {
  const collecting = new UndiciRequest.Collecting(request, listener)
  collecting.dispatch(dispatcher, plainBody(body), request.headers)
  return collecting
}

const plainBody = (body: Lean.Body): UndiciRequest.Body => {
  switch (body._tag) {
    case "Empty":
      return null
    case "Stream":
      return Readable.from(Stream.toAsyncIterable(body.stream))
    case "Uint8Array":
      return body.body
    case "Raw":
      // Whatever it is, undici takes it or complains.
      return body.body as string
  }
}
