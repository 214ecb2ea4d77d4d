import axios, { type AxiosError } from "axios"
import axiosRetry, { exponentialDelay, isNetworkOrIdempotentRequestError } from "axios-retry"
import { Agent } from "node:http"
import type { Client } from "../model.ts"
import { apiOf } from "./byRequest.ts"
import { headersOf } from "./contacts.ts"

const isIdempotent = ({ config }: AxiosError) => config?.method !== "post"

export const client: Client = {
  settings: ({ attemptTimeoutMillis, retries }) => ({
    httpAgent: "keepAlive",
    retries,
    retryDelay: "exponentialDelay, which obeys Retry-After",
    retryCondition: "the default (network errors; 5xx unless POST), and 429, and timeouts unless POST",
    timeout: attemptTimeoutMillis,
    shouldResetTimeout: true
  }),
  make: async (setup) => {
    const agent = new Agent({ keepAlive: true })
    const client = axios.create({
      baseURL: setup.baseUrl,
      headers: headersOf(setup),
      timeout: setup.attemptTimeoutMillis,
      httpAgent: agent,
      proxy: false
    })
    axiosRetry(client, {
      retries: setup.retries,
      retryDelay: exponentialDelay,
      shouldResetTimeout: true,
      retryCondition: (error) =>
        isNetworkOrIdempotentRequestError(error) || error.response?.status === 429 ||
        (error.code === "ECONNABORTED" && isIdempotent(error))
    })
    return apiOf(
      (method, url, data) => client.request({ method, url, data }).then((response) => response.data),
      async () => agent.destroy()
    )
  }
}
