/** Work that goes on at HubSpot's: looked at again and again until it has come to an end. */
import type * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"

/** From one second, half as much longer each time, to thirty. */
const patient = Schedule.exponential("1 second", 1.5).pipe(Schedule.union(Schedule.spaced("30 seconds")))

/** Each state that is seen; the first that is an end is the last. */
export const states = <A, E, R>(
  look: Effect.Effect<A, E, R>,
  isEnd: (state: A) => boolean,
  schedule: Schedule.Schedule<unknown> = patient
): Stream.Stream<A, E, R> => Stream.takeUntil(Stream.repeatEffectWithSchedule(look, schedule), isEnd)
