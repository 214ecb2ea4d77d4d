/**
 * The calls on up to a hundred records. In all but create each input fails on its own, and the answer is a 207.
 */
import * as Answer from "./Answer.ts"
import { complete, errorOf, inputsOf, none } from "./BatchFrame.ts"
import * as Call from "./Call.ts"
import * as Leaving from "./Leaving.ts"
import * as NewRecord from "./NewRecord.ts"
import type { Portal } from "./Portal.ts"
import { normalize } from "./PropertyCheck.ts"
import { checkCreate, checkUpdate, notUnique } from "./RecordCheck.ts"
import * as Store from "./Store.ts"
import * as View from "./View.ts"

/** One bad input fails the whole call, unless every input has a trace id of its own to be told apart by. */
export const create = (portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const batch = inputsOf(call)
  if (Answer.isFailure(batch)) return batch
  const traces = new Set(batch.inputs.map(traceOf))
  const traced = traces.size === batch.inputs.length && !traces.has(undefined)
  const claimed = new Set<string>()
  const checked = batch.inputs.map((input) => {
    const fresh = NewRecord.check(portal, table, input)
    if (Answer.isFailure(fresh)) return fresh
    const { values } = fresh
    const claims = [...table.unique.keys()].filter((name) => values[name]).map((name) =>
      `${name}=${normalize(table.type.properties[name]!, values[name]!)}`
    )
    const clash = claims.filter((claim) => claimed.has(claim))
    if (clash.length > 0) return Answer.duplicateIds(clash.map((claim) => claim.slice(claim.indexOf("=") + 1)))
    claims.forEach((claim) => claimed.add(claim))
    return fresh
  })
  const failed = checked.find(Answer.isFailure)
  if (failed !== undefined && !traced) return failed
  const outcomes = none()
  checked.forEach((fresh, i) => {
    const input = batch.inputs[i]!
    if (Answer.isFailure(fresh)) outcomes.errors.push(inputError(fresh, input))
    else outcomes.results.push(written(NewRecord.make(portal, table, fresh, call.now), input))
  })
  return complete(201, outcomes, call)
}

export const update = (_portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const batch = inputsOf(call)
  if (Answer.isFailure(batch)) return batch
  const wrong = misaddressed(table, batch.inputs)
  if (wrong !== undefined) return wrong
  const outcomes = none()
  for (const input of batch.inputs) {
    const id = Call.idOf(input.id)!
    const record = Store.find(table, id, idPropertyOf(input))
    const values = record === undefined ? Answer.absent(table.type, [id]) : checkUpdate(table, record, input.properties)
    if (record === undefined || Answer.isFailure(values)) {
      outcomes.errors.push(inputError(values as Answer.Failure, input))
    } else {
      Store.update(table, record, values, call.now)
      outcomes.results.push(written(record, input))
    }
  }
  return complete(200, outcomes, call)
}

export const upsert = ({ store }: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const batch = inputsOf(call)
  if (Answer.isFailure(batch)) return batch
  const wrong = misaddressed(table, batch.inputs)
  if (wrong !== undefined) return wrong
  const outcomes = none()
  for (const input of batch.inputs) {
    const outcome = upsertOne(store, table, input, call.now)
    if (Answer.isFailure(outcome)) outcomes.errors.push(inputError(outcome, input))
    else outcomes.results.push(outcome)
  }
  return complete(200, outcomes, call)
}

const upsertOne = (store: Store.Store, table: Store.Table, input: Call.Json, now: number): object | Answer.Failure => {
  const id = Call.idOf(input.id)!
  const idProperty = idPropertyOf(input)
  const record = Store.find(table, id, idProperty)
  if (record !== undefined) {
    const values = checkUpdate(table, record, input.properties)
    if (Answer.isFailure(values)) return values
    Store.update(table, record, values, now)
    return { ...written(record, input), new: false }
  }
  if (idProperty === undefined || idProperty === "hs_object_id") return Answer.absent(table.type, [id])
  const properties = Call.isJson(input.properties) ? { ...input.properties, [idProperty]: id } : input.properties
  const values = checkCreate(table, properties)
  if (Answer.isFailure(values)) return values
  return { ...written(Store.create(store, table, values, now), input), new: true }
}

export const read = (portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const batch = inputsOf(call)
  if (Answer.isFailure(batch)) return batch
  const view = View.ofBody(batch.json, table)
  if (batch.inputs.length > View.maxRecords(view)) return Answer.tooManyInputs(View.maxRecords(view))
  const idProperty = idPropertyOf(batch.json)
  const wrong = misaddressed(table, batch.inputs.map((input) => ({ ...input, idProperty })))
  if (wrong !== undefined) return wrong
  const outcomes = none()
  const absent: Array<string> = []
  for (const input of batch.inputs) {
    const id = Call.idOf(input.id)!
    const record = Call.wantsArchived(call)
      ? table.archived.items.get(Number(id))
      : Store.find(table, id, idProperty)
    if (record === undefined) absent.push(id)
    else outcomes.results.push(View.show(portal, table, record, view))
  }
  if (absent.length > 0) outcomes.errors.push(Answer.absent(table.type, absent).body as object)
  return complete(200, outcomes, call)
}

/** An id that is not there is not an error: the record is as archived as it can be. */
export const archive = (portal: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  const batch = inputsOf(call)
  if (Answer.isFailure(batch)) return batch
  const wrong = misaddressed(table, batch.inputs)
  if (wrong !== undefined) return wrong
  for (const input of batch.inputs) {
    const record = Store.find(table, Call.idOf(input.id)!)
    if (record !== undefined) Leaving.archive(portal, table, record, call.now)
  }
  return Answer.noContent
}

/** Whether the inputs do not each name a record of their own, by a property that can. */
const misaddressed = (table: Store.Table, inputs: ReadonlyArray<Call.Json>): Answer.Failure | undefined => {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const input of inputs) {
    const id = Call.idOf(input.id)
    if (id === undefined) return Answer.invalid("Every input needs an `id`.")
    const idProperty = idPropertyOf(input) ?? "hs_object_id"
    if (!Store.canAddress(table, idProperty)) return notUnique(idProperty)
    const key = `${idProperty}=${normalize(table.type.properties[idProperty]!, id)}`
    if (seen.has(key)) twice.add(id)
    seen.add(key)
  }
  return twice.size > 0 ? Answer.duplicateIds([...twice]) : undefined
}

const idPropertyOf = (json: Call.Json): string | undefined =>
  typeof json.idProperty === "string" ? json.idProperty : undefined

const traceOf = (input: Call.Json): string | undefined => Call.idOf(input.objectWriteTraceId)

const written = (record: Store.Stored, input: Call.Json) => {
  const objectWriteTraceId = traceOf(input)
  const shown = Store.showAll(record)
  return objectWriteTraceId === undefined ? shown : { ...shown, objectWriteTraceId }
}

/** Whose error it is stands in the context: the id and the trace id that the input came with. */
const inputError = (failure: Answer.Failure, input: Call.Json): object => {
  const id = Call.idOf(input.id)
  const trace = traceOf(input)
  return errorOf(failure, {
    ...(id === undefined ? {} : { ids: [id] }),
    ...(trace === undefined ? {} : { objectWriteTraceId: [trace] })
  })
}
