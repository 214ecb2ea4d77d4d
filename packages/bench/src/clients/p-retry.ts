import pRetry, { AbortError } from "p-retry"
import type { Client, Setup } from "../model.ts"
import { apiOf, type Send } from "./byRequest.ts"
import { HttpError } from "./contacts.ts"
import { sendWith } from "./fetch.ts"

/** Tries again what may pass: what is not an answer, 429 and 5xx. */
export const retried = (setup: Setup, send: Send): Send => (method, path, body) =>
  pRetry(async () => {
    try {
      return await send(method, path, body)
    } catch (error) {
      if (error instanceof HttpError && error.status < 500 && error.status !== 429) throw new AbortError(error)
      // It takes connection errors for mistakes of the program, as they are a TypeError, unless the message is a known one.
      throw error instanceof TypeError ? new Error(error.message, { cause: error }) : error
    }
  }, {
    retries: setup.retries,
    minTimeout: 500,
    randomize: true,
    onFailedAttempt: ({ error }) =>
      error instanceof HttpError && error.retryAfterMillis > 0
        ? new Promise((resolve) => setTimeout(resolve, error.retryAfterMillis))
        : undefined
  })

/** Its attempts have no timeout of their own. */
export const timed = ({ attemptTimeoutMillis }: Setup, send: Send): Send => (method, path, body) =>
  send(method, path, body, AbortSignal.timeout(attemptTimeoutMillis))

export const settings = ({ attemptTimeoutMillis, retries }: Setup) => ({
  retries,
  minTimeout: 500,
  randomize: true,
  retried: "429, 5xx, timeouts and connection errors, whatever the method",
  "Retry-After": "waited for in onFailedAttempt",
  "AbortSignal.timeout": attemptTimeoutMillis
})

export const client: Client = {
  settings,
  make: async (setup) => apiOf(retried(setup, timed(setup, sendWith(setup))))
}
