/**
 * What of a record a request wants to see: its properties, their history, and the ids of what belongs to it.
 */
import type { Associated, CrmRecord } from "../CrmRecord.ts"
import * as Answer from "./Answer.ts"
import * as Associations from "./Associations.ts"
import * as Call from "./Call.ts"
import type { Portal } from "./Portal.ts"
import { propertyOf } from "./PropertyCheck.ts"
import * as Store from "./Store.ts"

export interface View {
  readonly properties: ReadonlyArray<string>
  readonly history: ReadonlyArray<string>
  readonly associations: ReadonlyArray<Store.Table>
}

const maxLinks = 500

/** A page or a batch with history is half as large as one without. */
export const maxRecords = ({ history }: View): number => history.length > 0 ? 50 : 100

/** As a query asks for it. */
export const ofQuery = ({ store }: Portal, table: Store.Table, call: Call.Call): View | Answer.Failure => {
  const associations: Array<Store.Table> = []
  for (const name of Call.names(call, "associations")) {
    const other = Store.tableOf(store, name)
    if (other === undefined) return Answer.unknownType(name)
    associations.push(other)
  }
  return {
    properties: Call.requested(call, table.type),
    history: Call.names(call, "propertiesWithHistory"),
    associations
  }
}

/** As the body of a batch read asks for it. */
export const ofBody = (json: Call.Json, table: Store.Table): View => ({
  properties: Call.requestedBy(json, table.type),
  history: Array.isArray(json.propertiesWithHistory) ? json.propertiesWithHistory.map(Call.textOf) : [],
  associations: []
})

export const show = (portal: Portal, table: Store.Table, record: Store.Stored, view: View): CrmRecord => {
  const shown = Store.show(table.type, record, view.properties)
  if (view.history.length === 0 && view.associations.length === 0) return shown
  const propertiesWithHistory = historyOf(table, record, view)
  const associations = associationsOf(portal, record, view)
  return {
    ...shown,
    ...(propertiesWithHistory === undefined ? {} : { propertiesWithHistory }),
    ...(associations === undefined ? {} : { associations })
  }
}

/** An unknown name is left out, as it is among the properties. */
const historyOf = ({ type }: Store.Table, record: Store.Stored, { history }: View) =>
  history.length === 0
    ? undefined
    : Object.fromEntries(
      history.filter((name) => propertyOf(type, name)).map((name) => [name, Store.historyOf(record, name)])
    )

/** By the name of the type; each label is an entry. What there is nothing of is left out. */
const associationsOf = ({ associations }: Portal, record: Store.Stored, view: View) => {
  let shown: Record<string, Associated> | undefined
  for (const { type } of view.associations) {
    const { items, more } = Associations.page(associations, record.id, type.id, 0, maxLinks)
    if (items.length === 0) continue
    const results = items.flatMap(({ definitions, to }) =>
      definitions.filter(({ deleted }) => !deleted).map(({ name }) => ({ id: String(to), type: name }))
    )
    shown ??= {}
    shown[type.name] = more ? { results, paging: { next: { after: String(items.at(-1)!.to) } } } : { results }
  }
  return shown
}
