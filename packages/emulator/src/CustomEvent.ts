/**
 * Custom events, as they were sent.
 *
 * @since 0.1.0
 */

/**
 * What happened to whom. One of `email`, `utk` and `objectId` is there.
 *
 * @since 0.1.0
 * @category models
 */
export interface CustomEvent {
  readonly eventName: string
  readonly occurredAt: string
  readonly email?: string | undefined
  readonly utk?: string | undefined
  readonly objectId?: string | undefined
  readonly uuid?: string | undefined
  readonly properties: { readonly [name: string]: unknown }
}
