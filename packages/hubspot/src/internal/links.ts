/** What a record is associated with, on the wire. */
import * as Schema from "effect/Schema"
import * as Wire from "./wire.ts"

export const LinkType = Schema.Struct({
  /** `HUBSPOT_DEFINED`, `USER_DEFINED` or `INTEGRATOR_DEFINED`. */
  category: Wire.maybe(Schema.String),
  typeId: Wire.Whole,
  label: Wire.maybe(Schema.String)
})

/** HubSpot sends the id as a number in one answer and as a string in another. */
export const Link = Schema.Struct({ toObjectId: Wire.Id, associationTypes: Wire.list(LinkType) })

export type Link = typeof Link.Type
