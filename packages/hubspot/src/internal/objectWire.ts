/** What all the calls of one object type share: its path, and its records on the wire. */
import type { ApiError } from "effect-resilience/ApiError"
import * as Deadline from "effect-resilience/Deadline"
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Schema } from "effect/Schema"
import type { BatchSettings, Definition, Selection, Settings } from "../CrmObject.ts"
import type { CrmRecord, Fields, Input } from "../CrmRecord.ts"
import type { Query } from "../HubSpotClient.ts"
import type { Value } from "../Search.ts"
import { invalid } from "./invalid.ts"
import * as Paths from "./paths.ts"
import * as Records from "./records.ts"
import * as SearchBody from "./searchBody.ts"
import type { Asked } from "./selection.ts"

export interface ObjectWire<F extends Fields> {
  readonly path: string
  readonly reconcileBy: string | undefined
  readonly type: string
  /** The property that tells when a record was last modified. */
  readonly modified: string
  /** The names that a selection stands for. */
  readonly asked: (selection: Pick<Selection<string, string>, "properties" | "propertiesWithHistory">) => Asked
  readonly read: <R extends CrmRecord<unknown>>(
    names: ReadonlyArray<string>,
    history?: ReadonlyArray<string>
  ) => Schema<Records.Answered<R>, unknown>
  readonly written: <R extends CrmRecord<unknown>>() => Schema<Records.Answered<R>, unknown>
  readonly encode: (method: string, input: Input<F>) => Either.Either<Records.WireProperties, ApiError>
  /** A value to compare a property with, as it is in a search. */
  readonly operand: (name: string, value: Value) => Either.Either<string, unknown>
  /** An id that can be put into a path or a body: an empty one would name the whole collection. */
  readonly checkId: (method: string, id: string, field?: string) => Either.Either<string, ApiError>
  /** The value by which an upsert finds its record. */
  readonly checkKey: (name: string, value: string | undefined) => Either.Either<string, ApiError>
}

export const wireOf = <F extends Fields>(definition: Definition<F>): ObjectWire<F> => {
  const { fields } = definition.properties
  const path = Paths.objects(definition.type)
  const known = Object.keys(fields)
  const decoder = Records.decoder(fields)
  const encoder = Records.encoder(fields)
  const encoders = Records.encoders(fields)
  return {
    path,
    reconcileBy: definition.reconcileBy,
    type: definition.type,
    modified: /^(contacts?|0-1)$/i.test(definition.type) ? "lastmodifieddate" : "hs_lastmodifieddate",
    asked: ({ properties, propertiesWithHistory = [] }) => ({
      names: properties === undefined ? known : [...new Set(properties)],
      history: [...new Set(propertiesWithHistory)]
    }),
    read: decoder,
    written: () => decoder(undefined),
    encode: (method, input) => encoder(input, { method, path }),
    operand: (name, value) => SearchBody.operand(value, encoders.get(name)),
    checkId: (method, id, field = "id") =>
      typeof id === "string" && id.trim() !== "" && id !== "." && id !== ".." && !/\p{Surrogate}/u.test(id)
        ? Either.right(id)
        : Either.left(invalid(method, path, {
          field,
          problem: "does not name a record",
          remedy: "give the record's id, or a value of the property named by `by`"
        })),
    checkKey: (name, value) =>
      value !== undefined && value.trim() !== ""
        ? Either.right(value)
        : Either.left(invalid("POST", `${path}/batch/upsert`, {
          field: `properties.${name}`,
          problem: "is missing",
          remedy: "give it: by its value the record is found"
        }))
  }
}

/** Several calls that are one to the user have one deadline. */
export const together = ({ deadline }: Settings) => <A, E, R>(calls: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  deadline === undefined ? calls : Deadline.within(calls, deadline)

/** How the calls of a batch go out. */
export const sent = (
  { concurrency = 4, ...settings }: BatchSettings = {},
  replay: "safe" | "unsafe",
  query: Query = {}
) => ({ concurrency, options: { ...settings, kind: "batch" as const, replay, query } })

/** HubSpot trims and lower-cases emails; values of other properties differ where their letters do. */
export const keyFor = (by: string | undefined) => (value: string): string => by === "email" ? normalized(value) : value

/** As HubSpot stores emails. */
export const normalized = (key: string): string => key.trim().toLowerCase()
