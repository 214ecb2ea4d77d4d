/** A platform `HttpClient` that answers from a list, on the test's clock, and remembers what it was sent. */
import type { HttpClientRequest } from "@effect/platform"
import { HttpClient, HttpClientError, HttpClientResponse } from "@effect/platform"
import type { Duration } from "effect"
import { Clock, Effect } from "effect"

export interface Step {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: unknown
  /** Before the headers. */
  readonly after?: Duration.DurationInput
  /** Between the headers and the end of the body. */
  readonly bodyAfter?: Duration.DurationInput
  /** The connection fails with this code of Node's. */
  readonly code?: string
  readonly cause?: unknown
  readonly hang?: true
}

export interface Sent {
  readonly at: number
  readonly request: HttpClientRequest.HttpClientRequest
}

export interface ScriptedClient {
  readonly client: HttpClient.HttpClient
  readonly sent: Array<Sent>
  /** Requests under way. */
  readonly open: () => number
}

/** The last step is repeated for ever. */
export const make = (...steps: readonly [Step, ...ReadonlyArray<Step>]): ScriptedClient => {
  const sent: Array<Sent> = []
  let open = 0
  const client = HttpClient.make((request) =>
    Effect.gen(function*() {
      const step = steps[Math.min(sent.length, steps.length - 1)] as Step
      sent.push({ at: yield* Clock.currentTimeMillis, request })
      if (step.hang) return yield* Effect.never
      yield* Effect.sleep(step.after ?? 0)
      if (step.code !== undefined || step.cause !== undefined) {
        const cause = step.cause === undefined
          ? Object.assign(new Error(`connect ${step.code}`), { code: step.code })
          : step.cause
        return yield* new HttpClientError.RequestError({ request, reason: "Transport", cause })
      }
      const body = step.body === undefined
        ? null
        : typeof step.body === "string"
        ? step.body
        : JSON.stringify(step.body)
      const web = new Response(body, { status: step.status ?? 200, headers: step.headers ?? {} })
      const response = HttpClientResponse.fromWeb(request, web)
      if (step.bodyAfter === undefined) return response
      return new Proxy(response, {
        get: (target, key) =>
          key === "arrayBuffer"
            ? Effect.delay(target.arrayBuffer, step.bodyAfter as Duration.DurationInput)
            : Reflect.get(target, key, target)
      })
    }).pipe(
      (effect) => Effect.acquireUseRelease(Effect.sync(() => open++), () => effect, () => Effect.sync(() => open--))
    )
  )
  return { client, sent, open: () => open }
}
