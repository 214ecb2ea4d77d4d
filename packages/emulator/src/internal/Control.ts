/**
 * The emulator's own paths: no token, no quota, no faults, not counted.
 */
import * as Effect from "effect/Effect"
import * as FaultPlan from "../FaultPlan.ts"
import type { Stats } from "../Stats.ts"
import * as Answer from "./Answer.ts"
import { page } from "./page.ts"
import * as PlainData from "./PlainData.ts"

const prefix = "/emulator/"

/** Whether a request is to the emulator itself, and not to what it emulates. */
export const isOwn = (url: string): boolean => url.startsWith(prefix) || url === "/emulator"

/** What the paths act on. */
export interface Controls {
  readonly stats: Effect.Effect<Stats>
  readonly faults: Effect.Effect<FaultPlan.FaultPlan>
  /** What the inspector page shows, with the requests after the n-th. */
  readonly state: (n: number) => Effect.Effect<object>
  /** The newest records of a type, by any of its names. */
  readonly newest: (type: string) => Effect.Effect<ReadonlyArray<object>>
  readonly setFaults: (plan: FaultPlan.FaultPlan) => Effect.Effect<void>
  readonly reset: Effect.Effect<void>
  /** Writes the snapshot's file, if there is one. */
  readonly keep: Effect.Effect<void, string> | undefined
}

export const answer = (
  controls: Controls,
  method: string,
  url: string,
  text: string
): Effect.Effect<Answer.Answer> => {
  const [path = "", query] = url.split("?")
  switch (`${method} ${path}`) {
    case "GET /emulator":
    case "GET /emulator/":
      return Effect.succeed({ status: 200, body: page, headers: pageHeaders })
    case "GET /emulator/state":
      return Effect.map(controls.state(Number(new URLSearchParams(query).get("since")) || 0), Answer.ok)
    case "GET /emulator/records":
      return Effect.map(
        controls.newest(new URLSearchParams(query).get("type") ?? ""),
        (results) => Answer.page(results)
      )
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

/** The page may load and send nothing but what is on this server, and no other page may frame it. */
const pageHeaders = {
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; frame-ancestors 'none'"
}

/** The plan, in JSON or in YAML, or a line on why it is none. */
const planFrom = (text: string): Effect.Effect<FaultPlan.FaultPlan, string> =>
  Effect.flatMap(PlainData.parse(text), (plan) => Effect.mapError(FaultPlan.decode(plan), FaultPlan.explain))
