/** Pages that follow one another by a cursor. */
import { InvalidResponse } from "effect-resilience/ApiError"
import * as Schema from "effect/Schema"

/** What may be missing may be `null`, too. In this form it is read without its schema, which takes many times as long. */
export const Paging = Schema.optional(
  Schema.NullOr(Schema.Struct({ next: Schema.optional(Schema.NullOr(Schema.Struct({ after: Schema.String }))) }))
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
