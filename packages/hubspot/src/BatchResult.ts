/**
 * What became of each input of a batch: some may succeed where others fail. Nothing is left out, and both lists are in
 * the order of the inputs.
 *
 * @since 0.1.0
 */
import type { ApiError } from "effect-resilience/ApiError"

/**
 * @since 0.1.0
 * @category models
 */
export interface BatchResult<Input, Record> {
  readonly succeeded: ReadonlyArray<{ readonly input: Input; readonly record: Record }>
  readonly failed: ReadonlyArray<{ readonly input: Input; readonly error: ApiError }>
}
