import Bottleneck from "bottleneck"
import redis from "redis3"
import type { Client } from "../model.ts"
import { apiOf, type Send } from "./byRequest.ts"
import { sendWith } from "./fetch.ts"
import * as PRetry from "./p-retry.ts"

/** Each attempt passes the limiter: as its users are told to, the retries are outside of it. */
export const client: Client = {
  settings: (setup) => ({
    ...PRetry.settings(setup),
    reservoir: setup.limit.calls,
    reservoirRefreshAmount: setup.limit.calls,
    reservoirRefreshInterval: setup.limit.windowMillis,
    maxConcurrent: 500,
    datastore: setup.redis === undefined ? "local" : "redis, by the package redis 3"
  }),
  make: async (setup) => {
    const { calls, windowMillis } = setup.limit
    const limiter = new Bottleneck({
      id: setup.redis?.prefix ?? "bench",
      reservoir: calls,
      reservoirRefreshAmount: calls,
      reservoirRefreshInterval: windowMillis,
      maxConcurrent: 500,
      ...setup.redis === undefined ? {} : {
        datastore: "redis" as const,
        Redis: redis,
        clientOptions: { url: setup.redis.url },
        timeout: 600_000
      }
    })
    await limiter.ready()
    const send = PRetry.timed(setup, sendWith(setup))
    // An attempt's time begins when it is its turn.
    const limited: Send = (method, path, body) => limiter.schedule(() => send(method, path, body))
    return apiOf(
      PRetry.retried(setup, limited),
      () => limiter.disconnect()
    )
  }
}
