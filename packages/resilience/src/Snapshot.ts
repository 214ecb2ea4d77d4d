/**
 * What a client has done so far, in numbers.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type { ApiError, StopReason } from "./ApiError.ts"

/**
 * @since 0.1.0
 * @category models
 */
export interface Snapshot {
  /** Calls begun. Those neither succeeded nor failed are under way, or were interrupted. */
  readonly calls: number
  readonly succeeded: number
  readonly failed: number
  /** Requests sent. */
  readonly attempts: number
  /** Attempts that were repeated, by what had gone wrong. */
  readonly retries: { readonly [Tag in ApiError["_tag"]]?: number }
  /** Calls that failed, by why they were not repeated once more. */
  readonly stopped: { readonly [Reason in StopReason]?: number }
  /** Time spent waiting for the limiter, by all calls together. */
  readonly limiterWait: Duration.Duration
}
