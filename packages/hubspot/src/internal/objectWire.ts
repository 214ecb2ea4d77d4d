/** What all the calls of one object type share: its path, and its records on the wire. */
import type { ApiError } from "effect-resilience/ApiError"
import * as Either from "effect/Either"
import type { Schema } from "effect/Schema"
import type { Definition, Selection } from "../CrmObject.ts"
import type { CrmRecord, Fields, Input } from "../CrmRecord.ts"
import { invalid } from "./invalid.ts"
import * as Paths from "./paths.ts"
import * as Records from "./records.ts"

export interface ObjectWire<F extends Fields> {
  readonly path: string
  readonly reconcileBy: string | undefined
  /** The names that a selection stands for. */
  readonly names: (selection: Pick<Selection<string>, "properties">) => ReadonlyArray<string>
  readonly read: <R extends CrmRecord<unknown>>(names: ReadonlyArray<string>) => Schema<Records.Answered<R>, unknown>
  readonly written: <R extends CrmRecord<unknown>>() => Schema<Records.Answered<R>, unknown>
  readonly encode: (method: string, input: Input<F>) => Either.Either<Records.WireProperties, ApiError>
  /** An id that can be put into a path or a body: an empty one would name the whole collection. */
  readonly checkId: (method: string, id: string) => Either.Either<string, ApiError>
  /** The value by which an upsert finds its record. */
  readonly checkKey: (name: string, value: string | undefined) => Either.Either<string, ApiError>
}

export const wireOf = <F extends Fields>(definition: Definition<F>): ObjectWire<F> => {
  const { fields } = definition.properties
  const path = Paths.objects(definition.type)
  const known = Object.keys(fields)
  const decoder = Records.decoder(fields)
  const encoder = Records.encoder(fields)
  return {
    path,
    reconcileBy: definition.reconcileBy,
    names: ({ properties }) => properties === undefined ? known : [...new Set(properties)],
    read: decoder,
    written: () => decoder(undefined),
    encode: (method, input) => encoder(input, { method, path }),
    checkId: (method, id) =>
      typeof id === "string" && id.trim() !== "" && id !== "." && id !== ".." && !/\p{Surrogate}/u.test(id)
        ? Either.right(id)
        : Either.left(invalid(method, path, {
          field: "id",
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
