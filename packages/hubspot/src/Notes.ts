/**
 * Notes on the timeline of records.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  hs_timestamp: Property.datetime,
  hs_note_body: Property.text,
  hs_attachment_ids: Property.options,
  hubspot_owner_id: Property.text,
  hs_createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Notes: all the calls of `CrmObject`. HubSpot wants `hs_timestamp` on create: where it stands on the timeline.
 *
 * @example
 * ```ts
 * import { Notes } from "effect-hubspot"
 * import { DateTime } from "effect"
 *
 * const note = Notes.create(
 *   { hs_timestamp: DateTime.unsafeMake("2026-11-23T09:00:00Z"), hs_note_body: "Wants to hear of the engine" },
 *   { associations: [{ to: "6001", type: "contacts" }] }
 * )
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Notes = /*#__PURE__*/ CrmObject.make({ type: "notes", properties })

/**
 * A note with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Note = Read<typeof properties.fields, keyof typeof properties.fields>
