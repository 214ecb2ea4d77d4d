/**
 * Meetings on the timeline of records.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  hs_timestamp: Property.datetime,
  hs_meeting_title: Property.text,
  hs_meeting_body: Property.text,
  hs_internal_meeting_notes: Property.text,
  hs_meeting_location: Property.text,
  hs_meeting_external_url: Property.text,
  hs_meeting_start_time: Property.datetime,
  hs_meeting_end_time: Property.datetime,
  hs_meeting_outcome: Property.enumeration("SCHEDULED", "COMPLETED", "RESCHEDULED", "NO_SHOW", "CANCELED"),
  hubspot_owner_id: Property.text,
  hs_createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Meetings: all the calls of `CrmObject`. HubSpot wants `hs_timestamp` on create: where it stands on the timeline.
 *
 * @example
 * ```ts
 * import { Meetings } from "effect-hubspot"
 *
 * const missed = Meetings.update("123", { hs_meeting_outcome: "NO_SHOW" })
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Meetings = /*#__PURE__*/ CrmObject.make({ type: "meetings", properties })

/**
 * A meeting with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Meeting = Read<typeof properties.fields, keyof typeof properties.fields>
