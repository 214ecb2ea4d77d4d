import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Circuit from "../../packages/resilience/src/internal/circuit.ts"

/** Everything happens at whole multiples of this, a tenth of the time windows: there they forget exactly. */
const tick = 100
const ticks = (min: number, max: number) => FastCheck.integer({ min, max }).map((n) => n * tick)
const upTo = (max: number) => FastCheck.integer({ min: 1, max })
const percents = upTo(100).map((percent) => percent / 100)

const settings: FastCheck.Arbitrary<Circuit.Settings> = FastCheck.record({
  trip: FastCheck.oneof(
    FastCheck.record({ consecutiveFailures: upTo(3) }),
    FastCheck.record({
      over: FastCheck.oneof(FastCheck.record({ calls: upTo(30) }), FastCheck.constant({ time: 10 * tick })),
      minimumCalls: upTo(6),
      failureRate: percents,
      slowRate: FastCheck.oneof(percents, FastCheck.constant(Number.POSITIVE_INFINITY)),
      slowCall: ticks(1, 5)
    })
  ),
  opening: ticks(1, 5),
  factor: FastCheck.constantFrom(1, 1.5, 2),
  longestOpening: ticks(1, 40),
  probes: upTo(4),
  probeTimeout: ticks(1, 10)
})

/** `lost`: the call is never heard of again. Which of the calls under way, and the server's word, as it applies. */
interface Step {
  /** An open circuit can be waited for. */
  readonly after: number | "opening"
  readonly event: "ask" | Circuit.Verdict | "lost" | "isolate" | "disable" | "reset"
  readonly which: number
  readonly hint: number | undefined
}

const often = <A>(times: number, value: A): Array<A> => Array.from({ length: times }, () => value)
const steps: FastCheck.Arbitrary<ReadonlyArray<Step>> = FastCheck.array(
  FastCheck.record({
    after: FastCheck.oneof(
      {
        weight: 2,
        arbitrary: FastCheck.constantFrom(...often(6, 0), ...often(3, tick), 2 * tick, 3 * tick, 10 * tick)
      },
      { weight: 1, arbitrary: FastCheck.constant("opening" as const) }
    ),
    event: FastCheck.constantFrom(
      ...often<Step["event"]>(20, "ask"),
      ...often(9, "failure" as const),
      ...often(7, "success" as const),
      ...often(2, "ignored" as const),
      ...often(2, "lost" as const),
      ...often(2, "reset" as const),
      "isolate" as const,
      "disable" as const
    ),
    which: FastCheck.nat(9),
    hint: FastCheck.constantFrom(...often(3, undefined), -tick, 3 * tick, 20 * tick)
  }),
  { maxLength: 50, size: "max" }
)

interface Era {
  readonly mode: Circuit.Mode
  readonly from: number
  /** Of an opening: when it is over. */
  readonly until: number
}

interface Call {
  readonly era: Era
  readonly began: number
  ended: boolean
}

interface Result {
  readonly era: Era
  readonly at: number
  readonly failed: boolean
  readonly slow: boolean
}

/**
 * The specification once more, naively: a journal of all modes, calls and results since the last reset, out of which
 * every answer is worked out anew.
 */
const reference = ({ factor, longestOpening, opening, probes, probeTimeout, trip }: Circuit.Settings) => {
  const eras: Array<Era> = [{ mode: "closed", from: 0, until: 0 }]
  const calls: Array<Call> = []
  const results: Array<Result> = []

  const present = () => eras.at(-1) as Era
  const begin = (mode: Circuit.Mode, from: number, until = from) => void eras.push({ mode, from, until })
  const heard = () => results.filter(({ era }) => era === present())
  const probing = (at: number) =>
    calls.filter(({ began, ended, era }) => era === present() && !ended && at < began + probeTimeout)

  const inPercent = (rate: number) => Number.isFinite(rate) ? Math.round(rate * 100) : rate
  const tooMany = (latest: ReadonlyArray<Result>, enough: number) => {
    if ("consecutiveFailures" in trip || latest.length < enough) return false
    const failed = latest.filter(({ failed }) => failed).length
    const slow = latest.filter(({ slow }) => slow).length
    return failed * 100 >= inPercent(trip.failureRate) * latest.length ||
      slow * 100 >= inPercent(trip.slowRate) * latest.length
  }
  const trips = (now: number) => {
    if ("consecutiveFailures" in trip) {
      const last = heard().slice(-trip.consecutiveFailures)
      return last.length === trip.consecutiveFailures && last.every(({ failed }) => failed)
    }
    const { minimumCalls, over } = trip
    return tooMany(
      "calls" in over ? heard().slice(-over.calls) : heard().filter(({ at }) => now - at < over.time),
      minimumCalls
    )
  }
  const probesFail = () =>
    "consecutiveFailures" in trip ? heard().some(({ failed }) => failed) : tooMany(heard(), probes)

  /** How many openings there were until now, each of them soon after the one before it. */
  const openingsInARow = (now: number) => {
    let openings = 0
    for (const [i, era] of [...eras.entries()].reverse()) {
      if (era.mode === "open") openings++
      if (era.mode !== "closed") continue
      const before = eras.slice(0, i).findLast(({ mode }) => mode === "open")
      const closedFor = (eras[i + 1]?.from ?? now) - era.from
      if (before === undefined || closedFor >= before.until - before.from) break
    }
    return openings
  }
  const open = (now: number, hint = now) => {
    const length = Math.min(opening * factor ** openingsInARow(now), Math.max(opening, longestOpening))
    begin("open", now, Math.max(now + length, hint))
  }

  return {
    present,
    admit: (now: number): Call | { readonly retryAt: number } => {
      if (present().mode === "isolated") return { retryAt: Number.POSITIVE_INFINITY }
      if (present().mode === "open" && now < present().until) return { retryAt: present().until }
      if (present().mode === "open") begin("half-open", now)
      const hasPlace = (at: number) => heard().length + probing(at).length < probes
      if (present().mode === "half-open" && !hasPlace(now)) {
        return { retryAt: Math.min(...probing(now).map(({ began }) => began + probeTimeout).filter(hasPlace)) }
      }
      const call = { era: present(), began: now, ended: false }
      calls.push(call)
      return call
    },
    settle: (call: Call, verdict: Circuit.Verdict, now: number, hint?: number): void => {
      call.ended = true
      const { mode } = present()
      if (call.era !== present() || verdict === "ignored" || mode === "disabled") return
      const slow = "slowCall" in trip && now - call.began >= trip.slowCall
      results.push({ era: call.era, at: now, failed: verdict === "failure", slow })
      if (mode === "closed" ? trips(now) : probesFail()) open(now, hint)
      else if (mode === "half-open" && heard().length >= probes) begin("closed", now)
    },
    isolate: (now: number) => begin("isolated", now),
    disable: (now: number) => begin("disabled", now),
    reset: (now: number) => {
      eras.length = 0
      begin("closed", now)
    }
  }
}

const isRefusal = (answer: object): answer is { readonly retryAt: number } => "retryAt" in answer

/** Lets the steps happen, to a circuit and to its reference, which must agree after each of them. */
const play = (settings: Circuit.Settings, steps: ReadonlyArray<Step>) => {
  const circuit = Circuit.make(settings, 0)
  const expected = reference(settings)
  const underWay: Array<readonly [Circuit.Permit, Call]> = []
  let now = 0
  const ask = () => {
    const [answer, expectedAnswer] = [Circuit.admit(circuit, now), expected.admit(now)]
    if (isRefusal(answer) || isRefusal(expectedAnswer)) assert.deepStrictEqual<object>(answer, expectedAnswer)
    else underWay.push([answer, expectedAnswer])
  }
  for (const { after, event, hint, which } of steps) {
    // Up to a whole tick, as a factor may have made a fraction of one.
    now = after === "opening" ? Math.max(now, Math.ceil(expected.present().until / tick) * tick) : now + after
    if (event === "ask") {
      ask()
    } else if (event === "isolate" || event === "disable" || event === "reset") {
      Circuit[event](circuit, now)
      expected[event](now)
    } else {
      const [[permit, call] = []] = underWay.splice(which % Math.max(1, underWay.length), 1)
      if (permit === undefined || call === undefined || event === "lost") continue
      const retryAt = hint === undefined ? undefined : now + hint
      Circuit.settle(circuit, permit, event, now, retryAt)
      expected.settle(call, event, now, retryAt)
    }
    assert.strictEqual(circuit.mode, expected.present().mode)
    if (circuit.mode === "open") assert.strictEqual(circuit.openUntil, expected.present().until)
  }
  return { circuit, expected, now, underWay }
}

const holds = (runs: number, claim: (state: ReturnType<typeof play>, settings: Circuit.Settings) => void) =>
  FastCheck.assert(
    FastCheck.property(settings, steps, (settings, steps) => claim(play(settings, steps), settings)),
    { numRuns: runs }
  )

describe("whatever has happened to it, a circuit", () => {
  it("has done as its specification says", () => {
    holds(10_000, () => {})
  })

  it("half-open, has no more than its probes under way that are within their time", () => {
    holds(2000, ({ circuit, expected, now, underWay }, { probes, probeTimeout }) => {
      const before = underWay.filter(([{ at }, { era }]) => era === expected.present() && now < at + probeTimeout)
      const wasHalfOpen = circuit.mode === "half-open"
      const answers = Array.from({ length: probes + 1 }, () => Circuit.admit(circuit, now))
      if (circuit.mode !== "half-open") return
      const admitted = answers.filter((answer) => !isRefusal(answer)).length + (wasHalfOpen ? before.length : 0)
      assert.isAtMost(admitted, probes)
    })
  })

  it("learns nothing from a call that began before it last changed", () => {
    holds(2000, ({ circuit, expected, now, underWay }) => {
      const before = structuredClone(circuit)
      const early = underWay.filter(([, { era }]) => era !== expected.present())
      for (const verdict of ["failure", "success", "ignored"] as const) {
        for (const [permit] of early) Circuit.settle(circuit, permit, verdict, now + tick, now + 99 * tick)
      }
      assert.deepStrictEqual(circuit, before)
    })
  })

  it("learns nothing from results that are ignored", () => {
    holds(2000, ({ circuit, now, underWay }) => {
      const before = structuredClone(circuit)
      for (const [permit] of underWay) Circuit.settle(circuit, permit, "ignored", now + tick, now + 99 * tick)
      assert.deepStrictEqual({ ...circuit, probing: [] }, { ...before, probing: [] })
    })
  })

  it("admits a call at the instant that it named, and not before", () => {
    holds(2000, ({ circuit, now }, { probes }) => {
      const answers = Array.from({ length: probes + 1 }, () => Circuit.admit(circuit, now))
      const { retryAt } = answers.find(isRefusal) ?? { retryAt: Number.POSITIVE_INFINITY }
      if (retryAt === Number.POSITIVE_INFINITY) return
      assert.isTrue(isRefusal(Circuit.admit(circuit, (now + retryAt) / 2)))
      assert.isFalse(isRefusal(Circuit.admit(circuit, retryAt)))
    })
  })

  it("closes when all is well again, however many probes were lost", () => {
    holds(2000, ({ circuit, now }) => {
      if (circuit.mode === "isolated" || circuit.mode === "disabled") Circuit.reset(circuit, now)
      for (let call = 0, at = now; call < 20; call++) {
        const first = Circuit.admit(circuit, at)
        if (isRefusal(first)) at = first.retryAt
        const answer = isRefusal(first) ? Circuit.admit(circuit, at) : first
        if (isRefusal(answer)) assert.fail(`still refused at ${at}`)
        Circuit.settle(circuit, answer, "success", at)
      }
      assert.strictEqual(circuit.mode, "closed")
    })
  })
})

it("openings grow by the factor up to the longest, until the circuit was closed for as long as its last opening", () => {
  const trip = { consecutiveFailures: 1 }
  /** Before each opening: how long it was closed, or whether its probe failed; and what the server then asked for. */
  const story = FastCheck.array(
    FastCheck.record({
      closedFor: FastCheck.option(ticks(0, 30), { nil: undefined }),
      hint: FastCheck.option(ticks(0, 30), { nil: 0 })
    }),
    { maxLength: 20, size: "max" }
  )
  FastCheck.assert(FastCheck.property(settings, story, (settings, story) => {
    const { factor, longestOpening, opening } = settings
    const circuit = Circuit.make({ ...settings, trip, probes: 1 }, 0)
    let [now, backOff, last] = [0, 0, 0]
    const call = (verdict: Circuit.Verdict, hint = 0) => {
      const permit = Circuit.admit(circuit, now)
      if (!isRefusal(permit)) Circuit.settle(circuit, permit, verdict, now, now + hint)
    }
    for (const { closedFor, hint } of story) {
      if (closedFor !== undefined) call("success")
      now += closedFor ?? 0
      call("failure", hint)
      const isLater = backOff === 0 || (closedFor !== undefined && closedFor >= last)
      backOff = isLater ? opening : Math.max(backOff, Math.min(backOff * factor, longestOpening))
      last = Math.max(backOff, hint)
      assert.strictEqual(circuit.openUntil, now + last)
      now = circuit.openUntil
    }
  }))
})
