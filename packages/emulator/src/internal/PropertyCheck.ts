/**
 * What HubSpot checks about the values of a write, and the form in which it keeps them.
 */
import type { ObjectType, Property } from "../ObjectType.ts"
import type { Issue } from "./Answer.ts"

/** Values to store; `""` clears. */
export type Values = { readonly [name: string]: string }

const openProperty: Property = { type: "string" }

export const propertyOf = (type: ObjectType, name: string): Property | undefined =>
  Object.hasOwn(type.properties, name) ? type.properties[name] : type.open ? openProperty : undefined

/** A unique value is compared in this form. */
export const normalize = (property: Property, value: string): string =>
  property.type === "email" ? value.trim().toLowerCase() : value

/** The values in their stored form, or everything that is wrong with them. */
export const check = (
  type: ObjectType,
  input: { readonly [name: string]: unknown }
): { readonly values: Values; readonly issues: ReadonlyArray<Issue> } => {
  const values: Record<string, string> = {}
  const issues: Array<Issue> = []
  for (const [name, raw] of Object.entries(input)) {
    const property = propertyOf(type, name)
    if (property === undefined) {
      issues.push({ name, code: "PROPERTY_DOESNT_EXIST", message: `Property "${name}" does not exist` })
    } else if (property.readOnly === true) {
      issues.push({
        name,
        code: "READ_ONLY_VALUE",
        message: `"${name}" is a read only property; its value cannot be set.`
      })
    } else {
      const text = raw === null ? "" : typeof raw === "object" ? JSON.stringify(raw) : String(raw)
      const kept = text === "" ? { value: "" } : read(property, text)
      if ("value" in kept) values[name] = kept.value
      else issues.push({ name, ...kept })
    }
  }
  return { values, issues }
}

type Read = { readonly value: string } | Omit<Issue, "name">

const read = (property: Property, text: string): Read => {
  switch (property.type) {
    case "string":
    case "phone_number":
      return { value: text }
    case "email": {
      const value = normalize(property, text)
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)
        ? { value }
        : { code: "INVALID_EMAIL", message: `Email address ${text} is invalid` }
    }
    case "number":
      return decimal.test(text.trim()) && Number.isFinite(Number(text))
        ? { value: text.trim() }
        : { code: "INVALID_INTEGER", message: `${text} was not a valid number.` }
    case "bool":
      return option(["true", "false"], text)
    case "enumeration":
      return property.options === undefined
        ? { value: text }
        : property.multiple === true
        ? optionList(property.options, text)
        : option(property.options, text)
    case "date": {
      const time = timeOf(text)
      return Number.isNaN(time)
        ? { code: "INVALID_DATE", message: `${text} was not a valid date.` }
        : { value: new Date(time).toISOString().slice(0, 10) }
    }
    case "datetime": {
      const time = timeOf(text)
      return Number.isNaN(time)
        ? { code: "INVALID_DATE", message: `${text} was not a valid timestamp.` }
        : { value: new Date(time).toISOString() }
    }
  }
}

/** No hexadecimals, which JavaScript would take. */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

const option = (options: ReadonlyArray<string>, text: string): Read =>
  options.includes(text)
    ? { value: text }
    : { code: "INVALID_OPTION", message: `${text} was not one of the allowed options: [${options.join(", ")}]` }

/** A list may begin with a semicolon, which adds to the values that are there at HubSpot; here it is dropped. */
const optionList = (options: ReadonlyArray<string>, text: string): Read => {
  const values = text.split(";").filter((value) => value !== "")
  const stranger = values.find((value) => !options.includes(value))
  return stranger === undefined ? { value: values.join(";") } : option(options, stranger)
}

/**
 * HubSpot takes milliseconds since 1970 and ISO 8601 alike; a time without a zone is UTC's, wherever the emulator runs.
 * `NaN` when it is neither.
 */
export const timeOf = (text: string): number => {
  const iso = /T[\d:.]+$/.test(text) ? `${text}Z` : text
  const time = /^-?\d+$/.test(text) ? Number(text) : beginsWithDate(text) ? Date.parse(iso) : NaN
  return Math.abs(time) <= 8.64e15 ? time : NaN
}

/** `Date.parse` takes much that is none: "1", "May", the 30th of February. */
const beginsWithDate = (text: string): boolean => {
  const [, date] = /^(\d{4}-\d{2}-\d{2})(?:T|$)/.exec(text) ?? []
  const day = date === undefined ? NaN : Date.parse(date)
  return date !== undefined && !Number.isNaN(day) && new Date(day).toISOString().startsWith(date)
}

/** The groups of required properties that the values leave unset, one name for each. */
export const missing = (type: ObjectType, values: Values): ReadonlyArray<string> =>
  type.required.filter((group) => !group.some((name) => (values[name] ?? "") !== "")).map((group) => group[0]!)
