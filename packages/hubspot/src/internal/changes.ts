/**
 * Reading changes, in rounds. A round walks through the ids of all that was modified since an instant, and ends at the
 * last id; whatever is modified behind its back is for the next one. The next begins before the latest change that was
 * there when this one began, by an overlap, since search shows some changes late; what was seen already is left out.
 *
 * All instants are the server's, so its clock and ours need not agree.
 */
import * as DateTime from "effect/DateTime"
import type { Cursor } from "../Changes.ts"

/** A record's last change; `modified` in milliseconds since 1970. */
export interface Change {
  readonly id: string
  readonly modified: number
}

export interface Round {
  readonly since: number
  /** The latest change when the round began. */
  readonly until: number
  /** Where the next one begins. */
  readonly next: number
  readonly seen: ReadonlyMap<string, number>
}

export const round = (cursor: Cursor, latest: number, overlap: number): Round => {
  const since = DateTime.toEpochMillis(cursor.since)
  const until = cursor.round === undefined ? latest : DateTime.toEpochMillis(cursor.round.until)
  return { since, until, next: Math.max(since, until - overlap), seen: new Map(Object.entries(cursor.seen)) }
}

/** The next page: which of its changes are new. */
export const step = (self: Round, page: ReadonlyArray<Change>): readonly [Round, ReadonlyArray<boolean>] => {
  const fresh = page.map(({ id, modified }) => self.seen.get(id) !== modified)
  const kept = page.filter(({ modified }, index) => fresh[index] === true && modified >= self.next)
  if (kept.length === 0) return [self, fresh]
  const seen = new Map(self.seen)
  for (const { id, modified } of kept) seen.set(id, modified)
  return [{ ...self, seen }, fresh]
}

/** Where to go on: after the last id of a page, or with the next round. */
export const cursor = ({ next, seen, since, until }: Round, after: string | undefined): Cursor =>
  after === undefined
    ? {
      since: DateTime.unsafeMake(next),
      seen: Object.fromEntries([...seen].filter(([, modified]) => modified >= next))
    }
    : {
      since: DateTime.unsafeMake(since),
      round: { until: DateTime.unsafeMake(until), after },
      seen: Object.fromEntries(seen)
    }
