/** An answer of undici's in the shape of the platform: its body is there already, or comes in as it is asked for. */
import * as Cookies from "@effect/platform/Cookies"
import type * as Headers from "@effect/platform/Headers"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as IncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as IncomingBody from "./incomingBody.ts"

const utf8 = new TextDecoder()

/** A class, as that is how the platform has its own: an object with a dozen members for each answer would cost more. */
export class UndiciResponse extends Inspectable.Class implements HttpClientResponse.HttpClientResponse {
  readonly [IncomingMessage.TypeId]: IncomingMessage.TypeId = IncomingMessage.TypeId
  readonly [HttpClientResponse.TypeId]: HttpClientResponse.TypeId = HttpClientResponse.TypeId
  readonly request: HttpClientRequest.HttpClientRequest
  readonly status: number
  readonly headers: Headers.Headers
  readonly remoteAddress = Option.none<string>()
  readonly #setCookie: ReadonlyArray<string>
  readonly #body: IncomingBody.IncomingBody
  #bytes: Uint8Array<ArrayBuffer> | undefined

  constructor(
    request: HttpClientRequest.HttpClientRequest,
    status: number,
    headers: Headers.Headers,
    setCookie: ReadonlyArray<string>,
    body: IncomingBody.IncomingBody
  ) {
    super()
    this.request = request
    this.status = status
    this.headers = headers
    this.#setCookie = setCookie
    this.#body = body
  }

  get cookies(): Cookies.Cookies {
    return Cookies.fromSetCookie(this.#setCookie)
  }

  /** The whole body, once it is there. */
  get #whole(): Effect.Effect<Uint8Array<ArrayBuffer>, HttpClientError.ResponseError> {
    return Effect.suspend(() => {
      if (this.#bytes !== undefined) return Effect.succeed(this.#bytes)
      const body = this.#body
      if (body.state === "ended") return Effect.succeed(this.#bytes = IncomingBody.concat(IncomingBody.take(body)))
      if (body.state !== "open") return Effect.fail(this.#broken(body.failure))
      return Effect.zipRight(this.#end, this.#whole)
    })
  }

  get #end(): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      const body = this.#body
      const look = () => {
        if (body.state !== "open") return resume(Effect.void)
        body.waiting = look
        IncomingBody.flow(body)
      }
      look()
      return Effect.sync(() => IncomingBody.abandon(body))
    })
  }

  get arrayBuffer(): Effect.Effect<ArrayBuffer, HttpClientError.ResponseError> {
    return Effect.map(this.#whole, (bytes) => bytes.buffer)
  }

  get text(): Effect.Effect<string, HttpClientError.ResponseError> {
    return Effect.map(this.#whole, (bytes) => utf8.decode(bytes))
  }

  get json(): Effect.Effect<unknown, HttpClientError.ResponseError> {
    return Effect.tryMap(this.text, {
      try: (text): unknown => text === "" ? null : JSON.parse(text),
      catch: (cause) => this.#broken(cause)
    })
  }

  get urlParamsBody(): Effect.Effect<UrlParams.UrlParams, HttpClientError.ResponseError> {
    return Effect.map(this.text, (text) => UrlParams.fromInput(new URLSearchParams(text)))
  }

  get formData(): Effect.Effect<FormData, HttpClientError.ResponseError> {
    return Effect.flatMap(this.#whole, (bytes) =>
      Effect.tryPromise({
        try: () => new Response(bytes, { headers: this.headers }).formData(),
        catch: (cause) => this.#broken(cause)
      }))
  }

  /** Can be read once, and ends the connection if it is left before its end. */
  get stream(): Stream.Stream<Uint8Array, HttpClientError.ResponseError> {
    const body = this.#body
    const pull: Effect.Effect<Chunk.Chunk<Uint8Array>, Option.Option<HttpClientError.ResponseError>> = Effect.suspend(
      () => {
        if (body.size > 0) return Effect.succeed(Chunk.unsafeFromArray(IncomingBody.take(body)))
        if (body.state === "ended") return Effect.fail(Option.none())
        if (body.state !== "open") return Effect.fail(Option.some(this.#broken(body.failure)))
        const more = Effect.async<void>((resume) => {
          body.waiting = () => resume(Effect.void)
          IncomingBody.flow(body)
          return Effect.sync(() => {
            body.waiting = undefined
          })
        })
        return Effect.zipRight(more, pull)
      }
    )
    return Stream.suspend(() =>
      this.#bytes === undefined
        ? Stream.fromPull(
          Effect.as(Effect.addFinalizer(() => Effect.sync(() => IncomingBody.abandon(body))), pull)
        )
        : Stream.make(this.#bytes)
    )
  }

  #broken(cause: unknown): HttpClientError.ResponseError {
    return new HttpClientError.ResponseError({ request: this.request, response: this, reason: "Decode", cause })
  }

  toJSON(): unknown {
    return IncomingMessage.inspect(this, {
      _id: "@effect/platform/HttpClientResponse",
      request: this.request.toJSON(),
      status: this.status
    })
  }
}
