/** A call under way: by which clock, until when, and whether somebody records what becomes of it. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Deadline from "../Deadline.ts"
import type { Call } from "./call.ts"
import * as Spans from "./spans.ts"
import { unsafeNow } from "./time.ts"

export interface Course {
  readonly call: Call
  readonly clock: Clock.Clock
  /** In milliseconds on the monotonic clock, as the deadline is. */
  readonly beganAt: number
  readonly deadline: number
  readonly isTraced: boolean
}

/** How what is under way may be interrupted, where all around it may not. */
export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

export const clockOf = (fiber: Fiber.RuntimeFiber<unknown, unknown>): Clock.Clock =>
  Context.get(fiber.currentDefaultServices, Clock.Clock)

/** As the region of the fibre has it. */
export const make = (fiber: Fiber.RuntimeFiber<unknown, unknown>, call: Call, beganAt: number): Course => ({
  call,
  clock: clockOf(fiber),
  beganAt,
  deadline: Math.min(
    Context.get(fiber.currentContext, Deadline.Deadline),
    beganAt + Duration.toMillis(call.policy.deadline)
  ),
  isTraced: Spans.areRecorded(fiber)
})

/** In milliseconds on the monotonic clock. */
export const now = ({ clock }: Course): number => unsafeNow(clock)
