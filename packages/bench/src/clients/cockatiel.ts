import {
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  timeout,
  TimeoutStrategy,
  wrap
} from "cockatiel"
import { Agent } from "undici"
import type { Client } from "../model.ts"
import { apiOf } from "./byRequest.ts"
import { HttpError } from "./contacts.ts"
import { sendWith } from "./undici.ts"

const mayPass = (error: unknown) => !(error instanceof HttpError) || error.status >= 500 || error.status === 429

export const client: Client = {
  settings: ({ attemptTimeoutMillis, breaker, retries }) => ({
    policy: "wrap(retry, circuitBreaker, timeout) over undici's request",
    maxAttempts: retries,
    backoff: "ExponentialBackoff, initialDelay 500, maxDelay 30000; 429, 5xx and whatever is not an answer",
    breaker: `ConsecutiveBreaker(${breaker.failures}), halfOpenAfter ${breaker.openingMillis}`,
    timeout: `${attemptTimeoutMillis}, aggressive`
  }),
  make: async (setup) => {
    const agent = new Agent()
    const policy = wrap(
      retry(handleWhen(mayPass), {
        maxAttempts: setup.retries,
        backoff: new ExponentialBackoff({ initialDelay: 500, maxDelay: 30_000 })
      }),
      circuitBreaker(handleWhen((error) => mayPass(error) && !(error instanceof HttpError && error.status === 429)), {
        breaker: new ConsecutiveBreaker(setup.breaker.failures),
        halfOpenAfter: setup.breaker.openingMillis
      }),
      timeout(setup.attemptTimeoutMillis, TimeoutStrategy.Aggressive)
    )
    const send = sendWith(setup, agent)
    return apiOf(
      (method, path, body) => policy.execute(({ signal }) => send(method, path, body, signal)),
      () => agent.close()
    )
  }
}
