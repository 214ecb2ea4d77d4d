/**
 * CRM search: the limits on what may be asked, and the page of an answer.
 */
import * as Answer from "./Answer.ts"
import * as Call from "./Call.ts"
import { compileFilter, rank, type Test } from "./Filter.ts"
import type { Portal } from "./Portal.ts"
import { propertyOf } from "./PropertyCheck.ts"
import * as Store from "./Store.ts"

const maxBody = 3000
const maxGroups = 5
const maxFiltersOfGroup = 6
const maxFilters = 18
const maxPage = 200

export const search = ({ searchLag, searchResults }: Portal, table: Store.Table, call: Call.Call): Answer.Answer => {
  if (call.text.length > maxBody) {
    return Answer.invalid(`The search request body is longer than ${maxBody} characters.`)
  }
  const json = Call.body(call)
  if (Answer.isFailure(json)) return json
  const limit = Call.integer("limit", json.limit, { min: 1, max: maxPage, default: 10 })
  if (typeof limit === "object") return limit
  const after = Call.integer("after", json.after, { min: 0, max: Number.MAX_SAFE_INTEGER, default: 0 })
  if (typeof after === "object") return after
  if (after + limit > searchResults) {
    return Answer.invalid(`Searches are limited to ${searchResults} results: after + limit is ${after + limit}.`)
  }
  const groups = groupsOf(table, json.filterGroups)
  if (Answer.isFailure(groups)) return groups
  const order = orderOf(table, json.sorts)
  if (Answer.isFailure(order)) return order

  const query = typeof json.query === "string" ? json.query.toLowerCase() : ""
  const found: Array<Store.Stored> = []
  for (const record of table.live.items.values()) {
    if (searchLag > 0 && call.now - Date.parse(record.createdAt) < searchLag) continue
    if (query !== "" && !mentions(record, query)) continue
    if (groups.length === 0 || groups.some((tests) => tests.every((test) => test(record)))) found.push(record)
  }
  const properties = Call.requestedBy(json, table.type)
  const results = order.sort(found)
    .slice(after, after + limit)
    .map((record) => Store.show(table.type, record, properties))
  const body = { total: found.length, results }
  return Answer.ok(
    after + limit < found.length ? { ...body, paging: { next: { after: String(after + limit) } } } : body
  )
}

/** Free text: any value holds it, in any case. */
const mentions = (record: Store.Stored, query: string): boolean =>
  Object.values(record.properties).some((value) => value.toLowerCase().includes(query))

/** Any group has to fit, and of a group every filter. */
const groupsOf = (table: Store.Table, input: unknown): ReadonlyArray<ReadonlyArray<Test>> | Answer.Failure => {
  const groups: ReadonlyArray<unknown> = input === undefined || input === null
    ? []
    : Array.isArray(input)
    ? input
    : [input]
  if (groups.length > maxGroups) return Answer.invalid(`A search has at most ${maxGroups} filter groups.`)
  const compiled: Array<ReadonlyArray<Test>> = []
  let count = 0
  for (const group of groups) {
    const filters: unknown = Call.isJson(group) ? group.filters : undefined
    if (!Array.isArray(filters)) return Answer.invalid("Every filter group needs `filters`, an array.")
    if (filters.length > maxFiltersOfGroup) {
      return Answer.invalid(`A filter group has at most ${maxFiltersOfGroup} filters.`)
    }
    count += filters.length
    const tests: Array<Test> = []
    for (const filter of filters) {
      const test = compileFilter(table.type, Call.isJson(filter) ? filter : {})
      if (Answer.isFailure(test)) return test
      tests.push(test)
    }
    compiled.push(tests)
  }
  return count > maxFilters ? Answer.invalid(`A search has at most ${maxFilters} filters in all.`) : compiled
}

interface Order {
  readonly sort: (records: Array<Store.Stored>) => ReadonlyArray<Store.Stored>
}

/** Oldest first, unless there is a sort: `{ propertyName, direction }`, or `"name"` and `"-name"`. Unset comes last. */
const orderOf = (table: Store.Table, input: unknown): Order | Answer.Failure => {
  const sorts: ReadonlyArray<unknown> = Array.isArray(input) ? input : []
  if (sorts.length > 1) return Answer.invalid("A search has at most one sort.")
  const [sort] = sorts
  const asCreated: Order = { sort: (records) => records }
  if (sort === undefined) return asCreated
  const name = typeof sort === "string"
    ? sort.replace(/^-/, "")
    : Call.isJson(sort)
    ? Call.textOf(sort.propertyName)
    : ""
  const descending = typeof sort === "string"
    ? sort.startsWith("-")
    : Call.isJson(sort) && sort.direction === "DESCENDING"
  const property = propertyOf(table.type, name)
  if (property === undefined) {
    return Answer.invalid(`There is no property ${name} to sort by.`, { propertyName: [name] })
  }
  // The way past 10,000 results: ids ascend with creation, so there is nothing to sort.
  if (name === "hs_object_id" && !descending) return asCreated
  const direction = descending ? -1 : 1
  const rankOf = (record: Store.Stored) => {
    const value = record.properties[name]
    return value === undefined ? undefined : rank(property, value)
  }
  return {
    sort: (records) =>
      records
        .map((record) => ({ record, rank: rankOf(record) }))
        .sort((a, b) => {
          if (a.rank === b.rank) return a.record.id - b.record.id
          if (a.rank === undefined) return 1
          if (b.rank === undefined) return -1
          return a.rank < b.rank ? -direction : direction
        })
        .map(({ record }) => record)
  }
}
