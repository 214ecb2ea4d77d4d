/**
 * Every path that is served and what answers it. The paths stand here and nowhere else.
 */
import type { ObjectType } from "../ObjectType.ts"
import * as AccountInfo from "./AccountInfo.ts"
import * as Answer from "./Answer.ts"
import * as AssociationBatches from "./AssociationBatches.ts"
import * as AssociationCalls from "./AssociationCalls.ts"
import * as Batches from "./Batches.ts"
import type { Call } from "./Call.ts"
import * as EventDefinitions from "./EventDefinitions.ts"
import * as Events from "./Events.ts"
import * as Exports from "./Exports.ts"
import * as Imports from "./Imports.ts"
import * as ListCalls from "./ListCalls.ts"
import * as Memberships from "./Memberships.ts"
import * as OAuth from "./OAuth.ts"
import * as OldAssociations from "./OldAssociations.ts"
import * as Owners from "./Owners.ts"
import * as Pipelines from "./Pipelines.ts"
import type { Portal } from "./Portal.ts"
import * as PropertyCalls from "./PropertyCalls.ts"
import * as Records from "./Records.ts"
import * as Route from "./Route.ts"
import * as Schemas from "./Schemas.ts"
import * as ScopeNames from "./ScopeNames.ts"
import { search } from "./Search.ts"
import * as Store from "./Store.ts"

/** Date-based paths replace v1 to v4; both are served. */
const dates = ["2026-03", "2026-09"]

const versions = (numbered: string, dated: string): ReadonlyArray<string> => [
  numbered,
  ...dates.map((date) => dated.replace("{date}", date))
]

const roots = {
  associations: versions("/crm/v4/associations", "/crm/associations/{date}"),
  recordAssociations: versions("/crm/v4/objects", "/crm/objects/{date}"),
  objects: versions("/crm/v3/objects", "/crm/objects/{date}"),
  properties: versions("/crm/v3/properties", "/crm/properties/{date}"),
  schemas: versions("/crm-object-schemas/v3/schemas", "/crm-object-schemas/{date}/schemas"),
  pipelines: versions("/crm/v3/pipelines", "/crm/pipelines/{date}"),
  owners: versions("/crm/v3/owners", "/crm/owners/{date}"),
  lists: versions("/crm/v3/lists", "/crm/lists/{date}"),
  imports: versions("/crm/v3/imports", "/crm/imports/{date}"),
  exports: versions("/crm/v3/exports/export", "/crm/exports/{date}/export"),
  events: versions("/events/v3", "/events/{date}"),
  oauth: versions("/oauth/v1", "/oauth/{date}"),
  /** Dated, what OAuth tells of a token is another call. */
  tokens: ["/oauth/v1"],
  account: versions("/account-info/v3", "/account-info/{date}")
}

/** A call on the type that `{type}` names. */
const of =
  (handle: (portal: Portal, table: Store.Table, call: Call) => Answer.Answer): Route.Handler => (portal, call) => {
    const table = Store.tableOf(portal.store, call.params.type!)
    return table === undefined ? Answer.unknownType(call.params.type!) : handle(portal, table, call)
  }

/** A call on what lies between the types that `{from}` and `{to}` name. */
const between = (
  handle: (portal: Portal, from: Store.Table, to: Store.Table, call: Call) => Answer.Answer
): Route.Handler =>
(portal, call) => {
  const from = Store.tableOf(portal.store, call.params.from!)
  if (from === undefined) return Answer.unknownType(call.params.from!)
  const to = Store.tableOf(portal.store, call.params.to!)
  return to === undefined ? Answer.unknownType(call.params.to!) : handle(portal, from, to, call)
}

/** The scopes for what concerns the types that a path names; a type that is not there is refused for that. */
const forTypes =
  (scopesOf: (type: ObjectType, access: ScopeNames.Access) => ReadonlyArray<string>): Route.Scopes =>
  ({ store }, { from, to, type }, access) => {
    const ofType = (name: string | undefined) => {
      const table = name === undefined ? undefined : Store.tableOf(store, name)
      return table === undefined ? [] : scopesOf(table.type, access)
    }
    return type === undefined ? [...new Set([...ofType(from), ...ofType(to)])] : ofType(type)
  }

const forRecords = forTypes((type, access) => [ScopeNames.ofRecords(type, access)])
const forDefinitions = forTypes(ScopeNames.ofDefinitions)

export const router: Route.Router = Route.make([
  {
    roots: roots.objects,
    bucket: "general",
    scopes: forRecords,
    paths: {
      "/{type}": { GET: of(Records.list), POST: of(Records.create) },
      "/{type}/{id}": { GET: of(Records.read), PATCH: of(Records.update), DELETE: of(Records.archive) },
      "/{type}/merge": { POST: of(Records.merge) },
      "/{type}/gdpr-delete": { POST: of(Records.purge) },
      "/{type}/batch/create": { POST: of(Batches.create) },
      "/{type}/batch/read": { POST: of(Batches.read) },
      "/{type}/batch/update": { POST: of(Batches.update) },
      "/{type}/batch/upsert": { POST: of(Batches.upsert) },
      "/{type}/batch/archive": { POST: of(Batches.archive) }
    }
  },
  {
    roots: roots.objects,
    bucket: "search",
    scopes: forRecords,
    paths: { "/{type}/search": { POST: of(search) } }
  },
  {
    roots: roots.recordAssociations,
    bucket: "general",
    scopes: forRecords,
    paths: {
      "/{from}/{id}/associations/{to}": { GET: between(AssociationCalls.list) },
      "/{from}/{id}/associations/{to}/{toId}": {
        PUT: between(AssociationCalls.set),
        DELETE: between(AssociationCalls.remove)
      },
      "/{from}/{id}/associations/default/{to}/{toId}": { PUT: between(AssociationCalls.setDefault) }
    }
  },
  {
    roots: roots.associations,
    bucket: "associations",
    scopes: forRecords,
    paths: {
      "/{from}/{to}/batch/create": { POST: between(AssociationBatches.create) },
      "/{from}/{to}/batch/associate/default": { POST: between(AssociationBatches.setDefault) },
      "/{from}/{to}/batch/read": { POST: between(AssociationBatches.read) },
      "/{from}/{to}/batch/archive": { POST: between(AssociationBatches.archive) },
      "/{from}/{to}/batch/labels/archive": { POST: between(AssociationBatches.archiveLabels) },
      "/{from}/{to}/labels": {
        GET: between(AssociationCalls.labels),
        POST: between(AssociationCalls.createLabel),
        PUT: between(AssociationCalls.updateLabel)
      },
      "/{from}/{to}/labels/{id}": { DELETE: between(AssociationCalls.deleteLabel) }
    }
  },
  {
    roots: ["/crm/v3/associations"],
    bucket: "associations",
    scopes: forRecords,
    paths: {
      "/{from}/{to}/batch/create": { POST: between(OldAssociations.create) },
      "/{from}/{to}/batch/read": { POST: between(OldAssociations.read) },
      "/{from}/{to}/batch/archive": { POST: between(OldAssociations.archive) },
      "/{from}/{to}/types": { GET: between(OldAssociations.types) }
    }
  },
  {
    roots: roots.properties,
    bucket: "general",
    scopes: forDefinitions,
    paths: {
      "/{type}": { GET: of(PropertyCalls.list), POST: of(PropertyCalls.create) },
      "/{type}/{name}": {
        GET: of(PropertyCalls.read),
        PATCH: of(PropertyCalls.update),
        DELETE: of(PropertyCalls.archive)
      },
      "/{type}/batch/create": { POST: of(PropertyCalls.batchCreate) },
      "/{type}/batch/read": { POST: of(PropertyCalls.batchRead) },
      "/{type}/batch/archive": { POST: of(PropertyCalls.batchArchive) },
      "/{type}/groups": { GET: of(PropertyCalls.groups), POST: of(PropertyCalls.createGroup) },
      "/{type}/groups/{name}": {
        GET: of(PropertyCalls.group),
        PATCH: of(PropertyCalls.updateGroup),
        DELETE: of(PropertyCalls.archiveGroup)
      }
    }
  },
  {
    roots: roots.schemas,
    bucket: "general",
    scopes: (_portal, _params, access) => [ScopeNames.customSchemas(access)],
    paths: {
      "": { GET: Schemas.list, POST: Schemas.create },
      "/{type}": { GET: of(Schemas.read), PATCH: of(Schemas.update), DELETE: of(Schemas.remove) },
      "/batch/read": { POST: Schemas.readMany },
      "/{type}/associations": { POST: of(Schemas.createAssociation) },
      "/{type}/associations/{id}": { DELETE: of(Schemas.removeAssociation) }
    }
  },
  {
    roots: roots.pipelines,
    bucket: "general",
    scopes: forDefinitions,
    paths: {
      "/{type}": { GET: of(Pipelines.list), POST: of(Pipelines.create) },
      "/{type}/{id}": {
        GET: of(Pipelines.read),
        PUT: of(Pipelines.replace),
        PATCH: of(Pipelines.update),
        DELETE: of(Pipelines.remove)
      },
      "/{type}/{id}/stages": { GET: of(Pipelines.stages), POST: of(Pipelines.createStage) },
      "/{type}/{id}/stages/{stage}": {
        GET: of(Pipelines.readStage),
        PUT: of(Pipelines.updateStage),
        PATCH: of(Pipelines.updateStage),
        DELETE: of(Pipelines.removeStage)
      }
    }
  },
  {
    roots: roots.owners,
    bucket: "general",
    scopes: () => [ScopeNames.owners],
    paths: { "": { GET: Owners.list }, "/{id}": { GET: Owners.read } }
  },
  {
    roots: roots.lists,
    bucket: "general",
    scopes: (_portal, _params, access) => [ScopeNames.lists(access)],
    paths: {
      "": { GET: ListCalls.readMany, POST: ListCalls.create },
      "/search": { POST: ListCalls.search },
      "/{id}": { GET: ListCalls.read, DELETE: ListCalls.remove },
      "/{id}/restore": { PUT: ListCalls.restore },
      "/{id}/update-list-name": { PUT: ListCalls.rename },
      "/{id}/update-list-filters": { PUT: ListCalls.refilter },
      "/{id}/memberships": { GET: Memberships.list, DELETE: Memberships.clear },
      "/{id}/memberships/add": { PUT: Memberships.add },
      "/{id}/memberships/remove": { PUT: Memberships.remove },
      "/{id}/memberships/add-and-remove": { PUT: Memberships.addAndRemove },
      "/{id}/memberships/add-from/{source}": { PUT: Memberships.addFrom },
      "/{id}/memberships/join-order": { GET: Memberships.joinOrder },
      "/object-type-id/{type}/name/{name}": { GET: ListCalls.readByName },
      "/records/{type}/{id}/memberships": { GET: of(Memberships.ofRecord) },
      "/records/memberships/batch/read": { POST: Memberships.ofRecords }
    }
  },
  {
    roots: roots.imports,
    bucket: "general",
    scopes: () => [ScopeNames.imports],
    paths: {
      "": { GET: Imports.list, POST: Imports.start },
      "/{id}": { GET: Imports.read },
      "/{id}/errors": { GET: Imports.errors },
      "/{id}/cancel": { POST: Imports.cancel }
    }
  },
  {
    roots: roots.exports,
    bucket: "general",
    scopes: () => [ScopeNames.exports],
    paths: {
      "/{id}": { GET: Exports.read },
      "/async": { POST: Exports.start },
      "/async/tasks/{id}/status": { GET: Exports.status }
    }
  },
  {
    // Files are not at the API's own paths, and whoever knows the address of one may have it.
    roots: ["/emulated-files/exports"],
    bucket: "none",
    paths: { "/{file}": { GET: Exports.download } }
  },
  {
    roots: roots.account,
    bucket: "general",
    paths: {
      "/details": { GET: AccountInfo.details },
      "/api-usage/daily/private-apps": { GET: AccountInfo.dailyUsage }
    }
  },
  {
    roots: roots.events,
    bucket: "events",
    scopes: () => [ScopeNames.events],
    paths: { "/send": { POST: Events.send }, "/send/batch": { POST: Events.sendBatch } }
  },
  {
    roots: roots.events,
    bucket: "general",
    paths: {
      "/event-definitions": { GET: EventDefinitions.list, POST: EventDefinitions.create },
      "/event-definitions/{name}": {
        GET: EventDefinitions.read,
        PATCH: EventDefinitions.update,
        DELETE: EventDefinitions.remove
      },
      "/event-definitions/{name}/property": { POST: EventDefinitions.createProperty },
      "/event-definitions/{name}/property/{property}": {
        PATCH: EventDefinitions.updateProperty,
        DELETE: EventDefinitions.removeProperty
      }
    }
  },
  {
    roots: roots.oauth,
    bucket: "none",
    paths: {
      "/token": { POST: OAuth.token }
    }
  },
  {
    roots: roots.tokens,
    bucket: "none",
    paths: {
      "/access-tokens/{token}": { GET: OAuth.accessTokenInfo },
      "/refresh-tokens/{token}": { GET: OAuth.refreshTokenInfo, DELETE: OAuth.deleteRefreshToken }
    }
  },
  {
    // Where people are sent to let an app in: at HubSpot a page of the app for people, not of the API.
    roots: ["/oauth"],
    bucket: "none",
    paths: { "/authorize": { GET: OAuth.authorize }, "/{portal}/authorize": { GET: OAuth.authorize } }
  }
])
