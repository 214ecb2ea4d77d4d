/**
 * What to search for: filters on properties, a text, an order.
 *
 * Filters are typed by the properties they speak of: a search with `gt("amount", 1000)` fits every module whose `amount`
 * is a number, and a property that a module does not know fits any. Operators of HubSpot's own names: EQ is `eq`, NOT_IN
 * is `notIn`.
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import { dual } from "effect/Function"
import { type Pipeable, Prototype } from "effect/Pipeable"
import type { Schema } from "effect/Schema"
import type { Fields } from "./CrmRecord.ts"

/**
 * What a property can be compared with; instants are sent as milliseconds since 1970, days as those of their midnight.
 *
 * @since 0.1.0
 * @category models
 */
export type Value = string | number | boolean | DateTime.Utc

/**
 * @since 0.1.0
 * @category models
 */
export type Condition =
  | {
    readonly propertyName: string
    readonly operator: "EQ" | "NEQ" | "LT" | "LTE" | "GT" | "GTE" | "CONTAINS_TOKEN" | "NOT_CONTAINS_TOKEN"
    readonly value: Value
  }
  | {
    readonly propertyName: string
    readonly operator: "BETWEEN"
    readonly value: Value
    readonly highValue: Value
  }
  | { readonly propertyName: string; readonly operator: "IN" | "NOT_IN"; readonly values: ReadonlyArray<Value> }
  | { readonly propertyName: string; readonly operator: "HAS_PROPERTY" | "NOT_HAS_PROPERTY" }

/**
 * A condition, or several joined by `and` and `or`: groups of conditions, of which one has to hold whole; an empty group
 * always holds. `Needs` are the properties that it speaks of, with their types.
 *
 * @since 0.1.0
 * @category models
 */
export interface Filter<in Needs> {
  readonly groups: ReadonlyArray<ReadonlyArray<Condition>>
  /** Never there: it only tells the types. */
  readonly _needs?: ((properties: Needs) => void) | undefined
}

/**
 * A whole search.
 *
 * @since 0.1.0
 * @category models
 */
export interface Search<in Needs> extends Filter<Needs>, Pipeable {
  readonly text?: string | undefined
  readonly order?: Order | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Order {
  readonly by: string
  readonly direction: "ascending" | "descending"
}

/**
 * What the properties of a module can be compared with: one of a list's options where it has several.
 *
 * @since 0.1.0
 * @category models
 */
export type Known<F extends Fields> =
  & { readonly [K in keyof F]: Operand<Schema.Type<F[K]>> }
  & Properties

/**
 * What a filter on one property needs of a module: that it has the property with this type, or does not know it.
 *
 * @since 0.1.0
 * @category models
 */
export type Needs<Name extends string, A> = { readonly [K in Name]?: Widened<A> } & Properties

/** Both sides have this, so that they have something in common where a filter speaks of unknown properties alone. */
interface Properties {
  readonly "~properties": "of a CRM object"
}

type Operand<A> = A extends ReadonlyArray<infer Item> ? Item : A extends string ? string : A

type Widened<A> = [A] extends [string] ? string
  : [A] extends [number] ? number
  : [A] extends [boolean] ? boolean
  : [A] extends [DateTime.Utc] ? DateTime.Utc
  : never

/** What all of several filters need. */
type NeedsOf<One> = (One extends Filter<infer N> ? (needs: N) => void : never) extends (needs: infer All) => void ? All
  : never

const one = (condition: Condition): { readonly groups: ReadonlyArray<ReadonlyArray<Condition>> } => ({
  groups: [[condition]]
})

/**
 * Is the value. HubSpot compares texts without regard to case.
 *
 * @since 0.1.0
 * @category filters
 */
export const eq = <const Name extends string, A extends Value>(
  propertyName: Name,
  value: A
): Filter<Needs<Name, A>> => one({ propertyName, operator: "EQ", value })

/**
 * Is set, and is another than the value.
 *
 * @since 0.1.0
 * @category filters
 */
export const neq = <const Name extends string, A extends Value>(
  propertyName: Name,
  value: A
): Filter<Needs<Name, A>> => one({ propertyName, operator: "NEQ", value })

/**
 * Is less, or earlier.
 *
 * @since 0.1.0
 * @category filters
 */
export const lt = <const Name extends string, A extends Value>(
  propertyName: Name,
  value: A
): Filter<Needs<Name, A>> => one({ propertyName, operator: "LT", value })

/**
 * Is less or the same.
 *
 * @since 0.1.0
 * @category filters
 */
export const lte = <const Name extends string, A extends Value>(
  propertyName: Name,
  value: A
): Filter<Needs<Name, A>> => one({ propertyName, operator: "LTE", value })

/**
 * Is more, or later.
 *
 * @since 0.1.0
 * @category filters
 */
export const gt = <const Name extends string, A extends Value>(
  propertyName: Name,
  value: A
): Filter<Needs<Name, A>> => one({ propertyName, operator: "GT", value })

/**
 * Is more or the same.
 *
 * @since 0.1.0
 * @category filters
 */
export const gte = <const Name extends string, A extends Value>(
  propertyName: Name,
  value: A
): Filter<Needs<Name, A>> => one({ propertyName, operator: "GTE", value })

/**
 * Is between the two, or one of them.
 *
 * @since 0.1.0
 * @category filters
 */
export const between = <const Name extends string, A extends Value>(
  propertyName: Name,
  value: A,
  highValue: A
): Filter<Needs<Name, A>> => one({ propertyName, operator: "BETWEEN", value, highValue })

const in_ = <const Name extends string, A extends Value>(
  propertyName: Name,
  values: ReadonlyArray<A>
): Filter<Needs<Name, A>> => one({ propertyName, operator: "IN", values })

export {
  /**
   * Is one of the values, of which there may be 1–100. Texts are sent in lower case, as HubSpot wants them here.
   *
   * @since 0.1.0
   * @category filters
   */
  in_ as in
}

/**
 * Is set, and is none of the values, of which there may be 1–100. Texts are sent in lower case, as HubSpot wants them here.
 *
 * @since 0.1.0
 * @category filters
 */
export const notIn = <const Name extends string, A extends Value>(
  propertyName: Name,
  values: ReadonlyArray<A>
): Filter<Needs<Name, A>> => one({ propertyName, operator: "NOT_IN", values })

/**
 * Is set.
 *
 * @since 0.1.0
 * @category filters
 */
export const has = (propertyName: string): Filter<unknown> => one({ propertyName, operator: "HAS_PROPERTY" })

/**
 * Is not set.
 *
 * @since 0.1.0
 * @category filters
 */
export const hasNot = (propertyName: string): Filter<unknown> => one({ propertyName, operator: "NOT_HAS_PROPERTY" })

/**
 * Has the word; `*` in it stands for any characters: `*@example.com`.
 *
 * @since 0.1.0
 * @category filters
 */
export const containsToken = <const Name extends string>(
  propertyName: Name,
  value: string
): Filter<Needs<Name, string>> => one({ propertyName, operator: "CONTAINS_TOKEN", value })

/**
 * Is set, and does not have the word.
 *
 * @since 0.1.0
 * @category filters
 */
export const notContainsToken = <const Name extends string>(
  propertyName: Name,
  value: string
): Filter<Needs<Name, string>> => one({ propertyName, operator: "NOT_CONTAINS_TOKEN", value })

/**
 * All of them. Where some are an `or`, each of its groups takes in the others: HubSpot knows groups one level deep.
 *
 * @since 0.1.0
 * @category combinators
 */
export const and = <Filters extends ReadonlyArray<Filter<never>>>(
  ...filters: Filters
): Filter<NeedsOf<Filters[number]>> => ({
  groups: filters.reduce<Filter<unknown>["groups"]>(
    (groups, filter) => groups.flatMap((group) => filter.groups.map((other) => [...group, ...other])),
    [[]]
  )
})

/**
 * Any of them; of none at all is refused rather than sent. HubSpot takes 5 groups, 6 conditions in each, and 18 in all.
 *
 * @since 0.1.0
 * @category combinators
 */
export const or = <Filters extends ReadonlyArray<Filter<never>>>(
  ...filters: Filters
): Filter<NeedsOf<Filters[number]>> => ({ groups: filters.flatMap(({ groups }) => groups) })

const search = <Needs>(fields: Pick<Search<Needs>, "groups" | "text" | "order">): Search<Needs> => ({
  ...fields,
  ...Prototype
})

/**
 * Records to which all of the filters apply; without any, all records.
 *
 * @example
 * ```ts
 * import { Contacts, Search } from "effect-hubspot"
 * import { DateTime, Stream } from "effect"
 *
 * const customers = Search.where(
 *   Search.eq("lifecyclestage", "customer"),
 *   Search.or(Search.gt("createdate", DateTime.unsafeMake("2026-01-01")), Search.has("phone"))
 * )
 *
 * const all = Contacts.search(customers, { properties: ["email"] }) // any number, past 10,000 too
 * const latest = Contacts.search(customers.pipe(Search.sort("createdate", "descending"))).pipe(Stream.take(50))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const where = <Filters extends ReadonlyArray<Filter<never>>>(
  ...filters: Filters
): Search<NeedsOf<Filters[number]>> => search({ groups: and(...filters).groups })

/**
 * Only what has this text in one of the properties that HubSpot searches by default, such as name and email.
 *
 * @since 0.1.0
 * @category combinators
 */
export const query: {
  (text: string): <Needs>(self: Search<Needs>) => Search<Needs>
  <Needs>(self: Search<Needs>, text: string): Search<Needs>
} = dual(2, <Needs>(self: Search<Needs>, text: string): Search<Needs> => search({ ...self, text }))

/**
 * In an order of one's own. HubSpot shows the first 10,000 of an order and no more, so a stream that is asked for others
 * fails. Without an order, records come by their ids and there is no such limit.
 *
 * @since 0.1.0
 * @category combinators
 */
export const sort: {
  (by: string, direction?: Order["direction"]): <Needs>(self: Search<Needs>) => Search<Needs>
  <Needs>(self: Search<Needs>, by: string, direction?: Order["direction"]): Search<Needs>
} = dual(
  ([self]) => typeof self !== "string",
  <Needs>(self: Search<Needs>, by: string, direction: Order["direction"] = "ascending"): Search<Needs> =>
    search({ ...self, order: { by, direction } })
)
