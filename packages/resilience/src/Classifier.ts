/**
 * Which answers are failures, and which of those may be repeated: one table per API, as a pure function.
 *
 * @since 0.1.0
 */
import { dual } from "effect/Function"
import * as Option from "effect/Option"
import type * as ApiError from "./ApiError.ts"
import type * as ApiResponse from "./ApiResponse.ts"
import { lastInstant } from "./internal/headers.ts"
import * as RetryHint from "./RetryHint.ts"

/**
 * A failure, told by its answer.
 *
 * @since 0.1.0
 * @category models
 */
export interface Failure {
  readonly tag: "RateLimited" | "ServerError" | "ClientError" | "InvalidResponse"
  readonly outcome: ApiError.Outcome
  readonly retryable: boolean
  /** Milliseconds since the epoch. */
  readonly retryAt?: number | undefined
  /** The limit that was hit. */
  readonly policy?: string | undefined
  /**
   * The limiter's buckets that a 429 may be about: it closes the gate of those of them that the call has taken from, and no
   * other. Default: all that it has taken from.
   */
  readonly buckets?: ReadonlyArray<string> | undefined
  readonly details?: ApiError.ErrorDetails | undefined
}

/**
 * Gives the failure an answer stands for, or `undefined` where it is a success. `now` is in milliseconds since the
 * epoch.
 *
 * @since 0.1.0
 * @category models
 */
export type Classifier = (response: ApiResponse.ApiResponse, now: number) => Failure | undefined

/**
 * Finds in an answer when to try again, in milliseconds since the epoch, as `now` is.
 *
 * @since 0.1.0
 * @category models
 */
export type Hint = (response: ApiResponse.ApiResponse, now: number) => Option.Option<number>

/** 408: the server did not get the whole request; 425: it did not want it so early. */
const transientClientErrors = [408, 425]

/** Not implemented, version not supported, log in to the network first: nothing that time would mend. */
const permanentServerErrors = [501, 505, 511]

/**
 * HTTP as it is written: 2xx succeed; 429, 408, 425 and 5xx (but 501, 505 and 511) may be repeated, not before the
 * instant the server names; other 4xx may not; any other status is an invalid response. Redirects are not followed.
 *
 * A failure with the header `x-should-retry: true` may be repeated whatever its status, and one with `false` may not. A
 * request that is not safe to repeat is not made so by it.
 *
 * @example
 * ```ts
 * import { Classifier } from "effect-resilience"
 *
 * // an API that locks a record for two seconds
 * const classify: Classifier.Classifier = (response, now) => {
 *   const failure = Classifier.standard(response, now)
 *   return failure && response.status === 423 ? { ...failure, retryable: true, retryAt: now + 2_000 } : failure
 * }
 * ```
 *
 * @since 0.1.0
 * @category classifiers
 */
export const standard: Classifier = (response, now) => {
  const failure = byStatus(response, now)
  const asked = response.headers["x-should-retry"]?.toLowerCase()
  return failure !== undefined && (asked === "true" || asked === "false")
    ? { ...failure, retryable: asked === "true" }
    : failure
}

const byStatus: Classifier = (response, now) => {
  const { status } = response
  if (status >= 200 && status < 300) return undefined
  const retryAt = Option.getOrUndefined(RetryHint.fromResponse(response, now))
  if (status === 429) return { tag: "RateLimited", outcome: "refused", retryable: true, retryAt }
  if (status >= 400 && status < 500) {
    return { tag: "ClientError", outcome: "refused", retryable: transientClientErrors.includes(status), retryAt }
  }
  if (status >= 500 && status < 600) {
    const permanent = permanentServerErrors.includes(status)
    return { tag: "ServerError", outcome: permanent ? "refused" : "unknown", retryable: !permanent, retryAt }
  }
  return { tag: "InvalidResponse", outcome: "unknown", retryable: false }
}

/**
 * A classifier that also finds when to try again in a way of the API's own, from the body for instance. What is found
 * wins over the headers; where nothing is found, or `NaN`, they count. An instant that has passed is now; one that no
 * date can hold is the last one that a date can, which is beyond every limit on hints.
 *
 * @example
 * ```ts
 * import { Classifier } from "effect-resilience"
 * import { Option, Schema } from "effect"
 *
 * // {"error":{"retry_after":2.5}}, in seconds
 * const Refusal = Schema.parseJson(Schema.Struct({ error: Schema.Struct({ retry_after: Schema.Number }) }))
 * const decode = Schema.decodeOption(Refusal)
 *
 * const classify = Classifier.withHint(
 *   Classifier.standard,
 *   ({ text }, now) => Option.map(decode(text), ({ error }) => now + error.retry_after * 1000)
 * )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withHint: {
  (read: Hint): (self: Classifier) => Classifier
  (self: Classifier, read: Hint): Classifier
} = dual(2, (self: Classifier, read: Hint): Classifier => (response, now) => {
  const failure = self(response, now)
  if (failure === undefined) return undefined
  return Option.match(Option.filter(read(response, now), (instant) => !Number.isNaN(instant)), {
    onNone: () => failure,
    onSome: (instant) => ({ ...failure, retryAt: Math.min(Math.max(now, Math.ceil(instant)), lastInstant) })
  })
})
