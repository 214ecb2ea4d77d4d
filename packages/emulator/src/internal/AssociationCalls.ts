/**
 * The calls on the associations of one record, and on the labels that an account may give them.
 */
import * as Answer from "./Answer.ts"
import * as Associations from "./Associations.ts"
import { complete, none } from "./BatchFrame.ts"
import * as Call from "./Call.ts"
import type { Portal } from "./Portal.ts"
import * as Store from "./Store.ts"

export const list = ({ associations }: Portal, from: Store.Table, to: Store.Table, call: Call.Call): Answer.Answer => {
  const record = Store.find(from, call.params.id!)
  if (record === undefined) return Answer.notFound
  const page = Call.page(call, { max: 500, default: 500 })
  if (Answer.isFailure(page)) return page
  const { items, more } = Associations.page(associations, record.id, to.type.id, page.after, page.limit)
  return Answer.page(items.map((link) => ({ toObjectId: link.to, ...typesOf(link) })), more && String(items.at(-1)!.to))
}

/** The ways in which two records belong together, as HubSpot shows them. */
export const typesOf = ({ definitions }: Associations.Link): { readonly associationTypes: ReadonlyArray<object> } => ({
  associationTypes: definitions.filter(({ deleted }) => !deleted).map(showDefinition)
})

const showDefinition = ({ category, label, typeId }: Associations.Definition) => ({ category, typeId, label })

export const setDefault = (portal: Portal, from: Store.Table, to: Store.Table, call: Call.Call): Answer.Answer => {
  const ends = endsOf(from, to, call.params.id!, call.params.toId!)
  if (Answer.isFailure(ends)) return ends
  const outcomes = none()
  outcomes.results.push(...connectDefault(portal, from, to, ends))
  return complete(200, outcomes, call)
}

/** What was made, in both directions. */
export const connectDefault = (
  { associations }: Portal,
  from: Store.Table,
  to: Store.Table,
  ends: Ends
): ReadonlyArray<object> => {
  const [definition] = Associations.definitionsOf(associations, from.type, to.type)
  Associations.connect(associations, ends.from.id, ends.to.id, definition)
  const show = (from: Store.Stored, to: Store.Stored, { category, typeId }: Associations.Definition) => ({
    from: { id: String(from.id) },
    to: { id: String(to.id) },
    associationSpec: { associationCategory: category, associationTypeId: typeId }
  })
  return [show(ends.from, ends.to, definition), show(ends.to, ends.from, definition.inverse)]
}

export const set = (portal: Portal, from: Store.Table, to: Store.Table, call: Call.Call): Answer.Answer => {
  const ends = endsOf(from, to, call.params.id!, call.params.toId!)
  if (Answer.isFailure(ends)) return ends
  const types = Call.array(call)
  if (Answer.isFailure(types)) return types
  const made = connectAs(portal, from, to, ends, types)
  return Answer.isFailure(made) ? made : Answer.created(made)
}

/** Links two records in every way of a list, or in none when one of them is not a way between their types. */
export const connectAs = (
  { associations }: Portal,
  from: Store.Table,
  to: Store.Table,
  ends: Ends,
  types: unknown
): object | Answer.Failure => {
  const definitions = definitionsIn(associations, from, to, types)
  if (Answer.isFailure(definitions)) return definitions
  for (const definition of definitions) Associations.connect(associations, ends.from.id, ends.to.id, definition)
  return {
    fromObjectTypeId: from.type.id,
    fromObjectId: ends.from.id,
    toObjectTypeId: to.type.id,
    toObjectId: ends.to.id,
    labels: definitions.flatMap(({ label }) => label ?? [])
  }
}

/** The definitions that `[{ associationCategory, associationTypeId }]` names, all of them between the two types. */
export const definitionsIn = (
  associations: Associations.Associations,
  from: Store.Table,
  to: Store.Table | undefined,
  types: unknown
): ReadonlyArray<Associations.Definition> | Answer.Failure => {
  if (!Array.isArray(types) || types.length === 0) return Answer.invalid("At least one association type is needed.")
  const definitions: Array<Associations.Definition> = []
  for (const type of types) {
    const { associationCategory, associationTypeId } = Call.isJson(type) ? type : {} as Call.Json
    const definition = associations.byTypeId.get(Call.numberOf(associationTypeId))
    const fits = definition !== undefined && !definition.deleted && definition.category === associationCategory &&
      definition.from === from.type.id && (to === undefined || definition.to === to.type.id)
    if (!fits) {
      return Answer.noAssociationType(
        Call.textOf(associationCategory),
        Call.textOf(associationTypeId),
        from.type,
        to?.type
      )
    }
    definitions.push(definition)
  }
  return definitions
}

export const remove = (
  { associations }: Portal,
  from: Store.Table,
  to: Store.Table,
  { params }: Call.Call
): Answer.Answer => {
  const ends = endsOf(from, to, params.id!, params.toId!)
  if (Answer.isFailure(ends)) return ends
  Associations.disconnect(associations, ends.from.id, from.type.id, ends.to.id, to.type.id)
  return Answer.noContent
}

/** Two records that are there. */
export interface Ends {
  readonly from: Store.Stored
  readonly to: Store.Stored
}

export const endsOf = (
  fromTable: Store.Table,
  toTable: Store.Table,
  fromId: string,
  toId: string
): Ends | Answer.Failure => {
  const from = Store.find(fromTable, fromId)
  if (from === undefined) return Answer.absent(fromTable.type, [fromId])
  const to = Store.find(toTable, toId)
  return to === undefined ? Answer.absent(toTable.type, [toId]) : { from, to }
}

export const labels = ({ associations }: Portal, from: Store.Table, to: Store.Table): Answer.Answer =>
  Answer.page(
    Associations.definitionsOf(associations, from.type, to.type).filter(({ deleted }) => !deleted).map(showDefinition)
  )

export const createLabel = (
  { associations }: Portal,
  from: Store.Table,
  to: Store.Table,
  call: Call.Call
): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const { inverseLabel, label, name } = json
  if (typeof label !== "string" || typeof name !== "string" || label === "" || name === "") {
    return Answer.invalid("A label needs `label` and `name`.")
  }
  const known = Associations.definitionsOf(associations, from.type, to.type)
  if (known.some((definition) => !definition.deleted && (definition.name === name || definition.label === label))) {
    return Answer.alreadyExists(`An association label ${name} already exists between these types.`)
  }
  const made = Associations.define(associations, from.type, to.type, "USER_DEFINED", {
    labels: [label, typeof inverseLabel === "string" && inverseLabel !== "" ? inverseLabel : label],
    names: [name, name]
  })
  return Answer.page([...new Set([made, made.inverse])].map(showDefinition))
}

/** One word for both directions stays one word. */
export const updateLabel = (portal: Portal, from: Store.Table, to: Store.Table, call: Call.Call): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const definition = labelOf(portal, from, to, json.associationTypeId)
  if (Answer.isFailure(definition)) return definition
  const { inverse } = definition
  const { inverseLabel = definition.label === inverse.label ? json.label : inverse.label, label } = json
  if (typeof inverseLabel === "string") inverse.label = inverseLabel
  if (typeof label === "string") definition.label = label
  return Answer.noContent
}

export const deleteLabel = (portal: Portal, from: Store.Table, to: Store.Table, call: Call.Call): Answer.Answer => {
  const definition = labelOf(portal, from, to, call.params.id)
  if (Answer.isFailure(definition)) return definition
  definition.deleted = true
  definition.inverse.deleted = true
  return Answer.noContent
}

/** A label of the account's own: those of HubSpot stay as they are. */
const labelOf = (
  { associations }: Portal,
  from: Store.Table,
  to: Store.Table,
  typeId: unknown
): Associations.Definition | Answer.Failure => {
  const definition = associations.byTypeId.get(Call.numberOf(typeId))
  const known = definition !== undefined && !definition.deleted && definition.from === from.type.id &&
    definition.to === to.type.id
  if (!known) return Answer.notFound
  return definition.category === "USER_DEFINED" && definition.label !== null
    ? definition
    : Answer.invalid(`The association type ${definition.typeId} is not a label of this account.`)
}
