import { Agent, RetryAgent } from "undici"
import type { Client } from "../model.ts"
import { apiOf } from "./byRequest.ts"
import { sendWith } from "./undici.ts"

export const client: Client = {
  settings: ({ attemptTimeoutMillis, retries }) => ({
    dispatcher: "RetryAgent over Agent",
    maxRetries: retries,
    headersTimeout: attemptTimeoutMillis,
    bodyTimeout: attemptTimeoutMillis,
    errorCodes: "the defaults, and timeouts",
    others: "defaults: no POST; Retry-After obeyed; 0.5 to 30 s apart"
  }),
  make: async (setup) => {
    const timeout = setup.attemptTimeoutMillis
    const agent = new RetryAgent(new Agent({ headersTimeout: timeout, bodyTimeout: timeout }), {
      maxRetries: setup.retries,
      errorCodes: [
        "ECONNRESET",
        "ECONNREFUSED",
        "ENOTFOUND",
        "ENETDOWN",
        "ENETUNREACH",
        "EHOSTDOWN",
        "EPIPE",
        "UND_ERR_SOCKET",
        "UND_ERR_HEADERS_TIMEOUT",
        "UND_ERR_BODY_TIMEOUT"
      ]
    })
    return apiOf(sendWith(setup, agent), () => agent.close())
  }
}
