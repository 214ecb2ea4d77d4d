/**
 * What the accounts hold, as bytes: a structured clone, since all of it is plain data that refers to itself. Quotas,
 * counts, tokens, and imports and exports under way are left out.
 */
import * as v8 from "node:v8"
import type { Portal } from "./Portal.ts"
import * as Store from "./Store.ts"

const areas = ["store", "associations", "properties", "schemas", "pipelines", "lists", "events"] as const

type Kept = Pick<Portal, (typeof areas)[number]>

interface Document {
  readonly format: typeof format
  readonly portals: ReadonlyArray<readonly [id: number, kept: Kept]>
}

/** Changes with every change of what is kept. */
const format = "hubspot-emulator 2"

export const save = (portals: ReadonlyArray<Portal>): Uint8Array =>
  v8.serialize({
    format,
    portals: portals.map((portal) => [portal.id, Object.fromEntries(areas.map((area) => [area, portal[area]]))])
  })

/** Whether the bytes were a snapshot. Accounts that it does not know stay as they are. */
export const load = (portals: ReadonlyArray<Portal>, bytes: Uint8Array): boolean => {
  const document = read(bytes)
  if (document === undefined) return false
  for (const [id, kept] of document.portals) {
    const portal = portals.find((portal) => portal.id === id)
    if (portal === undefined) continue
    const tables = new Set(portal.store.tables.values())
    Object.assign(portal, kept)
    // Types that the options have got since then.
    for (const table of tables) if (!portal.store.tables.has(table.type.name)) Store.add(portal.store, table)
  }
  return true
}

const read = (bytes: Uint8Array): Document | undefined => {
  try {
    const document: unknown = v8.deserialize(bytes)
    const isOurs = typeof document === "object" && document !== null && "format" in document &&
      document.format === format
    return isOurs ? document as Document : undefined
  } catch {
    return undefined
  }
}
