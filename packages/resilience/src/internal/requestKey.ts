/** A key for a request that says nothing of it: equal for requests that ask the same, different for all others. */
import type * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import type { InvalidRequest } from "../ApiError.ts"
import { identify, invalid } from "./call.ts"
import { sha256 } from "./digest.ts"

/** They say who asks: the account does so in their place, as they change while it stays. */
const credentials = /authori[sz]ation|cookie|token|secret|passw|signature|credential|api-?key|session/

/** They differ from call to call, and the answer does not. */
const incidental =
  /^(traceparent|tracestate|baggage|b3|x-b3-.*|.*request-id|.*correlation-id|idempotency-key|user-agent|date)$/

export const requestKey = (
  request: HttpClientRequest.HttpClientRequest,
  account: string | undefined
): Effect.Effect<string, InvalidRequest> => {
  const names = Object.keys(request.headers).filter((name) => !incidental.test(name)).sort()
  if (account === undefined && names.some((name) => credentials.test(name))) {
    return invalid(
      identify(request),
      "account",
      "is missing from the key of a request with credentials",
      "name the account, so that no other is given its answers"
    )
  }
  const bytes = bytesOf(request.body)
  if (bytes === undefined) {
    return invalid(
      identify(request),
      "body",
      "cannot be read without using it up",
      "give text, JSON or bytes, or a key of your own"
    )
  }
  const headers = names.filter((name) => !credentials.test(name)).map((name) => [name, request.headers[name]])
  return Effect.flatMap(sha256(bytes), (body) =>
    sha256(JSON.stringify([
      account ?? null,
      request.method,
      request.url,
      request.urlParams,
      headers,
      body
    ])))
}

const bytesOf = (body: HttpBody.HttpBody): string | Uint8Array | undefined => {
  if (body._tag === "Empty") return ""
  if (body._tag === "Uint8Array") return body.body
  return body._tag === "Raw" && typeof body.body === "string" ? body.body : undefined
}
