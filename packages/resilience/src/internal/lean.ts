/** Clients that make no spans and follow no redirects, so that nobody has to keep them from it with each request. */
import type * as HttpClient from "@effect/platform/HttpClient"

const lean = new WeakSet<HttpClient.HttpClient>()

export const mark = (client: HttpClient.HttpClient): HttpClient.HttpClient => {
  lean.add(client)
  return client
}

export const isLean = (client: HttpClient.HttpClient): boolean => lean.has(client)
