import { FileSystem, HttpBody, HttpClientRequest, KeyValueStore } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Array, Cause, Clock, DateTime, Deferred, Duration, Effect, Exit, Fiber, FiberId, Layer } from "effect"
import { Logger, Option, type ParseResult, Schema, type Scope, TestClock } from "effect"
import { ApiError, CircuitBreaker, Deadline, Fallback, SampleErrors } from "effect-resilience"

const { clientError, connectionReset, rateLimited, serverError, timeout } = SampleErrors

const times = { freshFor: "1 minute", staleFor: "1 hour" } as const
const inMemory = Fallback.make({ ...times, store: Fallback.memory<string>() })

/** A call that counts how often it was made, and answers with that. */
const counting = () => {
  let calls = 0
  return { call: Effect.sync(() => `answer ${++calls}`), calls: () => calls }
}

/** What a caller sees, without the error. */
const seen = <E>({ age, source, value }: Fallback.Answer<string, E>) => [value, source, Duration.toSeconds(age)]

describe("a fallback", () => {
  it.scoped("makes the call at first, and none while its answer is fresh", () =>
    Effect.gen(function*() {
      const fallback = yield* inMemory
      const { call, calls } = counting()
      const ask = Effect.map(call.pipe(Fallback.orStale(fallback, "key")), seen)
      assert.deepStrictEqual(yield* ask, ["answer 1", "call", 0])
      yield* TestClock.adjust("59 seconds")
      assert.deepStrictEqual(yield* ask, ["answer 1", "fresh", 59])
      assert.strictEqual(calls(), 1)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* ask, ["answer 2", "call", 0])
      yield* TestClock.adjust("59 seconds")
      assert.deepStrictEqual(yield* ask, ["answer 2", "fresh", 59])
    }))

  it.scoped("stands in for a failed call up to the age limit, and says how old it is and why", () =>
    Effect.gen(function*() {
      const fallback = yield* inMemory
      yield* Effect.succeed("old").pipe(Fallback.orStale(fallback, "key"))
      const ask = Effect.fail(serverError).pipe(Fallback.orStale(fallback, "key"))
      yield* TestClock.adjust("1 hour")
      const answer = yield* ask
      assert.deepStrictEqual(seen(answer), ["old", "stale", 3600])
      assert.strictEqual(answer.error, serverError)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Effect.flip(ask), serverError)
    }))

  it.scoped("measures the age when it answers, not when it asks", () =>
    Effect.gen(function*() {
      const fallback = yield* inMemory
      yield* Effect.succeed("old").pipe(Fallback.orStale(fallback, "key"))
      yield* TestClock.adjust("59 minutes")
      const slowly = (lasting: Duration.DurationInput) =>
        Effect.fork(
          Effect.either(Effect.delay(Effect.fail(serverError), lasting).pipe(Fallback.orStale(fallback, "key")))
        )
      const inTime = yield* slowly("30 seconds")
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(seen(yield* Effect.flatten(Fiber.join(inTime))), ["old", "stale", 3570])
      const tooLate = yield* slowly("31 seconds")
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual((yield* Fiber.join(tooLate))._tag, "Left")
    }))

  it.scoped("does not put off a stale answer by handing it out", () =>
    Effect.gen(function*() {
      const fallback = yield* inMemory
      yield* Effect.succeed("old").pipe(Fallback.orStale(fallback, "key"))
      const ask = Effect.map(Effect.fail(serverError).pipe(Fallback.orStale(fallback, "key")), seen)
      yield* TestClock.adjust("30 minutes")
      assert.deepStrictEqual(yield* ask, ["old", "stale", 1800])
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(yield* ask, ["old", "stale", 2400])
    }))

  it.scoped("has a default where there is nothing else", () =>
    Effect.gen(function*() {
      const fallback = yield* Fallback.make({
        ...times,
        store: Fallback.memory<string>(),
        default: (key) => `nothing of ${key}`
      })
      const answer = yield* Effect.fail(serverError).pipe(Fallback.orStale(fallback, "key"))
      assert.deepStrictEqual(seen(answer), ["nothing of key", "default", Number.POSITIVE_INFINITY])
      assert.strictEqual(answer.error, serverError)
      yield* Effect.succeed("old").pipe(Fallback.orStale(fallback, "key"))
      yield* TestClock.adjust("30 minutes")
      const stale = yield* Effect.fail(serverError).pipe(Fallback.orStale(fallback, "key"))
      assert.deepStrictEqual(seen(stale), ["old", "stale", 1800])
    }))

  it.scoped("by default makes every call, and only stands in", () =>
    Effect.gen(function*() {
      const fallback = yield* Fallback.make({ store: Fallback.memory<string>(), staleFor: "1 hour" })
      const { call, calls } = counting()
      yield* call.pipe(Fallback.orStale(fallback, "key"))
      yield* call.pipe(Fallback.orStale(fallback, "key"))
      assert.strictEqual(calls(), 2)
      const answer = yield* Effect.fail("boom").pipe(Fallback.orStale(fallback, "key"))
      assert.deepStrictEqual(seen(answer), ["answer 2", "stale", 0])
    }))

  const invalidRequest = new ApiError.InvalidRequest({
    method: "GET",
    urlTemplate: "/",
    url: "/",
    outcome: "not-sent",
    retryable: false,
    field: "id",
    problem: "is blank",
    remedy: "give one"
  })

  it.scoped.each(
    [
      ["a server's error", "stale", Effect.fail(serverError)],
      ["a 429", "stale", Effect.fail(rateLimited("1 minute")(DateTime.unsafeMake(0)))],
      ["a timeout", "stale", Effect.fail(timeout)],
      ["a broken connection", "stale", Effect.fail(connectionReset)],
      ["an open circuit", "stale", Effect.fail(new CircuitBreaker.CircuitBreakerOpen({}))],
      [
        "a 4xx that may be repeated",
        "stale",
        Effect.fail(new ApiError.ClientError({ ...clientError, retryable: true }))
      ],
      ["a foreign error", "stale", Effect.fail("boom")],
      ["any other 4xx", "none", Effect.fail(clientError)],
      ["a request that cannot be right", "none", Effect.fail(invalidRequest)],
      ["a defect", "none", Effect.die("boom")],
      ["an interruption", "none", Effect.interrupt]
    ] as ReadonlyArray<readonly [string, string, Effect.Effect<never, unknown>]>
  )("after %s the answer is %s", ([, expected, effect]) =>
    Effect.gen(function*() {
      const fallback = yield* inMemory
      yield* Effect.succeed("old").pipe(Fallback.orStale(fallback, "key"))
      yield* TestClock.adjust("2 minutes")
      const exit = yield* Effect.exit(effect.pipe(Fallback.orStale(fallback, "key")))
      assert.strictEqual(Exit.isSuccess(exit) ? exit.value.source : "none", expected)
    }))

  it.scoped("stands in for the errors one says", () =>
    Effect.gen(function*() {
      const fallback = yield* Fallback.make({
        ...times,
        store: Fallback.memory<string>(),
        default: () => "default",
        covers: (error) => error === "flaky"
      })
      assert.strictEqual((yield* Effect.fail("flaky").pipe(Fallback.orStale(fallback, "key"))).value, "default")
      assert.strictEqual(yield* Effect.flip(Effect.fail("wrong").pipe(Fallback.orStale(fallback, "key"))), "wrong")
    }))

  it.effect.each(
    [
      ["staleFor", Fallback.make({ store: Fallback.memory<string>(), freshFor: "1 hour", staleFor: "1 minute" })],
      ["freshFor", Fallback.make({ store: Fallback.memory<string>(), freshFor: -1, staleFor: "1 minute" })],
      ["staleFor", Fallback.make({ store: Fallback.memory<string>(), staleFor: Duration.infinity })],
      ["capacity", Fallback.memory({ capacity: 0 })],
      ["name", Fallback.keyValueStore({ name: "", schema: Schema.String })],
      ["timeout", Fallback.keyValueStore({ name: "x", schema: Schema.String, timeout: 0 })]
    ] as ReadonlyArray<
      readonly [string, Effect.Effect<unknown, ParseResult.ParseError, KeyValueStore.KeyValueStore | Scope.Scope>]
    >
  )("settings that cannot be right fail, naming them: %s", ([name, made]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.scoped(made))
      assert.include(error.message, name)
    }).pipe(Effect.provide(KeyValueStore.layerMemory)))
})

describe("those who ask the same at the same time", () => {
  it.scoped("share one call; another key is another question", () =>
    Effect.gen(function*() {
      const fallback = yield* inMemory
      const { call, calls } = counting()
      const slowly = Effect.delay(call, "1 second")
      const asking = yield* Effect.fork(Effect.forEach(
        Array.range(1, 100),
        (n) => slowly.pipe(Fallback.orStale(fallback, n % 2 === 0 ? "even" : "odd")),
        { concurrency: "unbounded" }
      ))
      yield* TestClock.adjust(0)
      yield* TestClock.adjust("1 second")
      assert.isTrue((yield* Fiber.join(asking)).every(({ source }) => source === "call"))
      assert.strictEqual(calls(), 2)
    }))

  it.scoped("store its answer once, and hand it out even if the first of them leaves", () =>
    Effect.gen(function*() {
      const writes: Array<Fallback.Entry<string>> = []
      const fallback = yield* Fallback.make({
        staleFor: "1 hour",
        store: Effect.succeed<Fallback.Store<string>>({
          get: () => Effect.succeed(undefined),
          set: (_key, entry) => Effect.sync(() => void writes.push(entry)),
          now: Clock.currentTimeMillis
        })
      })
      const slowly = Effect.delay(Effect.succeed("answer"), "1 second").pipe(Fallback.orStale(fallback, "key"))
      const first = yield* Effect.fork(slowly)
      yield* TestClock.adjust(0)
      const others = yield* Effect.fork(Effect.replicateEffect(slowly, 10, { concurrency: "unbounded" }))
      yield* TestClock.adjust(0)
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual((yield* Fiber.join(others)).map(seen), Array.replicate(["answer", "call", 0], 10))
      assert.deepStrictEqual(writes, [{ value: "answer", at: 1000 }])
    }))

  it.scoped("each stop at their own deadline, with a stale answer if there is one", () =>
    Effect.gen(function*() {
      const fallback = yield* inMemory
      yield* Effect.succeed("old").pipe(Fallback.orStale(fallback, "known"))
      yield* TestClock.adjust("2 minutes")
      const ask = (key: string) =>
        Effect.fork(Effect.either(
          Effect.delay(Effect.succeed("new"), "5 seconds").pipe(
            Fallback.orStale(fallback, key),
            Deadline.within("1 second")
          )
        ))
      const known = yield* ask("known")
      const unknown = yield* ask("unknown")
      const patient = yield* Effect.fork(Effect.never.pipe(Fallback.orStale(fallback, "unknown")))
      yield* TestClock.adjust(0)
      yield* TestClock.adjust("1 second")
      const answer = yield* Effect.flatten(Fiber.join(known))
      assert.deepStrictEqual(seen(answer), ["old", "stale", 121])
      assert.isTrue(Cause.isTimeoutException(answer.error))
      assert.isTrue(Cause.isTimeoutException(yield* Effect.flip(Effect.flatten(Fiber.join(unknown)))))
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual(seen(yield* Fiber.join(patient)), ["new", "call", 0])
    }))

  it.scoped("or with the error that is given for it", () =>
    Effect.gen(function*() {
      const fallback = yield* inMemory
      const error = yield* fallback.answer("key", Effect.fail(serverError), { onDeadline: () => serverError }).pipe(
        Deadline.within(0),
        Effect.flip
      )
      assert.strictEqual(error, serverError)
    }))
})

describe("in memory", () => {
  it.scoped("what was used longest ago makes way", () =>
    Effect.gen(function*() {
      const fallback = yield* Fallback.make({ ...times, store: Fallback.memory<string>({ capacity: 2 }) })
      const ask = (key: string) =>
        Effect.map(Effect.succeed(key).pipe(Fallback.orStale(fallback, key)), (a) => a.source)
      yield* Effect.forEach(["a", "b", "a", "c"], ask)
      assert.strictEqual(yield* ask("a"), "fresh")
      assert.strictEqual(yield* ask("b"), "call")
    }))
})

const Forecast = Schema.Struct({ city: Schema.String, at: Schema.DateFromString })
const berlin = { city: "Berlin", at: new Date(0) }

const stored = (timeout?: Duration.DurationInput) =>
  Fallback.make({ ...times, store: Fallback.keyValueStore({ name: "forecasts", schema: Forecast, timeout }) })

const layerDirectory = Layer.unwrapScoped(Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  return KeyValueStore.layerFileSystem(yield* fs.makeTempDirectoryScoped())
})).pipe(Layer.provide(NodeContext.layer))

/** A `KeyValueStore` that can be looked into, with some of it replaced. */
const spied = (changes: Partial<KeyValueStore.KeyValueStore> = {}) => {
  const entries = new Map<string, string>()
  const storage = KeyValueStore.makeStringOnly({
    get: (key) => Effect.sync(() => Option.fromNullable(entries.get(key))),
    set: (key, value) => Effect.sync(() => entries.set(key, value)),
    remove: (key) => Effect.sync(() => entries.delete(key)),
    clear: Effect.sync(() => entries.clear()),
    size: Effect.sync(() => entries.size)
  })
  return { entries, layer: Layer.succeed(KeyValueStore.KeyValueStore, { ...storage, ...changes }) }
}

/** Everything that is logged, in whatever form. */
const logged = () => {
  const lines: Array<string> = []
  const logger = Logger.map(Logger.jsonLogger, (line) => void lines.push(line))
  return { lines, layer: Logger.replace(Logger.defaultLogger, logger) }
}

describe("in a KeyValueStore", () => {
  it.scoped.each([["memory", KeyValueStore.layerMemory], ["files", layerDirectory]] as const)(
    "answers outlive the process: %s",
    ([, layer]) =>
      Effect.gen(function*() {
        yield* Effect.scoped(
          Effect.flatMap(stored(), (first) => Effect.succeed(berlin).pipe(Fallback.orStale(first, "berlin")))
        )
        const second = yield* stored()
        yield* TestClock.adjust("59 seconds")
        const fresh = yield* Effect.fail(serverError).pipe(Fallback.orStale(second, "berlin"))
        assert.deepStrictEqual([fresh.source, fresh.value, Duration.toSeconds(fresh.age)], ["fresh", berlin, 59])
        yield* TestClock.adjust("1 second")
        const stale = yield* Effect.fail(serverError).pipe(Fallback.orStale(second, "berlin"))
        assert.deepStrictEqual([stale.source, stale.value, Duration.toSeconds(stale.age)], ["stale", berlin, 60])
        assert.strictEqual(
          yield* Effect.flip(Effect.fail(serverError).pipe(Fallback.orStale(second, "bern"))),
          serverError
        )
      }).pipe(Effect.provide(layer))
  )

  it.scoped("neither keys nor values hold a token, nor a user's own key in the clear", () => {
    const { entries, layer } = spied()
    return Effect.gen(function*() {
      const fallback = yield* stored()
      const request = HttpClientRequest.get("https://user:hunter2@api.example.com/forecast?hapikey=hunter2").pipe(
        HttpClientRequest.bearerToken("hunter2"),
        HttpClientRequest.setHeader("x-api-key", "hunter2")
      )
      const key = yield* Fallback.keyOf(request, { account: "ada@example.com" })
      yield* Effect.succeed(berlin).pipe(Fallback.orStale(fallback, key))
      yield* Effect.succeed(berlin).pipe(Fallback.orStale(fallback, "ada@example.com hunter2"))
      assert.lengthOf(entries, 2)
      for (const [key, value] of entries) {
        assert.match(key, /^forecasts\/[0-9a-f]{64}$/)
        assert.strictEqual(value, `{"at":0,"value":{"city":"Berlin","at":"1970-01-01T00:00:00.000Z"}}`)
      }
    }).pipe(Effect.provide(layer))
  })

  it.scoped.each(["", "{", "null", `{"at":0}`, `{"at":"0","value":{}}`, `{"at":0,"value":"hunter2"}`])(
    "an entry that cannot be decoded is a miss, and is replaced: %s",
    (json) => {
      const { entries, layer } = spied()
      const log = logged()
      return Effect.gen(function*() {
        const fallback = yield* stored()
        const ask = Effect.succeed(berlin).pipe(Fallback.orStale(fallback, "berlin"))
        yield* ask
        for (const key of entries.keys()) entries.set(key, json)
        assert.strictEqual((yield* ask).source, "call")
        assert.strictEqual((yield* ask).source, "fresh")
        assert.lengthOf(log.lines, 1)
        assert.notInclude(log.lines[0], "hunter2")
        assert.include(log.lines[0], `Reading the store \\"forecasts\\" failed: ParseError`)
      }).pipe(Effect.provide([layer, log.layer]))
    }
  )

  it.scoped("a clock that was set back makes nothing fresh: an entry from the future only stands in", () => {
    const { layer } = spied()
    return Effect.gen(function*() {
      const fallback = yield* stored()
      yield* TestClock.setTime(7_200_000)
      yield* Effect.succeed(berlin).pipe(Fallback.orStale(fallback, "berlin"))
      yield* TestClock.setTime(7_199_999)
      const answer = yield* Effect.fail(serverError).pipe(Fallback.orStale(fallback, "berlin"))
      assert.deepStrictEqual([answer.source, Duration.toMillis(answer.age)], ["stale", 1])
      yield* TestClock.setTime(3_599_999)
      assert.strictEqual(
        yield* Effect.flip(Effect.fail(serverError).pipe(Fallback.orStale(fallback, "berlin"))),
        serverError
      )
    }).pipe(Effect.provide(layer))
  })

  const broken = Effect.suspend(() => Effect.die(new Error("hunter2")))

  it.scoped.each(
    [
      ["fails to read", { get: () => Effect.fail({ _tag: "SystemError", hunter2: true } as never) }, "Reading"],
      ["dies when it reads", { get: () => broken }, "Reading"],
      ["fails to write", { set: () => Effect.fail({ _tag: "SystemError", hunter2: true } as never) }, "Writing"],
      ["dies when it writes", { set: () => broken }, "Writing"]
    ] as ReadonlyArray<readonly [string, Partial<KeyValueStore.KeyValueStore>, string]>
  )("a store that %s fails no call, and is told of", ([, changes, doing]) => {
    const { layer } = spied(changes)
    const log = logged()
    return Effect.gen(function*() {
      const fallback = yield* stored()
      const answer = yield* Effect.succeed(berlin).pipe(Fallback.orStale(fallback, "berlin"))
      assert.deepStrictEqual([answer.source, answer.value], ["call", berlin])
      assert.lengthOf(log.lines, 1)
      assert.match(String(log.lines[0]), new RegExp(`"WARN".*${doing}|${doing}.*"WARN"`))
      assert.notInclude(log.lines.join(), "hunter2")
    }).pipe(Effect.provide([layer, log.layer]))
  })

  /** A storage whose operation begins, and never ends. */
  const hanging = (method: "get" | "set", hang: Effect.Effect<never>) => {
    const begun = Deferred.unsafeMake<void>(FiberId.none)
    const { layer } = spied({ [method]: () => Effect.zipRight(Deferred.succeed(begun, undefined), hang) })
    return { begun: Deferred.await(begun), layer: Layer.merge(layer, Logger.remove(Logger.defaultLogger)) }
  }

  it.scoped.each(
    [
      ["read", "get", Effect.never],
      ["read without interruption", "get", Effect.uninterruptible(Effect.never)],
      ["written to", "set", Effect.never],
      ["written to without interruption", "set", Effect.uninterruptible(Effect.never)]
    ] as const
  )("a store that hangs when it is %s delays a call by the store's timeout", ([, method, hang]) => {
    const { begun, layer } = hanging(method, hang)
    return Effect.gen(function*() {
      const fallback = yield* stored("2 seconds")
      const asking = yield* Effect.fork(
        Effect.zip(Effect.succeed(berlin).pipe(Fallback.orStale(fallback, "berlin")), Clock.currentTimeMillis)
      )
      yield* begun
      yield* TestClock.adjust("2 seconds")
      const [answer, at] = yield* Fiber.join(asking)
      assert.deepStrictEqual([answer.source, at], ["call", 2000])
    }).pipe(Effect.provide(layer))
  })

  it.scoped("a store that hangs costs nobody the answer that is there, however near the deadline", () => {
    const { begun, layer } = hanging("set", Effect.never)
    return Effect.gen(function*() {
      const fallback = yield* stored("1 minute")
      const asking = yield* Effect.fork(
        Effect.succeed(berlin).pipe(Fallback.orStale(fallback, "berlin"), Deadline.within("1 second"))
      )
      yield* begun
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(asking)).source, "call")
    }).pipe(Effect.provide(layer))
  })

  it.scoped("an interrupted caller leaves the store alone", () =>
    Effect.gen(function*() {
      const reading = yield* Deferred.make<void>()
      const left = yield* Deferred.make<void>()
      const get = () =>
        Effect.onInterrupt(Effect.zipRight(Deferred.succeed(reading, undefined), Effect.never), () =>
          Deferred.succeed(left, undefined))
      const fallback = yield* Effect.provide(stored(), spied({ get }).layer)
      const asking = yield* Effect.fork(Effect.succeed(berlin).pipe(Fallback.orStale(fallback, "berlin")))
      yield* Deferred.await(reading)
      yield* Fiber.interrupt(asking)
      yield* Deferred.await(left)
    }))
})

describe("the key of a request", () => {
  const get = HttpClientRequest.get("https://api.example.com/forecast", { urlParams: { city: "berlin" } })
  const post = HttpClientRequest.post("https://api.example.com/forecast")
  const header = HttpClientRequest.setHeader

  it.effect("is a SHA-256 in hex, and the same for the same question", () =>
    Effect.gen(function*() {
      const key = yield* Fallback.keyOf(get)
      assert.match(key, /^[0-9a-f]{64}$/)
      assert.strictEqual(yield* Fallback.keyOf(HttpClientRequest.modify(get, {})), key)
    }))

  it.effect.each(
    [
      ["headers in another order", header(header(get, "a", "1"), "b", "2"), header(header(get, "b", "2"), "a", "1")],
      ["another trace", header(get, "traceparent", "00-1"), get],
      ["another request id", header(get, "X-Request-Id", "1"), get],
      ["another token", HttpClientRequest.bearerToken(get, "1"), HttpClientRequest.bearerToken(get, "2")],
      ["another API key", header(get, "X-API-Key", "1"), header(get, "X-Goog-Api-Key", "2")],
      ["another cookie", header(get, "Cookie", "session=1"), header(get, "Proxy-Authorization", "Basic")]
    ] as const
  )("does not differ by %s", ([, one, other]) =>
    Effect.gen(function*() {
      const account = { account: "7" }
      assert.strictEqual(yield* Fallback.keyOf(one, account), yield* Fallback.keyOf(other, account))
    }))

  const different = [
    get,
    HttpClientRequest.head("https://api.example.com/forecast", { urlParams: { city: "berlin" } }),
    HttpClientRequest.get("https://api.example.com/forecasts", { urlParams: { city: "berlin" } }),
    HttpClientRequest.get("https://api.example.org/forecast", { urlParams: { city: "berlin" } }),
    HttpClientRequest.get("https://api.example.com/forecast", { urlParams: { city: "bern" } }),
    header(get, "accept-language", "de"),
    header(get, "accept-language", "fr"),
    post,
    HttpClientRequest.bodyText(post, "a"),
    HttpClientRequest.bodyText(post, "a", "text/csv"),
    HttpClientRequest.bodyText(post, "b"),
    HttpClientRequest.setBody(post, HttpBody.raw("b"))
  ]

  it.effect("differs by method, URL, query, headers, body and account", () =>
    Effect.gen(function*() {
      const keys = yield* Effect.forEach([undefined, "", "7", "8"], (account) =>
        Effect.forEach(different, (request) => Fallback.keyOf(request, { account })))
      assert.strictEqual(new Set(keys.flat()).size, 4 * different.length)
    }))

  it.effect.each(
    [
      ["account", HttpClientRequest.bearerToken(get, "hunter2")],
      ["account", header(get, "Cookie", "hunter2")],
      ["body", HttpClientRequest.bodyFormDataRecord(post, { name: "hunter2" })]
    ] as const
  )("is refused where it could not tell questions apart: %s", ([field, request]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Fallback.keyOf(request))
      assert.deepStrictEqual([error._tag, error.field], ["InvalidRequest", field])
      assert.notInclude(JSON.stringify(error), "hunter2")
    }))
})
