/**
 * How a record goes, and what goes with it: no link may lead to a record that is not there.
 */
import * as Associations from "./Associations.ts"
import type { Portal } from "./Portal.ts"
import * as Store from "./Store.ts"

export const archive = ({ associations }: Portal, table: Store.Table, record: Store.Stored, now: number): void => {
  Store.archive(table, record, now)
  Associations.forget(associations, record.id, table.type.id)
}

export const purge = ({ associations }: Portal, table: Store.Table, record: Store.Stored): void => {
  Store.purge(table, record)
  Associations.forget(associations, record.id, table.type.id)
}

/** The primary takes over what belonged to the other. */
export const merge = (
  { associations }: Portal,
  table: Store.Table,
  primary: Store.Stored,
  other: Store.Stored,
  now: number
): void => {
  Store.merge(table, primary, other, now)
  Associations.move(associations, other.id, table.type.id, primary.id)
}
