/** HubSpot's answers, as one table over HTTP's own. */
import * as ApiResponse from "effect-resilience/ApiResponse"
import * as Classifier from "effect-resilience/Classifier"
import * as Either from "effect/Either"
import * as ErrorBody from "../ErrorBody.ts"
import { days } from "./buckets.ts"

type Change = (failure: Classifier.Failure, now: number) => Partial<Classifier.Failure>

const byStatus: Readonly<Record<number, Change>> = {
  // A record is locked for two seconds.
  423: (failure, now) => ({ retryable: true, retryAt: Math.max(failure.retryAt ?? 0, now + 2000) }),
  // The account moves between data centres; Retry-After says for how long.
  477: () => ({ retryable: true }),
  // Trouble at the edge that time does not mend: handshake, certificate, and (530) also a malformed token.
  525: () => ({ retryable: false, outcome: "refused" }),
  526: () => ({ retryable: false, outcome: "refused" }),
  530: () => ({ retryable: false, outcome: "refused" })
}

export interface Options {
  /** The buckets that a limit which is not on the day may be about. */
  readonly bursts: ReadonlyArray<string>
  /** When the day of `now` ends, where that is known. */
  readonly endOfDay: (now: number) => number | undefined
}

export const make = ({ bursts, endOfDay }: Options): Classifier.Classifier => (response, now) => {
  const failure = Classifier.standard(response, now)
  if (failure === undefined) return undefined
  const body = Either.getOrElse(ApiResponse.json(response), () => undefined)
  const details = ErrorBody.details(body)
  const correlationId = details?.correlationId ?? response.headers["x-hubspot-correlation-id"]
  const policy = failure.tag === "RateLimited" ? ErrorBody.limitPolicy(body) : undefined
  return {
    ...failure,
    ...byStatus[response.status]?.(failure, now),
    ...(failure.tag === "RateLimited" ? { buckets: bursts } : {}),
    // A daily limit lasts until midnight in the account's time zone.
    ...(policy === "DAILY" ? { retryable: false, retryAt: endOfDay(now), buckets: days } : {}),
    policy,
    details: correlationId === undefined ? details : { ...details, correlationId }
  }
}
