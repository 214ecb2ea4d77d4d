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
  /** Calls begun. Those that neither succeeded nor failed nor were interrupted are under way. */
  readonly calls: number
  readonly succeeded: number
  readonly failed: number
  readonly interrupted: number
  /** Of the calls that succeeded or failed; 1 where there are none. */
  readonly successRate: number
  /** Requests sent. */
  readonly attempts: number
  /** Attempts that were repeated, by what had gone wrong. */
  readonly retries: { readonly [Tag in ApiError["_tag"]]?: number }
  /** Calls that failed, by why they were not repeated once more. */
  readonly stopped: { readonly [Reason in StopReason]?: number }
  /** How often a circuit opened. */
  readonly circuitTrips: number
  /** Time spent sleeping before retries, by all calls together. */
  readonly retryWait: Duration.Duration
  /** Time spent waiting for the limiter, by all calls together. */
  readonly limiterWait: Duration.Duration
}
