/**
 * What a company sells.
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
  hs_sku: Property.text,
  price: Property.number,
  hs_cost_of_goods_sold: Property.number,
  hs_recurring_billing_period: Property.text,
  hs_url: Property.text,
  createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Products: all the calls of `CrmObject`.
 *
 * @example
 * ```ts
 * import { Products } from "effect-hubspot"
 *
 * const tent = Products.create({ name: "Tent", hs_sku: "T-1", price: 149.9 })
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Products = /*#__PURE__*/ CrmObject.make({ type: "products", properties })

/**
 * A product with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Product = Read<typeof properties.fields, keyof typeof properties.fields>
