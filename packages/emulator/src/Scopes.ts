/**
 * What a token may do, in HubSpot's own words for it: `crm.objects.contacts.read`.
 *
 * @since 0.1.0
 */
import * as ScopeNames from "./internal/ScopeNames.ts"

/**
 * A private app's token that may do no more than its scopes say; a call beyond them is a 403 `MISSING_SCOPES`.
 *
 * @since 0.1.0
 * @category models
 */
export interface ScopedToken {
  readonly token: string
  readonly scopes: ReadonlyArray<string>
}

/**
 * Every scope that a call of the emulator asks for, and `oauth`, which every public app has. A token has them all unless
 * it is told otherwise.
 *
 * @since 0.1.0
 * @category constants
 */
export const all: ReadonlyArray<string> = ScopeNames.all
