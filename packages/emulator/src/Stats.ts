/**
 * What an emulator has seen since it started or was last reset.
 *
 * @since 0.1.0
 */

/**
 * Counts of requests and of what became of them.
 *
 * @since 0.1.0
 * @category models
 */
export interface Stats {
  /** Requests that arrived, whatever became of them. Those to `/emulator/*` are not counted anywhere. */
  readonly requests: number
  /** By method and path, ids replaced by `{id}`. */
  readonly byRoute: { readonly [route: string]: number }
  /** By the status of the answer. A reset or a hang has none. */
  readonly byStatus: { readonly [status: string]: number }
  /** Answers with status 429, by who refused: a quota, or the fault plan. */
  readonly rateLimited: { readonly limiter: number; readonly injected: number }
  /** By the kind of the fault. */
  readonly faults: { readonly [kind: string]: number }
  /** Records made by a create or an upsert. */
  readonly creates: number
  /** Live records by type; types without any are left out. */
  readonly records: { readonly [type: string]: number }
  /** The most requests that a general window ever held. It is never above the limit. */
  readonly peak: number
  readonly openSockets: number
}
