/**
 * The schemas of types. One that is made here is a type at once: its records are kept in a table like any other.
 */
import * as ObjectType from "../ObjectType.ts"
import * as Answer from "./Answer.ts"
import * as Associations from "./Associations.ts"
import { complete, errorOf, none } from "./BatchFrame.ts"
import * as Call from "./Call.ts"
import type { Portal } from "./Portal.ts"
import * as Properties from "./Properties.ts"
import * as Store from "./Store.ts"

/** What only a schema says of a type. */
interface Schema {
  readonly name: string
  labels: { readonly singular?: unknown; readonly plural?: unknown }
  description: string | undefined
  primaryDisplayProperty: string | undefined
  secondaryDisplayProperties: ReadonlyArray<string>
  searchableProperties: ReadonlyArray<string>
  readonly associations: Map<string, object>
  readonly createdAt: string
  updatedAt: string
}

export interface Schemas {
  /** By the id of the type. Types of the options have none until they are asked for. */
  readonly byType: Map<string, Schema>
  readonly deleted: Array<object>
  nextId: number
}

export const make = (): Schemas => ({ byType: new Map(), deleted: [], nextId: 1001 })

const epoch = "1970-01-01T00:00:00.000Z"

const isCustom = ({ type }: Store.Table) => type.id.startsWith("2-")

const schemaOf = ({ schemas }: Portal, { type }: Store.Table): Schema => {
  const known = schemas.byType.get(type.id)
  if (known !== undefined) return known
  const fresh: Schema = {
    name: type.name.replace(/^p\d*_/, ""),
    labels: { singular: type.singular },
    description: undefined,
    primaryDisplayProperty: undefined,
    secondaryDisplayProperties: [],
    searchableProperties: [],
    associations: new Map(),
    createdAt: epoch,
    updatedAt: epoch
  }
  schemas.byType.set(type.id, fresh)
  return fresh
}

const show = (portal: Portal, table: Store.Table) => ({
  ...schemaOf(portal, table),
  id: table.type.id,
  objectTypeId: table.type.id,
  fullyQualifiedName: table.type.name,
  requiredProperties: table.type.required.flat(),
  properties: Properties.all(portal.properties, table).map(Properties.show),
  associations: [...schemaOf(portal, table).associations.values()],
  archived: false
})

export const list = (portal: Portal, call: Call.Call): Answer.Answer =>
  Answer.page(
    Call.wantsArchived(call)
      ? portal.schemas.deleted
      : [...new Set(portal.store.tables.values())].filter(isCustom).map((table) => show(portal, table))
  )

export const read = (portal: Portal, table: Store.Table): Answer.Answer => Answer.ok(show(portal, table))

const strings = (u: unknown): ReadonlyArray<string> | undefined =>
  Array.isArray(u) ? u.filter((one) => typeof one === "string") : undefined

export const readMany = (portal: Portal, call: Call.Call): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  if (!Array.isArray(json.inputs)) return Answer.invalid("The request needs `inputs`, an array of types.")
  const outcomes = none()
  for (const input of json.inputs) {
    const name = Call.textOf(input)
    const table = Store.tableOf(portal.store, name)
    if (table === undefined) outcomes.errors.push(errorOf(Answer.unknownType(name), { ids: [name] }))
    else outcomes.results.push(show(portal, table))
  }
  return complete(200, outcomes, call)
}

export const create = (portal: Portal, call: Call.Call): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const { labels, name } = json
  if (typeof name !== "string" || !/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
    return Answer.invalid(`The name of a schema is not valid: ${Call.textOf(name)}`, { name: [Call.textOf(name)] })
  }
  if (!Call.isJson(labels)) return Answer.invalid("A schema needs `labels`.")
  const fullName = `p${portal.id}_${name}`.toLowerCase()
  if (portal.store.tables.has(fullName) || portal.store.tables.has(name.toLowerCase())) {
    return Answer.alreadyExists(`An object type named ${name} already exists.`)
  }
  const others = (strings(json.associatedObjects) ?? []).map((other) => Store.tableOf(portal.store, other))
  if (others.includes(undefined)) return Answer.invalid("`associatedObjects` names a type that is not there.")
  const id = `2-${portal.schemas.nextId}`
  const type = ObjectType.make({ name: fullName, id, singular: name, properties: {} })
  const table = Store.makeTable(type)
  const wrong = defineProperties(portal, table, json.properties, call) ?? requireProperties(table, json)
  if (wrong !== undefined) {
    portal.properties.delete(id)
    return wrong
  }
  portal.schemas.nextId++
  Store.add(portal.store, table, name.toLowerCase())
  const at = new Date(call.now).toISOString()
  portal.schemas.byType.set(id, { ...schemaOf(portal, table), name, createdAt: at, updatedAt: at })
  describe(portal, table, json)
  for (const other of others) associate(portal, table, other!, `${name}_to_${other!.type.singular}`.toLowerCase(), call)
  return Answer.created(show(portal, table))
}

/** The properties of a schema need no group: they stand in the one of their type. */
const defineProperties = (
  { properties }: Portal,
  table: Store.Table,
  input: unknown,
  call: Call.Call
): Answer.Failure | undefined => {
  const { groups } = Properties.ofType(properties, table)
  const [group = ""] = groups.keys()
  for (const property of Array.isArray(input) ? input : []) {
    const json = Call.isJson(property) ? { groupName: group, ...property } : {}
    const definition = Properties.read(json, groups, new Date(call.now).toISOString())
    if (Answer.isFailure(definition)) return definition
    Properties.put(properties, table, definition)
  }
  return undefined
}

const requireProperties = (table: Store.Table, json: Call.Json): Answer.Failure | undefined => {
  const required = strings(json.requiredProperties)
  if (required === undefined) return undefined
  const unknown = required.filter((name) => !Object.hasOwn(table.type.properties, name))
  if (unknown.length > 0) return Answer.invalid("A required property is not there.", { requiredProperties: unknown })
  table.type = { ...table.type, required: required.map((name) => [name]) }
  return undefined
}

const describe = (portal: Portal, table: Store.Table, json: Call.Json): void => {
  const schema = schemaOf(portal, table)
  if (Call.isJson(json.labels)) schema.labels = json.labels
  if (typeof json.description === "string") schema.description = json.description
  if (typeof json.primaryDisplayProperty === "string") schema.primaryDisplayProperty = json.primaryDisplayProperty
  schema.secondaryDisplayProperties = strings(json.secondaryDisplayProperties) ?? schema.secondaryDisplayProperties
  schema.searchableProperties = strings(json.searchableProperties) ?? schema.searchableProperties
}

export const update = (portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  if (!isCustom(table)) return Answer.invalid("Only the schemas of custom objects can be changed.")
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const wrong = requireProperties(table, json)
  if (wrong !== undefined) return wrong
  describe(portal, table, json)
  schemaOf(portal, table).updatedAt = new Date(call.now).toISOString()
  return Answer.ok(show(portal, table))
}

/** A schema goes when its type has no records. */
export const remove = (portal: Portal, table: Store.Table): Answer.Answer => {
  if (!isCustom(table)) return Answer.invalid("Only the schemas of custom objects can be deleted.")
  if (table.live.items.size > 0) return Answer.invalid(`There are records of the type ${table.type.name}.`)
  portal.schemas.deleted.push({ ...show(portal, table), archived: true })
  Store.drop(portal.store, table)
  return Answer.noContent
}

export const createAssociation = (portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const other = Store.tableOf(portal.store, Call.textOf(json.toObjectTypeId))
  if (other === undefined) return Answer.unknownType(Call.textOf(json.toObjectTypeId))
  const name = typeof json.name === "string" ? json.name : `${table.type.singular}_to_${other.type.singular}`
  return Answer.created(associate(portal, table, other, name.toLowerCase(), call))
}

/** Any two types can be associated as it is; this gives the association a name and shows it with the schema. */
const associate = (
  portal: Portal,
  table: Store.Table,
  other: Store.Table,
  name: string,
  call: Call.Call
): object => {
  const at = new Date(call.now).toISOString()
  const { typeId } = Associations.name(portal.associations, table.type, other.type, name)
  const association = {
    id: String(typeId),
    fromObjectTypeId: table.type.id,
    toObjectTypeId: other.type.id,
    name,
    createdAt: at,
    updatedAt: at
  }
  schemaOf(portal, table).associations.set(association.id, association)
  return association
}

export const removeAssociation = (portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const { associations } = schemaOf(portal, table)
  return associations.delete(call.params.id!) ? Answer.noContent : Answer.notFound
}
