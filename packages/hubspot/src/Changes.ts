/**
 * What has changed since an instant, and where to go on.
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"

/**
 * Where a reader of changes stands. Store it (it is a schema, so it goes to JSON and back) once the records before it
 * are dealt with, and give it to `changes` to go on, after a restart too.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Cursor = Schema.Struct({
  /** Modified at this instant or later. */
  since: Schema.DateTimeUtc,
  /** Of a round that is under way: the latest change when it began, and the last id that it has seen. */
  round: Schema.optional(Schema.Struct({ until: Schema.DateTimeUtc, after: Schema.String })),
  /** Changes that `since` would bring again: by id, when the record was modified, in milliseconds since 1970. */
  seen: Schema.Record({ key: Schema.String, value: Schema.Number })
})

/**
 * @since 0.1.0
 * @category models
 */
export type Cursor = typeof Cursor.Type

/**
 * The cursor of a reader that begins: everything modified at this instant or later.
 *
 * @since 0.1.0
 * @category constructors
 */
export const since = (instant: DateTime.Utc): Cursor => ({ since: instant, seen: {} })

/**
 * Some changed records, in the order of their ids and as they are now, and the cursor for those that follow.
 *
 * @since 0.1.0
 * @category models
 */
export interface Page<R> {
  /** Empty where all of them have been seen before. */
  readonly records: ReadonlyArray<R>
  readonly cursor: Cursor
}
