/**
 * Everything that an account holds. Each area keeps its own part, in a module of its own.
 */
import type { ObjectType } from "../ObjectType.ts"
import type { Owner } from "../Owner.ts"
import * as Associations from "./Associations.ts"
import * as Events from "./Events.ts"
import * as Exports from "./Exports.ts"
import * as Imports from "./Imports.ts"
import * as Lists from "./Lists.ts"
import * as OAuth from "./OAuth.ts"
import * as Owners from "./Owners.ts"
import * as Pipelines from "./Pipelines.ts"
import * as Properties from "./Properties.ts"
import type { Quota } from "./Quota.ts"
import * as Schemas from "./Schemas.ts"
import * as Store from "./Store.ts"

export interface Portal {
  readonly id: number
  readonly store: Store.Store
  readonly associations: Associations.Associations
  readonly properties: Properties.Properties
  readonly schemas: Schemas.Schemas
  readonly pipelines: Pipelines.Pipelines
  readonly owners: Owners.Owners
  readonly lists: Lists.Lists
  readonly events: Events.Events
  readonly imports: Imports.Imports
  readonly exports: Exports.Exports
  readonly oauth: OAuth.OAuth
  readonly quota: Quota
  /** A new record is hidden from search for this many milliseconds. */
  readonly searchLag: number
  /** How many results of a search can be seen. */
  readonly searchResults: number
}

export interface Settings {
  readonly id: number
  readonly types: ReadonlyArray<ObjectType>
  readonly owners: ReadonlyArray<Owner>
  readonly oauth: OAuth.Settings
  readonly searchLag: number
  readonly searchResults: number
}

export const make = (settings: Settings, quota: Quota): Portal => ({
  id: settings.id,
  store: Store.make(settings.types),
  associations: Associations.make(settings.types),
  properties: Properties.make(),
  schemas: Schemas.make(),
  pipelines: Pipelines.make(),
  owners: Owners.make(settings.owners),
  lists: Lists.make(),
  events: Events.make(),
  imports: Imports.make(),
  exports: Exports.make(),
  oauth: OAuth.make(settings.oauth, settings.id),
  quota,
  searchLag: settings.searchLag,
  searchResults: settings.searchResults
})
