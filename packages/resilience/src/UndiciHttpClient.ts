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
  body: Body,
  headers: Record<string, string>
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError> =>
  Effect.async((resume) => {
    const responding = new Responding(request, resume)
    responding.dispatch(dispatcher, body, headers)
    return Effect.sync(() => responding.abort())
  })

/** A whole answer at once, for those who want nothing else. */
const collect = (dispatcher: Dispatcher): Lean.Transport => (request, body, listener) => {
  const collecting = new Collecting(request, listener)
  collecting.dispatch(dispatcher, plainBody(body), request.headers)
  return collecting
}

type Body = Readable | Uint8Array | string | null

type Fields = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** A request on its way. Classes, as there may be very many of them, each of which waits for an answer. */
abstract class Underway implements Lean.Underway, Dispatcher.DispatchHandler {
  protected readonly request: HttpClientRequest.HttpClientRequest
  private controller: Dispatcher.DispatchController | undefined
  private ended = false

  constructor(request: HttpClientRequest.HttpClientRequest) {
    this.request = request
  }

  protected abstract begun(controller: Dispatcher.DispatchController, status: number, fields: Fields): void
  protected abstract received(chunk: Uint8Array): void
  protected abstract completed(): void
  protected abstract failed(error: HttpClientError.RequestError): void

  dispatch(dispatcher: Dispatcher, body: Body, headers: Record<string, string>): void {
    const { method } = this.request
    const target = targetOf(this.request)
    if (target === undefined) return this.fail("InvalidUrl")
    const { origin, path } = target
    try {
      // What it takes is a union of all methods; undici itself complains of any other.
      dispatcher.dispatch({ origin, path, method, headers, body, headersTimeout: 0, bodyTimeout: 0 }, this)
    } catch (cause) {
      this.fail("Transport", cause)
    }
  }

  abort(): void {
    this.ended = true
    this.controller?.abort(abandoned)
  }

  private fail(reason: "InvalidUrl" | "Transport", cause?: unknown): void {
    if (this.ended) return
    this.ended = true
    this.failed(new HttpClientError.RequestError({ request: this.request, reason, cause }))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller
    if (this.ended) controller.abort(abandoned)
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, fields: Fields): void {
    if (status >= 200 && !this.ended) this.begun(controller, status, fields)
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (!this.ended) this.received(chunk)
  }

  onResponseEnd(): void {
    // With it go the raw headers, and the buffers that they are in.
    this.controller = undefined
    if (!this.ended) this.completed()
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.fail("Transport", error)
  }
}

class Collecting extends Underway {
  private readonly listener: Lean.Listener
  private head: Lean.Head | undefined
  /** Made when there is something to keep, as nothing should be that only waits. */
  private chunks: Array<Uint8Array> | undefined

  constructor(request: HttpClientRequest.HttpClientRequest, listener: Lean.Listener) {
    super(request)
    this.listener = listener
  }

  protected begun(_: Dispatcher.DispatchController, status: number, fields: Fields): void {
    this.head = { status, headers: toHeaders(fields) }
  }

  protected received(chunk: Uint8Array): void {
    if (this.chunks === undefined) this.chunks = [chunk]
    else this.chunks.push(chunk)
  }

  protected completed(): void {
    if (this.head !== undefined) this.listener.onAnswer(this.head, IncomingBody.concat(this.chunks ?? []))
  }

  protected failed(error: HttpClientError.RequestError): void {
    this.listener.onFailure(error, this.head)
  }
}

type Resume = (result: Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError>) => void

class Responding extends Underway {
  private readonly resume: Resume
  private incoming: IncomingBody.IncomingBody | undefined

  constructor(request: HttpClientRequest.HttpClientRequest, resume: Resume) {
    super(request)
    this.resume = resume
  }

  protected begun(controller: Dispatcher.DispatchController, status: number, fields: Fields): void {
    const body = this.incoming = IncomingBody.make({
      pause: () => controller.pause(),
      resume: () => controller.resume(),
      abort: () => controller.abort(abandoned)
    })
    // A small body comes in the same turn as its headers, and is whole when the microtask runs.
    queueMicrotask(() => this.resume(Effect.succeed(toResponse(this.request, status, fields, body))))
  }

  protected received(chunk: Uint8Array): void {
    const { incoming } = this
    if (incoming !== undefined) IncomingBody.push(incoming, chunk, incoming.waiting !== undefined)
  }

  protected completed(): void {
    if (this.incoming !== undefined) IncomingBody.end(this.incoming)
  }

  protected failed(error: HttpClientError.RequestError): void {
    if (this.incoming === undefined) this.resume(Effect.fail(error))
    else IncomingBody.fail(this.incoming, error.cause)
  }
}

/** One for all: nobody sees it, and to make an error takes a stack. */
const abandoned = new Error("the request was interrupted")

const toHeaders = (fields: Fields): Headers.Headers => {
  // Begun as what it is to be: to change the prototype of an object later slows down all that read it.
  const headers = Object.create(Object.getPrototypeOf(Headers.empty)) as Record<string, string>
  for (const name in fields) {
    const value = fields[name]
    if (value !== undefined) headers[name] = typeof value === "string" ? value : value.join(", ")
  }
  return headers as Headers.Headers
}

const toResponse = (
  request: HttpClientRequest.HttpClientRequest,
  status: number,
  fields: Fields,
  body: IncomingBody.IncomingBody
): UndiciResponse => {
  const cookies = fields["set-cookie"] ?? []
  const setCookie = typeof cookies === "string" ? [cookies] : cookies
  const response = new UndiciResponse(request, status, toHeaders(fields), setCookie, body)
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

const plainBody = (body: Lean.Body): Body => {
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
