/**
 * What customers have bought.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  hs_order_name: Property.text,
  hs_external_order_id: Property.text,
  hs_external_order_status: Property.text,
  hs_external_order_url: Property.text,
  hs_pipeline: Property.text,
  hs_pipeline_stage: Property.text,
  hs_fulfillment_status: Property.text,
  hs_source_store: Property.text,
  hs_currency_code: Property.text,
  hs_total_price: Property.number,
  hs_subtotal_price: Property.number,
  hs_order_discount: Property.number,
  hs_tax: Property.number,
  hs_shipping_cost: Property.number,
  hs_shipping_tracking_number: Property.text,
  hubspot_owner_id: Property.text,
  hs_createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Orders: all the calls of `CrmObject`. HubSpot wants `hs_order_name` on create.
 *
 * @example
 * ```ts
 * import { Orders } from "effect-hubspot"
 *
 * const order = Orders.create({ hs_order_name: "Camping supplies", hs_currency_code: "USD", hs_total_price: 149.9 })
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Orders = /*#__PURE__*/ CrmObject.make({ type: "orders", properties })

/**
 * An order with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Order = Read<typeof properties.fields, keyof typeof properties.fields>
