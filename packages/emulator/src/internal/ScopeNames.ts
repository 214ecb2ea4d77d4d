/**
 * The names of scopes. Those of a record depend on its type, and some types share those of another: whoever may see a
 * contact may see the notes about it.
 */
import type { ObjectType } from "../ObjectType.ts"

export type Access = "read" | "write"

/** By the id of the type. */
const groups: { readonly [id: string]: string } = {
  "0-1": "contacts",
  "0-2": "companies",
  "0-3": "deals",
  "0-5": "tickets",
  "0-7": "products",
  "0-8": "line_items",
  "0-14": "quotes",
  "0-18": "contacts",
  "0-27": "contacts",
  "0-46": "contacts",
  "0-47": "contacts",
  "0-48": "contacts",
  "0-49": "contacts",
  "0-53": "invoices",
  "0-54": "marketing_events",
  "0-69": "subscriptions",
  "0-74": "goals",
  "0-84": "line_items",
  "0-85": "line_items",
  "0-86": "line_items",
  "0-101": "commercepayments",
  "0-115": "users",
  "0-116": "contacts",
  "0-123": "orders",
  "0-136": "leads",
  "0-142": "carts",
  "0-162": "services",
  "0-410": "courses",
  "0-420": "listings",
  "0-421": "appointments",
  "0-970": "projects"
}

const groupOf = ({ id }: ObjectType): string => groups[id] ?? "custom"

/** Tickets have had one scope for everything since before there were others. */
const ofGroup = (kind: "objects" | "schemas", group: string, access: Access): string =>
  group === "tickets" ? "tickets" : `crm.${kind}.${group}.${access}`

/** For calls on records. */
export const ofRecords = (type: ObjectType, access: Access): string => ofGroup("objects", groupOf(type), access)

/** For calls on properties, schemas and pipelines: either of these will do. */
export const ofDefinitions = (type: ObjectType, access: Access): ReadonlyArray<string> => [
  ...new Set([ofGroup("schemas", groupOf(type), access), ofRecords(type, access)])
]

export const customSchemas = (access: Access): string => `crm.schemas.custom.${access}`

export const lists = (access: Access): string => `crm.lists.${access}`
export const owners = "crm.objects.owners.read"
export const imports = "crm.import"
export const exports = "crm.export"
export const events = "analytics.behavioral_events.send"

const both = ["read", "write"] as const

export const all: ReadonlyArray<string> = [
  "oauth",
  ...new Set(
    [...Object.values(groups), "custom"].flatMap((group) =>
      both.flatMap((access) => [ofGroup("objects", group, access), ofGroup("schemas", group, access)])
    )
  ),
  ...both.map(lists),
  owners,
  imports,
  exports,
  events
]
