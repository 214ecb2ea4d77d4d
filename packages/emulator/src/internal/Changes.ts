/**
 * What has happened to records, in the words of HubSpot's webhooks. Tables note their changes only while somebody
 * wants to hear of them.
 */
import type { Portal } from "./Portal.ts"
import type { Table } from "./Store.ts"

export type Change =
  | { readonly kind: "creation" | "deletion" | "privacyDeletion"; readonly id: number; readonly at: number }
  | {
    readonly kind: "propertyChange"
    readonly id: number
    readonly at: number
    readonly property: string
    readonly value: string
  }
  | { readonly kind: "merge"; readonly id: number; readonly at: number; readonly other: number }

/** An event as it is delivered, but for `attemptNumber`. */
export interface Event {
  readonly eventId: number
  readonly subscriptionId: number
  readonly portalId: number
  readonly appId: number
  readonly occurredAt: number
  readonly subscriptionType: string
  readonly changeSource: "CRM"
  readonly objectId: number
  readonly [field: string]: unknown
}

const kinds: { readonly [typeId: string]: string } = {
  "0-1": "contact",
  "0-2": "company",
  "0-3": "deal",
  "0-5": "ticket",
  "0-7": "product",
  "0-8": "line_item"
}

/** From now on tables note their changes; those they have noted are forgotten. */
export const watch = ({ store }: Portal): void => {
  for (const table of store.tables.values()) table.changes = []
}

/** What has happened since `watch`. A table that is new since then has no records yet. */
export const drain = (portal: Portal, numbers: { next: number }): ReadonlyArray<Event> => {
  const events: Array<Event> = []
  for (const table of portal.store.tables.values()) {
    for (const change of table.changes ?? []) events.push(eventOf(portal, table, change, numbers.next++))
    // Several names lead to a table.
    table.changes = undefined
  }
  return events
}

const eventOf = (portal: Portal, { type }: Table, change: Change, eventId: number): Event => {
  const kind = kinds[type.id] ?? "object"
  return {
    eventId,
    subscriptionId: 1,
    portalId: portal.id,
    appId: 1,
    occurredAt: change.at,
    subscriptionType: `${kind}.${change.kind}`,
    changeSource: "CRM",
    objectId: change.id,
    ...(kind === "object" ? { objectTypeId: type.id } : {}),
    ...(change.kind === "propertyChange"
      ? { propertyName: change.property, propertyValue: change.value }
      : change.kind === "merge"
      ? { primaryObjectId: change.id, mergedObjectIds: [change.other] }
      : {})
  }
}
