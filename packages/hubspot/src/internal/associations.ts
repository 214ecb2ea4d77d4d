/** What a new record belongs to from the start. */
import type { InvalidRequest } from "effect-resilience/ApiError"
import * as Either from "effect/Either"
import type { Association } from "../CrmObject.ts"
import { invalid } from "./invalid.ts"

interface Encoded {
  readonly associations?: ReadonlyArray<object>
}

/** The part of a create's body that tells of them; none where there are none. */
export const encode = (
  from: { readonly type: string; readonly path: string },
  associations: ReadonlyArray<Association> | undefined
): Either.Either<Encoded, InvalidRequest> =>
  associations === undefined ? Either.right({}) : Either.map(
    Either.all(associations.map((association, index) => encodeOne(from, association, index))),
    (associations) => ({ associations })
  )

const encodeOne = (
  { path, type }: { readonly type: string; readonly path: string },
  association: Association,
  index: number
) => {
  const refused = (field: string, problem: string, remedy: string) =>
    Either.left(invalid("POST", path, { field: `associations.${index}.${field}`, problem, remedy }))
  if (association.to.trim() === "") return refused("to", "does not name a record", "give the record's id")
  const standard = association.type === undefined ? undefined : standardType(type, association.type)
  const types = association.types ?? (standard === undefined ? [] : [standard])
  if (types.length === 0) {
    return refused("types", "are not known", "give them with their numbers, as the labels of the two types tell")
  }
  return Either.right({
    to: { id: association.to },
    types: types.map(({ category = "HUBSPOT_DEFINED", typeId }) => ({
      associationCategory: category,
      associationTypeId: typeId
    }))
  })
}

/**
 * The association without a label between two standard types, both ways: HubSpot's documentation, "Association type ID
 * values".
 */
const standardTypes: ReadonlyArray<readonly [from: string, to: string, typeId: number, inverse: number]> = [
  ["contacts", "companies", 279, 280],
  ["contacts", "deals", 4, 3],
  ["contacts", "tickets", 15, 16],
  ["contacts", "contacts", 449, 449],
  ["contacts", "calls", 193, 194],
  ["contacts", "emails", 197, 198],
  ["contacts", "meetings", 199, 200],
  ["contacts", "notes", 201, 202],
  ["contacts", "tasks", 203, 204],
  ["contacts", "communications", 82, 81],
  ["companies", "deals", 342, 341],
  ["companies", "tickets", 340, 339],
  ["companies", "companies", 450, 450],
  ["companies", "calls", 181, 182],
  ["companies", "emails", 185, 186],
  ["companies", "meetings", 187, 188],
  ["companies", "notes", 189, 190],
  ["companies", "tasks", 191, 192],
  ["companies", "communications", 88, 87],
  ["deals", "tickets", 27, 28],
  ["deals", "deals", 451, 451],
  ["deals", "line_items", 19, 20],
  ["deals", "quotes", 63, 64],
  ["deals", "calls", 205, 206],
  ["deals", "emails", 209, 210],
  ["deals", "meetings", 211, 212],
  ["deals", "notes", 213, 214],
  ["deals", "tasks", 215, 216],
  ["deals", "communications", 86, 85],
  ["tickets", "tickets", 452, 452],
  ["tickets", "calls", 219, 220],
  ["tickets", "emails", 223, 224],
  ["tickets", "meetings", 225, 226],
  ["tickets", "notes", 227, 228],
  ["tickets", "tasks", 229, 230],
  ["tickets", "communications", 84, 83],
  ["quotes", "line_items", 67, 68],
  ["quotes", "contacts", 69, 70],
  ["quotes", "companies", 71, 72]
]

const standardType = (
  from: string,
  to: string
): { readonly typeId: number; readonly category?: undefined } | undefined => {
  for (const [one, other, typeId, inverse] of standardTypes) {
    if (one === from && other === to) return { typeId }
    if (one === to && other === from) return { typeId: inverse }
  }
  return undefined
}
