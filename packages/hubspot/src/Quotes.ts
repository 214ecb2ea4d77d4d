/**
 * Offers to customers.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  hs_title: Property.text,
  hs_expiration_date: Property.date,
  hs_status: Property.enumeration("DRAFT", "APPROVAL_NOT_NEEDED", "PENDING_APPROVAL", "APPROVED", "REJECTED"),
  hs_quote_amount: Property.number,
  hs_quote_number: Property.text,
  hs_quote_link: Property.text,
  hs_currency: Property.text,
  hs_language: Property.text,
  hs_locale: Property.text,
  hs_terms: Property.text,
  hs_comments: Property.text,
  hs_esign_enabled: Property.boolean,
  hs_payment_enabled: Property.boolean,
  hubspot_owner_id: Property.text,
  hs_createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Quotes: all the calls of `CrmObject`. HubSpot wants `hs_title` and `hs_expiration_date` on create.
 *
 * @example
 * ```ts
 * import { Quotes } from "effect-hubspot"
 * import { DateTime } from "effect"
 *
 * const quote = Quotes.create({ hs_title: "Camp", hs_expiration_date: DateTime.unsafeMake("2027-01-31") })
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Quotes = /*#__PURE__*/ CrmObject.make({ type: "quotes", properties })

/**
 * A quote with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Quote = Read<typeof properties.fields, keyof typeof properties.fields>
