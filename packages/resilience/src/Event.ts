/**
 * What a client does, as it happens: for people who want to count, alert or show by means of their own.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import type { ApiError } from "./ApiError.ts"
import type { Mode } from "./CircuitBreaker.ts"

/**
 * Which call it was: nothing of its query, its body or its credentials.
 *
 * @since 0.1.0
 * @category models
 */
export interface Call {
  readonly method: string
  readonly urlTemplate: string
  readonly url: string
}

/**
 * - `AttemptEnded`: a request was sent, and ended after `duration` (waiting, before it was sent, not included)
 * - `Retrying`: attempt number `attempt` failed with `error`; the next one follows after `delay`
 * - `Waiting`: a call waits for an open circuit
 * - `CallEnded`: it succeeded, or failed with `error`, or was `interrupted`
 * - `CircuitChanged`: the circuit of a host went into another mode
 * - `PolicyChanged`: the client goes by another policy from now on
 *
 * Attempts are counted from 1.
 *
 * @since 0.1.0
 * @category models
 */
export type Event = Data.TaggedEnum<{
  AttemptEnded: {
    readonly call: Call
    readonly attempt: number
    readonly waited: Duration.Duration
    readonly duration: Duration.Duration
    readonly status: number | undefined
    readonly error: ApiError | undefined
  }
  Retrying: {
    readonly call: Call
    readonly attempt: number
    readonly error: ApiError
    readonly delay: Duration.Duration
  }
  Waiting: { readonly call: Call; readonly error: ApiError; readonly longest: Duration.Duration }
  CallEnded: {
    readonly call: Call
    readonly elapsed: Duration.Duration
    readonly error: ApiError | undefined
    readonly interrupted: boolean
  }
  CircuitChanged: { readonly key: string; readonly mode: Mode }
  PolicyChanged: {}
}>

/**
 * Handles each kind of event; a forgotten one does not compile.
 *
 * @since 0.1.0
 * @category pattern matching
 */
export const { $is: is, $match: match } = Data.taggedEnum<Event>()
