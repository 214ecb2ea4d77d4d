/**
 * Organizations.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  name: Property.text,
  domain: Property.text,
  description: Property.text,
  phone: Property.text,
  website: Property.text,
  address: Property.text,
  city: Property.text,
  state: Property.text,
  zip: Property.text,
  country: Property.text,
  industry: Property.text,
  type: Property.text,
  lifecyclestage: Property.text,
  hs_lead_status: Property.text,
  founded_year: Property.text,
  numberofemployees: Property.number,
  annualrevenue: Property.number,
  hubspot_owner_id: Property.text,
  createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Companies: all the calls of `CrmObject`. HubSpot wants a `domain` or a `name` on create.
 *
 * @example
 * ```ts
 * import { Companies } from "effect-hubspot"
 *
 * const acme = Companies.create({ name: "Acme", domain: "acme.com", numberofemployees: 250 })
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Companies = /*#__PURE__*/ CrmObject.make({ type: "companies", properties })

/**
 * A company with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Company = Read<typeof properties.fields, keyof typeof properties.fields>
