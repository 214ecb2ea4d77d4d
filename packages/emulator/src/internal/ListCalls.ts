/**
 * The calls on lists.
 */
import * as Answer from "./Answer.ts"
import * as Call from "./Call.ts"
import * as Lists from "./Lists.ts"
import type { Portal } from "./Portal.ts"
import * as Store from "./Store.ts"

const timeOf = (call: Call.Call) => new Date(call.now).toISOString()

const frame = (list: Lists.List) => ({
  listId: String(list.id),
  objectTypeId: list.objectTypeId,
  name: list.name,
  processingType: list.processingType,
  processingStatus: "COMPLETE",
  listVersion: list.version,
  createdAt: list.createdAt,
  updatedAt: list.updatedAt,
  filtersUpdatedAt: list.createdAt,
  ...(list.deletedAt === undefined ? {} : { deletedAt: list.deletedAt })
})

const show = (list: Lists.List, call: Call.Call): object => ({
  ...frame(list),
  size: list.members.items.size,
  ...(call.query.get("includeFilters") === "true" ? { filterBranch: list.filterBranch } : {})
})

/** The list that a path names, unless it is deleted. */
export const listOf = ({ lists }: Portal, { params }: Call.Call): Lists.List | undefined => {
  const list = lists.byId.get(Number(params.id))
  return list === undefined || list.deletedAt !== undefined ? undefined : list
}

export const create = (portal: Portal, call: Call.Call): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const { filterBranch, name, objectTypeId } = json
  const processingType = Lists.processingTypes.find((type) => type === json.processingType)
  if (typeof name !== "string" || name === "") return Answer.invalid("A list needs a `name`.")
  if (processingType === undefined) {
    return Answer.invalid(`The processing type of a list is one of ${Lists.processingTypes.join(", ")}.`, {
      processingType: [Call.textOf(json.processingType)]
    })
  }
  const type = Store.tableOf(portal.store, Call.textOf(objectTypeId))?.type
  if (type === undefined) return Answer.unknownType(Call.textOf(objectTypeId))
  if (Lists.byName(portal.lists, type.id, name) !== undefined) return Answer.listNameTaken(name)
  const made = Lists.create(portal.lists, { objectTypeId: type.id, processingType, name, filterBranch }, timeOf(call))
  return Answer.ok({ list: show(made, call) })
}

export const read = (portal: Portal, call: Call.Call): Answer.Answer => {
  const list = listOf(portal, call)
  return list === undefined ? Answer.notFound : Answer.ok({ list: show(list, call) })
}

export const readByName = ({ lists, store }: Portal, call: Call.Call): Answer.Answer => {
  const type = Store.tableOf(store, call.params.type!)?.type
  const list = type && Lists.byName(lists, type.id, call.params.name!)
  return list === undefined ? Answer.notFound : Answer.ok({ list: show(list, call) })
}

/** Those of the ids in the query that are there. */
export const readMany = (portal: Portal, call: Call.Call): Answer.Answer => {
  const found = Call.names(call, "listIds").flatMap((id) => listOf(portal, { ...call, params: { id } }) ?? [])
  return Answer.ok({ lists: found.map((list) => show(list, call)) })
}

/** By a part of the name, newest last. A page begins at `offset`. */
export const search = ({ lists }: Portal, call: Call.Call): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const count = Call.integer("count", json.count, { min: 1, max: 500, default: 20 })
  if (typeof count === "object") return count
  const offset = Call.integer("offset", json.offset, { min: 0, max: Number.MAX_SAFE_INTEGER, default: 0 })
  if (typeof offset === "object") return offset
  const query = typeof json.query === "string" ? json.query.toLowerCase() : ""
  const wanted = (field: unknown, value: string) =>
    !Array.isArray(field) || field.length === 0 || field.some((one) => Call.textOf(one) === value)
  const found = [...lists.byId.values()].filter((list) =>
    list.deletedAt === undefined && list.name.toLowerCase().includes(query) &&
    wanted(json.processingTypes, list.processingType) && wanted(json.listIds, String(list.id))
  )
  const shown = found.slice(offset, offset + count).map((list) => ({
    ...frame(list),
    additionalProperties: { hs_list_size: String(list.members.items.size) }
  }))
  const next = offset + shown.length
  return Answer.ok({ lists: shown, total: found.length, offset: next, hasMore: next < found.length })
}

export const rename = (portal: Portal, call: Call.Call): Answer.Answer => {
  const list = listOf(portal, call)
  if (list === undefined) return Answer.notFound
  const name = call.query.get("listName") ?? ""
  if (name === "") return Answer.invalid("The new name of a list is in `listName`.")
  const holder = Lists.byName(portal.lists, list.objectTypeId, name)
  if (holder !== undefined && holder !== list) return Answer.listNameTaken(name)
  Lists.rename(portal.lists, list, name, timeOf(call))
  return Answer.ok({ updatedList: show(list, call) })
}

export const refilter = (portal: Portal, call: Call.Call): Answer.Answer => {
  const list = listOf(portal, call)
  if (list === undefined) return Answer.notFound
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  if (list.processingType !== "DYNAMIC" || !Call.isJson(json.filterBranch)) {
    return Answer.invalid("Only a dynamic list has filters, in `filterBranch`.")
  }
  Lists.refilter(list, json.filterBranch, timeOf(call))
  return Answer.ok({ updatedList: show(list, call) })
}

export const remove = (portal: Portal, call: Call.Call): Answer.Answer => {
  const list = listOf(portal, call)
  if (list === undefined) return Answer.notFound
  Lists.remove(portal.lists, list, timeOf(call))
  return Answer.noContent
}

/** A deleted list comes back with its members, unless another has its name. */
export const restore = ({ lists }: Portal, { params }: Call.Call): Answer.Answer => {
  const list = lists.byId.get(Number(params.id))
  if (list === undefined) return Answer.notFound
  const holder = Lists.byName(lists, list.objectTypeId, list.name)
  if (holder !== undefined && holder !== list) return Answer.listNameTaken(list.name)
  Lists.restore(lists, list)
  return Answer.noContent
}
