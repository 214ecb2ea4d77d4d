/**
 * Calls on the timeline of records.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  hs_timestamp: Property.datetime,
  hs_call_title: Property.text,
  hs_call_body: Property.text,
  hs_call_direction: Property.enumeration("INBOUND", "OUTBOUND"),
  hs_call_disposition: Property.text,
  hs_call_duration: Property.number,
  hs_call_from_number: Property.text,
  hs_call_to_number: Property.text,
  hs_call_recording_url: Property.text,
  hs_call_status: Property.enumeration(
    "BUSY",
    "CALLING_CRM_USER",
    "CANCELED",
    "COMPLETED",
    "CONNECTING",
    "FAILED",
    "IN_PROGRESS",
    "NO_ANSWER",
    "QUEUED",
    "RINGING"
  ),
  hubspot_owner_id: Property.text,
  hs_createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Calls: all the calls of `CrmObject`. HubSpot wants `hs_timestamp` on create: where it stands on the timeline.
 * `hs_call_duration` is in milliseconds.
 *
 * @example
 * ```ts
 * import { Calls } from "effect-hubspot"
 * import { DateTime } from "effect"
 *
 * const call = Calls.create({
 *   hs_timestamp: DateTime.unsafeMake("2026-11-23T09:00:00Z"),
 *   hs_call_title: "First talk",
 *   hs_call_duration: 180_000
 * })
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Calls = /*#__PURE__*/ CrmObject.make({ type: "calls", properties })

/**
 * A call with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Call = Read<typeof properties.fields, keyof typeof properties.fields>
