/**
 * A record that is to be made: its values and what it belongs to from the start. Nothing is written until all of it
 * is known to be right.
 */
import * as Answer from "./Answer.ts"
import { definitionsIn } from "./AssociationCalls.ts"
import * as Associations from "./Associations.ts"
import * as Call from "./Call.ts"
import type { Portal } from "./Portal.ts"
import type { Values } from "./PropertyCheck.ts"
import { checkCreate } from "./RecordCheck.ts"
import * as Store from "./Store.ts"

export interface NewRecord {
  readonly values: Values
  readonly links: ReadonlyArray<{ readonly to: number; readonly definition: Associations.Definition }>
}

export const check = (portal: Portal, table: Store.Table, input: Call.Json): NewRecord | Answer.Failure => {
  const values = checkCreate(table, input.properties)
  if (Answer.isFailure(values)) return values
  const links = linksOf(portal, table, input.associations)
  return Answer.isFailure(links) ? links : { values, links }
}

/** What `[{ to: { id }, types }]` says. The types tell of what type the other record is. */
const linksOf = (
  { associations, store }: Portal,
  table: Store.Table,
  input: unknown
): NewRecord["links"] | Answer.Failure => {
  const links: Array<NewRecord["links"][number]> = []
  for (const association of Array.isArray(input) ? input : []) {
    const { to, types } = Call.isJson(association) ? association : {} as Call.Json
    const definitions = definitionsIn(associations, table, undefined, types)
    if (Answer.isFailure(definitions)) return definitions
    const id = Call.isJson(to) ? Call.idOf(to.id) ?? "" : ""
    for (const definition of definitions) {
      const other = Store.tableOf(store, definition.to)
      if (other === undefined) return Answer.unknownType(definition.to)
      const record = Store.find(other, id)
      if (record === undefined) return Answer.absent(other.type, [id])
      links.push({ to: record.id, definition })
    }
  }
  return links
}

export const make = (
  { associations, store }: Portal,
  table: Store.Table,
  { links, values }: NewRecord,
  now: number
): Store.Stored => {
  const record = Store.create(store, table, values, now)
  for (const { definition, to } of links) Associations.connect(associations, record.id, to, definition)
  return record
}
