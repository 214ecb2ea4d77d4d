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

/**
 * By the clock and the deadline of the region that the fibre is in.
 *
 * A class, like all that lives while a call waits for its answer. V8 counts how many objects of each literal outlive a
 * collection, and makes them in the old generation once most of them do (it calls that pretenuring). There they would keep
 * alive all that they refer to, which is the whole call, until the next major collection: that took half of the CPU.
 */
export class Course {
  readonly call: Call
  readonly clock: Clock.Clock
  /** In milliseconds on the monotonic clock, as the deadline is. */
  readonly beganAt: number
  readonly deadline: number
  readonly isTraced: boolean

  constructor(fiber: Fiber.RuntimeFiber<unknown, unknown>, call: Call, beganAt: number) {
    this.call = call
    this.clock = clockOf(fiber)
    this.beganAt = beganAt
    this.deadline = Math.min(
      Context.get(fiber.currentContext, Deadline.Deadline),
      beganAt + Duration.toMillis(call.policy.deadline)
    )
    this.isTraced = Spans.areRecorded(fiber)
  }
}

/** How what is under way may be interrupted, where all around it may not. */
export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

export const clockOf = (fiber: Fiber.RuntimeFiber<unknown, unknown>): Clock.Clock =>
  Context.get(fiber.currentDefaultServices, Clock.Clock)

/** In milliseconds on the monotonic clock. */
export const now = ({ clock }: Course): number => unsafeNow(clock)
