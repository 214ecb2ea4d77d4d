/**
 * The types of object that every account has.
 *
 * @since 0.1.0
 */
import * as OtherTypes from "./internal/OtherTypes.ts"
import { make, type ObjectType, type Property } from "./ObjectType.ts"

const text: Property = { type: "string" }
const phone: Property = { type: "phone_number" }
const number: Property = { type: "number" }
const time: Property = { type: "datetime" }
/** HubSpot works it out; here it never has a value. */
const computed = (type: Property["type"]): Property => ({ type, readOnly: true })
const oneOf = (...options: ReadonlyArray<string>): Property => ({ type: "enumeration", options })

const lifecycleStage = oneOf(
  "subscriber",
  "lead",
  "marketingqualifiedlead",
  "salesqualifiedlead",
  "opportunity",
  "customer",
  "evangelist",
  "other"
)
const leadStatus = oneOf(
  "NEW",
  "OPEN",
  "IN_PROGRESS",
  "OPEN_DEAL",
  "UNQUALIFIED",
  "ATTEMPTED_TO_CONTACT",
  "CONNECTED",
  "BAD_TIMING"
)

/**
 * Contacts, `0-1`. The email address is unique.
 *
 * @since 0.1.0
 * @category object types
 */
export const contacts: ObjectType = make({
  name: "contacts",
  id: "0-1",
  singular: "Contact",
  created: "createdate",
  modified: "lastmodifieddate",
  defaults: ["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"],
  properties: {
    email: { type: "email", unique: true },
    firstname: text,
    lastname: text,
    salutation: text,
    phone,
    mobilephone: phone,
    company: text,
    website: text,
    jobtitle: text,
    address: text,
    city: text,
    state: text,
    zip: text,
    country: text,
    industry: text,
    annualrevenue: text,
    message: text,
    notes: text,
    hs_language: text,
    hubspot_owner_id: text,
    associatedcompanyid: number,
    date_of_birth: text,
    closedate: time,
    hs_full_name_or_email: computed("string"),
    num_associated_deals: computed("number"),
    hs_lead_status: leadStatus,
    lifecyclestage: lifecycleStage
  }
})

/**
 * Companies, `0-2`. A create needs a domain or a name.
 *
 * @since 0.1.0
 * @category object types
 */
export const companies: ObjectType = make({
  name: "companies",
  id: "0-2",
  singular: "Company",
  created: "createdate",
  defaults: ["createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"],
  required: [["domain", "name"]],
  properties: {
    name: text,
    domain: text,
    description: text,
    phone,
    website: text,
    address: text,
    city: text,
    state: text,
    zip: text,
    country: text,
    industry: text,
    type: text,
    numberofemployees: number,
    annualrevenue: number,
    founded_year: text,
    num_associated_contacts: computed("number"),
    num_associated_deals: computed("number"),
    hubspot_owner_id: text,
    hs_lead_status: leadStatus,
    lifecyclestage: lifecycleStage
  }
})

/**
 * Deals, `0-3`. A create needs name, stage and pipeline; stages and pipelines may have any name.
 *
 * @since 0.1.0
 * @category object types
 */
export const deals: ObjectType = make({
  name: "deals",
  id: "0-3",
  singular: "Deal",
  created: "createdate",
  defaults: [
    "amount",
    "closedate",
    "createdate",
    "dealname",
    "dealstage",
    "hs_lastmodifieddate",
    "hs_object_id",
    "pipeline"
  ],
  required: [["dealname"], ["dealstage"], ["pipeline"]],
  properties: {
    // An integration may say when a deal or a ticket was made.
    createdate: time,
    dealname: text,
    dealstage: text,
    pipeline: text,
    amount: number,
    closedate: time,
    days_to_close: computed("number"),
    hs_is_closed: computed("bool"),
    hs_is_closed_won: computed("bool"),
    closed_lost_reason: text,
    closed_won_reason: text,
    deal_currency_code: text,
    dealtype: oneOf("newbusiness", "existingbusiness"),
    description: text,
    hs_next_step: text,
    hs_priority: oneOf("low", "medium", "high"),
    hubspot_owner_id: text
  }
})

/**
 * Tickets, `0-5`. A create needs subject, pipeline and stage; stages and pipelines may have any name.
 *
 * @since 0.1.0
 * @category object types
 */
export const tickets: ObjectType = make({
  name: "tickets",
  id: "0-5",
  singular: "Ticket",
  created: "createdate",
  defaults: [
    "content",
    "createdate",
    "hs_lastmodifieddate",
    "hs_object_id",
    "hs_pipeline",
    "hs_pipeline_stage",
    "hs_ticket_category",
    "hs_ticket_priority",
    "subject"
  ],
  required: [["subject"], ["hs_pipeline"], ["hs_pipeline_stage"]],
  properties: {
    createdate: time,
    subject: text,
    content: text,
    hs_pipeline: text,
    hs_pipeline_stage: text,
    hs_is_closed: computed("bool"),
    time_to_close: computed("number"),
    hs_ticket_category: text,
    hs_ticket_priority: oneOf("LOW", "MEDIUM", "HIGH", "URGENT"),
    hubspot_owner_id: text,
    source_type: text
  }
})

/**
 * Every type that an emulator knows without being told. Beyond the four above they take any property, and check those
 * that integrations use most.
 *
 * @since 0.1.0
 * @category object types
 */
export const all: ReadonlyArray<ObjectType> = [contacts, companies, deals, tickets, ...OtherTypes.all]
