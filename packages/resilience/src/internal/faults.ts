/** What a request meets with: answers of nobody, connections that break, as undici would tell of them. */
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Decision } from "./chaos.ts"

type Response = HttpClientResponse.HttpClientResponse

export const carryOut = <E, R>(
  { fault, latency }: Decision,
  request: HttpClientRequest.HttpClientRequest,
  send: Effect.Effect<Response, E, R>
): Effect.Effect<Response, E | HttpClientError.HttpClientError, R> => {
  const faulty = fault === undefined ? send : withFault(fault, request, send)
  return latency > 0 ? Effect.delay(faulty, latency) : faulty
}

const withFault = <E, R>(
  fault: NonNullable<Decision["fault"]>,
  request: HttpClientRequest.HttpClientRequest,
  send: Effect.Effect<Response, E, R>
): Effect.Effect<Response, E | HttpClientError.HttpClientError, R> => {
  switch (fault.kind) {
    case "answer": {
      const { body = null, headers = {}, status } = fault
      return Effect.sync(() => HttpClientResponse.fromWeb(request, new globalThis.Response(body, { status, headers })))
    }
    case "drop":
      return fault.when === "before"
        ? broken(request, "connect ECONNREFUSED", { code: "ECONNREFUSED", syscall: "connect" })
        : send.pipe(
          Effect.flatMap(discard),
          Effect.zipRight(broken(request, "read ECONNRESET", { code: "ECONNRESET", syscall: "read" }))
        )
    case "hang":
      return Effect.never
    case "cutBody":
      return Effect.map(
        send,
        (response) => hasBody(request, response) ? new CutResponse(response, fault.keep) : response
      )
  }
}

const broken = (request: HttpClientRequest.HttpClientRequest, message: string, details: object) =>
  Effect.suspend(() =>
    new HttpClientError.RequestError({
      request,
      reason: "Transport",
      cause: Object.assign(new Error(message), details)
    })
  )

/** A body that nobody reads keeps its socket; one that is read only in part gives it up. */
const discard = (response: Response): Effect.Effect<void> =>
  Effect.ignore(Stream.runDrain(Stream.take(response.stream, 1)))

const hasBody = ({ method }: HttpClientRequest.HttpClientRequest, { headers, status }: Response): boolean =>
  method !== "HEAD" && ![204, 205, 304].includes(status) && headers["content-length"] !== "0"

/** An answer whose body breaks off: however it is read, that fails. */
class CutResponse extends Inspectable.Class implements Response {
  readonly [HttpClientResponse.TypeId]: HttpClientResponse.TypeId = HttpClientResponse.TypeId
  readonly [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId = HttpIncomingMessage.TypeId
  private readonly whole: Response
  private readonly keep: number

  constructor(whole: Response, keep: number) {
    super()
    this.whole = whole
    this.keep = keep
  }

  get request() {
    return this.whole.request
  }
  get status() {
    return this.whole.status
  }
  get headers() {
    return this.whole.headers
  }
  get cookies() {
    return this.whole.cookies
  }
  get remoteAddress() {
    return this.whole.remoteAddress
  }
  toJSON() {
    return this.whole.toJSON()
  }

  get stream(): Stream.Stream<Uint8Array, HttpClientError.ResponseError> {
    return Stream.concat(beginning(this.whole, this.keep), Stream.fromEffect(this.brokenOff))
  }
  get arrayBuffer() {
    return this.readInVain
  }
  get text() {
    return this.readInVain
  }
  get json() {
    return this.readInVain
  }
  get urlParamsBody() {
    return this.readInVain
  }
  get formData() {
    return this.readInVain
  }

  private get readInVain(): Effect.Effect<never, HttpClientError.ResponseError> {
    return Effect.zipRight(Stream.runDrain(beginning(this.whole, this.keep)), this.brokenOff)
  }
  private get brokenOff(): Effect.Effect<never, HttpClientError.ResponseError> {
    return Effect.suspend(() =>
      new HttpClientError.ResponseError({
        request: this.request,
        response: this,
        reason: "Decode",
        cause: Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" })
      })
    )
  }
}

/** A share of the body; of its first chunk, where the headers do not say how long the body is. */
const beginning = (
  { headers, stream }: Response,
  share: number
): Stream.Stream<Uint8Array, HttpClientError.ResponseError> => {
  const length = Number(headers["content-length"] ?? Number.NaN)
  return stream.pipe(
    Stream.mapAccum(length * share, (allowed, chunk) => {
      const left = Math.floor(Number.isNaN(allowed) ? chunk.length * share : allowed)
      return [left - chunk.length, { bytes: chunk.subarray(0, left), isLast: left <= chunk.length }]
    }),
    Stream.takeUntil(({ isLast }) => isLast),
    Stream.filterMap(({ bytes }) => bytes.length > 0 ? Option.some(bytes) : Option.none())
  )
}
