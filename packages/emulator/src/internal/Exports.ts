/**
 * Exports of records to files. One moves on by a state each time it is looked at; when it is complete, its file is at a
 * path of its own, for which no token is needed.
 */
import * as Answer from "./Answer.ts"
import * as Call from "./Call.ts"
import * as Csv from "./Csv.ts"
import type { Portal } from "./Portal.ts"
import * as Store from "./Store.ts"

interface Export {
  readonly name: string
  readonly type: string
  status: "PENDING" | "PROCESSING" | "COMPLETE"
  readonly table: Store.Table
  readonly properties: ReadonlyArray<string>
  /** Records of a list, or all of the type. */
  readonly listId: number | undefined
  file: string
  readonly startedAt: string
  completedAt: string
}

export interface Exports {
  readonly byId: Map<number, Export>
  nextId: number
}

export const make = (): Exports => ({ byId: new Map(), nextId: 1 })

const formats = ["CSV", "XLS", "XLSX"]
const types = ["LIST", "VIEW"]

export const start = ({ exports, lists, store }: Portal, call: Call.Call): Answer.Answer => {
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const { exportName, exportType, format, objectProperties, objectType } = json
  const table = Store.tableOf(store, Call.textOf(objectType))
  if (table === undefined) return Answer.unknownType(Call.textOf(objectType))
  if (typeof exportName !== "string" || !types.includes(Call.textOf(exportType).toUpperCase())) {
    return Answer.invalid("An export needs `exportName`, and as `exportType` LIST or VIEW.")
  }
  if (!formats.includes(Call.textOf(format))) return Answer.invalid(`The format is one of ${formats.join(", ")}.`)
  if (!Array.isArray(objectProperties)) return Answer.invalid("An export needs `objectProperties`, an array.")
  const listId = exportType === "LIST" ? Number(Call.textOf(json.listId)) : undefined
  if (listId !== undefined && lists.byId.get(listId) === undefined) return Answer.notFound
  const at = new Date(call.now).toISOString()
  const id = exports.nextId++
  const properties = objectProperties.filter((name) => typeof name === "string")
  exports.byId.set(id, {
    name: exportName,
    type: Call.textOf(exportType).toUpperCase(),
    status: "PENDING",
    table,
    properties,
    listId,
    file: "",
    startedAt: at,
    completedAt: at
  })
  return Answer.accepted({ id: String(id), links: { status: `${call.origin}${call.path}/tasks/${id}/status` } })
}

/** To look at an export is what moves it on. */
export const status = (portal: Portal, call: Call.Call): Answer.Answer => {
  const id = Number(call.params.id)
  const found = portal.exports.byId.get(id)
  if (found === undefined) return Answer.notFound
  const { completedAt, startedAt, status } = found
  if (status === "PENDING") found.status = "PROCESSING"
  if (status === "PROCESSING") {
    found.status = "COMPLETE"
    found.file = fileOf(portal, found)
    found.completedAt = new Date(call.now).toISOString()
  }
  return Answer.ok({
    status,
    startedAt,
    completedAt,
    ...(status === "COMPLETE" ? { result: `${call.origin}/emulated-files/exports/${id}.csv` } : {})
  })
}

const states = { PENDING: "ENQUEUED", PROCESSING: "PROCESSING", COMPLETE: "DONE" } as const

/** What an export is; to look at it here does not move it on. */
export const read = ({ exports }: Portal, call: Call.Call): Answer.Answer => {
  const found = exports.byId.get(Number(call.params.id))
  if (found === undefined) return Answer.notFound
  const { completedAt, file, name, properties, startedAt, status, table, type } = found
  return Answer.ok({
    id: call.params.id,
    exportName: name,
    exportType: type,
    exportState: states[status],
    objectType: table.type.id,
    objectProperties: properties,
    createdAt: startedAt,
    updatedAt: completedAt,
    ...(status === "COMPLETE" ? { recordCount: Csv.parse(file).length - 1 } : {})
  })
}

const fileOf = ({ lists }: Portal, { listId, properties, table }: Export): string => {
  const members = listId === undefined ? undefined : lists.byId.get(listId)?.members.items
  const records = Store.all(table).filter(({ id }) => members === undefined || members.has(Number(id)))
  return Csv.print([
    ["Record ID", ...properties],
    ...records.map(({ id, properties: values }) => [id, ...properties.map((name) => values[name] ?? "")])
  ])
}

export const download = ({ exports }: Portal, { params }: Call.Call): Answer.Answer => {
  const found = exports.byId.get(Number(params.file?.replace(/\.csv$/, "")))
  return found?.status === "COMPLETE" ? { status: 200, body: found.file } : Answer.notFound
}
