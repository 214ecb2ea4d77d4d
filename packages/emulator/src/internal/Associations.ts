/**
 * Which records belong together, and how: plain data, changed in place. A link is kept with both of its records, in
 * the words of each; ids are unique across types, so a record's id is enough to find its links.
 */
import type { ObjectType } from "../ObjectType.ts"
import * as AssociationTypes from "./AssociationTypes.ts"
import * as Shelf from "./Shelf.ts"

export type Category = "HUBSPOT_DEFINED" | "USER_DEFINED"

/** One way in which a record of `from` may belong to one of `to`. */
export interface Definition {
  readonly category: Category
  readonly typeId: number
  /** Ids of types. */
  readonly from: string
  readonly to: string
  name: string
  label: string | null
  /** The same link, seen from the other record. Its own inverse when both say the same. */
  inverse: Definition
  /** A label that was deleted is gone from every link. */
  deleted: boolean
}

export interface Link {
  readonly to: number
  definitions: ReadonlyArray<Definition>
}

export interface Associations {
  /** By the ids of both types; the first of each is the one without a label. */
  readonly byPair: Map<string, Array<Definition>>
  readonly byTypeId: Map<number, Definition>
  /** By the id of a record, then by the id of the type at the other end. */
  readonly links: Map<number, Map<string, Shelf.Shelf<Link>>>
  nextTypeId: number
}

export const make = (types: ReadonlyArray<ObjectType>): Associations => {
  const self: Associations = { byPair: new Map(), byTypeId: new Map(), links: new Map(), nextTypeId: 10_001 }
  const byName = new Map(types.map((type) => [type.name, type]))
  const typeOf = (name: string) => byName.get(name)!
  for (const [from, to, ...numbers] of AssociationTypes.unlabelled) {
    const suffix = AssociationTypes.hasPrimary(from, to) ? "_unlabeled" : ""
    const names = [nameOf(typeOf(from), typeOf(to)) + suffix, nameOf(typeOf(to), typeOf(from)) + suffix] as const
    define(self, typeOf(from), typeOf(to), "HUBSPOT_DEFINED", { numbers, names })
  }
  for (const [from, to, typeId, inverse, ...labels] of AssociationTypes.labelled) {
    define(self, typeOf(from), typeOf(to), "HUBSPOT_DEFINED", { numbers: [typeId, inverse], labels })
  }
  return self
}

interface Names {
  readonly numbers?: readonly [number, number] | undefined
  /** None for the association without a label. */
  readonly labels?: readonly [string, string] | undefined
  /** Default: made of the names of the types. */
  readonly names?: readonly [string, string] | undefined
}

/** Both directions at once. They are one and the same where types and words do not tell them apart. */
export const define = (
  self: Associations,
  from: ObjectType,
  to: ObjectType,
  category: Category,
  { labels, names, numbers }: Names
): Definition => {
  const [label, inverseLabel] = labels ?? [undefined, undefined]
  const typeId = numbers?.[0] ?? self.nextTypeId++
  const symmetric = from.id === to.id && label === inverseLabel
  const inverseId = symmetric ? typeId : numbers?.[1] ?? self.nextTypeId++
  const one = {
    category,
    typeId,
    from: from.id,
    to: to.id,
    name: names?.[0] ?? nameOf(from, to, label),
    label: label ?? null,
    deleted: false
  } as Definition
  const other = symmetric ? one : {
    ...one,
    typeId: inverseId,
    from: to.id,
    to: from.id,
    name: names?.[1] ?? nameOf(to, from, inverseLabel),
    label: inverseLabel ?? null
  } as Definition
  one.inverse = other
  other.inverse = one
  for (const definition of new Set([one, other])) {
    const pair = `${definition.from}>${definition.to}`
    self.byPair.set(pair, [...self.byPair.get(pair) ?? [], definition])
    self.byTypeId.set(definition.typeId, definition)
  }
  return one
}

const nameOf = (from: ObjectType, to: ObjectType, label?: string): string => {
  const name = `${from.singular}_to_${to.singular}`.toLowerCase()
  return label === undefined || label === AssociationTypes.primary
    ? name
    : `${label.toLowerCase().replace(/\W+/g, "_")}_${name}`
}

/** Every definition between two types. A pair without one gets it here, so that any two records can be linked. */
export const definitionsOf = (
  self: Associations,
  from: ObjectType,
  to: ObjectType
): readonly [Definition, ...ReadonlyArray<Definition>] => {
  const known = self.byPair.get(`${from.id}>${to.id}`)
  if (known !== undefined) return known as [Definition, ...Array<Definition>]
  const custom = from.id.startsWith("2-") || to.id.startsWith("2-")
  return [define(self, from, to, custom ? "USER_DEFINED" : "HUBSPOT_DEFINED", {})]
}

/** Gives the association without a label between two types a name of its own. */
export const name = (self: Associations, from: ObjectType, to: ObjectType, name: string): Definition => {
  const [plain] = definitionsOf(self, from, to)
  plain.name = name
  return plain
}

/** A link with a label is also one without, as a record that is the primary company is a company first. */
export const connect = (self: Associations, from: number, to: number, definition: Definition): void => {
  const plain = self.byPair.get(`${definition.from}>${definition.to}`)![0]!
  put(self, from, to, [plain, definition])
  put(self, to, from, [plain.inverse, definition.inverse])
}

const put = (self: Associations, from: number, to: number, definitions: ReadonlyArray<Definition>) => {
  const type = definitions[0]!.to
  const byType = self.links.get(from) ?? new Map<string, Shelf.Shelf<Link>>()
  const shelf = byType.get(type) ?? Shelf.make<Link>()
  const link = shelf.items.get(to)
  Shelf.put(shelf, to, { to, definitions: [...new Set([...link?.definitions ?? [], ...definitions])] })
  self.links.set(from, byType.set(type, shelf))
}

/** The links of a record to those of a type, in the order of their ids. */
export const page = (
  self: Associations,
  from: number,
  type: string,
  after: number,
  limit: number
): { readonly items: ReadonlyArray<Link>; readonly more: boolean } => {
  const shelf = self.links.get(from)?.get(type)
  return shelf === undefined ? { items: [], more: false } : Shelf.page(shelf, after, limit)
}

const take = (self: Associations, from: number, type: string, to: number) => {
  const shelf = self.links.get(from)?.get(type)
  if (shelf !== undefined) Shelf.remove(shelf, to)
}

export const disconnect = (self: Associations, from: number, fromType: string, to: number, toType: string): void => {
  take(self, from, toType, to)
  take(self, to, fromType, from)
}

/** Takes labels off a link, which stays. The association without a label is no label. */
export const unlabel = (self: Associations, from: number, to: number, definition: Definition): void => {
  for (const [one, other, gone] of [[from, to, definition], [to, from, definition.inverse]] as const) {
    const link = self.links.get(one)?.get(gone.to)?.items.get(other)
    if (link !== undefined && gone.label !== null) {
      link.definitions = link.definitions.filter((definition) => definition !== gone)
    }
  }
}

/** Removes every link of a record that is going. */
export const forget = (self: Associations, id: number, type: string): void => {
  for (const { items } of self.links.get(id)?.values() ?? []) {
    for (const to of items.keys()) take(self, to, type, id)
  }
  self.links.delete(id)
}

/** Every link of one record becomes another's of the same type. */
export const move = (self: Associations, from: number, type: string, to: number): void => {
  for (const { items } of self.links.get(from)?.values() ?? []) {
    for (const { definitions, to: other } of items.values()) {
      if (other === to) continue
      for (const definition of definitions) connect(self, to, other, definition)
    }
  }
  forget(self, from, type)
}
