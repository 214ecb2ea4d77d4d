/**
 * Records that are there from the start: so many of a type, each telling its number in its values.
 */
import type { ObjectType, Property } from "../ObjectType.ts"
import * as Answer from "./Answer.ts"
import * as Pipelines from "./Pipelines.ts"
import type { Portal } from "./Portal.ts"
import { checkCreate } from "./RecordCheck.ts"
import * as Store from "./Store.ts"

/** How many records of each type, by any spelling of its name. */
export type Counts = { readonly [type: string]: number }

/** The name that no type has, or what is wrong with the first record of one; `undefined` when all are there. */
export const sow = (portal: Portal, counts: Counts, now: number): string | undefined => {
  for (const [name, count] of Object.entries(counts)) {
    const table = Store.tableOf(portal.store, name)
    if (table === undefined) return `no object type is called ${name}`
    const make = valuesOf(portal, table)
    if (count > 0) {
      const checked = checkCreate(table, make(1))
      if (Answer.isFailure(checked)) return `HubSpot would refuse such ${name}: ${JSON.stringify(checked.body)}`
    }
    for (let i = 1; i <= count; i++) Store.create(portal.store, table, make(i), now)
  }
  return undefined
}

/** What a type needs and what it shows. */
const valuesOf = (portal: Portal, table: Store.Table): (i: number) => Record<string, string> => {
  const { type } = table
  const [pipeline, stage] = Pipelines.first(portal, table) ?? ["default", "default"]
  const names = new Set([...type.required.map(([name]) => name!), ...type.defaults])
  const fields = [...names].flatMap((name) => {
    const property = type.properties[name] ?? (type.open ? { type: "string" } as const : undefined)
    if (property === undefined || property.readOnly === true) return []
    const fixed = /pipeline$/.test(name) ? pipeline : /(deal|pipeline_)stage$/.test(name) ? stage : undefined
    return [[name, property, fixed] as const]
  })
  return (i) => {
    const values: Record<string, string> = {}
    for (const [name, property, fixed] of fields) values[name] = fixed ?? valueOf(type, name, property, i)
    return values
  }
}

const first = ["Ada", "Grace", "Edsger", "Barbara", "Alan", "Katherine", "Donald", "Radia"]
const last = ["Lovelace", "Hopper", "Dijkstra", "Liskov", "Turing", "Johnson", "Knuth", "Perlman"]

const valueOf = (type: ObjectType, name: string, property: Property, i: number): string => {
  switch (property.type) {
    case "email":
      return `${type.singular.toLowerCase()}-${i}@example.com`
    case "phone_number":
      return `+1555${String(i).padStart(7, "0")}`
    case "number":
      return String(i)
    case "bool":
      return i % 2 === 0 ? "true" : "false"
    case "date":
      return "2026-01-01"
    case "datetime":
      return "2026-01-01T00:00:00.000Z"
    case "enumeration":
      return property.options === undefined ? "default" : property.options[i % property.options.length] ?? ""
    default:
      return name === "firstname"
        ? first[i % 8]!
        : name === "lastname"
        ? last[(i >> 3) % 8]!
        : name === "domain"
        ? `company-${i}.example.com`
        : `${type.singular} ${i}`
  }
}
