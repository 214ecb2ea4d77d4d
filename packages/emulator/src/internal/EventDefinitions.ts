/**
 * The definitions of custom events, and the properties of each. What is sent is not held to them.
 */
import * as Answer from "./Answer.ts"
import * as Call from "./Call.ts"
import type { Portal } from "./Portal.ts"
import * as Properties from "./Properties.ts"

interface EventDefinition {
  readonly id: string
  readonly name: string
  readonly primaryObject: string
  readonly customMatchingId: unknown
  readonly createdAt: string
  readonly properties: Map<string, Properties.Definition>
  label: string
  description: string
  updatedAt: string
}

/** By their names. */
export type EventDefinitions = Map<string, EventDefinition>

export const make = (): EventDefinitions => new Map()

/** Some of those that every event has unless it is said otherwise. */
const defaults = ["hs_browser", "hs_city", "hs_country", "hs_device_type", "hs_page_url", "hs_referrer"]

const maxProperties = 50

const fieldTypes: { readonly [type: string]: string } = {
  string: "text",
  number: "number",
  datetime: "date",
  enumeration: "select"
}

/** Whoever asks may say either name. */
const lookUp = ({ events, id }: Portal, { params }: Call.Call): EventDefinition | undefined => {
  const prefix = `pe${id}_`
  const name = params.name!.toLowerCase()
  return events.definitions.get(name.startsWith(prefix) ? name.slice(prefix.length) : name)
}

const show = ({ id: portalId }: Portal, { customMatchingId, label, properties, ...definition }: EventDefinition) => ({
  ...definition,
  ...(customMatchingId === undefined ? {} : { customMatchingId }),
  labels: { singular: label, plural: label },
  fullyQualifiedName: `pe${portalId}_${definition.name}`,
  objectTypeId: `6-${definition.id}`,
  trackingType: "MANUAL",
  archived: false,
  associations: [],
  properties: [...properties.values()].map(Properties.show)
})

export const list = (portal: Portal, call: Call.Call): Answer.Answer => {
  const page = Call.page(call, { max: 100, default: 100 })
  if (Answer.isFailure(page)) return page
  const sought = call.query.get("searchString")?.toLowerCase() ?? ""
  const found = [...portal.events.definitions.values()].filter(({ label, name }) =>
    `${name} ${label}`.toLowerCase().includes(sought)
  )
  const shown = found.filter(({ id }) => Number(id) > page.after).slice(0, page.limit)
  const last = shown.at(-1)
  const results = shown.map((definition) => show(portal, definition)).map((definition) =>
    call.query.get("includeProperties") === "false" ? { ...definition, properties: [] } : definition
  )
  return Answer.ok({
    total: found.length,
    results,
    ...(last === undefined || last === found.at(-1) ? {} : { paging: { next: { after: last.id } } })
  })
}

export const read = (portal: Portal, call: Call.Call): Answer.Answer => {
  const definition = lookUp(portal, call)
  return definition === undefined ? Answer.notFound : Answer.ok(show(portal, definition))
}

export const create = (portal: Portal, call: Call.Call): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const { customMatchingId, description, includeDefaultProperties, label, primaryObject, propertyDefinitions } = json
  if (typeof label !== "string" || label === "") return Answer.invalid("An event definition needs a `label`.")
  const name = nameFrom(json.name, label)
  if (!/^[a-z][a-z0-9_]{0,49}$/.test(name)) return Answer.invalid(`Event name is not valid: ${name}`, { name: [name] })
  const { definitions } = portal.events
  if (definitions.has(name)) return Answer.alreadyExists(`An event definition named ${name} already exists.`)
  const at = new Date(call.now).toISOString()
  const made: EventDefinition = {
    id: String(portal.events.nextId),
    name,
    label,
    description: typeof description === "string" ? description : "",
    primaryObject: typeof primaryObject === "string" ? primaryObject : "CONTACT",
    customMatchingId,
    createdAt: at,
    updatedAt: at,
    properties: new Map()
  }
  if (includeDefaultProperties !== false) {
    for (const name of defaults) {
      const property = propertyFrom(made, { name, label: name, type: "string" }, at) as Properties.Definition
      made.properties.set(name, { ...property, hubspotDefined: true })
    }
  }
  for (const input of Array.isArray(propertyDefinitions) ? propertyDefinitions : []) {
    const property = add(made, Call.isJson(input) ? input : {}, at)
    if (Answer.isFailure(property)) return property
  }
  portal.events.nextId++
  definitions.set(name, made)
  return Answer.created(show(portal, made))
}

/** HubSpot makes one of the label where there is none. */
const nameFrom = (name: unknown, label: string): string =>
  typeof name === "string" && name !== "" ? name : label.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_|_$/g, "")

const propertyFrom = (
  event: EventDefinition,
  json: Call.Json,
  at: string,
  base?: Properties.Definition
): Properties.Definition | Answer.Failure => {
  const group = { name: `${event.name}_information`, label: event.label, displayOrder: 0, archived: false }
  const type = Call.textOf(base?.type ?? json.type)
  if (!Object.hasOwn(fieldTypes, type)) return Answer.invalid(`Property type is not valid: ${type}`, { type: [type] })
  const name = base?.name ?? nameFrom(json.name, Call.textOf(json.label))
  const input = { ...json, name, type, fieldType: fieldTypes[type], groupName: group.name }
  return Properties.read(input, new Map([[group.name, group]]), at, base)
}

const add = (event: EventDefinition, json: Call.Json, at: string): Properties.Definition | Answer.Failure => {
  const property = propertyFrom(event, json, at)
  if (Answer.isFailure(property)) return property
  const { name } = property
  if (event.properties.has(name)) return Answer.alreadyExists(`A property named '${name}' already exists.`)
  const own = [...event.properties.values()].filter(({ hubspotDefined }) => !hubspotDefined)
  if (own.length >= maxProperties) return Answer.invalid(`An event has at most ${maxProperties} properties.`)
  event.properties.set(name, property)
  event.updatedAt = at
  return property
}

export const update = (portal: Portal, call: Call.Call): Answer.Answer => {
  const definition = lookUp(portal, call)
  if (definition === undefined) return Answer.notFound
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  if (typeof json.label === "string") definition.label = json.label
  if (typeof json.description === "string") definition.description = json.description
  definition.updatedAt = new Date(call.now).toISOString()
  return Answer.ok(show(portal, definition))
}

export const remove = (portal: Portal, call: Call.Call): Answer.Answer => {
  const definition = lookUp(portal, call)
  if (definition === undefined) return Answer.notFound
  portal.events.definitions.delete(definition.name)
  return Answer.noContent
}

export const createProperty = (portal: Portal, call: Call.Call): Answer.Answer => {
  const event = lookUp(portal, call)
  if (event === undefined) return Answer.notFound
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const property = add(event, json, new Date(call.now).toISOString())
  return Answer.isFailure(property) ? property : Answer.created(Properties.show(property))
}

export const updateProperty = (portal: Portal, call: Call.Call): Answer.Answer => {
  const event = lookUp(portal, call)
  const before = event?.properties.get(call.params.property!)
  if (event === undefined || before === undefined) return Answer.notFound
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const property = propertyFrom(event, json, new Date(call.now).toISOString(), before)
  if (Answer.isFailure(property)) return property
  event.properties.set(property.name, property)
  return Answer.ok(Properties.show(property))
}

export const removeProperty = (portal: Portal, call: Call.Call): Answer.Answer => {
  const event = lookUp(portal, call)
  const property = event?.properties.get(call.params.property!)
  if (event === undefined || property === undefined) return Answer.notFound
  if (property.hubspotDefined) {
    return Answer.invalid(`The property ${property.name} is defined by HubSpot.`, { propertyName: [property.name] })
  }
  event.properties.delete(property.name)
  return Answer.noContent
}
