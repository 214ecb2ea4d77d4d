/**
 * The batch calls on associations. Each input fails on its own.
 */
import * as Answer from "./Answer.ts"
import * as AssociationCalls from "./AssociationCalls.ts"
import * as Associations from "./Associations.ts"
import { complete, errorOf, idIn, inputsOf, none } from "./BatchFrame.ts"
import * as Call from "./Call.ts"
import type { Portal } from "./Portal.ts"
import * as Store from "./Store.ts"

const maxCreate = 2000
const maxRead = 1000
const maxArchive = 100
const pageSize = 500

export const create = (portal: Portal, from: Store.Table, to: Store.Table, call: Call.Call): Answer.Answer =>
  connectEach(201, from, to, call, (ends, { types }) => {
    const made = AssociationCalls.connectAs(portal, from, to, ends, types)
    return Answer.isFailure(made) ? made : [made]
  })

export const setDefault = (portal: Portal, from: Store.Table, to: Store.Table, call: Call.Call): Answer.Answer =>
  connectEach(200, from, to, call, (ends) => AssociationCalls.connectDefault(portal, from, to, ends))

const connectEach = (
  status: number,
  from: Store.Table,
  to: Store.Table,
  call: Call.Call,
  connect: (ends: AssociationCalls.Ends, input: Call.Json) => ReadonlyArray<object> | Answer.Failure
): Answer.Answer => {
  const batch = inputsOf(call, maxCreate)
  if (Answer.isFailure(batch)) return batch
  const outcomes = none()
  for (const input of batch.inputs) {
    const fromId = idIn(input.from) ?? ""
    const toId = idIn(input.to) ?? ""
    const ends = AssociationCalls.endsOf(from, to, fromId, toId)
    const made = Answer.isFailure(ends) ? ends : connect(ends, input)
    if (Answer.isFailure(made)) outcomes.errors.push(errorOf(made, { fromObjectId: [fromId], toObjectId: [toId] }))
    else outcomes.results.push(...made)
  }
  return complete(status, outcomes, call)
}

export const read = (
  { associations }: Portal,
  from: Store.Table,
  to: Store.Table,
  call: Call.Call
): Answer.Answer => {
  const batch = inputsOf(call, maxRead)
  if (Answer.isFailure(batch)) return batch
  const outcomes = none()
  for (const input of batch.inputs) {
    const id = Call.idOf(input.id) ?? ""
    const after = Number(Call.idOf(input.after) ?? 0)
    const record = Store.find(from, id)
    const { items, more } = Associations.page(associations, record?.id ?? 0, to.type.id, after, pageSize)
    if (items.length === 0) {
      outcomes.errors.push(Answer.noAssociations(from.type, to.type, id).body as object)
    } else {
      // One call sends ids as numbers and the other as strings, as they do at HubSpot.
      const links = items.map((link) => ({ toObjectId: String(link.to), ...AssociationCalls.typesOf(link) }))
      const paging = more ? { paging: { next: { after: links.at(-1)!.toObjectId } } } : {}
      outcomes.results.push({ from: { id }, to: links, ...paging })
    }
  }
  return complete(200, outcomes, call)
}

/** Links that are not there are as removed as they can be. */
export const archive = (
  { associations }: Portal,
  from: Store.Table,
  to: Store.Table,
  call: Call.Call
): Answer.Answer => {
  const batch = inputsOf(call, maxArchive)
  if (Answer.isFailure(batch)) return batch
  for (const input of batch.inputs) {
    const ends: ReadonlyArray<unknown> = Array.isArray(input.to) ? input.to : [input.to]
    for (const end of ends) {
      const [one, other] = [Number(idIn(input.from)), Number(idIn(end))]
      Associations.disconnect(associations, one, from.type.id, other, to.type.id)
    }
  }
  return Answer.noContent
}

/** Takes labels off; the records stay associated. */
export const archiveLabels = (
  { associations }: Portal,
  from: Store.Table,
  to: Store.Table,
  call: Call.Call
): Answer.Answer => {
  const batch = inputsOf(call, maxArchive)
  if (Answer.isFailure(batch)) return batch
  const unlabel = batch.inputs.map((input) => ({
    ends: [Number(idIn(input.from)), Number(idIn(input.to))] as const,
    definitions: AssociationCalls.definitionsIn(associations, from, to, input.types)
  }))
  for (const { definitions } of unlabel) if (Answer.isFailure(definitions)) return definitions
  for (const { definitions, ends: [one, other] } of unlabel) {
    if (Answer.isFailure(definitions)) continue
    for (const definition of definitions) Associations.unlabel(associations, one, other, definition)
  }
  return Answer.noContent
}
