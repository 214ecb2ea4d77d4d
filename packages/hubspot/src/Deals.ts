/**
 * Sales on their way.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  dealname: Property.text,
  dealstage: Property.text,
  pipeline: Property.text,
  dealtype: Property.text,
  description: Property.text,
  amount: Property.number,
  closedate: Property.datetime,
  hubspot_owner_id: Property.text,
  createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Deals: all the calls of `CrmObject`. HubSpot wants `dealname`, `dealstage` and `pipeline` on create.
 *
 * @example
 * ```ts
 * import { Deals } from "effect-hubspot"
 *
 * const won = Deals.update("123", { dealstage: "closedwon", amount: 5000 })
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Deals = /*#__PURE__*/ CrmObject.make({ type: "deals", properties })

/**
 * A deal with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Deal = Read<typeof properties.fields, keyof typeof properties.fields>
