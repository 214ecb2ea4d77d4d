/**
 * Emails on the timeline of records.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  hs_timestamp: Property.datetime,
  hs_email_direction: Property.enumeration("EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL"),
  hs_email_status: Property.enumeration("BOUNCED", "FAILED", "SCHEDULED", "SENDING", "SENT"),
  hs_email_subject: Property.text,
  hs_email_text: Property.text,
  hs_email_html: Property.text,
  hs_email_headers: Property.text,
  hs_attachment_ids: Property.options,
  hubspot_owner_id: Property.text,
  hs_createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Emails: all the calls of `CrmObject`. HubSpot wants `hs_timestamp` and `hs_email_direction` on create.
 *
 * @example
 * ```ts
 * import { Emails } from "effect-hubspot"
 * import { DateTime } from "effect"
 *
 * const email = Emails.create({
 *   hs_timestamp: DateTime.unsafeMake("2026-11-23T09:00:00Z"),
 *   hs_email_direction: "INCOMING_EMAIL",
 *   hs_email_subject: "The engine"
 * })
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Emails = /*#__PURE__*/ CrmObject.make({ type: "emails", properties })

/**
 * An email with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Email = Read<typeof properties.fields, keyof typeof properties.fields>
