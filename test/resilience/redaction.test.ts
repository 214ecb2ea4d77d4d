/** Nothing that a client prints, traces, counts or hands on tells a secret, whatever goes wrong. */
import { HttpClient, HttpClientError, HttpClientRequest } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  Chunk,
  type Console,
  Effect,
  Exit,
  Fiber,
  Layer,
  Logger,
  LogLevel,
  Metric,
  Redacted,
  Schema,
  Stream
} from "effect"
import { ApiError, type CallOptions, type Event, Jitter, Policy, Profile, ResilientHttpClient } from "effect-resilience"
import { inspect } from "node:util"
import * as Collector from "../support/Collector.ts"
import * as ScriptedClient from "../support/ScriptedClient.ts"

const secrets = {
  token: "pat-secret-token",
  password: "pass-in-the-url",
  query: "ada@query.example",
  fragment: "fragment-of-it",
  path: "ada@path.example",
  requestBody: "sent-in-the-body",
  requestHeader: "sent-in-a-header",
  answerBody: "answered-in-the-body",
  answerHeader: "answered-in-a-header"
}

const request = HttpClientRequest.post(
  `https://ada:${secrets.password}@api.example.com/people/${secrets.path}?email=${secrets.query}#${secrets.fragment}`
).pipe(
  HttpClientRequest.setUrlParam("q", secrets.query),
  HttpClientRequest.setHeader("x-session", secrets.requestHeader),
  HttpClientRequest.bodyUnsafeJson({ secret: secrets.requestBody })
)

const headers = { "set-cookie": `session=${secrets.answerHeader}`, "x-answer": secrets.answerHeader }
const answer = (status: number, body: unknown = { message: secrets.answerBody }): ScriptedClient.Step => ({
  status,
  headers,
  body
})
/** What libraries say of a broken connection can be all there is to know. */
const loud = Object.assign(new Error(`POST ${request.url} ${JSON.stringify(secrets)}`), { code: "ECONNRESET" })

interface Case {
  readonly steps: readonly [ScriptedClient.Step, ...ReadonlyArray<ScriptedClient.Step>]
  readonly options?: CallOptions.CallOptions
  readonly policy?: Policy.Overrides
  readonly authenticate?: ResilientHttpClient.Options["authenticate"]
  readonly request?: HttpClientRequest.HttpClientRequest
}

const authenticate = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.succeed(HttpClientRequest.bearerToken(request, Redacted.make(secrets.token)))

/** Every tag has its case. */
const cases: Readonly<Record<ApiError.Tag, Case>> & { readonly [more: `${ApiError.Tag}: ${string}`]: Case } = {
  RateLimited: { steps: [answer(429)] },
  ServerError: { steps: [answer(503)] },
  ClientError: { steps: [answer(400)] },
  Timeout: { steps: [{ hang: true }], options: { attemptTimeout: "20 millis" } },
  "Timeout: the deadline": {
    steps: [{ hang: true }],
    options: { deadline: "20 millis", attemptTimeout: "10 seconds" }
  },
  ConnectionError: { steps: [{ cause: loud }] },
  CircuitOpen: {
    steps: [answer(503)],
    policy: { breaker: { trip: { consecutiveFailures: 1 }, opening: "1 minute" } },
    options: { deadline: "30 seconds" }
  },
  Rejected: { steps: [{}], authenticate: () => Effect.fail({ _tag: "VaultError", ...secrets }) },
  "Rejected: a foreign failure": { steps: [{}], authenticate: () => Effect.fail(loud) },
  InvalidRequest: { steps: [{}], request: HttpClientRequest.setUrl(request, `/people?email=${secrets.query}`) },
  "InvalidRequest: cannot be encoded": {
    steps: [{}],
    request: HttpClientRequest.setMethod(request, "PUT").pipe(HttpClientRequest.setHeader("x-refuse", "yes"))
  },
  InvalidResponse: { steps: [answer(302)] },
  "InvalidResponse: not JSON": { steps: [answer(200, `<html>${secrets.answerBody}`)] },
  "InvalidResponse: not what the schema says": { steps: [answer(200, { name: { first: secrets.answerBody } })] }
}

const Person = Schema.Struct({ name: Schema.NumberFromString })

describe("no secret is told by", () => {
  it.scopedLive.each(Object.entries(cases))("%s", ([name, test]) =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const tell = (u: unknown) => told.push(inspect(u, { depth: null }), String(u), asJson(u))
      const collector = yield* Collector.make
      const exit = yield* failing(test, name).pipe(
        Effect.tapErrorCause((cause) => Effect.logError("it failed", cause)),
        Effect.withSpan("around"),
        Effect.exit,
        Effect.provide(Layer.mergeAll(collector.layer, ...loggers(told))),
        Logger.withMinimumLogLevel(LogLevel.Trace),
        Effect.withConsole(consoleTo(told))
      )
      if (!Exit.isSuccess(exit)) return assert.fail(inspect(exit))
      const { error, events, labels } = exit.value
      assert.strictEqual(error._tag, name.replace(/:.*/, ""))

      // The one exception: what the server said of a request that it refused, or that was not understood, is there to be read.
      for (const { error: told } of [{ error }, ...events.flatMap((event) => "error" in event ? [event] : [])]) {
        if (told !== undefined && "body" in told) Object.assign(told, { body: "erased" })
      }
      tell(error)
      tell(Exit.fail(error))
      told.push(Cause.pretty(Cause.fail(error), { renderErrorCause: true }), error.stack ?? "")
      told.push(JSON.stringify(yield* Schema.encode(ApiError.ApiError)(error)))
      assert.isNotEmpty(events)
      tell(events)
      tell(labels)
      told.push(collector.received())
      for (const signal of ["resourceSpans", "resourceMetrics", "resourceLogs"]) {
        assert.include(collector.received(), signal)
      }

      for (const [kind, secret] of Object.entries(secrets)) {
        for (const text of told) {
          assert.notInclude(text, secret, kind)
          assert.notInclude(text, encodeURIComponent(secret), kind)
        }
      }
    }))
})

it.effect.each(
  [["execute", (client) => client.execute(request, { retries: 0 })], [
    "json",
    (client) => client.json(request, Person, { retries: 0 })
  ]] as ReadonlyArray<
    readonly [string, (client: ResilientHttpClient.Service) => Effect.Effect<unknown, ApiError.ApiError>]
  >
)(
  "the body of an error is what the server answered, and the only thing of it that tells: %s",
  ([, call]) =>
    Effect.gen(function*() {
      const client = yield* clientFor({ steps: [answer(400)] })
      const error = yield* Effect.flip(call(client))
      assert.deepInclude(error, { body: { message: secrets.answerBody } })
      const { body: _, ...rest } = error as ApiError.ClientError
      assert.notInclude(inspect(rest, { depth: null }), secrets.answerBody)
      assert.notInclude(error.message, secrets.answerBody)
    }).pipe(Effect.scoped)
)

const clientFor = (test: Case) =>
  Effect.gen(function*() {
    const policy = yield* Policy.make(Profile.production, {
      retry: { base: "1 millis", jitter: Jitter.none, retries: 2 },
      ...test.policy
    })
    const scripted = HttpClient.transform(ScriptedClient.make(...test.steps).client, (send, request) =>
      request.headers["x-refuse"] === undefined
        ? send
        : new HttpClientError.RequestError({ request, reason: "Encode", cause: loud }))
    return yield* ResilientHttpClient.make(policy, { authenticate: test.authenticate ?? authenticate }).pipe(
      Effect.provideService(HttpClient.HttpClient, scripted)
    )
  })

/** Makes the call twice, so that a circuit can open, and gives its error and all that was told of it beside. */
const failing = (test: Case, name: string) =>
  Effect.gen(function*() {
    const client = yield* clientFor(test)
    const calls = Stream.takeUntil(client.events, endOfCall(2))
    const events = yield* Effect.fork(Stream.runCollect(calls))
    // Until somebody listens.
    yield* Effect.repeatN(Effect.yieldNow(), 100)
    const call = client.json(test.request ?? request, Person, {
      urlTemplate: "/people/{email}",
      replay: "safe",
      ...test.options
    })
    yield* Effect.exit(call)
    const error = yield* call.pipe(
      Effect.tapErrorCause((cause) => Effect.logError(cause)),
      Effect.flip
    )
    return { error, events: Chunk.toReadonlyArray(yield* Fiber.join(events)), labels: yield* labelsOf(name) }
  }).pipe(Effect.scoped, Effect.tagMetrics("test", name))

const endOfCall = (n: number) => {
  let ended = 0
  return ({ _tag }: Event.Event) => _tag === "CallEnded" && ++ended === n
}

/** The labels of everything that was counted. */
const labelsOf = (name: string) =>
  Effect.map(Metric.snapshot, (metrics) => {
    const own = metrics.filter(({ metricKey: { tags } }) =>
      tags.some(({ key, value }) => key === "test" && value === name)
    )
    return own.map(({ metricKey }) => [metricKey.name, ...metricKey.tags.map(({ key, value }) => `${key}=${value}`)])
  })

/** Each of Effect's own, as they write. */
const loggers = (told: Array<string>): [Layer.Layer<never>, ...Array<Layer.Layer<never>>] => {
  const to = (u: unknown) => void told.push(inspect(u, { depth: null }), asJson(u))
  return [
    Logger.remove(Logger.defaultLogger),
    Logger.add(Logger.map(Logger.stringLogger, to)),
    Logger.add(Logger.map(Logger.logfmtLogger, to)),
    Logger.add(Logger.map(Logger.jsonLogger, to)),
    Logger.add(Logger.map(Logger.structuredLogger, to)),
    Logger.add(Logger.prettyLogger({ mode: "tty", colors: false }))
  ]
}

/** What the pretty logger writes to. */
const consoleTo = (told: Array<string>): Console.Console => {
  const write = (...args: ReadonlyArray<unknown>) => void told.push(...args.map((arg) => inspect(arg, { depth: null })))
  const unsafe = new Proxy({}, { get: () => write }) as Console.UnsafeConsole
  const effect = (...args: ReadonlyArray<unknown>) => Effect.sync(() => write(...args))
  return new Proxy({}, { get: (_, key) => key === "unsafe" ? unsafe : effect }) as Console.Console
}

const asJson = (u: unknown): string =>
  JSON.stringify(u, (_, value) => typeof value === "bigint" ? String(value) : value) ?? ""
