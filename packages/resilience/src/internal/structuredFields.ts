/**
 * Structured fields (RFC 9651) as far as rate limits use them: lists and dictionaries of items with parameters, but no
 * inner lists. A field that is not well-formed is no field at all.
 */

/** A string, a token or an integer; `null` stands for a value of any other type. */
export type Value = string | number | null

export type Parameters = Readonly<Record<string, Value>>

export interface Item {
  readonly value: Value
  readonly parameters: Parameters
}

const key = "[a-z*][a-z0-9_.*-]*"
const bareItem = [
  `"(?:[ !#-[\\]-~]|\\\\["\\\\])*"`, // string
  "[A-Za-z*][\\w!#$%&'*+.^`|~:/-]*", // token
  "-?\\d{1,15}(?:\\.\\d{1,3})?(?![\\d.])", // integer, decimal
  ":[A-Za-z0-9+/=]*:", // bytes
  "\\?[01]", // boolean
  "@-?\\d{1,15}(?![\\d.])", // date
  `%"(?:[ !#$&-~]|%[0-9a-f]{2})*"` // display string
].join("|")
const parameter = `; *(${key})(?:=(${bareItem}))?`
const parameters = `(?:; *${key}(?:=(?:${bareItem}))?)*`
const item = `(${bareItem})(${parameters})`
const member = `(${key})(?:=(${bareItem}))?(${parameters})`

const separated = (part: string) => new RegExp(`^ *(?:(?:${part})(?:[ \\t]*,[ \\t]*(?:${part}))*)? *$`)
const list = separated(item)
const dictionary = separated(member)

export const parseList = (field: string): ReadonlyArray<Item> | undefined =>
  list.test(field)
    ? [...field.matchAll(new RegExp(item, "g"))].map(([, value, rest]) => ({
      value: valueOf(value),
      parameters: parametersOf(rest as string) // perhaps empty, but never missing
    }))
    : undefined

/** The parameters of the members themselves are of no use here. */
export const parseDictionary = (field: string): Parameters | undefined =>
  dictionary.test(field)
    ? Object.fromEntries([...field.matchAll(new RegExp(member, "g"))].map(([, name, value]) => [name, valueOf(value)]))
    : undefined

const parametersOf = (text: string): Parameters =>
  Object.fromEntries([...text.matchAll(new RegExp(parameter, "g"))].map(([, name, value]) => [name, valueOf(value)]))

const valueOf = (text: string | undefined): Value => {
  if (text === undefined) return null // a key alone is true
  if (text.startsWith("\"")) return text.slice(1, -1).replace(/\\(.)/g, "$1")
  if (/^-?\d+$/.test(text)) return Number(text)
  return /^[A-Za-z*]/.test(text) ? text : null
}
