/**
 * What a call needs beyond its request. Every option has its default in the policy, by kind of call.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import type * as AttemptTimeout from "./AttemptTimeout.ts"

/**
 * Kinds of call that a policy can treat differently.
 *
 * @since 0.1.0
 * @category models
 */
export const Kind = Schema.Literal("read", "write", "search", "batch", "upload")

/**
 * @since 0.1.0
 * @category models
 */
export type Kind = typeof Kind.Type

/**
 * @since 0.1.0
 * @category models
 */
export interface CallOptions {
  /** Default: `read` for GET, HEAD and OPTIONS, else `write`. */
  readonly kind?: Kind | undefined
  /** The path with its parameters left open, for errors: what is in its place stays out of them. Default: the path itself. */
  readonly urlTemplate?: string | undefined
  /**
   * May the operation be carried out twice? Default: `safe` for GET, HEAD, PUT, DELETE and OPTIONS and for requests
   * with an `Idempotency-Key`, else `unsafe`. What was surely not carried out is repeated in any case.
   */
  readonly replay?: "safe" | "unsafe" | undefined
  /** The limiter's buckets to take from. Default: all of them. */
  readonly buckets?: ReadonlyArray<string> | undefined
  /** How many slots to take from each bucket. Default: 1. */
  readonly weight?: number | undefined
  /** For one attempt, from sending to the last byte; for a stream to the first, and then from chunk to chunk. */
  readonly attemptTimeout?: AttemptTimeout.Input | undefined
  /** For the whole call, for a stream until its first byte; an earlier one of the region around it wins. */
  readonly deadline?: Duration.DurationInput | undefined
  /** N retries are at most N + 1 attempts. */
  readonly retries?: number | undefined
}

/**
 * The options of calls that are made through `ResilientHttpClient.asHttpClient`.
 *
 * @since 0.1.0
 * @category references
 */
export class CurrentCallOptions extends Context.Reference<CurrentCallOptions>()(
  "effect-resilience/CallOptions",
  { defaultValue: (): CallOptions => ({}) }
) {}
