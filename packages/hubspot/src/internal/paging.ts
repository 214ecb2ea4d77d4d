/** Pages that follow one another by a cursor. */
import { InvalidResponse } from "effect-resilience/ApiError"
import * as Schema from "effect/Schema"

export const Paging = Schema.optionalWith(
  Schema.Struct({ next: Schema.optionalWith(Schema.Struct({ after: Schema.String }), { nullable: true }) }),
  { nullable: true }
)

/** Where a listing stands; `mark` is an earlier cursor, by which a listing that goes in circles is found out. */
export interface Cursor {
  readonly after: string | undefined
  readonly mark: string | undefined
  readonly steps: number
}

export const firstPage: Cursor = { after: undefined, mark: undefined, steps: 1 }

/** The mark moves up at each power of two (Brent's algorithm): one is enough for circles of any length. */
export const nextPage = ({ mark, steps }: Cursor, after: string): Cursor => ({
  after,
  mark: (steps & (steps - 1)) === 0 ? after : mark,
  steps: steps + 1
})

/** A listing that would never end. */
export const endless = (method: string, path: string): InvalidResponse =>
  new InvalidResponse({
    method,
    urlTemplate: path,
    url: path,
    status: 200,
    problem: "its next page is one that was there already",
    outcome: "refused",
    retryable: false
  })
