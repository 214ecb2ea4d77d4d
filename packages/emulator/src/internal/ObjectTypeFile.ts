/**
 * An object type as a file holds it: what `ObjectType.make` takes.
 */
import * as Schema from "effect/Schema"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const Names = Schema.Array(Schema.String)

const Property = Schema.Struct({
  type: Schema.Literal("string", "phone_number", "email", "number", "bool", "date", "datetime", "enumeration"),
  options: optional(Names),
  multiple: optional(Schema.Boolean),
  unique: optional(Schema.Boolean),
  readOnly: optional(Schema.Boolean)
})

export const ObjectTypeFile = Schema.Struct({
  name: Schema.String.pipe(Schema.pattern(/^[a-z][a-z0-9_]*$/)),
  id: Schema.String.pipe(Schema.pattern(/^\d+-\d+$/)),
  singular: optional(Schema.String),
  properties: optional(Schema.Record({ key: Schema.String, value: Property })),
  defaults: optional(Names),
  required: optional(Schema.Array(Names)),
  created: optional(Schema.String),
  modified: optional(Schema.String),
  open: optional(Schema.Boolean)
})
