/**
 * A process that calls a server that fails in every way, 500 callers at a time, some of which give up, with everything on
 * that a client has. It prints what is left of it when they have gone: a `Report`, as JSON.
 */
import { HttpClient, HttpClientRequest } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import {
  Config,
  Context,
  Duration,
  Effect,
  Exit,
  Fiber,
  Layer,
  Logger,
  LogLevel,
  ManagedRuntime,
  Random,
  Schema,
  Scope,
  Stream
} from "effect"
import {
  Chaos,
  type CircuitBreaker,
  Jitter,
  Policy,
  Profile,
  RateLimiter,
  ResilientHttpClient
} from "effect-resilience"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

export interface Report {
  readonly snapshot: { readonly [K in "calls" | "succeeded" | "failed" | "interrupted" | "attempts"]: number }
  readonly retries: number
  readonly stopped: Readonly<Record<string, number>>
  readonly circuitTrips: number
  readonly limiterWait: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly limiter: { readonly waiting: number; readonly inFlight: number }
  readonly circuits: ReadonlyArray<CircuitBreaker.Mode>
  /** How many succeeded of 100 calls at once that nothing stood in the way of, when all was over. */
  readonly afterwards: number
  /** Of fibres, and of what keeps Node alive: before the first call and after the last. */
  readonly roots: readonly [before: number, after: number]
  readonly resources: readonly [before: ReadonlyArray<string>, after: ReadonlyArray<string>]
  /** In bytes, after a fifth of the calls and after all. */
  readonly heap: readonly [early: number, late: number]
  readonly millis: number
}

setFlagsFromString("--expose-gc")
const gc = runInNewContext("gc") as () => void
/** What was freed may let go of more. */
const heap = Effect.gen(function*() {
  for (let n = 0; n < 3; n++) {
    yield* Effect.sleep("20 millis")
    gc()
  }
  return process.memoryUsage().heapUsed
})

const Item = Schema.Struct({ id: Schema.Number })

const policy = Policy.make(Profile.production, {
  retry: { base: "2 millis", cap: "20 millis", jitter: Jitter.full, retries: 3, hintCap: "1 second" },
  attemptTimeout: "1 second",
  deadline: "10 seconds",
  limits: [RateLimiter.rolling("burst", 600, "100 millis"), RateLimiter.rolling("long", 100_000, "10 seconds")],
  concurrency: 100,
  longestQueue: 450,
  breaker: {
    trip: { consecutiveFailures: 8 },
    opening: "50 millis",
    longestOpening: "100 millis",
    probes: 2,
    probeTimeout: "1 second"
  },
  budget: { share: 0.2, perSecond: 20 }
})

/** What the server cannot do: never to answer a request that was not sent, and to refuse a connection. */
const faults = Chaos.make({
  seed: 7,
  rules: [
    { share: 0.01, fault: Chaos.drop("before") },
    { share: 0.005, fault: Chaos.hang },
    { share: 0.01, fault: Chaos.cutBody(0.5) },
    { share: 0.02, fault: Chaos.latency(0, "20 millis") }
  ]
})

const one = (client: ResilientHttpClient.Service, n: number) =>
  Effect.gen(function*() {
    const request = (n % 5 === 0 ? HttpClientRequest.post : HttpClientRequest.get)(`/items/${n}`)
    const options = { urlTemplate: "/items/{id}" }
    const call = n % 20 === 1
      ? Stream.runDrain(client.stream(HttpClientRequest.get(`/export/${n}`), options))
      : n % 20 === 2
      ? Stream.runDrain(Stream.take(client.stream(HttpClientRequest.get(`/export/${n}`), options), 1))
      : n % 2 === 0
      ? client.json(request, Item, options)
      : client.execute(request, options)
    // Every tenth gives up at some time.
    if (n % 10 !== 3) return yield* Effect.exit(call)
    const caller = yield* Effect.fork(call)
    yield* Effect.sleep(Duration.millis(yield* Random.nextRange(0, 60)))
    return yield* Fiber.interrupt(caller)
  })

const program = Effect.gen(function*() {
  const calls = yield* Config.integer("CALLS")
  const baseUrl = yield* Config.string("SERVER")
  const resources = [...process.getActiveResourcesInfo()].sort()
  const roots = (yield* Fiber.roots).length
  const outcomes: Record<string, number> = {}
  const scope = yield* Scope.make()
  const http = yield* Layer.buildWithScope(NodeHttpClient.layerUndici, scope)
  const chaos = yield* faults
  const client = yield* Effect.flatMap(policy, (policy) => ResilientHttpClient.make(policy, { baseUrl })).pipe(
    Effect.provideService(HttpClient.HttpClient, chaos.inject(Context.get(http, HttpClient.HttpClient))),
    Scope.extend(scope)
  )
  // Somebody watches, and steps in now and then.
  const watcher = yield* Effect.fork(Stream.runDrain(client.events))
  const meddler = yield* Effect.gen(function*() {
    const before = yield* client.policy
    yield* client.setPolicy({ ...before, concurrency: yield* Random.nextIntBetween(50, 150) })
  }).pipe(Effect.delay("200 millis"), Effect.forever, Effect.fork)

  const run = (from: number, to: number) =>
    Effect.forEach(
      Array.from({ length: to - from }, (_, n) => from + n),
      (n) =>
        Effect.map(one(client, n), (exit) => {
          const what = Exit.isSuccess(exit)
            ? "success"
            : exit.cause._tag === "Fail"
            ? exit.cause.error._tag
            : Exit.isInterrupted(exit)
            ? "interrupted"
            : String(exit.cause)
          outcomes[what] = (outcomes[what] ?? 0) + 1
        }),
      { concurrency: 500, discard: true }
    )

  const beganAt = performance.now()
  yield* run(0, calls / 5)
  const early = yield* heap
  yield* run(calls / 5, calls)
  const millis = performance.now() - beganAt
  const late = yield* heap

  yield* Fiber.interrupt(meddler)
  yield* Fiber.interrupt(watcher)
  // The last of those who were left to themselves have gone by now.
  yield* Effect.sleep("2 seconds")
  yield* chaos.pause
  const afterwards = yield* Effect.replicateEffect(
    Effect.isSuccess(client.execute(HttpClientRequest.get("/fine"), { retries: 0 })),
    100,
    { concurrency: "unbounded" }
  )
  const { attempts, circuitTrips, failed, interrupted, limiterWait, retries, stopped, succeeded, ...snapshot } =
    yield* client.snapshot
  const { buckets, waiting } = yield* client.limiter.state
  const circuits = yield* Effect.forEach((yield* client.circuits).values(), ({ state }) => state)
  yield* Scope.close(scope, Exit.void)
  yield* Effect.sleep("100 millis")
  const report: Report = {
    snapshot: { calls: snapshot.calls, succeeded, failed, interrupted, attempts },
    retries: Object.values(retries).reduce((sum, n) => sum + n, 0),
    stopped: { ...stopped },
    circuitTrips,
    limiterWait: Duration.toMillis(limiterWait),
    outcomes,
    limiter: { waiting, inFlight: buckets.reduce((sum, { inFlight }) => sum + inFlight, 0) },
    circuits: circuits.map(({ mode }) => mode),
    afterwards: afterwards.filter((succeeded) => succeeded).length,
    roots: [roots, (yield* Fiber.roots).length],
    resources: [resources, [...process.getActiveResourcesInfo()].sort()],
    heap: [early, late],
    millis
  }
  console.log(JSON.stringify(report))
})

const runtime = ManagedRuntime.make(Logger.minimumLogLevel(LogLevel.Error))
runtime.runPromise(Effect.flatMap(Config.integer("SEED"), (seed) => Effect.withRandom(program, Random.make(seed))))
  .then(() => runtime.dispose()).catch((error) => {
    console.error(String(error))
    process.exitCode = 1
  })
