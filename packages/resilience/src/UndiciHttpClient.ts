/**
 * The platform's `HttpClient` on undici's dispatcher, without what it costs to go through promises, web streams and abort
 * signals. Any Effect program can use it. It makes no spans of its own: see the telemetry of `ResilientHttpClient`.
 *
 * Small answers are there as a whole when their headers are; others come in as they are read, no faster. Interruption ends
 * the connection. Redirects are not followed, and there are no timeouts but those of the program.
 *
 * @since 0.1.0
 */
import * as Headers from "@effect/platform/Headers"
import type * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Readable } from "node:stream"
import { Agent, type Dispatcher } from "undici"
import * as IncomingBody from "./internal/incomingBody.ts"
import * as Lean from "./internal/lean.ts"
import { UndiciResponse } from "./internal/undiciResponse.ts"

/**
 * A client on a dispatcher of your own: a `Pool`, a `ProxyAgent`, a `MockAgent`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (dispatcher: Dispatcher): HttpClient.HttpClient =>
  Lean.mark(HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
    Effect.flatMap((request) => send(dispatcher, request)),
    Effect.succeed
  ))

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
  const target = targetOf(request)
  if (target === undefined) {
    return Effect.fail(new HttpClientError.RequestError({ request, reason: "InvalidUrl" }))
  }
  const { body } = request
  if (body._tag !== "FormData") return dispatch(dispatcher, request, target, plainBody(body), request.headers)
  // Only the platform knows how to write a form down.
  const form = new Response(body.formData)
  return Effect.tryPromise({
    try: () => form.arrayBuffer(),
    catch: (cause) => new HttpClientError.RequestError({ request, reason: "Encode", cause })
  }).pipe(
    Effect.flatMap((bytes) =>
      dispatch(dispatcher, request, target, new Uint8Array(bytes), {
        ...request.headers,
        "content-type": form.headers.get("content-type") ?? ""
      })
    )
  )
}

const dispatch = (
  dispatcher: Dispatcher,
  request: HttpClientRequest.HttpClientRequest,
  { origin, path }: Target,
  body: Readable | Uint8Array | string | null,
  headers: Record<string, string>
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError> =>
  Effect.async((resume) => {
    let controller: Dispatcher.DispatchController | undefined
    let incoming: IncomingBody.IncomingBody | undefined
    let interrupted = false
    const failed = (cause: unknown) =>
      resume(Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause })))

    try {
      dispatcher.dispatch(
        // What it takes is a union of all methods; undici itself complains of any other.
        { origin, path, method: request.method, headers, body, headersTimeout: 0, bodyTimeout: 0 },
        {
          onRequestStart: (started) => {
            controller = started
            if (interrupted) started.abort(abandoned)
          },
          onResponseStart: (started, status, fields) => {
            if (status < 200) return
            const body = incoming = IncomingBody.make({
              pause: () => started.pause(),
              resume: () => started.resume(),
              abort: () => started.abort(abandoned)
            })
            // A small body comes in the same turn as its headers, and is whole when the microtask runs.
            queueMicrotask(() => resume(Effect.succeed(toResponse(request, status, fields, body))))
          },
          onResponseData: (_, chunk) => {
            if (incoming !== undefined) IncomingBody.push(incoming, chunk, incoming.waiting !== undefined)
          },
          onResponseEnd: () => {
            if (incoming !== undefined) IncomingBody.end(incoming)
          },
          onResponseError: (_, error) => {
            if (incoming === undefined) failed(error)
            else IncomingBody.fail(incoming, error)
          }
        }
      )
    } catch (cause) {
      failed(cause)
    }

    return Effect.sync(() => {
      interrupted = true
      controller?.abort(abandoned)
    })
  })

/** One for all: nobody sees it, and to make an error takes a stack. */
const abandoned = new Error("the request was interrupted")

const toResponse = (
  request: HttpClientRequest.HttpClientRequest,
  status: number,
  fields: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>,
  body: IncomingBody.IncomingBody
): UndiciResponse => {
  const headers: Record<string, string> = {}
  for (const name in fields) {
    const value = fields[name]
    if (value !== undefined) headers[name] = typeof value === "string" ? value : value.join(", ")
  }
  const cookies = fields["set-cookie"] ?? []
  const setCookie = typeof cookies === "string" ? [cookies] : cookies
  const response = new UndiciResponse(request, status, Headers.unsafeFromRecord(headers), setCookie, body)
  if (body.state === "open") forgotten.register(response, body)
  return response
}

/** A body that nobody reads and nobody holds any longer must not keep its connection. */
const forgotten = new FinalizationRegistry(IncomingBody.abandon)

interface Target {
  readonly origin: string
  readonly path: string
}

/** What `URL` would leave as it is, nearly always: no need to take it apart. */
const plain = /^(https?:\/\/[a-z0-9.-]+(?::\d+)?)((?:\/(?!\.)[\w\-.~!$&()*+,;=:@%]*)*(?:\?[\w\-.~!$&()*+,;=:@%/?]*)?)$/

const targetOf = ({ hash, url, urlParams }: HttpClientRequest.HttpClientRequest): Target | undefined => {
  const [, origin, path = ""] = plain.exec(url) ?? []
  if (origin !== undefined && path.startsWith("/")) {
    if (urlParams.length === 0) return { origin, path }
    return { origin, path: `${path}${path.includes("?") ? "&" : "?"}${UrlParams.toString(urlParams)}` }
  }
  return Either.match(UrlParams.makeUrl(url, urlParams, hash), {
    onLeft: () => undefined,
    onRight: (parsed) => ({ origin: parsed.origin, path: parsed.pathname + parsed.search })
  })
}

const plainBody = (body: Exclude<HttpBody.HttpBody, HttpBody.FormData>): Readable | Uint8Array | string | null => {
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
