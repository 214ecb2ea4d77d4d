/**
 * What customers are about to buy.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  hs_cart_name: Property.text,
  hs_external_cart_id: Property.text,
  hs_external_status: Property.text,
  hs_cart_url: Property.text,
  hs_source_store: Property.text,
  hs_currency_code: Property.text,
  hs_total_price: Property.number,
  hs_cart_discount: Property.number,
  hs_tax: Property.number,
  hs_shipping_cost: Property.number,
  hs_tags: Property.text,
  hubspot_owner_id: Property.text,
  hs_createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Carts: all the calls of `CrmObject`.
 *
 * @example
 * ```ts
 * import { Carts } from "effect-hubspot"
 *
 * const cart = Carts.create({ hs_cart_name: "Camping", hs_external_cart_id: "1234567890", hs_total_price: 500 })
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Carts = /*#__PURE__*/ CrmObject.make({ type: "carts", properties })

/**
 * A cart with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Cart = Read<typeof properties.fields, keyof typeof properties.fields>
