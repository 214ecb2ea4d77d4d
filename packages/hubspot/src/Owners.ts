/**
 * The users who may own records.
 *
 * @since 0.1.0
 */
import type { ApiError } from "effect-resilience/ApiError"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Settings } from "./CrmObject.ts"
import type { HubSpotClient } from "./HubSpotClient.ts"
import * as Calls from "./internal/calls.ts"
import * as Paths from "./internal/paths.ts"
import * as Wire from "./internal/wire.ts"

/**
 * An owner. Its `id` is what `hubspot_owner_id` of records holds; `userId` is that of the user, which an archived owner
 * does not have any more.
 *
 * @since 0.1.0
 * @category models
 */
export const Owner = Schema.Struct({
  id: Wire.Id,
  email: Wire.maybe(Schema.String),
  /** `PERSON` or `QUEUE`. */
  type: Wire.maybe(Schema.String),
  firstName: Wire.maybe(Schema.String),
  lastName: Wire.maybe(Schema.String),
  userId: Wire.maybe(Wire.Id),
  userIdIncludingInactive: Wire.maybe(Wire.Id),
  teams: Wire.list(Schema.Struct({
    id: Wire.Id,
    name: Wire.maybe(Schema.String),
    primary: Wire.maybe(Schema.Boolean)
  })),
  createdAt: Wire.maybe(Wire.Instant),
  updatedAt: Wire.maybe(Wire.Instant),
  archived: Wire.maybe(Schema.Boolean)
})

/**
 * @since 0.1.0
 * @category models
 */
export type Owner = typeof Owner.Type

/**
 * @since 0.1.0
 * @category models
 */
export interface Filter {
  /** Those who have left in place of the others. Default: false. */
  readonly archived?: boolean | undefined
}

/**
 * All owners, page by page as they are asked for.
 *
 * @example
 * ```ts
 * import { Owners } from "effect-hubspot"
 * import { Stream } from "effect"
 *
 * const emails = Owners.stream().pipe(
 *   Stream.map((owner) => owner.email),
 *   Stream.runCollect
 * )
 * ```
 *
 * @since 0.1.0
 * @category calls
 */
export const stream = (
  { archived, ...settings }: Filter & Settings = {}
): Stream.Stream<Owner, ApiError, HubSpotClient> =>
  Calls.paged(Paths.owners, {}, Owner, { ...settings, query: { limit: 100, archived } })

/**
 * The owner of an email address, in any case of its letters.
 *
 * @since 0.1.0
 * @category calls
 */
export const byEmail = (
  email: string,
  { archived, ...settings }: Filter & Settings = {}
): Effect.Effect<Option.Option<Owner>, ApiError, HubSpotClient> =>
  Stream.runHead(Calls.paged(Paths.owners, {}, Owner, { ...settings, query: { email, archived } }))

/**
 * The owner of an id, or, with `by: "userId"`, the owner that a user is. An unknown one is a `ClientError` of status 404.
 *
 * @since 0.1.0
 * @category calls
 */
export const get = (
  id: string,
  { archived, by, ...settings }: Filter & Settings & { readonly by?: "id" | "userId" | undefined } = {}
): Effect.Effect<Owner, ApiError, HubSpotClient> =>
  Calls.send("GET", `${Paths.owners}/{id}`, { id }, Owner, { ...settings, query: { archived, idProperty: by } })
