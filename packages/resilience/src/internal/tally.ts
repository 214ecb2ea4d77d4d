/** Plain counters, changed in place: what a snapshot is taken of. */
import * as Duration from "effect/Duration"
import type { ApiError, StopReason } from "../ApiError.ts"
import type { Snapshot } from "../Snapshot.ts"

export interface Tally {
  calls: number
  succeeded: number
  failed: number
  interrupted: number
  attempts: number
  circuitTrips: number
  /** In milliseconds. */
  limiterWait: number
  /** In milliseconds. */
  retryWait: number
  readonly retries: { [Tag in ApiError["_tag"]]?: number }
  readonly stopped: { [Reason in StopReason]?: number }
}

export const make = (): Tally => ({
  calls: 0,
  succeeded: 0,
  failed: 0,
  interrupted: 0,
  attempts: 0,
  circuitTrips: 0,
  limiterWait: 0,
  retryWait: 0,
  retries: {},
  stopped: {}
})

export const retried = (self: Tally, error: ApiError, delay: number): void => {
  self.retryWait += delay
  self.retries[error._tag] = (self.retries[error._tag] ?? 0) + 1
}

/** A defect has no error of ours. */
export const failed = (self: Tally, error: ApiError | undefined): void => {
  self.failed++
  const reason = error?.retry?.stopped
  if (reason !== undefined) self.stopped[reason] = (self.stopped[reason] ?? 0) + 1
}

export const snapshot = (self: Tally): Snapshot => ({
  ...self,
  retries: { ...self.retries },
  stopped: { ...self.stopped },
  successRate: self.succeeded + self.failed === 0 ? 1 : self.succeeded / (self.succeeded + self.failed),
  limiterWait: Duration.millis(self.limiterWait),
  retryWait: Duration.millis(self.retryWait)
})
