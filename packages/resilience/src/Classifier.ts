/**
 * Which answers are failures, and which of those may be repeated: one table per API, as a pure function.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import type * as ApiError from "./ApiError.ts"
import type * as ApiResponse from "./ApiResponse.ts"
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

/** 408: the server did not get the whole request; 425: it did not want it so early. */
const transientClientErrors = [408, 425]

/** Not implemented, version not supported, log in to the network first: nothing that time would mend. */
const permanentServerErrors = [501, 505, 511]

/**
 * HTTP as it is written: 2xx succeed; 429, 408, 425 and 5xx (but 501, 505 and 511) may be repeated, not before the
 * instant the server names; other 4xx may not; any other status is an invalid response. Redirects are not followed.
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
export const standard: Classifier = ({ headers, status }, now) => {
  if (status >= 200 && status < 300) return undefined
  const retryAt = Option.getOrUndefined(RetryHint.fromHeaders(headers, now))
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
