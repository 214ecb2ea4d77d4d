/**
 * What the benchmarks are to use as soon as the packages have it: the one place to change.
 */

/** The layer in `clients/transport.ts` is a lean one: `ours-lean` is measured beside `ours`. */
export const leanTransport = true

/** Gets that are issued together are merged into batch reads: scenario `records` demands one call for a hundred. */
export const mergedGets = true
