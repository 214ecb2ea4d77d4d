/**
 * The properties of the types, as an account defines them: what HubSpot shows of each, and the check that records are
 * held to. The definition says both, so a property that is made here is known to the records of its type at once.
 */
import type { Property, PropertyType } from "../ObjectType.ts"
import * as Answer from "./Answer.ts"
import * as Call from "./Call.ts"
import * as Store from "./Store.ts"

export interface Option {
  readonly label: string
  readonly value: string
  readonly description: string
  readonly displayOrder: number
  readonly hidden: boolean
}

export interface Definition {
  readonly name: string
  readonly label: string
  readonly description: string
  readonly groupName: string
  readonly type: string
  readonly fieldType: string
  readonly options: ReadonlyArray<Option>
  readonly displayOrder: number
  readonly hidden: boolean
  readonly formField: boolean
  readonly hasUniqueValue: boolean
  readonly calculated: boolean
  readonly hubspotDefined: boolean
  readonly createdAt: string
  readonly updatedAt: string
  readonly archived: boolean
  readonly archivedAt?: string | undefined
}

export interface Group {
  readonly name: string
  readonly label: string
  readonly displayOrder: number
  readonly archived: boolean
}

interface OfType {
  /** Those that were made or changed; the others are read off the type. */
  readonly defined: Map<string, Definition>
  readonly archived: Map<string, Definition>
  readonly groups: Map<string, Group>
}

/** By the id of the type. */
export type Properties = Map<string, OfType>

export const make = (): Properties => new Map()

export const ofType = (self: Properties, { type }: Store.Table): OfType => {
  const known = self.get(type.id)
  if (known !== undefined) return known
  const group = { name: defaultGroup(type), label: `${type.singular} information`, displayOrder: 0, archived: false }
  const fresh: OfType = { defined: new Map(), archived: new Map(), groups: new Map([[group.name, group]]) }
  self.set(type.id, fresh)
  return fresh
}

const defaultGroup = (type: Store.Table["type"]): string =>
  `${type.singular.toLowerCase().replace(/_/g, "")}information`

export const all = (self: Properties, table: Store.Table): ReadonlyArray<Definition> =>
  Object.keys(table.type.properties).map((name) => definitionOf(self, table, name)!)

export const definitionOf = (self: Properties, table: Store.Table, name: string): Definition | undefined => {
  const defined = ofType(self, table).defined.get(name)
  if (defined !== undefined || !Object.hasOwn(table.type.properties, name)) return defined
  const property = table.type.properties[name]!
  const type = property.type === "email" ? "string" : property.type
  return {
    name,
    label: name,
    description: "",
    groupName: defaultGroup(table.type),
    type,
    fieldType: property.readOnly === true ? "calculation_equation" : fieldTypes[type],
    options: (property.options ?? []).map((value, displayOrder) => optionOf(value, displayOrder)),
    displayOrder: -1,
    hidden: false,
    formField: false,
    hasUniqueValue: property.unique === true,
    calculated: property.readOnly === true,
    hubspotDefined: !table.type.id.startsWith("2-") || property.readOnly === true,
    createdAt: epoch,
    updatedAt: epoch,
    archived: false
  }
}

const epoch = "1970-01-01T00:00:00.000Z"

const optionOf = (value: string, displayOrder: number): Option => ({
  label: value,
  value,
  description: "",
  displayOrder,
  hidden: false
})

/** The field of each type when nothing is said of it. */
const fieldTypes: { readonly [type in Exclude<PropertyType, "email">]: string } = {
  string: "text",
  phone_number: "phonenumber",
  number: "number",
  bool: "booleancheckbox",
  date: "date",
  datetime: "date",
  enumeration: "select"
}

const knownFields = new Set([
  "text",
  "textarea",
  "html",
  "file",
  "number",
  "date",
  "select",
  "radio",
  "checkbox",
  "booleancheckbox",
  "phonenumber",
  "calculation_equation"
])

/** From what a request says; `base` is the property that it changes. */
export const read = (
  json: Call.Json,
  groups: OfType["groups"],
  at: string,
  base?: Definition
): Definition | Answer.Failure => {
  const text = (name: "name" | "label" | "description" | "groupName" | "type" | "fieldType", fallback = "") =>
    typeof json[name] === "string" ? json[name] : base?.[name] ?? fallback
  const flag = (name: "hidden" | "formField" | "hasUniqueValue") =>
    typeof json[name] === "boolean" ? json[name] : base?.[name] ?? false
  const name = base?.name ?? text("name")
  const type = text("type")
  const fieldType = text("fieldType")
  const groupName = text("groupName")
  const label = text("label")
  if (!/^[a-z][a-z0-9_]*$/.test(name)) return Answer.invalid(`Property name is not valid: ${name}`, { name: [name] })
  if (label === "") return Answer.invalid("A property needs a label.", { label: [label] })
  if (!Object.hasOwn(fieldTypes, type)) return Answer.invalid(`Property type is not valid: ${type}`, { type: [type] })
  if (!knownFields.has(fieldType)) {
    return Answer.invalid(`Field type is not valid: ${fieldType}`, { fieldType: [fieldType] })
  }
  if (!groups.has(groupName)) {
    return Answer.invalid(`There is no property group ${groupName}.`, { groupName: [groupName] })
  }
  const options = json.options === undefined ? base?.options ?? [] : optionsIn(json.options)
  if ("body" in options) return options
  return {
    name,
    label,
    description: text("description"),
    groupName,
    type,
    fieldType,
    options: type === "bool" && options.length === 0 ? ["true", "false"].map(optionOf) : options,
    displayOrder: typeof json.displayOrder === "number" ? json.displayOrder : base?.displayOrder ?? -1,
    hidden: flag("hidden"),
    formField: flag("formField"),
    hasUniqueValue: base?.hasUniqueValue ?? flag("hasUniqueValue"),
    calculated: fieldType === "calculation_equation",
    hubspotDefined: base?.hubspotDefined ?? false,
    createdAt: base?.createdAt ?? at,
    updatedAt: at,
    archived: false
  }
}

const optionsIn = (input: unknown): ReadonlyArray<Option> | Answer.Failure => {
  const options: Array<Option> = []
  const values = new Set<string>()
  for (const option of Array.isArray(input) ? input : [undefined]) {
    if (!Call.isJson(option) || typeof option.value !== "string") {
      return Answer.invalid("Options are a list of `{ label, value }`.")
    }
    if (values.has(option.value)) return Answer.invalid(`Two options have the value ${option.value}.`)
    values.add(option.value)
    options.push({
      label: typeof option.label === "string" ? option.label : option.value,
      value: option.value,
      description: typeof option.description === "string" ? option.description : "",
      displayOrder: typeof option.displayOrder === "number" ? option.displayOrder : options.length,
      hidden: option.hidden === true
    })
  }
  return options
}

/** What records are held to. */
const checkOf = (definition: Definition, before: Property | undefined): Property => ({
  type: before?.type === "email" ? "email" : definition.type as PropertyType,
  options: definition.type === "enumeration" ? definition.options.map(({ value }) => value) : undefined,
  multiple: definition.type === "enumeration" && definition.fieldType === "checkbox",
  unique: definition.hasUniqueValue,
  readOnly: definition.calculated || before?.readOnly
})

export const put = (self: Properties, table: Store.Table, definition: Definition): void => {
  const { archived, defined } = ofType(self, table)
  defined.set(definition.name, definition)
  archived.delete(definition.name)
  Store.describe(table, definition.name, checkOf(definition, table.type.properties[definition.name]))
}

export const archive = (self: Properties, table: Store.Table, definition: Definition, at: string): void => {
  const { archived, defined } = ofType(self, table)
  defined.delete(definition.name)
  archived.set(definition.name, { ...definition, archived: true, archivedAt: at })
  Store.undescribe(table, definition.name)
}

export const show = (definition: Definition): object => {
  const { calculated, hubspotDefined } = definition
  return {
    ...definition,
    externalOptions: false,
    modificationMetadata: {
      archivable: !hubspotDefined,
      readOnlyDefinition: hubspotDefined,
      readOnlyOptions: calculated,
      readOnlyValue: calculated
    }
  }
}
