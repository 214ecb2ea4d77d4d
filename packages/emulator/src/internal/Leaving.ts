/**
 * How a record goes, and what goes with it: no link and no list may hold a record that is not there.
 */
import * as Associations from "./Associations.ts"
import * as Lists from "./Lists.ts"
import type { Portal } from "./Portal.ts"
import * as Store from "./Store.ts"

export const archive = (
  { associations, lists }: Portal,
  table: Store.Table,
  record: Store.Stored,
  now: number
): void => {
  Store.archive(table, record, now)
  Associations.forget(associations, record.id, table.type.id)
  Lists.forget(lists, record.id)
}

export const purge = ({ associations, lists }: Portal, table: Store.Table, record: Store.Stored, now: number): void => {
  Store.purge(table, record, now)
  Associations.forget(associations, record.id, table.type.id)
  Lists.forget(lists, record.id)
}

/** The primary takes over what belonged to the other. */
export const merge = (
  { associations, lists }: Portal,
  table: Store.Table,
  primary: Store.Stored,
  other: Store.Stored,
  now: number
): void => {
  Store.merge(table, primary, other, now)
  Associations.move(associations, other.id, table.type.id, primary.id)
  for (const list of lists.ofRecord.get(other.id) ?? []) {
    Lists.join(lists, list, primary.id, new Date(now).toISOString())
  }
  Lists.forget(lists, other.id)
}
