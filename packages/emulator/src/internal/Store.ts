/**
 * The records of an account: plain data, changed in place, with time as an argument.
 */
import type { CrmRecord, Version } from "../CrmRecord.ts"
import { extend, type ObjectType, type Property } from "../ObjectType.ts"
import type { Change } from "./Changes.ts"
import { normalize, propertyOf, type Values } from "./PropertyCheck.ts"
import * as Shelf from "./Shelf.ts"

/** A record as it is kept: no property is there that is not set. */
export interface Stored {
  readonly id: number
  properties: Record<string, string>
  readonly createdAt: string
  updatedAt: string
  archivedAt: string | undefined
  /** Of properties that have changed since the record was made; the others have had one value. */
  history: Map<string, Array<Version>> | undefined
}

/** The records of one type. */
export interface Table {
  /** Replaced when a property is defined. */
  type: ObjectType
  readonly live: Shelf.Shelf<Stored>
  readonly archived: Shelf.Shelf<Stored>
  /** For each unique property, the id of the live record that holds a value. */
  readonly unique: Map<string, Map<string, number>>
  /** A record that was merged away answers as the one it became part of. */
  readonly mergedInto: Map<number, number>
  /** What has happened since somebody last looked; `undefined` while nobody wants to know. */
  changes: Array<Change> | undefined
}

export interface Store {
  /** By name, singular name and id of the type. */
  readonly tables: Map<string, Table>
  nextId: number
}

export const make = (types: ReadonlyArray<ObjectType>): Store => {
  const store: Store = { tables: new Map(), nextId: 6001 }
  for (const type of types) add(store, makeTable(type))
  return store
}

export const makeTable = (type: ObjectType): Table => ({
  type,
  live: Shelf.make(),
  archived: Shelf.make(),
  unique: new Map(
    Object.keys(type.properties).filter((name) => type.properties[name]!.unique).map((name) => [name, new Map()])
  ),
  mergedInto: new Map(),
  changes: undefined
})

/** One type of the name may have been there before; the last counts. */
export const add = (store: Store, table: Table, alias = table.type.singular.toLowerCase()): void => {
  const { id, name } = table.type
  for (const key of [alias, name, id]) store.tables.set(key, table)
}

export const drop = (store: Store, table: Table): void => {
  for (const [key, other] of store.tables) if (other === table) store.tables.delete(key)
}

/** Any spelling of the name will do: `contacts`, `contact`, `CONTACT`, `0-1`. */
export const tableOf = ({ tables }: Store, name: string): Table | undefined =>
  tables.get(name) ?? tables.get(name.toLowerCase())

/** How a record is found: by its id, or by the value of a unique property. */
export const find = (table: Table, id: string, idProperty = "hs_object_id"): Stored | undefined => {
  if (idProperty === "hs_object_id") {
    if (!/^\d+$/.test(id)) return undefined
    return table.live.items.get(survivorOf(table, Number(id)))
  }
  const holder = holderOf(table, idProperty, id)
  return holder === undefined ? undefined : table.live.items.get(holder)
}

/** A record that was merged away may have gone into one that was merged away itself. */
const survivorOf = ({ mergedInto }: Table, id: number): number => {
  let survivor = id
  for (let next = mergedInto.get(id); next !== undefined; next = mergedInto.get(next)) survivor = next
  return survivor
}

/** Whether `idProperty` may address a record of this type. */
export const canAddress = (table: Table, idProperty: string): boolean =>
  idProperty === "hs_object_id" || table.unique.has(idProperty)

/** The id of the live record that holds a unique value. */
export const holderOf = (table: Table, property: string, value: string): number | undefined =>
  table.unique.get(property)?.get(normalize(table.type.properties[property]!, value))

/** A unique property of these values that another record than `own` holds already. */
export const taken = (
  table: Table,
  values: Values,
  own?: number
): { readonly property: string; readonly value: string; readonly holder: number } | undefined => {
  for (const property of table.unique.keys()) {
    const value = values[property] ?? ""
    const holder = value === "" ? undefined : holderOf(table, property, value)
    if (holder !== undefined && holder !== own) return { property, value, holder }
  }
  return undefined
}

/** From now on records are held to this of the property, and found by it when it is unique. */
export const describe = (table: Table, name: string, property: Property): void => {
  table.type = extend(table.type, { [name]: property })
  if (property.unique !== true || table.unique.has(name)) return
  const holders = new Map<string, number>()
  for (const { id, properties } of table.live.items.values()) {
    if (properties[name] !== undefined) holders.set(normalize(property, properties[name]), id)
  }
  table.unique.set(name, holders)
}

/** The property is unknown from now on; the values that records have of it stay unseen. */
export const undescribe = (table: Table, name: string): void => {
  const { [name]: _, ...properties } = table.type.properties
  table.type = { ...table.type, properties }
  table.unique.delete(name)
}

export const create = (store: Store, table: Table, values: Values, now: number): Stored => {
  const id = store.nextId++
  const at = new Date(now).toISOString()
  const { created, modified } = table.type
  const properties: Record<string, string> = { hs_object_id: String(id), [created]: at, [modified]: at }
  const record: Stored = { id, properties, createdAt: at, updatedAt: at, archivedAt: undefined, history: undefined }
  assign(table, record, values)
  Shelf.put(table.live, id, record)
  if (table.changes !== undefined) {
    table.changes.push({ kind: "creation", id, at: now })
    for (const property of Object.keys(values)) {
      table.changes.push({ kind: "propertyChange", id, at: now, property, value: values[property]! })
    }
  }
  return record
}

export const update = (table: Table, record: Stored, values: Values, now: number): void => {
  const at = new Date(now).toISOString()
  for (const property of table.changes === undefined ? [] : Object.keys(values)) {
    const value = values[property]!
    if (value !== (record.properties[property] ?? "")) {
      table.changes!.push({ kind: "propertyChange", id: record.id, at: now, property, value })
    }
  }
  remember(record, values, at)
  assign(table, record, values)
  record.updatedAt = at
  record.properties[table.type.modified] = at
}

/** HubSpot keeps the last 45 values of a contact's property. */
const maxVersions = 45

const versionOf = (value: string, timestamp: string): Version => ({ value, timestamp, sourceType: "INTEGRATION" })

const remember = (record: Stored, values: Values, at: string) => {
  for (const name of Object.keys(values)) {
    const before = record.properties[name]
    if (values[name] === (before ?? "")) continue
    record.history ??= new Map()
    const versions = record.history.get(name) ?? (before === undefined ? [] : [versionOf(before, record.createdAt)])
    versions.push(versionOf(values[name]!, at))
    if (versions.length > maxVersions) versions.shift()
    record.history.set(name, versions)
  }
}

/** Every value that a property has had, newest first. */
export const historyOf = ({ createdAt, history, properties }: Stored, name: string): ReadonlyArray<Version> => {
  const versions = history?.get(name)
  if (versions !== undefined) return versions.toReversed()
  return properties[name] === undefined ? [] : [versionOf(properties[name], createdAt)]
}

/** Leaves no trace of a record, but for its id. */
export const purge = (table: Table, record: Stored, now: number): void => {
  table.changes?.push({ kind: "privacyDeletion", id: record.id, at: now })
  release(table, record)
  Shelf.remove(table.live, record.id)
}

export const archive = (table: Table, record: Stored, now: number): void => {
  table.changes?.push({ kind: "deletion", id: record.id, at: now })
  release(table, record)
  Shelf.remove(table.live, record.id)
  record.archivedAt = new Date(now).toISOString()
  Shelf.put(table.archived, record.id, record)
}

/** The primary keeps its values and takes those it lacks; the other is gone. */
export const merge = (table: Table, primary: Stored, other: Stored, now: number): void => {
  release(table, other)
  Shelf.remove(table.live, other.id)
  update(table, primary, { ...other.properties, ...primary.properties }, now)
  table.mergedInto.set(other.id, primary.id)
  table.changes?.push({ kind: "merge", id: primary.id, at: now, other: other.id })
}

const assign = (table: Table, record: Stored, values: Values) => {
  for (const name of Object.keys(values)) {
    const value = values[name]!
    const index = table.unique.get(name)
    if (index !== undefined) {
      const property = table.type.properties[name]!
      const old = record.properties[name]
      if (old !== undefined) index.delete(normalize(property, old))
      if (value !== "") index.set(normalize(property, value), record.id)
    }
    if (value === "") delete record.properties[name]
    else record.properties[name] = value
  }
}

const release = (table: Table, record: Stored) => {
  for (const [name, index] of table.unique) {
    const value = record.properties[name]
    if (value !== undefined) index.delete(normalize(table.type.properties[name]!, value))
  }
}

/**
 * A record as HubSpot shows it: the properties asked for, those of the type when none are, and always the id and the
 * times. Unknown names are left out, unset ones are `null`.
 */
export const show = (type: ObjectType, record: Stored, requested: ReadonlyArray<string> = type.defaults): CrmRecord => {
  const properties: Record<string, string | null> = {}
  for (const name of requested) {
    if (propertyOf(type, name) !== undefined) properties[name] = record.properties[name] ?? null
  }
  for (const name of [type.created, "hs_object_id", type.modified]) properties[name] = record.properties[name]!
  return frame(record, properties)
}

/** A record with every property that is set. */
export const showAll = (record: Stored): CrmRecord => frame(record, { ...record.properties })

/** Every live record, in the order of their ids. */
export const all = (table: Table): ReadonlyArray<CrmRecord> =>
  Shelf.page(table.live, 0, Number.POSITIVE_INFINITY).items.map(showAll)

/** The newest live records of a type, newest first; none of a type that is not there. */
export const newest = (self: Store, type: string, limit: number): ReadonlyArray<CrmRecord> => {
  const table = tableOf(self, type)
  return table === undefined ? [] : Shelf.last(table.live, limit).map(showAll)
}

const frame = (record: Stored, properties: CrmRecord["properties"]): CrmRecord => {
  const { archivedAt, createdAt, id, updatedAt } = record
  return archivedAt === undefined
    ? { id: String(id), properties, createdAt, updatedAt, archived: false }
    : { id: String(id), properties, createdAt, updatedAt, archived: true, archivedAt }
}
