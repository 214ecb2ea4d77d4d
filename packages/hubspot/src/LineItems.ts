/**
 * Positions of deals, quotes, orders and invoices.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  name: Property.text,
  description: Property.text,
  hs_product_id: Property.text,
  hs_sku: Property.text,
  price: Property.number,
  quantity: Property.number,
  discount: Property.number,
  hs_discount_percentage: Property.number,
  amount: Property.number,
  hs_cost_of_goods_sold: Property.number,
  hs_line_item_currency_code: Property.text,
  recurringbillingfrequency: Property.text,
  hs_recurring_billing_period: Property.text,
  hs_recurring_billing_start_date: Property.date,
  createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Line items: all the calls of `CrmObject`.
 *
 * @example
 * ```ts
 * import { LineItems } from "effect-hubspot"
 *
 * const item = LineItems.create(
 *   { name: "Tent", price: 149.9, quantity: 2 },
 *   { associations: [{ to: "7001", type: "deals" }] }
 * )
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const LineItems = /*#__PURE__*/ CrmObject.make({ type: "line_items", properties })

/**
 * A line item with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type LineItem = Read<typeof properties.fields, keyof typeof properties.fields>
