/**
 * Messages on the timeline of records: WhatsApp, LinkedIn, SMS.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  hs_timestamp: Property.datetime,
  hs_communication_channel_type: Property.enumeration("WHATS_APP", "LINKEDIN_MESSAGE", "SMS"),
  hs_communication_logged_from: Property.enumeration("CRM"),
  hs_communication_body: Property.text,
  hubspot_owner_id: Property.text,
  hs_createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Communications: all the calls of `CrmObject`. HubSpot wants `hs_timestamp` on create: where it stands on the
 * timeline.
 *
 * @example
 * ```ts
 * import { Communications } from "effect-hubspot"
 * import { DateTime } from "effect"
 *
 * const message = Communications.create({
 *   hs_timestamp: DateTime.unsafeMake("2026-11-23T09:00:00Z"),
 *   hs_communication_channel_type: "SMS",
 *   hs_communication_logged_from: "CRM",
 *   hs_communication_body: "On my way"
 * })
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Communications = /*#__PURE__*/ CrmObject.make({ type: "communications", properties })

/**
 * A communication with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Communication = Read<typeof properties.fields, keyof typeof properties.fields>
