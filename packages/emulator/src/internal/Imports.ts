/**
 * Imports of files. One moves on by a state each time it is looked at; when it is done, its rows are records.
 */
import * as Answer from "./Answer.ts"
import * as Call from "./Call.ts"
import * as Csv from "./Csv.ts"
import * as Multipart from "./Multipart.ts"
import type { Portal } from "./Portal.ts"
import * as RecordCheck from "./RecordCheck.ts"
import * as Shelf from "./Shelf.ts"
import * as Store from "./Store.ts"

interface Column {
  readonly table: Store.Table
  readonly property: string
  /** Whether its values tell records apart. */
  readonly key: boolean
  /** Where it stands in a row. */
  readonly at: number
}

interface Sheet {
  readonly columns: ReadonlyArray<Column>
  readonly rows: ReadonlyArray<Csv.Row>
  readonly firstLine: number
}

interface Import {
  readonly id: number
  readonly name: string
  readonly request: Call.Json
  readonly sheets: ReadonlyArray<Sheet>
  state: "STARTED" | "PROCESSING" | "DONE" | "CANCELED"
  readonly counters: Record<string, number>
  readonly errors: Shelf.Shelf<object>
  readonly createdAt: string
  updatedAt: string
}

export interface Imports {
  readonly byId: Shelf.Shelf<Import>
  nextId: number
}

export const make = (): Imports => ({ byId: Shelf.make(), nextId: 1 })

/** HubSpot's own limit for a file. */
const maxRows = 1_048_576

const at = (call: Call.Call) => new Date(call.now).toISOString()

const show = (self: Import) => ({
  id: String(self.id),
  state: self.state,
  importName: self.name,
  importRequestJson: self.request,
  importSource: "API",
  optOutImport: false,
  mappedObjectTypeIds: [...new Set(self.sheets.flatMap(({ columns }) => columns.map(({ table }) => table.type.id)))],
  metadata: { objectLists: [], counters: self.counters, fileIds: self.sheets.map((_, n) => String(self.id * 100 + n)) },
  createdAt: self.createdAt,
  updatedAt: self.updatedAt
})

export const start = (portal: Portal, call: Call.Call): Answer.Answer => {
  const parts = Multipart.parse(call.text)
  const request = Call.body({ ...call, text: parts.find(({ name }) => name === "importRequest")?.text ?? "" })
  if (Answer.isFailure(request)) return request
  if (typeof request.name !== "string" || !Array.isArray(request.files) || request.files.length === 0) {
    return Answer.invalid("An import needs `name` and `files`.")
  }
  const sheets: Array<Sheet> = []
  for (const file of request.files) {
    const sheet = sheetOf(portal, Call.isJson(file) ? file : {}, parts)
    if (Answer.isFailure(sheet)) return sheet
    sheets.push(sheet)
  }
  const { imports } = portal
  const made: Import = {
    id: imports.nextId++,
    name: request.name,
    request,
    sheets,
    state: "STARTED",
    counters: {},
    errors: Shelf.make(),
    createdAt: at(call),
    updatedAt: at(call)
  }
  Shelf.put(imports.byId, made.id, made)
  return Answer.ok(show(made))
}

/** A file as its description says it is to be read. */
const sheetOf = (
  portal: Portal,
  file: Call.Json,
  parts: ReadonlyArray<Multipart.Part>
): Sheet | Answer.Failure => {
  const part = parts.find(({ fileName, name }) => name === "files" && fileName === file.fileName)
  if (part === undefined) return Answer.invalid(`There is no file ${Call.textOf(file.fileName)} in the request.`)
  if (file.fileFormat !== "CSV") return Answer.invalid("Only files of the format CSV can be read here.")
  const page = Call.isJson(file.fileImportPage) ? file.fileImportPage : {}
  const rows = Csv.parse(part.text)
  if (rows.length > maxRows) return Answer.importTooLarge
  const header = page.hasHeader === true ? rows[0] ?? [] : undefined
  const columns: Array<Column> = []
  for (const [n, mapping] of (Array.isArray(page.columnMappings) ? page.columnMappings : []).entries()) {
    if (!Call.isJson(mapping)) return Answer.invalid("`columnMappings` is a list of objects.")
    const table = Store.tableOf(portal.store, Call.textOf(mapping.columnObjectTypeId))
    if (table === undefined) return Answer.unknownType(Call.textOf(mapping.columnObjectTypeId))
    const at = header?.indexOf(Call.textOf(mapping.columnName)) ?? n
    if (at === -1) return Answer.invalid(`The file has no column ${Call.textOf(mapping.columnName)}.`)
    if (typeof mapping.propertyName !== "string") continue
    columns.push({ table, property: mapping.propertyName, key: mapping.columnType === "HUBSPOT_ALTERNATE_ID", at })
  }
  if (columns.length === 0) return Answer.invalid("No column of the file goes anywhere: `columnMappings` is empty.")
  return header === undefined ? { columns, rows, firstLine: 1 } : { columns, rows: rows.slice(1), firstLine: 2 }
}

const find = ({ imports }: Portal, { params }: Call.Call) => imports.byId.items.get(Number(params.id))

/** To look at an import is what moves it on. */
export const read = (portal: Portal, call: Call.Call): Answer.Answer => {
  const found = find(portal, call)
  if (found === undefined) return Answer.notFound
  if (found.state === "PROCESSING") carryOut(portal, found, call)
  if (found.state === "STARTED") found.state = "PROCESSING"
  return Answer.ok(show(found))
}

const carryOut = ({ store }: Portal, self: Import, call: Call.Call) => {
  const count = (name: string) => self.counters[name] = (self.counters[name] ?? 0) + 1
  for (const [file, { columns, firstLine, rows }] of self.sheets.entries()) {
    rows.forEach((row, n) => {
      count("TOTAL_ROWS")
      for (const table of new Set(columns.map(({ table }) => table))) {
        const outcome = write(store, table, columns.filter((column) => column.table === table), row, call.now)
        if (typeof outcome === "string") {
          count(outcome)
          continue
        }
        count("ERRORS")
        const id = self.errors.items.size + 1
        Shelf.put(self.errors, id, {
          id: String(id),
          errorType: "FAILED_VALIDATION",
          errorMessage: outcome.message,
          objectTypeId: table.type.id,
          sourceData: {
            fileId: self.id * 100 + file,
            lineNumber: firstLine + n,
            rowData: row,
            containsEncryptedProperties: false
          },
          createdAt: call.now
        })
      }
    })
  }
  self.state = "DONE"
  self.updatedAt = at(call)
}

/** Changes the record that the key columns name, or makes one. */
const write = (
  store: Store.Store,
  table: Store.Table,
  columns: ReadonlyArray<Column>,
  row: Csv.Row,
  now: number
): "CREATED_OBJECTS" | "UPDATED_OBJECTS" | { readonly message: string } => {
  const input = Object.fromEntries(columns.map(({ at, property }) => [property, row[at] ?? ""]))
  const key = columns.find(({ key, property }) => key && Store.canAddress(table, property))
  const record = key && Store.find(table, row[key.at] ?? "", key.property)
  const values = record === undefined
    ? RecordCheck.checkCreate(table, input)
    : RecordCheck.checkUpdate(table, record, input)
  if (Answer.isFailure(values)) return { message: typeof values.body === "string" ? values.body : values.body.message }
  if (record === undefined) Store.create(store, table, values, now)
  else Store.update(table, record, values, now)
  return record === undefined ? "CREATED_OBJECTS" : "UPDATED_OBJECTS"
}

export const list = ({ imports }: Portal, call: Call.Call): Answer.Answer => {
  const page = Call.page(call, { max: 100, default: 100 })
  if (Answer.isFailure(page)) return page
  const { items, more } = Shelf.page(imports.byId, page.after, page.limit)
  return Answer.page(items.map(show), more && String(items.at(-1)!.id))
}

export const errors = (portal: Portal, call: Call.Call): Answer.Answer => {
  const found = find(portal, call)
  if (found === undefined) return Answer.notFound
  const page = Call.page(call, { max: 100, default: 100 })
  if (Answer.isFailure(page)) return page
  const { items, more } = Shelf.entries(found.errors, page.after, page.limit)
  return Answer.page(items.map(([, error]) => error), more && String(items.at(-1)![0]))
}

export const cancel = (portal: Portal, call: Call.Call): Answer.Answer => {
  const found = find(portal, call)
  if (found === undefined) return Answer.notFound
  if (found.state === "DONE") return Answer.invalid(`The import ${found.id} is done.`)
  found.state = "CANCELED"
  found.updatedAt = at(call)
  return Answer.ok({ status: "COMPLETE", startedAt: at(call), completedAt: at(call) })
}
