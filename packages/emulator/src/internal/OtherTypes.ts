/**
 * The standard types beside contacts, companies, deals and tickets. A few of their properties are checked; beyond
 * those they take any.
 */
import { make, type ObjectType, type Property } from "../ObjectType.ts"

const text: Property = { type: "string" }
const number: Property = { type: "number" }
const time: Property = { type: "datetime" }
const date: Property = { type: "date" }
const computed: Property = { type: "number", readOnly: true }
const oneOf = (...options: ReadonlyArray<string>): Property => ({ type: "enumeration", options })

interface Described {
  readonly required?: ReadonlyArray<string>
  readonly properties?: { readonly [name: string]: Property }
}

/** Every activity stands somewhere on a timeline. */
const activity = (properties: Described["properties"], ...required: ReadonlyArray<string>): Described => ({
  required: ["hs_timestamp", ...required],
  properties: { hs_timestamp: time, hubspot_owner_id: text, ...properties }
})

const priced = { name: text, price: number, quantity: number, hs_sku: text, discount: number }

const types: ReadonlyArray<readonly [name: string, id: string, singular: string, described?: Described]> = [
  ["products", "0-7", "Product", {
    properties: { name: text, price: number, hs_sku: text, description: text, hs_cost_of_goods_sold: number }
  }],
  ["line_items", "0-8", "Line_Item", { properties: { ...priced, hs_product_id: text, amount: computed } }],
  ["quotes", "0-14", "Quote", {
    required: ["hs_title", "hs_expiration_date"],
    properties: { hs_title: text, hs_expiration_date: date, hs_quote_amount: computed }
  }],
  ["communications", "0-18", "Communication", activity({ hs_communication_body: text })],
  [
    "tasks",
    "0-27",
    "Task",
    activity({
      hs_task_subject: text,
      hs_task_body: text,
      hs_task_status: oneOf("NOT_STARTED", "IN_PROGRESS", "WAITING", "COMPLETED", "DEFERRED"),
      hs_task_priority: oneOf("NONE", "LOW", "MEDIUM", "HIGH")
    })
  ],
  ["notes", "0-46", "Note", activity({ hs_note_body: text })],
  [
    "meetings",
    "0-47",
    "Meeting",
    activity({
      hs_meeting_title: text,
      hs_meeting_start_time: time,
      hs_meeting_end_time: time,
      hs_meeting_outcome: oneOf("SCHEDULED", "COMPLETED", "RESCHEDULED", "NO_SHOW", "CANCELED")
    })
  ],
  [
    "calls",
    "0-48",
    "Call",
    activity({
      hs_call_title: text,
      hs_call_body: text,
      hs_call_duration: number,
      hs_call_direction: oneOf("INBOUND", "OUTBOUND")
    })
  ],
  [
    "emails",
    "0-49",
    "Email",
    activity({
      hs_email_subject: text,
      hs_email_text: text,
      hs_email_direction: oneOf("EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL")
    }, "hs_email_direction")
  ],
  ["invoices", "0-53", "Invoice", { properties: { hs_currency: text, hs_invoice_date: time, hs_due_date: time } }],
  ["marketing_events", "0-54", "Marketing_Event"],
  ["subscriptions", "0-69", "Subscription"],
  ["goal_targets", "0-74", "Goal_Target"],
  ["discounts", "0-84", "Discount"],
  ["fees", "0-85", "Fee"],
  ["taxes", "0-86", "Tax"],
  ["payments", "0-101", "Payment"],
  ["users", "0-115", "User"],
  ["postal_mail", "0-116", "Postal_Mail", activity({ hs_postal_mail_body: text })],
  ["orders", "0-123", "Order", {
    required: ["hs_order_name"],
    properties: { hs_order_name: text, hs_total_price: number, hs_currency_code: text }
  }],
  ["leads", "0-136", "Lead", { properties: { hs_lead_name: text, hs_lead_type: text, hs_lead_label: text } }],
  ["carts", "0-142", "Cart", { properties: { hs_cart_name: text, hs_total_price: number } }],
  ["services", "0-162", "Service", { properties: { hs_name: text } }],
  ["courses", "0-410", "Course", { properties: { hs_course_name: text } }],
  ["listings", "0-420", "Listing", { properties: { hs_name: text } }],
  ["appointments", "0-421", "Appointment", { properties: { hs_appointment_name: text } }],
  ["projects", "0-970", "Project", { properties: { hs_name: text } }]
]

export const all: ReadonlyArray<ObjectType> = types.map(([name, id, singular, { properties, required = [] } = {}]) =>
  make({ name, id, singular, properties, required: required.map((property) => [property]), open: true })
)
