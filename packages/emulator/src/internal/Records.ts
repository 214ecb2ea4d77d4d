/**
 * The calls on one record, and the list of them.
 */
import * as Answer from "./Answer.ts"
import * as Call from "./Call.ts"
import type { Portal } from "./Portal.ts"
import * as PropertyCheck from "./PropertyCheck.ts"
import * as Shelf from "./Shelf.ts"
import * as Store from "./Store.ts"

export const list = (_portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const limit = Call.integer("limit", call.query.get("limit"), { min: 1, max: 100, default: 10 })
  if (typeof limit === "object") return limit
  const after = Call.integer("after", call.query.get("after"), { min: 0, max: Number.MAX_SAFE_INTEGER, default: 0 })
  if (typeof after === "object") return after
  const { items, more } = Shelf.page(Call.wantsArchived(call) ? table.archived : table.live, after, limit)
  const properties = Call.requested(call, table.type)
  const results = items.map((record) => Store.show(table.type, record, properties))
  return Answer.ok(more ? { results, paging: { next: { after: results.at(-1)!.id } } } : { results })
}

export const read = (_portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const record = Call.wantsArchived(call) ? table.archived.items.get(Number(call.params.id)) : addressed(table, call)
  return record === undefined || Answer.isFailure(record)
    ? record ?? Answer.notFound
    : Answer.ok(Store.show(table.type, record, Call.requested(call, table.type)))
}

export const create = ({ store }: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const input = Call.body(call)
  if (Answer.isFailure(input)) return input
  const values = checkCreate(table, input.properties)
  if (Answer.isFailure(values)) return values
  return Answer.created(Store.showAll(Store.create(store, table, values, call.now)))
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

export const archive = (_portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const record = addressed(table, call)
  if (Answer.isFailure(record)) return record
  Store.archive(table, record, call.now)
  return Answer.noContent
}

export const merge = (_portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const input = Call.body(call)
  if (Answer.isFailure(input)) return input
  const [primary, other] = [input.primaryObjectId, input.objectIdToMerge].map((id) =>
    Store.find(table, Call.idOf(id) ?? "")
  )
  if (primary === undefined || other === undefined) return Answer.notFound
  if (primary === other) return Answer.invalid("A record cannot be merged into itself.")
  Store.merge(table, primary, other, call.now)
  return Answer.ok(Store.showAll(primary))
}

/** The record that a path names, by its id or by `idProperty`. */
const addressed = (table: Store.Table, call: Call.Call): Store.Stored | Answer.Failure => {
  const idProperty = call.query.get("idProperty") ?? undefined
  if (idProperty !== undefined && !Store.canAddress(table, idProperty)) return notUnique(idProperty)
  return Store.find(table, call.params.id!, idProperty) ?? Answer.notFound
}

export const notUnique = (idProperty: string): Answer.Failure =>
  Answer.invalid(`The property ${idProperty} is not a unique property of this type.`, { idProperty: [idProperty] })

/** The values for a new record, or why HubSpot would not make it. */
export const checkCreate = (table: Store.Table, input: unknown): PropertyCheck.Values | Answer.Failure => {
  const values = checkValues(table, input)
  if (Answer.isFailure(values)) return values
  const missing = PropertyCheck.missing(table.type, values)
  return missing.length > 0 ? Answer.missingProperties(table.type, missing) : checkTaken(table, values)
}

/** The values for a record that is there, or why HubSpot would not store them. */
export const checkUpdate = (
  table: Store.Table,
  record: Store.Stored,
  input: unknown
): PropertyCheck.Values | Answer.Failure => {
  const values = checkValues(table, input)
  return Answer.isFailure(values) ? values : checkTaken(table, values, record.id)
}

const checkValues = (table: Store.Table, input: unknown): PropertyCheck.Values | Answer.Failure => {
  if (!Call.isJson(input)) return Answer.invalid("The request needs `properties`, an object.")
  const { issues, values } = PropertyCheck.check(table.type, input)
  return issues.length > 0 ? Answer.invalidProperties(issues) : values
}

const checkTaken = (
  table: Store.Table,
  values: PropertyCheck.Values,
  own?: number
): PropertyCheck.Values | Answer.Failure => {
  const taken = Store.taken(table, values, own)
  return taken === undefined
    ? values
    : Answer.valueTaken(table.type, taken.property, taken.value, String(taken.holder))
}
