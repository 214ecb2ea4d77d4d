/** What a client tells of its calls, and to whom: spans, metrics and log lines, as they leave the process. */
import { HttpClient, HttpClientRequest, HttpClientResponse } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, LogLevel, Option, Schema, Tracer } from "effect"
import { Jitter, type Policy, RateLimiter, type ResilientHttpClient } from "effect-resilience"
import { clientOver, finish } from "../support/client.ts"
import * as Collector from "../support/Collector.ts"
import * as ScriptedClient from "../support/ScriptedClient.ts"

const get = HttpClientRequest.get("https://api.example.com/things/7?q=private")
const template = { urlTemplate: "/things/{id}" } as const
const quick = { retry: { base: "1 millis", jitter: Jitter.none, retries: 4 } } as const

/** Runs something with a client, and gives all that was exported. `name` tells its metrics from those of others. */
const exported = <A, E>(
  name: string,
  scripted: ScriptedClient.ScriptedClient,
  use: (client: ResilientHttpClient.Service) => Effect.Effect<A, E>,
  overrides: Policy.Overrides = {},
  options: ResilientHttpClient.Options = {}
) =>
  Effect.gen(function*() {
    const collector = yield* Collector.make
    yield* Effect.scoped(Effect.flatMap(clientOver(scripted, { ...quick, ...overrides }, options), use)).pipe(
      Effect.exit,
      Effect.tagMetrics("test", name),
      Effect.provide(collector.layer)
    )
    return { spans: collector.spans(), metrics: collector.metrics("test", name) }
  })

const server = { "server.address": "api.example.com", "server.port": "443" }

describe("spans", () => {
  const common = {
    "http.request.method": "GET",
    "server.address": "api.example.com",
    "server.port": 443,
    "url.full": "https://api.example.com/things/{id}",
    "url.template": "/things/{id}"
  }

  it.scopedLive("there is one for each attempt, and one for the call around them", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { code: "ECONNRESET" }, {})
      const { spans } = yield* exported("spans", scripted, (client) => client.execute(get, template))
      const attempt = { name: "GET /things/{id}", kind: "client", parent: "call GET /things/{id}" }
      assert.deepStrictEqual(spans, [
        {
          ...attempt,
          status: "error",
          attributes: { ...common, "http.response.status_code": 503, "error.type": "503" }
        },
        {
          ...attempt,
          status: "error",
          attributes: { ...common, "http.request.resend_count": 1, "error.type": "ECONNRESET" }
        },
        {
          ...attempt,
          status: "ok",
          attributes: { ...common, "http.request.resend_count": 2, "http.response.status_code": 200 }
        },
        {
          name: "call GET /things/{id}",
          kind: "internal",
          parent: undefined,
          status: "ok",
          attributes: { ...common, "resilience.attempts": 3 }
        }
      ])
    }))

  it.scopedLive("that of a call that failed says after how many attempts, and why it stopped", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 })
      const { spans } = yield* exported(
        "failed",
        scripted,
        (client) => client.execute(get, { ...template, retries: 1 })
      )
      assert.deepStrictEqual(spans.at(-1), {
        name: "call GET /things/{id}",
        kind: "internal",
        parent: undefined,
        status: "error",
        attributes: { ...common, "error.type": "503", "resilience.attempts": 2, "resilience.stopped": "attempts" }
      })
    }))

  it.scopedLive("without a template they are named by the method alone", () =>
    Effect.gen(function*() {
      const { spans } = yield* exported("method", ScriptedClient.make({}), (client) => client.execute(get))
      assert.deepStrictEqual(spans.map(({ name }) => name), ["GET", "call GET"])
      assert.notProperty(spans[0]?.attributes, "url.template")
    }))

  it.scopedLive("they belong to the span of the caller", () =>
    Effect.gen(function*() {
      const { spans } = yield* exported("parent", ScriptedClient.make({}), (client) =>
        Effect.withSpan(client.execute(get), "sync"))
      assert.deepStrictEqual(spans.map(({ name, parent }) => [name, parent]), [
        ["GET", "call GET"],
        ["call GET", "sync"],
        ["sync", undefined]
      ])
    }))

  it.scopedLive("an attempt that was not sent has none", () =>
    Effect.gen(function*() {
      const { spans } = yield* exported("not-sent", ScriptedClient.make({}), (client) => client.execute(get), {}, {
        authenticate: () => Effect.fail("no vault")
      })
      assert.deepStrictEqual(spans.map(({ attributes, name }) => [name, attributes["error.type"]]), [
        ["call GET", "Rejected"]
      ])
    }))
})

describe("where nobody records spans", () => {
  /** The name of the span around each request. */
  const around = (tell: (name: string | undefined) => void) =>
    HttpClient.make((request) =>
      Effect.map(Effect.option(Effect.currentSpan), (span) => {
        tell(Option.getOrUndefined(span)?.name)
        return HttpClientResponse.fromWeb(request, new Response())
      })
    )

  it.scoped("none is made: with Effect's own tracer", () =>
    Effect.gen(function*() {
      const names: Array<string | undefined> = []
      const client = yield* clientOver({ client: around((name) => names.push(name)), sent: [], open: () => 0 })
      yield* Effect.withSpan(client.execute(get), "mine")
      yield* client.execute(get)
      assert.deepStrictEqual(names, ["mine", undefined])
    }))

  it.scoped("none is made: where tracing is switched off", () =>
    Effect.gen(function*() {
      let spans = 0
      const { client: inner, sent } = ScriptedClient.make({})
      const client = yield* clientOver({ client: inner, sent, open: () => 0 }, {}, { propagateTrace: true })
      const counting = yield* countingTracer(() => spans++)
      yield* client.execute(get).pipe(Effect.withTracerEnabled(false), Effect.withTracer(counting))
      assert.strictEqual(spans, 0)
      assert.notProperty(sent[0]?.request.headers, "traceparent")
      yield* client.execute(get).pipe(Effect.withTracer(counting))
      assert.strictEqual(spans, 2)
    }))

  const countingTracer = (onSpan: () => void) =>
    Effect.map(Effect.tracer, (tracer) =>
      Tracer.make({
        span: (...args) => {
          onSpan()
          return tracer.span(...args)
        },
        context: (f) => f()
      }))
})

describe("the ids of a trace", () => {
  it.scopedLive.each([["stay at home", false], ["are sent along where that is asked for", true]] as const)(
    "%s",
    ([, propagateTrace]) =>
      Effect.gen(function*() {
        const scripted = ScriptedClient.make({})
        const call = (client: ResilientHttpClient.Service) => Effect.withSpan(client.execute(get), "sync")
        yield* exported("ids", scripted, call, {}, { propagateTrace })
        const { b3, traceparent } = scripted.sent[0]?.request.headers ?? assert.fail("nothing was sent")
        if (propagateTrace) assert.match(traceparent ?? "", /^00-[\da-f]{32}-[\da-f]{16}-01$/)
        else assert.deepStrictEqual([traceparent, b3], [undefined, undefined])
      })
  )
})

describe("metrics", () => {
  it.scopedLive("the duration of each request, by where it went and what came of it, in seconds", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { code: "ECONNRESET" }, {})
      const { metrics } = yield* exported("duration", scripted, (client) => client.execute(get, template))
      const { points, type, unit } = metrics["http.client.request.duration"] ?? assert.fail("no histogram")
      assert.deepStrictEqual([type, unit], ["histogram", "s"])
      const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
      for (const { bounds: own, sum } of points) {
        assert.deepStrictEqual(own, bounds)
        assert.isBelow(sum ?? Infinity, 10)
      }
      const at = { ...server, "http.request.method": "GET", "url.template": "/things/{id}", unit: "s" }
      assert.sameDeepMembers(points.map(({ attributes, value }) => ({ attributes, value })), [
        { attributes: { ...at, "http.response.status_code": "503", "error.type": "503" }, value: 1 },
        { attributes: { ...at, "error.type": "ECONNRESET" }, value: 1 },
        { attributes: { ...at, "http.response.status_code": "200" }, value: 1 }
      ])
    }))

  it.scopedLive("retries by cause, and calls that were not tried again by reason", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { code: "ECONNRESET" }, { status: 503 }, { status: 400 })
      const { metrics } = yield* exported("retries", scripted, (client) => client.execute(get))
      assert.deepStrictEqual(counted(metrics["resilience.retries"]), [
        [{ ...server, "error.type": "503" }, 2],
        [{ ...server, "error.type": "ECONNRESET" }, 1]
      ])
      assert.deepStrictEqual(counted(metrics["resilience.stops"]), [
        [{ ...server, "resilience.reason": "not-retryable" }, 1]
      ])
    }))

  it.scopedLive("waiting for the limits, in seconds", () =>
    Effect.gen(function*() {
      const { metrics } = yield* exported(
        "limiter",
        ScriptedClient.make({}),
        (client) => Effect.replicateEffect(client.execute(get), 2, { concurrency: 2 }),
        { limits: [RateLimiter.rolling("a", 1, "100 millis")] }
      )
      const { points, unit } = metrics["resilience.limiter.wait"] ?? assert.fail("no histogram")
      assert.strictEqual(unit, "s")
      assert.deepStrictEqual(points.map(({ attributes, value }) => [attributes, value]), [[
        { ...server, unit: "s" },
        1
      ]])
      assert.isAtLeast(points[0]?.sum ?? 0, 0.09)
    }))

  const key = { "resilience.key": "https://api.example.com" }
  const breaker = { trip: { consecutiveFailures: 2 }, opening: "1 minute" } as const

  it.scopedLive("circuits: the state of each, and how often it opened", () =>
    Effect.gen(function*() {
      const failing = ScriptedClient.make({ status: 503 })
      const twice = (client: ResilientHttpClient.Service) =>
        Effect.replicateEffect(Effect.ignore(client.execute(get, { retries: 0 })), 2)
      const opened = yield* exported("opened", failing, twice, { breaker })
      assert.deepStrictEqual(counted(opened.metrics["resilience.circuit.state"]), [[key, 2]])
      assert.deepStrictEqual(counted(opened.metrics["resilience.circuit.trips"]), [[key, 1]])
      const closed = yield* exported("closed", ScriptedClient.make({}), twice, { breaker })
      assert.deepStrictEqual(counted(closed.metrics["resilience.circuit.state"]), [[key, 0]])
    }))

  it.scopedLive("a circuit that another policy replaces is not left standing as an open one", () =>
    Effect.gen(function*() {
      const { metrics } = yield* exported(
        "replaced",
        ScriptedClient.make({ status: 503 }),
        (client) =>
          Effect.gen(function*() {
            yield* Effect.replicateEffect(Effect.ignore(client.execute(get, { retries: 0 })), 2)
            yield* client.setPolicy({ ...(yield* client.policy), breaker: "off" })
          }),
        { breaker }
      )
      assert.deepStrictEqual(counted(metrics["resilience.circuit.state"]), [[key, 0]])
    }))

  it.scopedLive.each(
    [["full", [{}], 30], ["less the cost of retries", [{ status: 503 }], 2], [
      "paid back by the retry that succeeds",
      [{ status: 503 }, { status: 503 }, {}],
      16
    ]] as const
  )(
    "what is left of a retry budget: %s",
    ([name, steps, level]) =>
      Effect.gen(function*() {
        const scripted = ScriptedClient.make(...steps as readonly [ScriptedClient.Step])
        const { metrics } = yield* exported(name, scripted, (client) => client.execute(get), {
          budget: { tokens: 30 },
          breaker: "off"
        })
        assert.deepStrictEqual(counted(metrics["resilience.budget.level"]), [[key, level]])
      })
  )

  it.scopedLive("what is left of a share of the calls, in whole retries", () =>
    Effect.gen(function*() {
      const { metrics } = yield* exported("share", ScriptedClient.make({ status: 503 }), (client) =>
        client.execute(get), { budget: { share: 0.2, perSecond: 1, over: "1 minute" }, breaker: "off" })
      assert.deepStrictEqual(counted(metrics["resilience.budget.level"]), [[key, 56]])
    }))

  /** Label sets and values, in the order of the labels. */
  const counted = (metric: Collector.Metric | undefined) =>
    (metric?.points ?? []).map(({ attributes, value }) => [attributes, value] as const)
      .sort(([a], [b]) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
})

describe("log lines", () => {
  interface Line {
    readonly level: string
    readonly message: unknown
    readonly with: Readonly<Record<string, unknown>>
  }
  const logged = <A, E, R>(self: Effect.Effect<A, E, R>) => {
    const lines: Array<Line> = []
    const logger = Logger.make(({ annotations, logLevel, message }) => {
      lines.push({ level: logLevel.label, message, with: Object.fromEntries(annotations) })
    })
    return Effect.exit(self).pipe(
      Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
      Logger.withMinimumLogLevel(LogLevel.Trace),
      Effect.as(lines)
    )
  }

  it.scoped("a retry is a matter for debugging: with its attempt, its delay and its cause", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({ status: 503 }, {}))
      assert.deepStrictEqual(yield* logged(finish(client.execute(get, template))), [{
        level: "DEBUG",
        message: ["Trying again"],
        with: {
          method: "GET",
          urlTemplate: "/things/{id}",
          attempt: 1,
          delay: "1s",
          cause: "GET /things/{id} answered 503"
        }
      }])
    }))

  it.scoped("a circuit that opens is a warning, and how it goes on is information", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, {})
      const client = yield* clientOver(scripted, {
        breaker: { trip: { consecutiveFailures: 1 }, opening: "5 seconds" }
      })
      const lines = yield* logged(finish(client.execute(get, template)))
      const key = { key: "https://api.example.com" }
      assert.deepStrictEqual(
        lines.map(({ level, message, with: annotations }) => [level, message, annotations]).filter(([level]) =>
          level !== "DEBUG"
        ),
        [
          ["WARN", ["Circuit open"], key],
          ["INFO", ["Circuit half-open"], key],
          ["INFO", ["Circuit closed"], key]
        ]
      )
      assert.deepInclude(lines.find(({ message }) => String(message).startsWith("Waiting")), {
        level: "DEBUG",
        with: { method: "GET", urlTemplate: "/things/{id}" }
      })
    }))

  it.scoped("another policy is information", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({}))
      const lines = yield* logged(Effect.flatMap(client.policy, client.setPolicy))
      assert.deepStrictEqual(lines, [{ level: "INFO", message: ["Policy changed"], with: {} }])
    }))

  it.scoped("a call that succeeds at once, and one that fails, are the caller's to tell of", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(ScriptedClient.make({}, { status: 400 }))
      assert.deepStrictEqual(yield* logged(client.json(get, Schema.Void)), [])
      assert.deepStrictEqual(yield* logged(client.execute(get)), [])
    }))
})
