/**
 * People.
 *
 * @since 0.1.0
 */
import type { ApiError } from "effect-resilience/ApiError"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Fields, Read } from "./CrmRecord.ts"
import type { HubSpotClient } from "./HubSpotClient.ts"
import { gdprDelete } from "./internal/gdpr.ts"
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
 * The calls of `CrmObject`, and one that HubSpot has for contacts alone.
 *
 * @since 0.1.0
 * @category models
 */
export interface ContactObject<F extends Fields> extends Omit<CrmObject.CrmObject<F>, "extend"> {
  readonly extend: <G extends Fields>(properties: Schema.Struct<G>) => ContactObject<F & G>

  /**
   * Deletes a contact for good, by its id or its email, as the GDPR asks for. Nothing is left of it, and an email that
   * was deleted so is blocked for later contacts.
   */
  readonly gdprDelete: (
    id: string,
    options?: { readonly by?: "email" | undefined } & CrmObject.Settings
  ) => Effect.Effect<void, ApiError, HubSpotClient>
}

const make = <F extends Fields>(object: CrmObject.CrmObject<F>): ContactObject<F> => ({
  ...object,
  extend: (more) => make(object.extend(more)),
  gdprDelete
})

/**
 * Contacts: all the calls of `CrmObject`, and `gdprDelete`. Creates that set an email can be repeated safely.
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
export const Contacts: ContactObject<typeof properties.fields> = /*#__PURE__*/ make(
  /*#__PURE__*/ CrmObject.make({ type: "contacts", properties, reconcileBy: "email" })
)

/**
 * A contact with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Contact = Read<typeof properties.fields, keyof typeof properties.fields>
