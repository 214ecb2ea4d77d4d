/** What a failed connection means: was the request sent, and is it worth trying again? */
import type * as HttpClientError from "@effect/platform/HttpClientError"
import { ConnectionError, type InvalidRequest } from "../ApiError.ts"
import { type CallId, identity, invalid } from "./call.ts"

type Reason = ConnectionError["reason"]

/** Codes of Node's network stack and of undici. */
const reasons: Readonly<Record<string, Reason>> = {
  ECONNREFUSED: "refused",
  UND_ERR_CONNECT_TIMEOUT: "unreachable",
  ENOTFOUND: "lookup",
  EAI_AGAIN: "lookup",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
  EHOSTUNREACH: "reset",
  ENETUNREACH: "reset",
  ETIMEDOUT: "reset",
  UND_ERR_SOCKET: "reset",
  UND_ERR_HEADERS_TIMEOUT: "reset",
  UND_ERR_BODY_TIMEOUT: "incomplete",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "incomplete",
  EPROTO: "tls",
  CERT_HAS_EXPIRED: "certificate",
  CERT_NOT_YET_VALID: "certificate",
  CERT_REVOKED: "certificate",
  DEPTH_ZERO_SELF_SIGNED_CERT: "certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "certificate",
  UNABLE_TO_GET_ISSUER_CERT: "certificate",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "certificate",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "certificate",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate"
}

/** Nobody was there to take the request, or nobody to be trusted with it. */
const neverSent: ReadonlyArray<Reason> = ["refused", "unreachable", "lookup", "certificate"]

/** What OpenSSL complains of may come with the handshake or long after it; only this is surely before any request. */
const isBeforeHandshake = ({ message }: RootCause) => message.includes("before secure TLS connection")

/** `hasBegun`: some of the answer was there already. */
export const toApiError = (
  call: CallId,
  error: HttpClientError.HttpClientError,
  hasBegun = error._tag === "ResponseError"
): ConnectionError | InvalidRequest => {
  if (error._tag === "RequestError" && error.reason !== "Transport") {
    return error.reason === "InvalidUrl"
      ? invalid(call, "url", "is not a URL", "check its scheme, host and parameters")
      : invalid(call, "body", "cannot be encoded", "check that it is plain JSON")
  }
  const cause = rootCause(error.cause)
  if (cause.code === "UND_ERR_INVALID_ARG" || cause.code === "ERR_INVALID_CHAR") {
    return invalid(
      call,
      "request",
      "cannot be put on the wire",
      "check its headers for line breaks and other characters"
    )
  }
  // With the status line read, whatever breaks after it breaks the answer.
  const reason = hasBegun ? "incomplete" : reasonOf(cause)
  return new ConnectionError({
    ...identity(call),
    reason,
    ...(cause.code === undefined ? {} : { code: cause.code }),
    outcome: neverSent.includes(reason) || isBeforeHandshake(cause) ? "not-sent" : "unknown",
    retryable: reason !== "certificate"
  })
}

const reasonOf = (cause: RootCause): Reason => {
  const { code = "", syscall } = cause
  if (unreachable.includes(code) && syscall === "connect") return "unreachable"
  if (code.startsWith("ERR_SSL_") || isBeforeHandshake(cause)) return "tls"
  return reasons[code] ?? "other"
}

/** While connecting; the same codes can end a connection in use. */
const unreachable = ["EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "ETIMEDOUT"]

interface RootCause {
  readonly code: string | undefined
  readonly syscall: string | undefined
  readonly message: string
}

/** The innermost error that has a code: fetch wraps it once, a try of several addresses once more. */
const rootCause = (cause: unknown, depth = 0): RootCause => {
  const { cause: inner, code, errors, message, syscall } = (cause ?? {}) as Record<string, unknown>
  const nested: unknown = inner ?? (Array.isArray(errors) ? errors[0] : undefined)
  if (nested !== undefined && depth < 5) {
    const root = rootCause(nested, depth + 1)
    if (root.code !== undefined) return root
  }
  const text = (u: unknown) => typeof u === "string" ? u : undefined
  return { code: text(code), syscall: text(syscall), message: text(message) ?? "" }
}
