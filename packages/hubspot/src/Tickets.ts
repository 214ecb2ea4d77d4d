/**
 * Requests of customers.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  subject: Property.text,
  content: Property.text,
  hs_pipeline: Property.text,
  hs_pipeline_stage: Property.text,
  hs_ticket_category: Property.text,
  hs_ticket_priority: Property.enumeration("LOW", "MEDIUM", "HIGH", "URGENT"),
  source_type: Property.text,
  closed_date: Property.datetime,
  hubspot_owner_id: Property.text,
  createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Tickets: all the calls of `CrmObject`. HubSpot wants `subject`, `hs_pipeline` and `hs_pipeline_stage` on create.
 *
 * @example
 * ```ts
 * import { Tickets } from "effect-hubspot"
 *
 * const ticket = Tickets.create(
 *   { subject: "It does not start", hs_pipeline: "0", hs_pipeline_stage: "1", hs_ticket_priority: "HIGH" },
 *   { associations: [{ to: "6001", type: "contacts" }] }
 * )
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Tickets = /*#__PURE__*/ CrmObject.make({ type: "tickets", properties })

/**
 * A ticket with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Ticket = Read<typeof properties.fields, keyof typeof properties.fields>
