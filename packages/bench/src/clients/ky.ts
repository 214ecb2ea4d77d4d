import ky from "ky"
import type { Client } from "../model.ts"
import { apiOf } from "./byRequest.ts"
import { headersOf } from "./contacts.ts"

export const client: Client = {
  settings: ({ attemptTimeoutMillis, deadlineMillis, retries }) => ({
    "retry.limit": retries,
    "retry.jitter": true,
    "retry.retryOnTimeout": true,
    timeout: attemptTimeoutMillis,
    totalTimeout: deadlineMillis,
    others: "defaults: no POST; Retry-After obeyed; 0.3, 0.6, 1.2 … s apart"
  }),
  make: async (setup) => {
    const client = ky.create({
      headers: headersOf(setup),
      retry: { limit: setup.retries, jitter: true, retryOnTimeout: true },
      timeout: setup.attemptTimeoutMillis,
      totalTimeout: setup.deadlineMillis
    })
    return apiOf((method, path, body) =>
      body === undefined
        ? client(setup.baseUrl + path, { method }).json()
        : client(setup.baseUrl + path, { method, json: body }).json()
    )
  }
}
