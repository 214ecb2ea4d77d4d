import { Agent, type Dispatcher, request } from "undici"
import type { Client, Setup } from "../model.ts"
import { apiOf, type Send } from "./byRequest.ts"
import { headersOf, HttpError } from "./contacts.ts"

/** Sends by undici's `request`, on the dispatcher that is given. */
export const sendWith = (setup: Setup, dispatcher: Dispatcher): Send => {
  const headers = headersOf(setup)
  const jsonHeaders = { ...headers, "content-type": "application/json" }
  return async (method, path, body, signal) => {
    const response = await request(setup.baseUrl + path, {
      dispatcher,
      method,
      signal: signal ?? null,
      ...body === undefined ? { headers } : { headers: jsonHeaders, body: JSON.stringify(body) }
    })
    if (response.statusCode >= 400) {
      await response.body.dump()
      const after = response.headers["retry-after"]
      throw new HttpError(response.statusCode, Array.isArray(after) ? after[0] : after)
    }
    return response.body.json()
  }
}

/** The floor: what it costs to send a request and to parse its answer, and nothing else. */
export const client: Client = {
  settings: () => ({ dispatcher: "Agent, defaults", retries: 0, timeout: "none" }),
  make: async (setup) => {
    const agent = new Agent()
    return apiOf(sendWith(setup, agent), () => agent.close())
  }
}
