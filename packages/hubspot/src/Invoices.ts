/**
 * Bills to customers.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  hs_currency: Property.text,
  hs_number: Property.text,
  hs_invoice_status: Property.enumeration("draft", "open", "paid", "voided"),
  hs_invoice_date: Property.datetime,
  hs_due_date: Property.datetime,
  hs_amount_billed: Property.number,
  hs_balance_due: Property.number,
  hs_purchase_order_number: Property.text,
  hubspot_owner_id: Property.text,
  hs_createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Invoices: all the calls of `CrmObject`. HubSpot wants `hs_currency` on create.
 *
 * @example
 * ```ts
 * import { Invoices } from "effect-hubspot"
 * import { DateTime } from "effect"
 *
 * const invoice = Invoices.create({ hs_currency: "EUR", hs_due_date: DateTime.unsafeMake("2027-01-31") })
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Invoices = /*#__PURE__*/ CrmObject.make({ type: "invoices", properties })

/**
 * An invoice with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Invoice = Read<typeof properties.fields, keyof typeof properties.fields>
