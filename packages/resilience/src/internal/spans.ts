/** Spans, made only where a tracer records them: one for a call, and one for each of its attempts. */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpTraceContext from "@effect/platform/HttpTraceContext"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import * as Tracer from "effect/Tracer"
import type { ApiError } from "../ApiError.ts"
import type { Call } from "./call.ts"
import { errorType } from "./metrics.ts"
import type { Ongoing } from "./observer.ts"

/** Effect's own keeps spans in memory for as long as they last, and shows them to nobody. */
const ofNobody = Context.get(DefaultServices.liveServices, Tracer.Tracer)

const whereRecorded = <A, E, R>(self: Effect.Effect<A, E, R>, spanned: () => Effect.Effect<A, E, R>) =>
  Effect.tracerWith((tracer) => tracer === ofNobody ? self : whereEnabled(self, spanned))

/** Where tracing is off, spans have no ids that anybody could use. */
const whereEnabled = <A, E, R>(self: Effect.Effect<A, E, R>, spanned: () => Effect.Effect<A, E, R>) =>
  Effect.flatMap(FiberRef.get(FiberRef.currentTracerEnabled), (enabled) => enabled ? spanned() : self)

export const ofCall = <A, R>(
  self: Effect.Effect<A, ApiError, R>,
  call: Call,
  ongoing: Ongoing
): Effect.Effect<A, ApiError, R> =>
  whereRecorded(self, () =>
    Effect.useSpan(
      `call ${nameOf(call)}`,
      { attributes: attributesOf(call), captureStackTrace: false },
      (span) =>
        Effect.onExit(Effect.withParentSpan(self, span), (exit) =>
          Effect.sync(() => {
            const error = errorOf(exit)
            span.attribute("resilience.attempts", error?.retry?.attempts ?? ongoing.attempts)
            if (error === undefined) return
            span.attribute("error.type", errorType(error))
            if (error.retry !== undefined) span.attribute("resilience.stopped", error.retry.stopped)
          }))
    ))

/** `status` tells what was answered, by the end of the attempt. */
export const ofAttempt = <A, R>(
  self: Effect.Effect<A, ApiError, R>,
  call: Call,
  n: number,
  status: () => number | undefined
): Effect.Effect<A, ApiError, R> =>
  whereRecorded(self, () =>
    Effect.useSpan(
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
    ))

/** Sends the ids of the span around it along. */
export const propagate = (
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<HttpClientRequest.HttpClientRequest> =>
  whereEnabled(Effect.succeed(request), () =>
    Effect.match(Effect.currentSpan, {
      onFailure: () => request,
      onSuccess: (span) => HttpClientRequest.setHeaders(request, HttpTraceContext.toHeaders(span))
    }))

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
