/**
 * The calls on properties and on the groups they stand in.
 */
import * as Answer from "./Answer.ts"
import { complete, errorOf, inputsOf, none } from "./BatchFrame.ts"
import * as Call from "./Call.ts"
import type { Portal } from "./Portal.ts"
import * as Properties from "./Properties.ts"
import type { Table } from "./Store.ts"

const timeOf = (call: Call.Call) => new Date(call.now).toISOString()

const lookUp = (
  { properties }: Portal,
  table: Table,
  name: string,
  archived: boolean
): Properties.Definition | undefined =>
  archived
    ? Properties.ofType(properties, table).archived.get(name)
    : Properties.definitionOf(properties, table, name)

export const list = ({ properties }: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const shown = Call.wantsArchived(call)
    ? [...Properties.ofType(properties, table).archived.values()]
    : Properties.all(properties, table)
  return Answer.page(shown.map(Properties.show))
}

export const read = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const name = call.params.name!
  const definition = lookUp(portal, table, name, Call.wantsArchived(call))
  return definition === undefined ? Answer.noProperty(name) : Answer.ok(Properties.show(definition))
}

export const create = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const made = createOne(portal, table, json, call)
  return Answer.isFailure(made) ? made : Answer.created(made)
}

const createOne = ({ properties }: Portal, table: Table, json: Call.Json, call: Call.Call): object | Answer.Failure => {
  const definition = Properties.read(json, Properties.ofType(properties, table).groups, timeOf(call))
  if (Answer.isFailure(definition)) return definition
  if (Properties.definitionOf(properties, table, definition.name) !== undefined) {
    return Answer.alreadyExists(`A property named '${definition.name}' already exists.`)
  }
  Properties.put(properties, table, definition)
  return Properties.show(definition)
}

/** Of HubSpot's own properties only the options may change. */
export const update = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const name = call.params.name!
  const before = lookUp(portal, table, name, false)
  if (before === undefined) return Answer.noProperty(name)
  if (before.hubspotDefined && Object.keys(json).some((field) => field !== "options")) {
    return Answer.invalid(`The property ${name} is defined by HubSpot.`, { propertyName: [name] })
  }
  const { groups } = Properties.ofType(portal.properties, table)
  const definition = Properties.read(json, groups, timeOf(call), before)
  if (Answer.isFailure(definition)) return definition
  Properties.put(portal.properties, table, definition)
  return Answer.ok(Properties.show(definition))
}

export const archive = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const name = call.params.name!
  const definition = lookUp(portal, table, name, false)
  if (definition === undefined) return Answer.noProperty(name)
  if (definition.hubspotDefined) {
    return Answer.invalid(`The property ${name} is defined by HubSpot.`, { propertyName: [name] })
  }
  Properties.archive(portal.properties, table, definition, timeOf(call))
  return Answer.noContent
}

export const batchCreate = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const batch = inputsOf(call)
  if (Answer.isFailure(batch)) return batch
  const outcomes = none()
  for (const input of batch.inputs) {
    const made = createOne(portal, table, input, call)
    if (Answer.isFailure(made)) outcomes.errors.push(errorOf(made, { name: [Call.textOf(input.name)] }))
    else outcomes.results.push(made)
  }
  return complete(201, outcomes, call)
}

export const batchRead = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const batch = inputsOf(call)
  if (Answer.isFailure(batch)) return batch
  const outcomes = none()
  for (const input of batch.inputs) {
    const name = Call.textOf(input.name)
    const definition = lookUp(portal, table, name, batch.json.archived === true)
    if (definition === undefined) outcomes.errors.push(errorOf(Answer.noProperty(name), { name: [name] }))
    else outcomes.results.push(Properties.show(definition))
  }
  return complete(200, outcomes, call)
}

/** What is not there, or is HubSpot's own, stays as it is. */
export const batchArchive = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const batch = inputsOf(call)
  if (Answer.isFailure(batch)) return batch
  for (const { name } of batch.inputs) {
    const definition = lookUp(portal, table, Call.textOf(name), false)
    if (definition === undefined || definition.hubspotDefined) continue
    Properties.archive(portal.properties, table, definition, timeOf(call))
  }
  return Answer.noContent
}

const groupsOf = ({ properties }: Portal, table: Table) => Properties.ofType(properties, table).groups

export const groups = (portal: Portal, table: Table): Answer.Answer =>
  Answer.page([...groupsOf(portal, table).values()])

export const group = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const group = groupsOf(portal, table).get(call.params.name!)
  return group === undefined ? Answer.notFound : Answer.ok(group)
}

export const createGroup = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const { displayOrder, label, name } = json
  if (typeof name !== "string" || name === "" || typeof label !== "string") {
    return Answer.invalid("A property group needs `name` and `label`.")
  }
  const groups = groupsOf(portal, table)
  if (groups.has(name)) return Answer.alreadyExists(`A property group named '${name}' already exists.`)
  const made = { name, label, displayOrder: typeof displayOrder === "number" ? displayOrder : -1, archived: false }
  groups.set(name, made)
  return Answer.created(made)
}

export const updateGroup = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const groups = groupsOf(portal, table)
  const before = groups.get(call.params.name!)
  if (before === undefined) return Answer.notFound
  const { displayOrder, label } = json
  const changed = {
    ...before,
    label: typeof label === "string" ? label : before.label,
    displayOrder: typeof displayOrder === "number" ? displayOrder : before.displayOrder
  }
  groups.set(before.name, changed)
  return Answer.ok(changed)
}

/** A group goes when it is empty. */
export const archiveGroup = (portal: Portal, table: Table, call: Call.Call): Answer.Answer => {
  const name = call.params.name!
  const groups = groupsOf(portal, table)
  if (!groups.has(name)) return Answer.notFound
  if (Properties.all(portal.properties, table).some(({ groupName }) => groupName === name)) {
    return Answer.invalid(`The property group ${name} has properties.`, { groupName: [name] })
  }
  groups.delete(name)
  return Answer.noContent
}
