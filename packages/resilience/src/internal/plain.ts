/**
 * JSON of a plain form, read without going through its schema, which would cost more than to fetch it. What is not as it
 * should be is `notPlain` here, and then the schema is asked: it alone has errors, and what both accept is the same.
 */
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"

export const notPlain: unique symbol = Symbol.for("effect-resilience/notPlain")

/**
 * The annotation of a schema that brings a reader of its own; a registered symbol, for those in other packages. It does not
 * outlive a change of what the schema means: a filter has annotations of its own.
 */
const ReaderId = Symbol.for("effect-resilience/plainReader")

/** Reads what `JSON.parse` has made. */
export type Reader = (json: unknown) => unknown

const readers = new WeakMap<AST.AST, Reader>()

/** The reader for a schema: one that takes nothing for plain where the schema means more than the form of JSON. */
export const readerOf = ({ ast }: Schema.Schema.All): Reader => {
  let reader = readers.get(ast)
  if (reader === undefined) readers.set(ast, reader = compile(ast) ?? nothing)
  return reader
}

const nothing: Reader = () => notPlain

const only = (isRight: (json: unknown) => boolean): Reader => (json) => isRight(json) ? json : notPlain

const asItIs: Reader = (json) => json

const compile = (ast: AST.AST): Reader | undefined => {
  // These change how the schema reads.
  if (AST.DecodingFallbackAnnotationId in ast.annotations || AST.ParseOptionsAnnotationId in ast.annotations) {
    return undefined
  }
  if (ReaderId in ast.annotations) return ast.annotations[ReaderId] as Reader
  switch (ast._tag) {
    case "StringKeyword":
      return only((json) => typeof json === "string")
    case "NumberKeyword":
      return only((json) => typeof json === "number")
    case "BooleanKeyword":
      return only((json) => typeof json === "boolean")
    case "UnknownKeyword":
    case "AnyKeyword":
      return asItIs
    case "Literal":
      return only((json) => json === ast.literal)
    case "Refinement":
      return refined(ast)
    case "Union":
      return oneOf(ast.types)
    case "TupleType":
      return ast.elements.length === 0 && ast.rest.length === 1 && ast.rest[0] !== undefined
        ? list(ast.rest[0].type)
        : undefined
    case "TypeLiteral":
      return ast.indexSignatures.length === 0 ? struct(ast.propertySignatures) : undefined
    default:
      return undefined
  }
}

/** The options that the schema would be given. */
const asDecoded = { errors: "all" } as const

const refined = (ast: AST.Refinement): Reader | undefined => {
  const from = compile(ast.from)
  return from && ((json) => {
    const value = from(json)
    return value === notPlain || Option.isSome(ast.filter(value, asDecoded, ast)) ? notPlain : value
  })
}

/** Of what has an inside there may be one, and nothing that takes all: else it would matter which the schema tries first. */
const oneOf = (types: ReadonlyArray<AST.AST>): Reader | undefined => {
  const members = types.filter((type) => type._tag !== "UndefinedKeyword")
  if (members.filter((type) => !simple.has(type._tag)).length > 1) return undefined
  const all: Array<Reader> = []
  for (const member of members) {
    const read = compile(member)
    if (read === undefined) return undefined
    all.push(read)
  }
  return (json) => {
    for (const read of all) {
      const value = read(json)
      if (value !== notPlain) return value
    }
    return notPlain
  }
}

const simple: ReadonlySet<AST.AST["_tag"]> = new Set([
  "StringKeyword",
  "NumberKeyword",
  "BooleanKeyword",
  "Literal"
])

const list = (type: AST.AST): Reader | undefined => {
  const read = compile(type)
  return read && ((json) => {
    if (!Array.isArray(json)) return notPlain
    const values: Array<unknown> = []
    for (const one of json as ReadonlyArray<unknown>) {
      const value = read(one)
      if (value === notPlain) return notPlain
      values.push(value)
    }
    return values
  })
}

const struct = (signatures: ReadonlyArray<AST.PropertySignature>): Reader | undefined => {
  const fields: Array<{ readonly name: string; readonly read: Reader; readonly isOptional: boolean }> = []
  for (const { isOptional, name, type } of signatures) {
    const read = compile(type)
    // Some names every object has, or means something else by.
    if (read === undefined || typeof name !== "string" || name in Object.prototype) return undefined
    fields.push({ name, read, isOptional })
  }
  // Without fields, it is anything but null.
  if (fields.length === 0) return undefined
  return (json) => {
    if (typeof json !== "object" || json === null || Array.isArray(json)) return notPlain
    const values: Record<string, unknown> = {}
    for (const { isOptional, name, read } of fields) {
      const given = (json as Readonly<Record<string, unknown>>)[name]
      // JSON has no `undefined`.
      if (given === undefined && isOptional) continue
      const value = given === undefined ? notPlain : read(given)
      if (value === notPlain) return notPlain
      values[name] = value
    }
    return values
  }
}
