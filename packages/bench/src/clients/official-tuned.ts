import type { Client } from "../model.ts"
import { apiOf, keepAlive } from "./hubspot.ts"

export const client: Client = {
  settings: ({ limit, processes }) => ({
    numberOfApiCallRetries: 6,
    "limiterOptions.reservoir": Math.floor(limit.calls / processes),
    "limiterOptions.reservoirRefreshInterval": limit.windowMillis,
    "limiterOptions.maxConcurrent": 500,
    httpAgent: "keepAlive",
    timeout: "has none"
  }),
  make: async (setup) => {
    const httpAgent = keepAlive()
    // It cannot share a limit between processes: each gets a part.
    const calls = Math.floor(setup.limit.calls / setup.processes)
    return apiOf(setup, {
      numberOfApiCallRetries: 6,
      httpAgent,
      limiterOptions: {
        reservoir: calls,
        reservoirRefreshAmount: calls,
        reservoirRefreshInterval: setup.limit.windowMillis,
        maxConcurrent: 500
      }
    }, async () => httpAgent.destroy())
  }
}
