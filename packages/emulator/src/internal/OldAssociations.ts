/**
 * The calls of the v3 associations: a link has one type, told by its name or its number.
 */
import * as Answer from "./Answer.ts"
import * as AssociationCalls from "./AssociationCalls.ts"
import * as Associations from "./Associations.ts"
import { complete, errorOf, idIn, inputsOf, none } from "./BatchFrame.ts"
import * as Call from "./Call.ts"
import type { Portal } from "./Portal.ts"
import * as Store from "./Store.ts"

const pageSize = 100

export const types = ({ associations }: Portal, from: Store.Table, to: Store.Table): Answer.Answer =>
  Answer.page(
    Associations.definitionsOf(associations, from.type, to.type)
      .filter(({ deleted }) => !deleted)
      .map(({ name, typeId }) => ({ id: String(typeId), name }))
  )

export const create = (portal: Portal, from: Store.Table, to: Store.Table, call: Call.Call): Answer.Answer => {
  const batch = inputsOf(call)
  if (Answer.isFailure(batch)) return batch
  const outcomes = none()
  for (const { from: one, to: other, type } of batch.inputs) {
    const [fromId, toId] = [idIn(one) ?? "", idIn(other) ?? ""]
    const ends = AssociationCalls.endsOf(from, to, fromId, toId)
    const definition = definitionOf(portal, from, to, type)
    const failure = [ends, definition].find(Answer.isFailure)
    if (Answer.isFailure(ends) || Answer.isFailure(definition)) {
      outcomes.errors.push(errorOf(failure!, { fromObjectId: [fromId], toObjectId: [toId] }))
    } else {
      Associations.connect(portal.associations, ends.from.id, ends.to.id, definition)
      outcomes.results.push({ from: { id: fromId }, to: { id: toId }, type: definition.name })
    }
  }
  return complete(201, outcomes, call)
}

export const read = (
  { associations }: Portal,
  from: Store.Table,
  to: Store.Table,
  call: Call.Call
): Answer.Answer => {
  const batch = inputsOf(call)
  if (Answer.isFailure(batch)) return batch
  const outcomes = none()
  for (const input of batch.inputs) {
    const id = Call.idOf(input.id) ?? ""
    const record = Store.find(from, id)
    const { items, more } = Associations.page(associations, record?.id ?? 0, to.type.id, 0, pageSize)
    const ends = items.flatMap(({ definitions, to }) =>
      definitions.filter(({ deleted }) => !deleted).map(({ name }) => ({ id: String(to), type: name }))
    )
    if (ends.length === 0) outcomes.errors.push(Answer.noAssociations(from.type, to.type, id).body as object)
    else {
      outcomes.results.push({
        from: { id },
        to: ends,
        ...(more ? { paging: { next: { after: String(items.at(-1)!.to) } } } : {})
      })
    }
  }
  return complete(200, outcomes, call)
}

/** The type that an input names goes, and with the one that has no label the whole link. */
export const archive = (portal: Portal, from: Store.Table, to: Store.Table, call: Call.Call): Answer.Answer => {
  const batch = inputsOf(call)
  if (Answer.isFailure(batch)) return batch
  const named = batch.inputs.map(({ from: one, to: other, type }) => ({
    ends: [Number(idIn(one)), Number(idIn(other))] as const,
    definition: definitionOf(portal, from, to, type)
  }))
  for (const { definition } of named) if (Answer.isFailure(definition)) return definition
  for (const { definition, ends: [one, other] } of named) {
    if (Answer.isFailure(definition)) continue
    if (definition.label === null) Associations.disconnect(portal.associations, one, from.type.id, other, to.type.id)
    else Associations.unlabel(portal.associations, one, other, definition)
  }
  return Answer.noContent
}

const definitionOf = (
  { associations }: Portal,
  from: Store.Table,
  to: Store.Table,
  type: unknown
): Associations.Definition | Answer.Failure => {
  const word = Call.textOf(type)
  return Associations.definitionsOf(associations, from.type, to.type)
    .find(({ deleted, name, typeId }) => !deleted && (name === word || String(typeId) === word)) ??
    Answer.invalid(`There is no association type ${word} from ${from.type.name} to ${to.type.name}.`, { type: [word] })
}
