/**
 * Transports that need neither a fibre nor a promise for an exchange. They make no spans and follow no redirects, so that
 * nobody has to keep them from it.
 */
import type * as Headers from "@effect/platform/Headers"
import type * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"

export interface Head {
  readonly status: number
  readonly headers: Headers.Headers
}

/** Either is told once: what is broken after the head has a head, too. */
export interface Listener {
  readonly onAnswer: (head: Head, body: Uint8Array) => void
  readonly onFailure: (error: HttpClientError.HttpClientError, head: Head | undefined) => void
}

/** Forms are left to the platform, which takes its time to write them down. */
export type Body = Exclude<HttpBody.HttpBody, HttpBody.FormData>

export interface Abortable {
  /** Ends the connection; nothing is told after that. */
  readonly abort: () => void
}

/** Sends a request and collects the whole answer. */
export type Transport = (request: HttpClientRequest.HttpClientRequest, body: Body, listener: Listener) => Abortable

const transports = new WeakMap<HttpClient.HttpClient, Transport>()

export const mark = (client: HttpClient.HttpClient, transport: Transport): HttpClient.HttpClient => {
  transports.set(client, transport)
  return client
}

export const transportOf = (client: HttpClient.HttpClient): Transport | undefined => transports.get(client)
