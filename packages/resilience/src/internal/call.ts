/** One call, with everything that counts for it worked out: its policy, its identity in errors, its safety. */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { InvalidRequest } from "../ApiError.ts"
import { AttemptTimeout } from "../AttemptTimeout.ts"
import type { CallOptions, Kind } from "../CallOptions.ts"
import type { CallPolicy } from "../Policy.ts"
import type { Destination } from "./destinations.ts"
import * as Endpoint from "./endpoint.ts"
import { Count, PositiveTime } from "./settings.ts"
import type { Terms } from "./terms.ts"

/** How errors name a call. */
export interface CallId {
  readonly method: string
  readonly urlTemplate: string
  readonly url: string
}

/** A class for the sake of the collector: see `course.ts`. */
export class Call implements CallId {
  readonly method: string
  readonly urlTemplate: string
  readonly url: string
  readonly endpoint: Endpoint.Endpoint
  readonly destination: Destination
  readonly own: Terms["own"]
  readonly limiter: Terms["limiter"]
  readonly concurrency: Terms["concurrency"]
  readonly request: HttpClientRequest.HttpClientRequest
  readonly policy: CallPolicy
  readonly replayable: boolean
  /** What was sent of it cannot be sent again, even where the server refused it. */
  readonly readOnce: boolean
  readonly buckets: ReadonlyArray<string> | undefined
  /** Where there is but one of them. */
  readonly onlyBucket: string | undefined
  readonly weight: number | undefined

  constructor(fields: Call) {
    this.method = fields.method
    this.urlTemplate = fields.urlTemplate
    this.url = fields.url
    this.endpoint = fields.endpoint
    this.destination = fields.destination
    this.own = fields.own
    this.limiter = fields.limiter
    this.concurrency = fields.concurrency
    this.request = fields.request
    this.policy = fields.policy
    this.replayable = fields.replayable
    this.readOnce = fields.readOnce
    this.buckets = fields.buckets
    this.onlyBucket = fields.onlyBucket
    this.weight = fields.weight
  }
}

const Overrides = Schema.Struct({
  attemptTimeout: Schema.optional(AttemptTimeout),
  deadline: Schema.optional(PositiveTime),
  retries: Schema.optional(Count)
})

type KeyOf = (request: HttpClientRequest.HttpClientRequest) => string

/** What all calls of a client have in common. */
export interface Surroundings {
  readonly base: Base | undefined
  readonly keyOf: KeyOf | undefined
}

interface Base {
  readonly url: string
  readonly prefix: string
  readonly origin: string
}

/** The base URL has been checked. */
export const surroundings = (baseUrl: string | undefined, keyOf: KeyOf | undefined): Surroundings => ({
  base: baseUrl === undefined
    ? undefined
    : { url: baseUrl, prefix: baseUrl.replace(/\/+$/, ""), origin: originOf(bare(baseUrl)) },
  keyOf
})

/** At `now`, on the monotonic clock. */
export const make = (
  terms: Terms,
  { base, keyOf }: Surroundings,
  original: HttpClientRequest.HttpClientRequest,
  options: CallOptions,
  now: number
): Call | InvalidRequest => {
  const request = base === undefined ? original : HttpClientRequest.setUrl(original, join(base, original.url))
  // Of nearly all calls: what is known of the base need not be read out of each URL anew.
  const isBelowBase = base !== undefined && options.urlTemplate !== undefined && original.url.startsWith("/")
  const { method, url, urlTemplate } = isBelowBase
    ? named(original.method, base.origin, options.urlTemplate)
    : identify(request, options.urlTemplate)
  // The template is anything at all, and need not begin where a path does.
  const origin = isBelowBase ? base.origin : url.slice(0, url.length - urlTemplate.length)
  const endpoint = Endpoint.of(method, origin, options.urlTemplate)
  if (endpoint === undefined || !(isBelowBase || isHttpUrl(request.url))) {
    const call = { method, url, urlTemplate }
    return invalid(call, "url", "is not an absolute http or https URL", "give one, or set the client's base URL")
  }
  const policy = override({ method, url, urlTemplate }, terms.policies[options.kind ?? kindOf(method)], options)
  if (policy instanceof InvalidRequest) return policy
  return new Call({
    method,
    url,
    urlTemplate,
    endpoint,
    destination: terms.destinations.get(keyOf === undefined ? origin : keyOf(request), now),
    own: terms.own,
    limiter: terms.limiter,
    concurrency: terms.concurrency,
    request,
    policy,
    replayable: options.replay === undefined ? isReplayable(request) : options.replay === "safe",
    readOnce: canBeReadOnce(request),
    buckets: options.buckets,
    onlyBucket: options.buckets === undefined
      ? terms.onlyBucket
      : options.buckets.length === 1
      ? options.buckets[0]
      : undefined,
    weight: options.weight
  })
}

const override = (call: CallId, base: CallPolicy, options: CallOptions): CallPolicy | InvalidRequest => {
  const { attemptTimeout, deadline, retries } = options
  if (attemptTimeout === undefined && deadline === undefined && retries === undefined) return base
  return Either.match(decodeOverrides({ attemptTimeout, deadline, retries }), {
    onRight: (own) => ({
      retry: own.retries === undefined ? base.retry : { ...base.retry, retries: own.retries },
      attemptTimeout: own.attemptTimeout ?? base.attemptTimeout,
      deadline: own.deadline ?? base.deadline
    }),
    onLeft: (error) => {
      const issue = ParseResult.ArrayFormatter.formatErrorSync(error)[0]
      return invalid(call, String(issue?.path[0] ?? "options"), "is not right", issue?.message ?? "leave it out")
    }
  })
}

const decodeOverrides = Schema.decodeEither(Overrides)

export const invalid = (call: CallId, field: string, problem: string, remedy: string): InvalidRequest =>
  new InvalidRequest({ ...identity(call), field, problem, remedy, outcome: "not-sent", retryable: false })

/** With a template, what stands in its place (an email, say) is nobody's business but the server's. */
export const identify = (request: HttpClientRequest.HttpClientRequest, template?: string | undefined): CallId => {
  const url = bare(request.url)
  return named(request.method, originOf(url), template ?? pathOf(url))
}

const named = (method: string, origin: string, urlTemplate: string): CallId => ({
  method,
  urlTemplate,
  url: origin + urlTemplate
})

/** Just the names: a `Call` holds the request, which no error may. */
export const identity = ({ method, url, urlTemplate }: CallId): CallId => ({ method, urlTemplate, url })

const reading = new Set(["GET", "HEAD", "OPTIONS"])

const replayable = new Set([...reading, "PUT", "DELETE"])

const kindOf = (method: string): Kind => reading.has(method) ? "read" : "write"

const isReplayable = ({ headers, method }: HttpClientRequest.HttpClientRequest): boolean =>
  replayable.has(method) || headers["idempotency-key"] !== undefined

/** Once such a body is sent, there is nothing left to send again. */
export const canBeReadOnce = ({ body }: HttpClientRequest.HttpClientRequest): boolean =>
  body._tag === "Stream" || (body._tag === "Raw" && !(typeof body.body === "string" || body.body instanceof Blob))

/** Base and path with exactly one slash between them; an absolute URL stays as it is. */
const join = (base: Base, url: string): string => {
  if (url.startsWith("/") && url[1] !== "/") return base.prefix + url
  if (/^[a-z][a-z0-9+.-]*:/i.test(url)) return url
  return url === "" ? base.url : `${base.prefix}/${url.replace(/^\/+/, "")}`
}

/** Written as it is meant: `https:host` and `https:\\host` are URLs too, to those who send them. */
export const isHttpUrl = (url: string): boolean =>
  // What nearly all of them are needs no closer look, as their origins have had one.
  /^https?:\/\/[\w.:-]+(?:[/?#][^\\]*)?$/i.test(url) || (/^https?:\/\/[^/\\]/i.test(url) && URL.canParse(url))

/** Without user info, query and fragment: nothing that could be a secret, however badly it is written. */
const bare = (url: string): string => url.replace(/[?#].*$/s, "").replace(/^([a-z][a-z0-9+.-]*:[/\\]*)[^/\\]*@/i, "$1")

const originPattern = /^[a-z][a-z0-9+.-]*:\/\/[^/\\]*/i

const originOf = (url: string): string => originPattern.exec(url)?.[0] ?? ""

const pathOf = (url: string): string => url.replace(originPattern, "") || "/"
