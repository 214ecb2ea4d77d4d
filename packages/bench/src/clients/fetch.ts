import type { Client, Setup } from "../model.ts"
import { apiOf, type Send } from "./byRequest.ts"
import { headersOf, HttpError } from "./contacts.ts"

/** Sends by the `fetch` that Node has. */
export const sendWith = (setup: Setup): Send => {
  const headers = headersOf(setup)
  const jsonHeaders = { ...headers, "content-type": "application/json" }
  return async (method, path, body, signal) => {
    const response = await fetch(setup.baseUrl + path, {
      method,
      ...signal === undefined ? {} : { signal },
      ...body === undefined ? { headers } : { headers: jsonHeaders, body: JSON.stringify(body) }
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw new HttpError(response.status, response.headers.get("retry-after"))
    }
    return response.json()
  }
}

export const client: Client = {
  settings: () => ({ retries: 0, timeout: "none" }),
  make: async (setup) => apiOf(sendWith(setup))
}
