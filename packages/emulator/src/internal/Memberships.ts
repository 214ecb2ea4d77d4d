/**
 * The calls on who is on a list.
 */
import * as Answer from "./Answer.ts"
import { complete, errorOf, inputsOf, none } from "./BatchFrame.ts"
import * as Call from "./Call.ts"
import { listOf } from "./ListCalls.ts"
import * as Lists from "./Lists.ts"
import type { Portal } from "./Portal.ts"
import * as Shelf from "./Shelf.ts"
import * as Store from "./Store.ts"

const maxPage = 250
const defaultPage = 100

/** The cursor is opaque, as it is at HubSpot: nothing can be read off it. */
const cursorOf = (id: number) => Buffer.from(String(id)).toString("base64")
const idIn = (cursor: string) => {
  const text = Buffer.from(cursor, "base64").toString()
  return /^\d+$/.test(text) ? Number(text) : undefined
}

export const list = (portal: Portal, call: Call.Call): Answer.Answer => {
  const list = listOf(portal, call)
  if (list === undefined) return Answer.notFound
  const limit = Call.integer("limit", call.query.get("limit"), { min: 1, max: maxPage, default: defaultPage })
  if (typeof limit === "object") return limit
  const cursor = call.query.get("after")
  const after = cursor === null ? 0 : idIn(cursor)
  if (after === undefined) return Answer.invalid(`Invalid cursor: ${cursor}`, { after: [String(cursor)] })
  const { items, more } = Shelf.entries(list.members, after, limit)
  return Answer.page(
    items.map(([id, membershipTimestamp]) => ({ recordId: String(id), membershipTimestamp })),
    more && cursorOf(items.at(-1)![0])
  )
}

export const add = (portal: Portal, call: Call.Call): Answer.Answer => {
  const ids = Call.array(call)
  return Answer.isFailure(ids) ? ids : change(portal, call, ids, [])
}

export const remove = (portal: Portal, call: Call.Call): Answer.Answer => {
  const ids = Call.array(call)
  return Answer.isFailure(ids) ? ids : change(portal, call, [], ids)
}

export const addAndRemove = (portal: Portal, call: Call.Call): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const { recordIdsToAdd = [], recordIdsToRemove = [] } = json
  return Array.isArray(recordIdsToAdd) && Array.isArray(recordIdsToRemove)
    ? change(portal, call, recordIdsToAdd, recordIdsToRemove)
    : Answer.invalid("`recordIdsToAdd` and `recordIdsToRemove` are arrays.")
}

/** Who is there already, or is not there to be removed, is in none of the answer's lists. */
const change = (
  portal: Portal,
  call: Call.Call,
  toAdd: ReadonlyArray<unknown>,
  toRemove: ReadonlyArray<unknown>
): Answer.Answer => {
  const list = listOf(portal, call)
  if (list === undefined) return Answer.notFound
  if (list.processingType === "DYNAMIC") return Answer.invalid("The members of a dynamic list are those it filters.")
  const table = Store.tableOf(portal.store, list.objectTypeId)
  if (table === undefined) return Answer.unknownType(list.objectTypeId)
  const at = new Date(call.now).toISOString()
  const [added, removed, missing] = [[], [], []] as [Array<string>, Array<string>, Array<string>]
  for (
    const [ids, done, act] of [
      [toAdd, added, (id: number) => Lists.join(portal.lists, list, id, at)],
      [toRemove, removed, (id: number) => Lists.leave(portal.lists, list, id)]
    ] as const
  ) {
    for (const raw of ids) {
      const id = Call.idOf(raw) ?? ""
      const record = Store.find(table, id)
      if (record === undefined) missing.push(id)
      else if (act(record.id)) done.push(String(record.id))
    }
  }
  return Answer.ok({ recordsIdsAdded: added, recordIdsRemoved: removed, recordIdsMissing: missing })
}

export const clear = (portal: Portal, call: Call.Call): Answer.Answer => {
  const list = listOf(portal, call)
  if (list === undefined) return Answer.notFound
  if (list.processingType === "DYNAMIC") return Answer.invalid("The members of a dynamic list are those it filters.")
  Lists.clear(portal.lists, list)
  return Answer.noContent
}

export const addFrom = (portal: Portal, call: Call.Call): Answer.Answer => {
  const source = portal.lists.byId.get(Number(call.params.source))
  if (source === undefined || source.deletedAt !== undefined) return Answer.notFound
  const changed = change(portal, call, [...source.members.items.keys()], [])
  return Answer.isFailure(changed) ? changed : Answer.noContent
}

/** The members by the time at which they joined; the cursor is how many have been seen. */
export const joinOrder = (portal: Portal, call: Call.Call): Answer.Answer => {
  const list = listOf(portal, call)
  if (list === undefined) return Answer.notFound
  const limit = Call.integer("limit", call.query.get("limit"), { min: 1, max: maxPage, default: defaultPage })
  if (typeof limit === "object") return limit
  const cursor = call.query.get("after")
  const after = cursor === null ? 0 : idIn(cursor)
  if (after === undefined) return Answer.invalid(`Invalid cursor: ${cursor}`, { after: [String(cursor)] })
  const members = [...list.members.items]
    .sort(([one, at], [other, then]) => at < then ? -1 : at > then ? 1 : one - other)
    .map(([id, membershipTimestamp]) => ({ recordId: String(id), membershipTimestamp }))
  return Answer.page(
    members.slice(after, after + limit),
    after + limit < members.length && cursorOf(after + limit)
  )
}

/** The lists that a record is on. */
export const ofRecord = ({ lists }: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const record = Store.find(table, call.params.id!)
  return record === undefined ? Answer.notFound : Answer.page(membershipsOf(lists, record))
}

export const ofRecords = ({ lists, store }: Portal, call: Call.Call): Answer.Answer => {
  const batch = inputsOf(call)
  if (Answer.isFailure(batch)) return batch
  const outcomes = none()
  for (const { objectTypeId, recordId } of batch.inputs) {
    const [type, id] = [Call.textOf(objectTypeId), Call.idOf(recordId) ?? ""]
    const table = Store.tableOf(store, type)
    const record = table && Store.find(table, id)
    if (record === undefined) {
      outcomes.errors.push(errorOf(table ? Answer.absent(table.type, [id]) : Answer.unknownType(type), { ids: [id] }))
    } else {
      outcomes.results.push({ objectTypeId: type, recordId: id, recordListMemberships: membershipsOf(lists, record) })
    }
  }
  return complete(200, outcomes, call)
}

const membershipsOf = (lists: Lists.Lists, { id }: Store.Stored): ReadonlyArray<object> =>
  [...lists.ofRecord.get(id) ?? []].filter(({ deletedAt }) => deletedAt === undefined).map((list) => {
    const at = list.members.items.get(id)!
    return { listId: String(list.id), listVersion: list.version, firstAddedTimestamp: at, lastAddedTimestamp: at }
  })
