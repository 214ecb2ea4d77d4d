/**
 * The people who work in the account.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  hs_email: Property.text,
  hs_given_name: Property.text,
  hs_family_name: Property.text,
  hs_job_title: Property.text,
  hs_additional_phone: Property.text,
  hs_availability_status: Property.enumeration("available", "away"),
  hs_standard_time_zone: Property.text,
  hs_working_hours: Property.text,
  hs_out_of_office_hours: Property.text,
  hs_main_user_language_skill: Property.text,
  hs_secondary_user_language_skill: Property.text,
  hs_internal_user_id: Property.text,
  hubspot_owner_id: Property.text,
  hs_createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Users, with the calls that HubSpot has for them: it lets an integration read and update them, and creates and removes
 * them elsewhere. Their ids are of this account, and are neither those of owners nor `hs_internal_user_id`.
 *
 * @example
 * ```ts
 * import { Users } from "effect-hubspot"
 *
 * const away = Users.update("207838823235", { hs_availability_status: "away" })
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Users: Pick<
  CrmObject.CrmObject<typeof properties.fields>,
  | "type"
  | "get"
  | "update"
  | "stream"
  | "pages"
  | "batchRead"
  | "batchUpdate"
  | "search"
  | "searchPages"
  | "count"
  | "changes"
> = /*#__PURE__*/ CrmObject.make({ type: "users", properties })

/**
 * A user with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type User = Read<typeof properties.fields, keyof typeof properties.fields>
