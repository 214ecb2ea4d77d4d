/** Spans, made only where a tracer records them: one for a call, and one for each of its attempts. */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpTraceContext from "@effect/platform/HttpTraceContext"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import type { LazyArg } from "effect/Function"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import type { ApiError } from "../ApiError.ts"
import type { Call } from "./call.ts"
import type { Course } from "./course.ts"
import { errorType } from "./metrics.ts"
import type { Ongoing } from "./observer.ts"

/** Effect's own keeps spans in memory for as long as they last, and shows them to nobody. */
const ofNobody = Context.get(DefaultServices.liveServices, Tracer.Tracer)

export const areRecorded = (fiber: Fiber.RuntimeFiber<unknown, unknown>): boolean =>
  fiber.currentTracer !== ofNobody && fiber.getFiberRef(FiberRef.currentTracerEnabled)

export const ofCall = <A, R>(
  self: LazyArg<Effect.Effect<A, ApiError, R>>,
  { call, isTraced }: Course,
  ongoing: Ongoing
): Effect.Effect<A, ApiError, R> =>
  !isTraced ? self() : Effect.useSpan(
    `call ${nameOf(call)}`,
    { attributes: attributesOf(call), captureStackTrace: false },
    (span) =>
      Effect.onExit(Effect.withParentSpan(Effect.suspend(self), span), (exit) =>
        Effect.sync(() => {
          const error = errorOf(exit)
          span.attribute("resilience.attempts", error?.retry?.attempts ?? ongoing.attempts)
          if (error === undefined) return
          span.attribute("error.type", errorType(error))
          if (error.retry !== undefined) span.attribute("resilience.stopped", error.retry.stopped)
        }))
  )

/** `status` tells what was answered, by the end of the attempt. */
export const ofAttempt = <A, R>(
  self: Effect.Effect<A, ApiError, R>,
  { call, isTraced }: Course,
  n: number,
  status: () => number | undefined
): Effect.Effect<A, ApiError, R> =>
  !isTraced ? self : Effect.useSpan(
    nameOf(call),
    {
      kind: "client",
      attributes: { ...attributesOf(call), ...n === 0 ? {} : { "http.request.resend_count": n } },
      captureStackTrace: false
    },
    (span) =>
      Effect.onExit(Effect.withParentSpan(self, span), (exit) =>
        Effect.sync(() => {
          const answered = status()
          if (answered !== undefined) span.attribute("http.response.status_code", answered)
          const error = errorOf(exit)
          if (error !== undefined) span.attribute("error.type", errorType(error))
        }))
  )

/** Sends the ids of the span around it along. Where tracing is off, spans have no ids that anybody could use. */
export const propagate = (
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<HttpClientRequest.HttpClientRequest> =>
  Effect.zipWith(
    FiberRef.get(FiberRef.currentTracerEnabled),
    Effect.option(Effect.currentSpan),
    (enabled, span) =>
      enabled && Option.isSome(span)
        ? HttpClientRequest.setHeaders(request, HttpTraceContext.toHeaders(span.value))
        : request
  )

const nameOf = ({ endpoint: { method, template } }: Call): string =>
  template === undefined ? method : `${method} ${template}`

const attributesOf = ({ endpoint: { address, method, port, template }, url }: Call) => ({
  "http.request.method": method,
  "server.address": address,
  "server.port": Number(port),
  "url.full": url,
  ...template === undefined ? {} : { "url.template": template }
})

const errorOf = <A>(exit: Exit.Exit<A, ApiError>): ApiError | undefined =>
  Exit.isFailure(exit) && exit.cause._tag === "Fail" ? exit.cause.error : undefined
