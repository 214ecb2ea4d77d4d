/**
 * The emulator's own paths: no token, no quota, no faults, not counted.
 */
import * as Effect from "effect/Effect"
import * as FaultPlan from "../FaultPlan.ts"
import type { Stats } from "../Stats.ts"
import * as Answer from "./Answer.ts"

export const prefix = "/emulator/"

/** What the paths act on. */
export interface Controls {
  readonly stats: Effect.Effect<Stats>
  readonly faults: Effect.Effect<FaultPlan.FaultPlan>
  readonly setFaults: (plan: FaultPlan.FaultPlan) => Effect.Effect<void>
  readonly reset: Effect.Effect<void>
  /** Writes the snapshot's file, if there is one. */
  readonly keep: Effect.Effect<void, string> | undefined
}

export const answer = (
  controls: Controls,
  method: string,
  path: string,
  text: string
): Effect.Effect<Answer.Answer> => {
  switch (`${method} ${path}`) {
    case "GET /emulator/stats":
      return Effect.map(controls.stats, Answer.ok)
    case "POST /emulator/reset":
      return Effect.as(controls.reset, Answer.noContent)
    case "GET /emulator/faults":
      return Effect.map(controls.faults, (plan) => Answer.ok(FaultPlan.encode(plan)))
    case "DELETE /emulator/faults":
      return FaultPlan.decode(FaultPlan.none).pipe(
        Effect.orDie,
        Effect.flatMap(controls.setFaults),
        Effect.as(Answer.noContent)
      )
    case "POST /emulator/snapshot":
      return controls.keep === undefined
        ? Effect.succeed(Answer.invalid("The emulator was started without a file for a snapshot."))
        : Effect.as(controls.keep, Answer.noContent).pipe(
          Effect.catchAll((message) => Effect.succeed(Answer.invalid(message)))
        )
    case "PUT /emulator/faults":
      return planFrom(text).pipe(
        Effect.flatMap(controls.setFaults),
        Effect.as(Answer.noContent),
        Effect.catchAll((message) => Effect.succeed(Answer.invalid(message)))
      )
    default:
      return Effect.succeed(Answer.unknownPath(path))
  }
}

/** The plan, or a line on why it is none. */
const planFrom = (text: string): Effect.Effect<FaultPlan.FaultPlan, string> =>
  Effect.try({ try: (): unknown => JSON.parse(text), catch: (error) => (error as SyntaxError).message }).pipe(
    Effect.flatMap((json) => Effect.mapError(FaultPlan.decode(json), FaultPlan.explain))
  )
