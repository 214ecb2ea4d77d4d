/**
 * People.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  email: Property.text,
  firstname: Property.text,
  lastname: Property.text,
  phone: Property.text,
  company: Property.text,
  website: Property.text,
  jobtitle: Property.text,
  address: Property.text,
  city: Property.text,
  state: Property.text,
  zip: Property.text,
  country: Property.text,
  lifecyclestage: Property.text,
  hs_lead_status: Property.text,
  hubspot_owner_id: Property.text,
  createdate: Property.datetime,
  lastmodifieddate: Property.datetime
})

/**
 * Contacts: create, get, update, upsert, archive, stream, and batches.
 *
 * @example
 * ```ts
 * import { Contacts } from "effect-hubspot"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const ada = yield* Contacts.upsert({ email: "ada@example.com", firstname: "Ada" }, { by: "email" })
 *   return yield* Contacts.get("ada@example.com", { by: "email", properties: ["firstname", "lifecyclestage"] })
 * })
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Contacts = /*#__PURE__*/ CrmObject.make({ type: "contacts", properties, reconcileBy: "email" })

/**
 * A contact with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Contact = Read<typeof properties.fields, keyof typeof properties.fields>
