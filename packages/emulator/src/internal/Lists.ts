/**
 * Lists of records and who is on them: plain data, changed in place. What a dynamic list would filter is not worked
 * out, so one stays empty.
 */
import * as Shelf from "./Shelf.ts"

export const processingTypes = ["MANUAL", "DYNAMIC", "SNAPSHOT"] as const

export interface List {
  readonly id: number
  readonly objectTypeId: string
  readonly processingType: (typeof processingTypes)[number]
  name: string
  filterBranch: unknown
  version: number
  readonly createdAt: string
  updatedAt: string
  deletedAt: string | undefined
  /** By the id of the record, the time at which it came. */
  members: Shelf.Shelf<string>
}

export interface Lists {
  readonly byId: Map<number, List>
  /** Names are taken once for each type, in any case; deleted lists give theirs free. */
  readonly byName: Map<string, List>
  /** By the id of a record, the lists that it is on. */
  readonly ofRecord: Map<number, Set<List>>
  nextId: number
}

export const make = (): Lists => ({ byId: new Map(), byName: new Map(), ofRecord: new Map(), nextId: 1 })

const nameKey = (objectTypeId: string, name: string) => `${objectTypeId}/${name.toLowerCase()}`

export const byName = (self: Lists, objectTypeId: string, name: string): List | undefined =>
  self.byName.get(nameKey(objectTypeId, name))

export const create = (
  self: Lists,
  list: Pick<List, "objectTypeId" | "processingType" | "name" | "filterBranch">,
  at: string
): List => {
  const made: List = {
    ...list,
    id: self.nextId++,
    version: 1,
    createdAt: at,
    updatedAt: at,
    deletedAt: undefined,
    members: Shelf.make()
  }
  self.byId.set(made.id, made)
  self.byName.set(nameKey(made.objectTypeId, made.name), made)
  return made
}

const touch = (list: List, at: string) => {
  list.version++
  list.updatedAt = at
}

export const rename = (self: Lists, list: List, name: string, at: string): void => {
  self.byName.delete(nameKey(list.objectTypeId, list.name))
  list.name = name
  self.byName.set(nameKey(list.objectTypeId, name), list)
  touch(list, at)
}

export const refilter = (list: List, filterBranch: unknown, at: string): void => {
  list.filterBranch = filterBranch
  touch(list, at)
}

export const remove = (self: Lists, list: List, at: string): void => {
  self.byName.delete(nameKey(list.objectTypeId, list.name))
  list.deletedAt = at
}

export const restore = (self: Lists, list: List): void => {
  self.byName.set(nameKey(list.objectTypeId, list.name), list)
  list.deletedAt = undefined
}

/** Whether it was not on the list before. */
export const join = (self: Lists, list: List, record: number, at: string): boolean => {
  if (list.members.items.has(record)) return false
  Shelf.put(list.members, record, at)
  const lists = self.ofRecord.get(record) ?? new Set()
  self.ofRecord.set(record, lists.add(list))
  return true
}

/** Whether it was on the list before. */
export const leave = (self: Lists, list: List, record: number): boolean => {
  if (!list.members.items.has(record)) return false
  Shelf.remove(list.members, record)
  self.ofRecord.get(record)?.delete(list)
  return true
}

export const clear = (self: Lists, list: List): void => {
  for (const record of list.members.items.keys()) self.ofRecord.get(record)?.delete(list)
  list.members = Shelf.make()
}

/** A record that goes is on no list. */
export const forget = (self: Lists, record: number): void => {
  for (const list of self.ofRecord.get(record) ?? []) Shelf.remove(list.members, record)
  self.ofRecord.delete(record)
}
