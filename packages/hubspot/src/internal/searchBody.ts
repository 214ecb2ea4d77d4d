/** Searches as HubSpot wants them, held to its limits before they are sent. */
import type { InvalidRequest } from "effect-resilience/ApiError"
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { Condition, Search, Value } from "../Search.ts"
import { invalid } from "./invalid.ts"
import type { ObjectWire } from "./objectWire.ts"

export interface Body {
  readonly filterGroups: ReadonlyArray<{ readonly filters: ReadonlyArray<WireFilter> }>
  readonly sorts?: ReadonlyArray<{ readonly propertyName: string; readonly direction: "ASCENDING" | "DESCENDING" }>
  readonly query?: string
  readonly properties: ReadonlyArray<string>
  readonly limit: number
  readonly after?: string
}

interface WireFilter {
  readonly propertyName: string
  readonly operator: Condition["operator"]
  readonly value?: string
  readonly highValue?: string
  readonly values?: ReadonlyArray<string>
}

/** The limits of HubSpot's documentation, "Search the CRM". */
const maxGroups = 5
const maxFiltersOfGroup = 6
const maxFilters = 18
const maxValues = 100
const maxBody = 3000
export const maxPage = 200

type Call = Pick<ObjectWire<never>, "path" | "operand">

export const make = (
  wire: Call,
  search: Search<never>,
  { names, pageSize = maxPage }: { readonly names: ReadonlyArray<string>; readonly pageSize?: number | undefined }
): Either.Either<Body, InvalidRequest> =>
  Either.gen(function*() {
    if (!(Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= maxPage)) {
      return yield* refused(wire, "pageSize", "is not what HubSpot allows", `use a whole number from 1 to ${maxPage}`)
    }
    if (search.groups.length === 0) {
      return yield* refused(wire, "filterGroups", "let nothing through", "give `or` some filters")
    }
    // A group without filters lets everything through, as no group does at HubSpot.
    const narrow = search.groups.every((group) => group.length > 0) ? search.groups : []
    const groups = narrow.map((group, index) =>
      Either.map(
        Either.all(group.map((one, at) => filterOf(wire, one, `filterGroups.${index}.filters.${at}`))),
        (filters) => ({ filters })
      )
    )
    const { order, text } = search
    const body: Body = {
      filterGroups: yield* Either.all(groups),
      ...(order === undefined ? {} : {
        sorts: [{
          propertyName: order.by,
          direction: order.direction === "ascending" ? "ASCENDING" as const : "DESCENDING" as const
        }]
      }),
      ...(text === undefined ? {} : { query: text }),
      properties: names,
      limit: pageSize
    }
    return yield* check(wire, body)
  })

const refused = ({ path }: Call, field: string, problem: string, remedy: string) =>
  Either.left(invalid("POST", `${path}/search`, { field, problem, remedy }))

/** Whether HubSpot would take it, but for what it knows of the properties. */
const check = (wire: Call, body: Body): Either.Either<Body, InvalidRequest> => {
  const sizes = body.filterGroups.map(({ filters }) => filters.length)
  const narrower = "make it several searches"
  if (sizes.length > maxGroups) {
    return refused(wire, "filterGroups", `are ${sizes.length}, of at most ${maxGroups}`, narrower)
  }
  const wide = sizes.findIndex((size) => size > maxFiltersOfGroup)
  if (wide !== -1) {
    return refused(
      wire,
      `filterGroups.${wide}`,
      `has ${sizes[wide]} filters, of at most ${maxFiltersOfGroup}`,
      narrower
    )
  }
  const all = sizes.reduce((sum, size) => sum + size, 0)
  if (all > maxFilters) {
    return refused(wire, "filterGroups", `have ${all} filters in all, of at most ${maxFilters}`, narrower)
  }
  const { length } = JSON.stringify(body)
  return length <= maxBody ? Either.right(body) : refused(
    wire,
    "body",
    `is ${length} characters long, of at most ${maxBody}`,
    "ask for fewer properties and read the others with batchRead, or make it several searches"
  )
}

/** The same for all that comes after an id, in the order of ids. */
export const beyond = (body: Body, id: string): Body => {
  const filter: WireFilter = { propertyName: "hs_object_id", operator: "GT", value: id }
  const groups = body.filterGroups.length === 0 ? [{ filters: [] }] : body.filterGroups
  return { ...body, ...byId, filterGroups: groups.map(({ filters }) => ({ filters: [...filters, filter] })) }
}

/** The order in which one can walk past 10,000 results. */
export const byId: Pick<Body, "sorts"> = { sorts: [{ propertyName: "hs_object_id", direction: "ASCENDING" }] }

/** Whether there is room for what `beyond` adds, whatever the id. */
export const checkWalk = (wire: Call, body: Body): Either.Either<Body, InvalidRequest> =>
  Either.map(check(wire, beyond(body, "9".repeat(16))), () => ({ ...body, ...byId }))

const filterOf = (wire: Call, condition: Condition, field: string): Either.Either<WireFilter, InvalidRequest> =>
  Either.gen(function*() {
    const { operator, propertyName } = condition
    if (propertyName === "") return yield* refused(wire, `${field}.propertyName`, "is empty", "name a property")
    const operand = (value: Value, name: string) => encodeOperand(wire, propertyName, value, `${field}.${name}`)
    switch (condition.operator) {
      case "HAS_PROPERTY":
      case "NOT_HAS_PROPERTY":
        return { propertyName, operator }
      case "BETWEEN":
        return {
          propertyName,
          operator,
          value: yield* operand(condition.value, "value"),
          highValue: yield* operand(condition.highValue, "highValue")
        }
      case "IN":
      case "NOT_IN": {
        const { values } = condition
        if (values.length === 0 || values.length > maxValues) {
          return yield* refused(wire, `${field}.values`, `are ${values.length}`, `give 1 to ${maxValues} of them`)
        }
        const texts = yield* Either.all(values.map((value, index) => operand(value, `values.${index}`)))
        return { propertyName, operator, values: texts.map((text) => text.toLowerCase()) }
      }
      default:
        return { propertyName, operator, value: yield* operand(condition.value, "value") }
    }
  })

const encodeOperand = (wire: Call, name: string, value: Value, field: string): Either.Either<string, InvalidRequest> =>
  Either.flatMap(
    Either.mapLeft(wire.operand(name, value), () =>
      invalid("POST", `${wire.path}/search`, {
        field,
        problem: `is not of the type of ${name}`,
        remedy: "give what its schema says"
      })),
    (text) => text !== "" ? Either.right(text) : refused(wire, field, "is empty", "use Search.has or Search.hasNot")
  )

/** As HubSpot wants it: instants, and the midnights of days, in milliseconds since 1970. */
export const operand = (
  value: Value,
  encode: ((value: unknown) => Either.Either<unknown, unknown>) | undefined
): Either.Either<string, unknown> => {
  if (typeof value === "number" && !Number.isFinite(value)) return Either.left("not a number")
  const encoded = encode === undefined
    ? Either.right(DateTime.isDateTime(value) ? DateTime.formatIso(value) : String(value))
    // Where a property has several options, it is compared with one.
    : Either.orElse(encode(value), () => encode([value]))
  return Either.map(
    Either.filterOrLeft(encoded, Predicate.isString, () => "not a text"),
    (text) =>
      DateTime.isDateTime(value)
        ? Option.match(DateTime.make(text), {
          onNone: () => text,
          onSome: (instant) => String(DateTime.toEpochMillis(instant))
        })
        : text
  )
}
