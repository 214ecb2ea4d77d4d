/**
 * The calls on one record, and the list of them.
 */
import * as Answer from "./Answer.ts"
import * as Call from "./Call.ts"
import * as Leaving from "./Leaving.ts"
import * as NewRecord from "./NewRecord.ts"
import type { Portal } from "./Portal.ts"
import { checkUpdate, notUnique } from "./RecordCheck.ts"
import * as Shelf from "./Shelf.ts"
import * as Store from "./Store.ts"
import * as View from "./View.ts"

export const list = (portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const view = View.ofQuery(portal, table, call)
  if (Answer.isFailure(view)) return view
  const page = Call.page(call, { max: View.maxRecords(view), default: 10 })
  if (Answer.isFailure(page)) return page
  const { items, more } = Shelf.page(Call.wantsArchived(call) ? table.archived : table.live, page.after, page.limit)
  return Answer.page(
    items.map((record) => View.show(portal, table, record, view)),
    more && String(items.at(-1)!.id)
  )
}

export const read = (portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const record = Call.wantsArchived(call) ? table.archived.items.get(Number(call.params.id)) : addressed(table, call)
  if (record === undefined) return Answer.notFound
  if (Answer.isFailure(record)) return record
  const view = View.ofQuery(portal, table, call)
  return Answer.isFailure(view) ? view : Answer.ok(View.show(portal, table, record, view))
}

export const create = (portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const input = Call.body(call)
  if (Answer.isFailure(input)) return input
  const checked = NewRecord.check(portal, table, input)
  if (Answer.isFailure(checked)) return checked
  return Answer.created(Store.showAll(NewRecord.make(portal, table, checked, call.now)))
}

export const update = (_portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const record = addressed(table, call)
  if (Answer.isFailure(record)) return record
  const input = Call.body(call)
  if (Answer.isFailure(input)) return input
  const values = checkUpdate(table, record, input.properties)
  if (Answer.isFailure(values)) return values
  Store.update(table, record, values, call.now)
  return Answer.ok(Store.showAll(record))
}

export const archive = (portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const record = addressed(table, call)
  if (Answer.isFailure(record)) return record
  Leaving.archive(portal, table, record, call.now)
  return Answer.noContent
}

export const merge = (portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const input = Call.body(call)
  if (Answer.isFailure(input)) return input
  const [primary, other] = [input.primaryObjectId, input.objectIdToMerge].map((id) =>
    Store.find(table, Call.idOf(id) ?? "")
  )
  if (primary === undefined || other === undefined) return Answer.notFound
  if (primary === other) return Answer.invalid("A record cannot be merged into itself.")
  Leaving.merge(portal, table, primary, other, call.now)
  return Answer.ok(Store.showAll(primary))
}

/** The record is gone for good. A contact may be named by an email address that nobody has. */
export const purge = (portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  if (table.type.id !== "0-1") return Answer.notFound
  const input = Call.body(call)
  if (Answer.isFailure(input)) return input
  const idProperty = typeof input.idProperty === "string" ? input.idProperty : undefined
  if (idProperty !== undefined && !Store.canAddress(table, idProperty)) return notUnique(idProperty)
  const record = Store.find(table, Call.idOf(input.objectId) ?? "", idProperty)
  if (record === undefined) return idProperty === "email" ? Answer.noContent : Answer.notFound
  Leaving.purge(portal, table, record, call.now)
  return Answer.noContent
}

/** The record that a path names, by its id or by `idProperty`. */
const addressed = (table: Store.Table, call: Call.Call): Store.Stored | Answer.Failure => {
  const idProperty = call.query.get("idProperty") ?? undefined
  if (idProperty !== undefined && !Store.canAddress(table, idProperty)) return notUnique(idProperty)
  return Store.find(table, call.params.id!, idProperty) ?? Answer.notFound
}
