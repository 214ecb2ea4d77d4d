/**
 * The users of the emulated account who may own records.
 *
 * @since 0.1.0
 */

/**
 * An owner, as the owners API shows it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Owner {
  /** What `hubspot_owner_id` holds: a number. */
  readonly id: string
  readonly userId: number
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  /** Default: `false`. */
  readonly archived?: boolean | undefined
}

/**
 * The owners of an emulator that is not told of any: two, and one who left.
 *
 * @since 0.1.0
 * @category constants
 */
export const standard: ReadonlyArray<Owner> = [
  { id: "101", userId: 9001, email: "grace@example.com", firstName: "Grace", lastName: "Hopper" },
  { id: "102", userId: 9002, email: "alan@example.com", firstName: "Alan", lastName: "Turing" },
  { id: "103", userId: 9003, email: "edsger@example.com", firstName: "Edsger", lastName: "Dijkstra", archived: true }
]
