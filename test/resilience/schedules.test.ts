/** Schedules in the client's engine: ours with any settings, and those a user makes with Effect's own combinators. */
import { HttpClient, HttpClientRequest } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import {
  Chunk,
  Duration,
  Effect,
  FastCheck,
  Fiber,
  Random,
  Schedule,
  ScheduleDecision,
  ScheduleInterval,
  TestClock
} from "effect"
import { ApiError, Jitter, Policy, Profile, ResilientHttpClient, RetrySchedule } from "effect-resilience"
import { anySettings } from "../support/arbitraries.ts"
import * as ScriptedClient from "../support/ScriptedClient.ts"

const get = HttpClientRequest.get("https://api.example.com/things/1")

const clientOver = (
  scripted: ScriptedClient.ScriptedClient,
  overrides: Policy.Overrides,
  options: ResilientHttpClient.Options = {}
) =>
  Policy.make(Profile.production, overrides).pipe(
    Effect.flatMap((policy) => ResilientHttpClient.make(policy, options)),
    Effect.provideService(HttpClient.HttpClient, scripted.client)
  )

/** The error of a call that fails, once the test's clock has run for a day. */
const failure = <A>(effect: Effect.Effect<A, ApiError.ApiError>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(Effect.flip(effect))
    yield* TestClock.adjust("1 day")
    return yield* Fiber.join(fiber)
  })

const times = (scripted: ScriptedClient.ScriptedClient) => scripted.sent.map(({ at }) => at)

describe("our schedule", () => {
  const anyStep: FastCheck.Arbitrary<ScriptedClient.Step & { readonly hint?: number }> = FastCheck.oneof(
    FastCheck.constantFrom(500, 502, 503, 504, 408, 429).map((status) => ({ status })),
    FastCheck.constantFrom("ECONNRESET", "ECONNREFUSED", "ENOTFOUND").map((code) => ({ code })),
    FastCheck.constant({ hang: true } as const),
    FastCheck.record({ status: FastCheck.constantFrom(429, 503), hint: FastCheck.integer({ min: 0, max: 60 }) }).map(
      ({ hint, status }) => ({ status, hint: hint * 1000, headers: { "retry-after": `${hint}` } })
    )
  )
  const retries = FastCheck.integer({ min: 0, max: 4 })

  it.scoped.prop(
    "makes exactly N + 1 attempts for any mix of answers and failures, never later than the cap or before the hint",
    {
      settings: FastCheck.tuple(anySettings(0), retries).map(([settings, retries]) => ({ ...settings, retries })),
      steps: FastCheck.array(anyStep, { minLength: 5, maxLength: 5 }),
      seed: FastCheck.integer()
    },
    ({ seed, settings, steps }) =>
      Effect.gen(function*() {
        const scripted = ScriptedClient.make(...(steps as [ScriptedClient.Step]))
        const client = yield* clientOver(scripted, { retry: settings, attemptTimeout: "7 seconds", deadline: "1 hour" })
        const error = yield* failure(client.execute(get)).pipe(Effect.withRandom(Random.make(seed)))
        assert.strictEqual(scripted.sent.length, settings.retries + 1)
        assert.deepInclude(error.retry, { attempts: settings.retries + 1, stopped: "attempts" })
        const caps = [undefined, ...ApiError.Tag.literals].map((tag) => RetrySchedule.forError(settings, tag).cap)
        const longestCap = Duration.toMillis(caps.reduce(Duration.max))
        times(scripted).reduce((before, at, i) => {
          const { hang, hint = 0 } = steps[i - 1] as { readonly hang?: true; readonly hint?: number }
          const delay = at - before - (hang ? 7000 : 0)
          // The test's clock has fractions of milliseconds, and an instant has none.
          assert.isAtLeast(delay, hint - 1)
          assert.isAtMost(delay, Math.max(longestCap, hint * 1.1) + 1)
          return at
        })
      }),
    { fastCheck: { numRuns: 40 } }
  )

  it.scoped("starts at 1 s after a 429, at 100 ms after a 5xx, and counts the attempts together", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { status: 429 }, { code: "ECONNRESET" }, { status: 500 })
      const client = yield* clientOver(scripted, {
        retry: {
          jitter: Jitter.none,
          retries: 4,
          byError: {
            RateLimited: { base: "1 second" },
            ServerError: { base: "100 millis" },
            ConnectionError: { base: "10 millis" }
          }
        }
      })
      yield* failure(client.execute(get))
      assert.deepStrictEqual(times(scripted), [0, 100, 2100, 2140, 2940])
    }))

  it.scoped("waits as long as the longest hint of its error", () =>
    Effect.gen(function*() {
      const retry = { retries: 1, jitter: Jitter.none, hintCap: 0, byError: { RateLimited: { hintCap: "5 minutes" } } }
      const headers = { "retry-after": "240" }
      const limited = ScriptedClient.make({ status: 429, headers })
      yield* failure((yield* clientOver(limited, { retry, deadline: "1 hour" } as Policy.Overrides)).execute(get))
      assert.deepStrictEqual(times(limited), [0, 240_000])
      const away = ScriptedClient.make({ status: 503, headers })
      const error = yield* failure((yield* clientOver(away, { retry } as Policy.Overrides)).execute(get))
      assert.deepInclude(error.retry, { attempts: 1, stopped: "hint" })
    }))

  it.scoped("may be another for one kind of call", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 429 })
      const client = yield* clientOver(scripted, {
        retry: { jitter: Jitter.none, retries: 1, byError: { RateLimited: { base: "1 second" } } },
        kinds: { search: { retry: { byError: { RateLimited: { base: "5 seconds" } } } } }
      })
      yield* failure(client.execute(get, { kind: "search" }))
      assert.deepStrictEqual(times(scripted), [0, 5000])
    }))
})

describe("a schedule of one's own", () => {
  const up = (n: number) => Schedule.recurs(n)
  /** By hand, as no combinator lets through what makes no sense. */
  const every = (delay: number) =>
    Schedule.makeWithState(
      0,
      (now, _: unknown, n) =>
        Effect.succeed([n + 1, n, ScheduleDecision.continueWith(ScheduleInterval.after(now + delay))] as const)
    )

  it.scoped.each<readonly [string, Schedule.Schedule<unknown, ApiError.ApiError>, ReadonlyArray<number>]>([
    ["recurs", up(2), [0, 0, 0]],
    ["spaced", Schedule.spaced("3 seconds").pipe(Schedule.intersect(up(2))), [0, 3000, 6000]],
    ["fixed", Schedule.fixed("3 seconds").pipe(Schedule.intersect(up(2))), [0, 3000, 6000]],
    ["exponential", Schedule.exponential("1 second").pipe(Schedule.intersect(up(3))), [0, 1000, 3000, 7000]],
    ["fibonacci", Schedule.fibonacci("1 second").pipe(Schedule.intersect(up(4))), [0, 1000, 2000, 4000, 7000]],
    ["fromDelays", Schedule.fromDelays("1 second", "5 seconds"), [0, 1000, 6000]],
    ["upTo", Schedule.spaced("2 seconds").pipe(Schedule.upTo("5 seconds")), [0, 2000, 4000, 6000]],
    ["andThen", Schedule.andThen(up(1), Schedule.fromDelays("9 seconds")), [0, 0, 9000]],
    [
      "union",
      Schedule.union(Schedule.spaced("9 seconds"), Schedule.fromDelays("1 second")).pipe(Schedule.intersect(up(2))),
      [
        0,
        1000,
        10_000
      ]
    ],
    [
      "jittered within 1–1 ×",
      Schedule.spaced("1 second").pipe(
        Schedule.jitteredWith({ min: 1, max: 1 }),
        Schedule.intersect(up(1))
      ),
      [0, 1000]
    ],
    [
      "whileInput",
      Schedule.spaced("1 second").pipe(
        Schedule.whileInput((error: ApiError.ApiError) => error._tag !== "RateLimited")
      ),
      [0, 1000, 2000]
    ],
    [
      "untilInputEffect",
      Schedule.spaced("1 second").pipe(
        Schedule.untilInputEffect((error: ApiError.ApiError) => Effect.succeed(error._tag === "RateLimited"))
      ),
      [0, 1000, 2000]
    ],
    ["stop", Schedule.stop, [0]],
    [
      "ours, with their combinators",
      RetrySchedule.exponential({ jitter: Jitter.none, retries: 9 }).pipe(
        Schedule.intersect(up(2))
      ),
      [0, 1000, 3000]
    ],
    ["one that asks for less than no delay", every(-5000).pipe(Schedule.intersect(up(2))), [0, 0, 0]]
  ])("fits wherever ours does: %s", ([, schedule, expected]) =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { code: "ECONNRESET" }, { status: 429 })
      const error = yield* failure((yield* clientOver(scripted, {}, { schedule })).execute(get))
      assert.deepStrictEqual(times(scripted), [...expected])
      assert.deepInclude(error.retry, { attempts: expected.length, stopped: "attempts" })
    }))

  it.scoped("with jitter of Effect's own: 80–120 % of each delay", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 })
      const schedule = Schedule.exponential("1 second").pipe(Schedule.jittered, Schedule.intersect(up(2)))
      yield* failure((yield* clientOver(scripted, {}, { schedule })).execute(get))
      const [first = 0, second = 0, third = 0] = times(scripted)
      assert.isTrue(second - first >= 800 && second - first <= 1200)
      assert.isTrue(third - second >= 1600 && third - second <= 2400)
    }))

  it.scoped.each([["that never ends", Infinity], ["beyond the deadline", 121_000]] as const)(
    "with a delay %s is refused at once, instead of slept",
    ([, delay]) =>
      Effect.gen(function*() {
        const scripted = ScriptedClient.make({ status: 503 })
        const error = yield* failure((yield* clientOver(scripted, {}, { schedule: every(delay) })).execute(get))
        assert.deepInclude(error.retry, { attempts: 1, stopped: "deadline", elapsed: Duration.zero })
      })
  )

  it.scoped.each([Schedule.forever, every(-5000), every(0)])(
    "never undercuts a hint of the server",
    (schedule) =>
      Effect.gen(function*() {
        const scripted = ScriptedClient.make({ status: 429, headers: { "retry-after": "5" } })
        const client = yield* clientOver(scripted, {}, { schedule })
        yield* failure(client.execute(get, { retries: 2 }))
        assert.deepStrictEqual(times(scripted), [0, 5000, 10_000])
      })
  )

  it.scoped("begins anew with every call", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 })
      const client = yield* clientOver(scripted, {}, { schedule: Schedule.fromDelays("1 second", "2 seconds") })
      yield* Effect.fork(Effect.flip(client.execute(get)))
      yield* failure(client.execute(get))
      assert.deepStrictEqual(times(scripted), [0, 0, 1000, 1000, 3000, 3000])
      yield* failure(client.execute(get))
      assert.strictEqual(scripted.sent.length, 9)
    }))

  it.scoped("sees every error in turn", () =>
    Effect.gen(function*() {
      const scripted = ScriptedClient.make({ status: 503 }, { code: "ECONNRESET" }, { status: 429 }, { hang: true })
      let seen = Chunk.empty<string>()
      const schedule = up(3).pipe(
        Schedule.tapInput((error: ApiError.ApiError) => Effect.sync(() => seen = Chunk.append(seen, error._tag)))
      )
      yield* failure((yield* clientOver(scripted, {}, { schedule })).execute(get))
      assert.deepStrictEqual([...seen], ["ServerError", "ConnectionError", "RateLimited", "Timeout"])
    }))

  it("needs nothing from the context, and takes every ApiError: anything else does not compile", () => {
    const needy = Schedule.spaced("1 second").pipe(
      Schedule.whileInputEffect((_: ApiError.ApiError) => Effect.as(ResilientHttpClient.ResilientHttpClient, true))
    )
    const narrow = Schedule.spaced("1 second").pipe(Schedule.whileInput((_: ApiError.Timeout) => true))
    // @ts-expect-error it has requirements
    const first: ResilientHttpClient.Options = { schedule: needy }
    // @ts-expect-error it takes timeouts alone
    const second: ResilientHttpClient.Options = { schedule: narrow }
    assert.notStrictEqual(first.schedule, second.schedule)
  })
})
