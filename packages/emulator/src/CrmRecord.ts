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
  /** For the properties whose history was asked for, newest first. */
  readonly propertiesWithHistory?: { readonly [name: string]: ReadonlyArray<Version> }
  /** By the name of a type that was asked for. Not there when nothing belongs to the record. */
  readonly associations?: { readonly [type: string]: Associated }
}

/**
 * A value that a property has or had; `""` is none.
 *
 * @since 0.1.0
 * @category models
 */
export interface Version {
  readonly value: string
  readonly timestamp: string
  readonly sourceType: string
}

/**
 * The records of one type that belong to a record, each as often as it has labels.
 *
 * @since 0.1.0
 * @category models
 */
export interface Associated {
  readonly results: ReadonlyArray<{ readonly id: string; readonly type: string }>
  readonly paging?: { readonly next: { readonly after: string } }
}
