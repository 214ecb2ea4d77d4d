/**
 * Contacts and companies that may become customers.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  hs_lead_name: Property.text,
  hs_lead_type: Property.text,
  hs_lead_label: Property.enumeration("HOT", "WARM", "COLD"),
  hs_pipeline: Property.text,
  hs_pipeline_stage: Property.text,
  hubspot_owner_id: Property.text,
  hs_createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Leads: all the calls of `CrmObject`. HubSpot wants `hs_lead_name` and an association with a contact or a company on
 * create.
 *
 * @example
 * ```ts
 * import { Leads } from "effect-hubspot"
 *
 * // 578 is the association with the primary contact.
 * const lead = Leads.create(
 *   { hs_lead_name: "Ada Lovelace", hs_lead_label: "WARM" },
 *   { associations: [{ to: "6001", types: [{ typeId: 578 }] }] }
 * )
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Leads = /*#__PURE__*/ CrmObject.make({ type: "leads", properties })

/**
 * A lead with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Lead = Read<typeof properties.fields, keyof typeof properties.fields>
