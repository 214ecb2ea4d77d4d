/** What an error says of itself: one line, without a body, a query or a secret. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type { ApiError, ClientError, ConnectionError, ServerError, StopReason } from "../ApiError.ts"

export const lost = (reason: ConnectionError["reason"]): string => {
  switch (reason) {
    case "refused":
    case "unreachable":
    case "lookup":
      return `found nobody there: ${reason}`
    case "tls":
    case "certificate":
      return `got no secure connection: ${reason}`
    case "incomplete":
      return "got half an answer"
    default:
      return "lost its connection"
  }
}

/**
 * The names of the fields that were refused are the caller's own; what they held is not repeated. Scopes are names of the
 * API's.
 */
export const answeredWith = ({ details, status }: ServerError | ClientError): string => {
  const category = details?.category === undefined ? "" : ` ${details.category}`
  const fields = details?.fields?.flatMap(({ field }) => field ?? []) ?? []
  const names = new Set([...fields, ...details?.requiredScopes ?? []])
  return `answered ${status}${category}${names.size === 0 ? "" : ` (${[...names].join(", ")})`}`
}

const stopped: Readonly<Record<StopReason, string>> = {
  attempts: "no retries left",
  deadline: "the next attempt would not fit the deadline",
  budget: "the retry budget is spent",
  hint: "the server asks for a longer wait than allowed",
  "not-replayable": "not safe to repeat",
  "not-retryable": "a repeat would not help"
}

/** One line: what was called, what happened, how often, and why it ended. Bodies and queries stay out of it. */
export const describe = (error: ApiError, happened: string): string => {
  const call = `${error.method} ${error.urlTemplate} ${happened}`
  const hint = error.retryAt === undefined ? "" : `, may be repeated from ${DateTime.formatIso(error.retryAt)}`
  if (error.retry === undefined || error.retry.attempts === 0) return call + hint
  const { attempts, elapsed, stopped: reason } = error.retry
  const history = `after ${attempts} ${attempts === 1 ? "attempt" : "attempts"} in ${Duration.format(elapsed)}`
  const ranOut = error._tag === "Timeout" && error.scope === "deadline"
  return `${call} ${history}${hint}${ranOut ? "" : `: ${stopped[reason]}`}`
}
