/**
 * One request on undici's dispatcher. Classes, like all that lives while a call waits (see `course.ts`); and what has ended
 * lets go of undici's controller, which keeps the raw headers and the buffers that they are in.
 */
import * as Headers from "@effect/platform/Headers"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Readable } from "node:stream"
import type { Dispatcher } from "undici"
import * as IncomingBody from "./incomingBody.ts"
import type * as Lean from "./lean.ts"
import { UndiciResponse } from "./undiciResponse.ts"

export type Body = Readable | Uint8Array | string | null

type Fields = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

abstract class DispatchedRequest implements Lean.Abortable, Dispatcher.DispatchHandler {
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
    this.controller = undefined
  }

  private fail(reason: "InvalidUrl" | "Transport", cause?: unknown): void {
    this.controller = undefined
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
    this.controller = undefined
    if (!this.ended) this.completed()
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.fail("Transport", error)
  }
}

/** Collects the whole answer, for those who want nothing else. */
export class Collecting extends DispatchedRequest {
  private readonly listener: Lean.Listener
  private head: Lean.Head | undefined
  /** Made with the first of them, so that a request that waits is small. */
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

/** Answers as soon as the answer begins; its body is read as it comes in. */
export class Responding extends DispatchedRequest {
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
