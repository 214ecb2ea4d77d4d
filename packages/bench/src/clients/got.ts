import got from "got"
import { Agent } from "node:http"
import type { Client } from "../model.ts"
import { apiOf } from "./byRequest.ts"
import { headersOf } from "./contacts.ts"

export const client: Client = {
  settings: ({ attemptTimeoutMillis, retries }) => ({
    agent: "keepAlive",
    "retry.limit": retries,
    "timeout.request": attemptTimeoutMillis,
    others: "defaults: no POST; Retry-After obeyed; 1, 2, 4 … s apart"
  }),
  make: async (setup) => {
    const agent = new Agent({ keepAlive: true })
    const client = got.extend({
      headers: headersOf(setup),
      agent: { http: agent },
      retry: { limit: setup.retries },
      timeout: { request: setup.attemptTimeoutMillis }
    })
    return apiOf((method, path, body) =>
      body === undefined
        ? client(setup.baseUrl + path, { method }).json()
        : client(setup.baseUrl + path, { method, json: body }).json(), async () => agent.destroy())
  }
}
