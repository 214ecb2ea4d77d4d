/**
 * The operators of a search filter, each a test of one value.
 */
import type { ObjectType, Property } from "../ObjectType.ts"
import * as Answer from "./Answer.ts"
import { type Json, textOf } from "./Call.ts"
import { propertyOf, timeOf } from "./PropertyCheck.ts"
import type { Stored } from "./Store.ts"

export type Test = (record: Stored) => boolean

/** What a value is compared by: numbers and times by size, texts without regard to case. */
export const rank = (property: Property, value: string): number | string => {
  switch (property.type) {
    case "number":
      return Number(value)
    case "date":
    case "datetime":
      return timeOf(value)
    default:
      return value.toLowerCase()
  }
}

/** A filter that has what its operator needs. */
interface Operands {
  readonly property: Property
  readonly value: string
  readonly highValue: string
  readonly values: ReadonlyArray<string>
}

type ValueTest = (value: string) => boolean

interface Operator {
  readonly needs: ReadonlyArray<"value" | "highValue" | "values">
  readonly test: (operands: Operands) => ValueTest
}

const compare = (holds: (a: number | string, b: number | string) => boolean): Operator => ({
  needs: ["value"],
  test: ({ property, value }) => {
    const bound = rank(property, value)
    return (value) => holds(rank(property, value), bound)
  }
})

const not = (operator: Operator): Operator => ({
  needs: operator.needs,
  test: (operands) => {
    const test = operator.test(operands)
    return (value) => !test(value)
  }
})

/** The values of a list have to be lower case to match a text. */
const oneOf: Operator = {
  needs: ["values"],
  test: ({ property, values }) => {
    const texts = property.type !== "number" && property.type !== "date" && property.type !== "datetime"
    const ranks = new Set(texts ? values : values.map((value) => rank(property, value)))
    return (value) => ranks.has(rank(property, value))
  }
}

/** A token is a word of the value, or the whole of it; `*` in the filter stands for any characters. */
const containsToken: Operator = {
  needs: ["value"],
  test: ({ value }) => {
    const parts = value.toLowerCase().split("*")
    return (value) => {
      const text = value.toLowerCase()
      return fits(parts, text) || text.split(/[^\p{L}\p{N}]+/u).some((word) => fits(parts, word))
    }
  }
}

/** Whether a text consists of the parts with anything between. Each is taken where it comes first, so there is no going back. */
const fits = (parts: ReadonlyArray<string>, text: string): boolean => {
  const [first = "", ...others] = parts
  const last = others.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
  let at = first.length
  for (const part of others) {
    const found = text.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return at <= text.length - last.length
}

const equal = compare((a, b) => a === b)

const operators = new Map<unknown, Operator>(Object.entries({
  EQ: equal,
  NEQ: not(equal),
  LT: compare((a, b) => a < b),
  LTE: compare((a, b) => a <= b),
  GT: compare((a, b) => a > b),
  GTE: compare((a, b) => a >= b),
  BETWEEN: {
    needs: ["value", "highValue"],
    test: ({ highValue, property, value }) => {
      const low = rank(property, value)
      const high = rank(property, highValue)
      return (value) => {
        const at = rank(property, value)
        return low <= at && at <= high
      }
    }
  },
  IN: oneOf,
  NOT_IN: not(oneOf),
  CONTAINS_TOKEN: containsToken,
  NOT_CONTAINS_TOKEN: not(containsToken),
  HAS_PROPERTY: { needs: [], test: () => () => true }
}))

/** A property that is not set fits NOT_HAS_PROPERTY and nothing else. */
export const compileFilter = (type: ObjectType, filter: Json): Test | Answer.Failure => {
  const name = textOf(filter.propertyName)
  const property = propertyOf(type, name)
  if (property === undefined) {
    return Answer.invalid(`There is no property ${name} to filter by.`, { propertyName: [name] })
  }
  if (filter.operator === "NOT_HAS_PROPERTY") return (record) => record.properties[name] === undefined
  const operator = operators.get(filter.operator)
  if (operator === undefined) return Answer.invalid(`There is no operator ${JSON.stringify(filter.operator)}.`)
  const structured = [filter.value, filter.highValue].some((operand) => typeof operand === "object" && operand !== null)
  if (structured) return Answer.invalid("A filter's value is a text or a number.")
  const absent = operator.needs.find((operand) =>
    operand === "values" ? !Array.isArray(filter.values) : filter[operand] === undefined || filter[operand] === null
  )
  if (absent !== undefined) return Answer.invalid(`The operator ${filter.operator} needs \`${absent}\`.`)
  const test = operator.test({
    property,
    value: String(filter.value),
    highValue: String(filter.highValue),
    values: Array.isArray(filter.values) ? filter.values.map(textOf) : []
  })
  return (record) => {
    const value = record.properties[name]
    return value !== undefined && test(value)
  }
}
