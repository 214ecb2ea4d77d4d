/**
 * Whether HubSpot would take the values of a record.
 */
import * as Answer from "./Answer.ts"
import * as Call from "./Call.ts"
import * as PropertyCheck from "./PropertyCheck.ts"
import * as Store from "./Store.ts"

export const notUnique = (idProperty: string): Answer.Failure =>
  Answer.invalid(`The property ${idProperty} is not a unique property of this type.`, { idProperty: [idProperty] })

/** The values for a new record, or why HubSpot would not make it. */
export const checkCreate = (table: Store.Table, input: unknown): PropertyCheck.Values | Answer.Failure => {
  const values = checkValues(table, input)
  if (Answer.isFailure(values)) return values
  const missing = PropertyCheck.missing(table.type, values)
  return missing.length > 0 ? Answer.missingProperties(table.type, missing) : checkTaken(table, values)
}

/** The values for a record that is there, or why HubSpot would not store them. */
export const checkUpdate = (
  table: Store.Table,
  record: Store.Stored,
  input: unknown
): PropertyCheck.Values | Answer.Failure => {
  const values = checkValues(table, input)
  return Answer.isFailure(values) ? values : checkTaken(table, values, record.id)
}

const checkValues = (table: Store.Table, input: unknown): PropertyCheck.Values | Answer.Failure => {
  if (!Call.isJson(input)) return Answer.invalid("The request needs `properties`, an object.")
  const { issues, values } = PropertyCheck.check(table.type, input)
  return issues.length > 0 ? Answer.invalidProperties(issues) : values
}

const checkTaken = (
  table: Store.Table,
  values: PropertyCheck.Values,
  own?: number
): PropertyCheck.Values | Answer.Failure => {
  const taken = Store.taken(table, values, own)
  return taken === undefined
    ? values
    : Answer.valueTaken(table.type, taken.property, taken.value, String(taken.holder))
}
