/** The client at work: what each call goes through, from its options to its answer. */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { constTrue } from "effect/Function"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as ApiError from "../ApiError.ts"
import type { CallOptions } from "../CallOptions.ts"
import * as Classifier from "../Classifier.ts"
import * as Policy from "../Policy.ts"
import * as RateLimitHeaders from "../RateLimitHeaders.ts"
import type { Options, Service } from "../ResilientHttpClient.ts"
import * as RetrySchedule from "../RetrySchedule.ts"
import { attempt, type Equipment, Try } from "./attempt.ts"
import * as Call from "./call.ts"
import * as Course from "./course.ts"
import { buffered, decoded, type Exchange, streamed } from "./exchange.ts"
import * as Lean from "./lean.ts"
import * as Observer from "./observer.ts"
import * as Retry from "./retry.ts"
import * as Spans from "./spans.ts"
import { begun, idle, inScopeOfItsOwn } from "./streaming.ts"
import * as Terms from "./terms.ts"
import { monotonicMillis, unsafeNow, whenDone } from "./time.ts"
import * as Timers from "./timers.ts"

export const make = (
  settings: Policy.Policy,
  options: Options = {}
): Effect.Effect<Service, Policy.InvalidPolicy, HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function*() {
    yield* checkBaseUrl(options.baseUrl)
    const observer = yield* Observer.make
    const maker = yield* Terms.maker(options.limiter, observer)
    let terms = yield* maker.make(yield* Policy.make(settings))
    const client = yield* HttpClient.HttpClient
    const transport = Lean.transportOf(client)
    const equipment: Equipment = {
      client: transport === undefined ? withoutRedirects(withoutSpans(client)) : client,
      transport,
      authenticate: options.authenticate,
      reauthenticate: options.reauthenticate,
      classify: options.classify ?? Classifier.standard,
      quotas: options.quotas ?? RateLimitHeaders.fromHeaders,
      propagateTrace: options.propagateTrace ?? false,
      observer,
      timers: yield* Timers.make
    }
    let changes: Effect.Semaphore | undefined
    // Limits of one policy with the rest of another would be neither. Nor may the permit be lost by an interruption.
    const oneAtATime = (change: Effect.Effect<void>) =>
      Effect.uninterruptible((changes ??= Effect.unsafeMakeSemaphore(1)).withPermits(1)(change))
    const surroundings = Call.surroundings(options.baseUrl, options.key)

    const run = <A, R>(
      fiber: Fiber.RuntimeFiber<unknown, unknown>,
      ongoing: Observer.Ongoing,
      request: HttpClientRequest.HttpClientRequest,
      callOptions: CallOptions,
      restore: Course.Restore,
      attemptOf: (course: Course.Course, n: number) => Effect.Effect<A, ApiError.ApiError, R>
    ): Effect.Effect<A, ApiError.ApiError, R> => {
      const { beganAt } = ongoing
      const call = Call.make(terms, surroundings, request, callOptions, beganAt)
      if (call instanceof ApiError.InvalidRequest) return Effect.fail(ApiError.withRetry(call, neverTried))
      ongoing.call = call
      const course = new Course.Course(fiber, call, beganAt)
      const { breaker, budget } = call.destination
      const attempt = (n: number, uncertain: boolean) => {
        ongoing.attempts = n + 1
        ongoing.uncertain = uncertain
        return attemptOf(course, n)
      }
      const retried = () =>
        Retry.run(course, budget, attempt, () => ({
          restore,
          schedule: options.schedule ?? RetrySchedule.fromSettings(call.policy.retry),
          retries: options.schedule === undefined ? call.policy.retry.retries : callOptions.retries ?? Infinity,
          hintCap: ({ _tag }) => Duration.toMillis(RetrySchedule.forError(call.policy.retry, _tag).hintCap),
          replayable: call.replayable,
          readOnce: call.readOnce,
          deadline: course.deadline,
          circuit: breaker,
          onRetry: (n, error, delay) => observer.retrying(call, n, error, delay),
          onWait: (error, longest) => observer.waiting(call, error, longest)
        }))
      return Spans.ofCall(retried, course, ongoing)
    }

    const whole = <A, R>(
      request: HttpClientRequest.HttpClientRequest,
      callOptions: CallOptions,
      exchange: Exchange<A, R>
    ): Effect.Effect<A, ApiError.ApiError, R> =>
      Effect.uninterruptibleMask((restore) =>
        Effect.withFiberRuntime<A, ApiError.ApiError, R>((fiber) => {
          const clock = Course.clockOf(fiber)
          const ongoing = observer.callBegan(unsafeNow(clock))
          // Suspended, so that a mistake in what the caller gave is counted as any other end.
          const ran = Effect.suspend(() =>
            run(
              fiber,
              ongoing,
              request,
              callOptions,
              restore,
              (course, n) => attempt(new Try(equipment, course, n, exchange), restore)
            )
          )
          return whenDone(ran, (exit) => {
            observer.callEnded(ongoing, exit, unsafeNow(clock))
            return exit
          })
        })
      )

    const streaming = (request: HttpClientRequest.HttpClientRequest, callOptions: CallOptions) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function*() {
          const scope = yield* Effect.scope
          const ongoing = observer.callBegan(yield* monotonicMillis)
          yield* Effect.addFinalizer((exit) =>
            Effect.map(monotonicMillis, (now) => observer.callEnded(ongoing, exit, now))
          )
          const stream = yield* Effect.withFiberRuntime<
            Stream.Stream<Uint8Array, ApiError.ApiError>,
            ApiError.ApiError
          >(
            (fiber) =>
              run(fiber, ongoing, request, callOptions, restore, (course, n) =>
                inScopeOfItsOwn(
                  scope,
                  attempt(new Try(equipment, course, n, streamed(idle(course.call))), restore)
                ))
          )
          return begun(stream, ongoing)
        })
      )

    return {
      execute: (request, callOptions = {}) => whole(request, callOptions, buffered),
      json: (request, schema, callOptions = {}) => whole(request, callOptions, decoded(schema)),
      stream: (request, callOptions = {}) => Stream.unwrapScoped(streaming(request, callOptions)),
      limiter: options.limiter ?? maker.own,
      circuits: Effect.sync(() => terms.destinations.circuits()),
      snapshot: observer.snapshot,
      events: observer.events,
      policy: Effect.sync(() => terms.policy),
      setPolicy: (policy) =>
        Policy.make(policy).pipe(
          Effect.flatMap((checked) =>
            oneAtATime(Effect.map(maker.make(checked), (changed) => {
              terms = changed
            }))
          ),
          Effect.zipRight(observer.policyChanged)
        )
    }
  })

const neverTried: ApiError.RetrySummary = {
  attempts: 0,
  elapsed: Duration.zero,
  stopped: "not-retryable",
  uncertain: false
}

/** The platform's own hold query strings, and its headers tell third parties of our traces. */
const withoutSpans = HttpClient.withTracerDisabledWhen(constTrue)

/** Of the platform's clients fetch alone follows redirects, with whatever credentials and body a request has. */
const withoutRedirects = HttpClient.transformResponse(
  Effect.mapInputContext((context: Context.Context<never>) =>
    Context.add(context, FetchHttpClient.RequestInit, {
      ...Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)),
      redirect: "manual"
    })
  )
)

const checkBaseUrl = (baseUrl: string | undefined): Effect.Effect<void, Policy.InvalidPolicy> =>
  baseUrl === undefined || Call.isHttpUrl(baseUrl)
    ? Effect.void
    : new Policy.InvalidPolicy({ issues: [{ field: "baseUrl", problem: "must be an absolute http or https URL" }] })
