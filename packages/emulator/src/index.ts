/**
 * A local HubSpot that answers, limits and fails like the real one.
 *
 * @since 0.1.0
 */

export * as CrmRecord from "./CrmRecord.ts"

export * as CustomEvent from "./CustomEvent.ts"

export * as Emulator from "./Emulator.ts"

export * as FaultPlan from "./FaultPlan.ts"

export * as Limits from "./Limits.ts"

export * as OAuthApp from "./OAuthApp.ts"

export * as ObjectType from "./ObjectType.ts"

export * as Owner from "./Owner.ts"

export * as Scopes from "./Scopes.ts"

export * as StandardTypes from "./StandardTypes.ts"

export * as Stats from "./Stats.ts"

export * as Testing from "./Testing.ts"

export * as Webhooks from "./Webhooks.ts"
