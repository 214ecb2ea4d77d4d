/** What a request has to show: asked for anew with each attempt, and once more where the server refuses it. */
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Predicate from "effect/Predicate"
import { type ApiError, ClientError, isApiError, Rejected } from "../ApiError.ts"
import { type Call, canBeReadOnce, identity } from "./call.ts"
import * as Course from "./course.ts"
import { deadlineExceeded } from "./refusals.ts"
import { isDone } from "./time.ts"
import type { Timers } from "./timers.ts"

export interface Credentials {
  readonly authenticate:
    | ((request: HttpClientRequest.HttpClientRequest) => Effect.Effect<HttpClientRequest.HttpClientRequest, unknown>)
    | undefined
  readonly reauthenticate:
    | ((refused: HttpClientRequest.HttpClientRequest, error: ClientError) => Effect.Effect<boolean, unknown>)
    | undefined
  readonly timers: Timers
}

type Send<A, R> = (request: HttpClientRequest.HttpClientRequest) => Effect.Effect<A, ApiError, R>

/** Sends the request with credentials, and once more where these were refused and there are others now. */
export const withCredentials = <A, R>(
  { authenticate, reauthenticate, timers }: Credentials,
  course: Course.Course,
  restore: Course.Restore,
  send: Send<A, R>
): Effect.Effect<A, ApiError, R> => {
  const { request } = course.call
  if (authenticate === undefined) return send(request)
  const authenticated = (use: Send<A, R>) => obtained(timers, course, restore, () => authenticate(request), use)
  if (reauthenticate === undefined || canBeReadOnce(request)) return authenticated(send)
  return authenticated((shown) =>
    Effect.catchAll(send(shown), (error) =>
      error instanceof ClientError && error.status === 401
        ? obtained(timers, course, restore, () =>
          reauthenticate(shown, error), (isAnother) =>
          isAnother ? authenticated(send) : Effect.fail(error))
        : Effect.fail(error))
  )
}

/** Goes on with what is asked for: at once where it is at hand, else for as long as the call may take. */
const obtained = <A, B, R>(
  timers: Timers,
  course: Course.Course,
  restore: Course.Restore,
  ask: () => Effect.Effect<A, unknown>,
  use: (a: A) => Effect.Effect<B, ApiError, R>
): Effect.Effect<B, ApiError, R> => {
  const asked = ask()
  if (isDone(asked) && Exit.isSuccess(asked)) return use(asked.value)
  const inTime = timers.within(
    Effect.mapError(asked, (error) => isApiError(error) ? error : unavailable(course.call, error)),
    course.deadline - Course.now(course),
    () => deadlineExceeded(course, "not-sent")
  )
  return Effect.flatMap(restore(inTime), use)
}

/** Only the kind of failure is told: what a secret manager says in its errors is not ours to repeat. */
const unavailable = (call: Call, error: unknown): Rejected =>
  new Rejected({
    ...identity(call),
    reason: "credentials-unavailable",
    failure: Predicate.hasProperty(error, "_tag")
      ? String(error._tag)
      : error instanceof Error
      ? error.name
      : "unknown",
    outcome: "not-sent",
    retryable: !(Predicate.hasProperty(error, "retryable") && error.retryable === false)
  })
