/**
 * A record as HubSpot shows it.
 *
 * @since 0.1.0
 */

/**
 * A CRM record: every value is a string, and `null` is a property that was asked for and is not set.
 *
 * @since 0.1.0
 * @category models
 */
export interface CrmRecord {
  readonly id: string
  readonly properties: { readonly [name: string]: string | null }
  readonly createdAt: string
  readonly updatedAt: string
  readonly archived: boolean
  readonly archivedAt?: string
}
