/**
 * What is to be done.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as CrmObject from "./CrmObject.ts"
import type { Read } from "./CrmRecord.ts"
import * as Property from "./Property.ts"

const properties = Schema.Struct({
  hs_timestamp: Property.datetime,
  hs_task_subject: Property.text,
  hs_task_body: Property.text,
  hs_task_status: Property.enumeration("NOT_STARTED", "IN_PROGRESS", "WAITING", "COMPLETED", "DEFERRED"),
  hs_task_priority: Property.enumeration("NONE", "LOW", "MEDIUM", "HIGH"),
  hs_task_type: Property.enumeration("TODO", "CALL", "EMAIL"),
  hubspot_owner_id: Property.text,
  hs_createdate: Property.datetime,
  hs_lastmodifieddate: Property.datetime
})

/**
 * Tasks: all the calls of `CrmObject`. HubSpot wants `hs_timestamp` on create: when it is due.
 *
 * @example
 * ```ts
 * import { Tasks } from "effect-hubspot"
 *
 * const done = Tasks.update("123", { hs_task_status: "COMPLETED" })
 * ```
 *
 * @since 0.1.0
 * @category objects
 */
export const Tasks = /*#__PURE__*/ CrmObject.make({ type: "tasks", properties })

/**
 * A task with all the properties that the module knows.
 *
 * @since 0.1.0
 * @category models
 */
export type Task = Read<typeof properties.fields, keyof typeof properties.fields>
