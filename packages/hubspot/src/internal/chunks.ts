/** Calls that take many inputs and say nothing of any one of them: a call fails, or succeeds, for all it was sent. */
import type { ApiError } from "effect-resilience/ApiError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { BatchResult } from "../BatchResult.ts"

export interface Chunks<Input> {
  readonly inputs: ReadonlyArray<Input>
  /** HubSpot's limit for one call. */
  readonly size: number
  /** What keeps an input from being sent at all. */
  readonly check?: (input: Input, index: number) => Either.Either<unknown, ApiError>
  readonly concurrency: number | undefined
}

/** Sends the inputs in calls of the allowed size; `send` gives the record of each, in their order. */
export const run = <Input, Record, R>(
  { check = Either.right, concurrency = 4, inputs, size }: Chunks<Input>,
  send: (inputs: ReadonlyArray<Input>) => Effect.Effect<ReadonlyArray<Record>, ApiError, R>
): Effect.Effect<BatchResult<Input, Record>, never, R> =>
  Effect.gen(function*() {
    const checked = inputs.map((input, index) => ({ input, index, problem: Either.flip(check(input, index)) }))
    const good = checked.filter(({ problem }) => Either.isLeft(problem))
    const outcomes = new Map<number, Either.Either<Record, ApiError>>()
    yield* Effect.forEach(
      // Nothing at all would be one empty chunk.
      good.length === 0 ? [] : Arr.chunksOf(good, size),
      (chunk) =>
        Effect.map(Effect.either(send(chunk.map(({ input }) => input))), (sent) =>
          chunk.forEach(({ index }, n) => outcomes.set(index, Either.map(sent, (records) => records[n]!)))),
      { concurrency, discard: true }
    )
    const [failed, succeeded] = Arr.partitionMap(checked, ({ index, input, problem }) =>
      Either.mapBoth(Either.isRight(problem) ? Either.left(problem.right) : outcomes.get(index)!, {
        onLeft: (error) => ({ input, error }),
        onRight: (record) => ({ input, record })
      }))
    return { succeeded, failed }
  })
