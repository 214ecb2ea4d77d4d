import { assert, describe, it } from "@effect/vitest"
import * as Circuit from "../../packages/resilience/src/internal/circuit.ts"

const byTime: Circuit.Settings = {
  trip: { over: { time: 20_000 }, minimumCalls: 5, failureRate: 0.5, slowRate: 0.5, slowCall: 4000 },
  opening: 5000,
  factor: 1.5,
  longestOpening: 60_000,
  probes: 4,
  probeTimeout: 10_000
}
const consecutive: Circuit.Settings = { ...byTime, trip: { consecutiveFailures: 3 }, probes: 1 }

const verdicts = { E: "failure", S: "success", I: "ignored" } as const

const isPermit = (answer: ReturnType<typeof Circuit.admit>): answer is Circuit.Permit => "generation" in answer

const permit = (circuit: Circuit.Circuit, now: number): Circuit.Permit => {
  const answer = Circuit.admit(circuit, now)
  return isPermit(answer) ? answer : assert.fail(`refused until ${answer.retryAt}`)
}

/** One call after the other: `E` fails, `S` succeeds, `I` is ignored; each takes `lasting` milliseconds. */
const play = (circuit: Circuit.Circuit, results: string, now: number, lasting = 0) => {
  for (const result of results) {
    Circuit.settle(circuit, permit(circuit, now), verdicts[result as keyof typeof verdicts], now + lasting)
  }
  return circuit.mode
}

const opened = (settings = byTime) => {
  const circuit = Circuit.make(settings, 0)
  play(circuit, "EEEEE".slice(0, "over" in settings.trip ? 5 : 3), 0)
  assert.strictEqual(circuit.mode, "open")
  return circuit
}

describe("a closed circuit", () => {
  it.each(
    [
      ["EEESS", 0, "open"],
      ["EEES", 0, "closed"],
      ["EESSS", 0, "closed"],
      ["SSSSSSSSSSEEEEEEEEEE", 0, "open"],
      ["IIIII", 0, "closed"],
      ["SSSSS", 4000, "open"],
      ["SSSSS", 3999, "closed"]
    ] as const
  )("after %s, each taking %d ms, is %s", (results, lasting, mode) => {
    assert.strictEqual(play(Circuit.make(byTime, 0), results, 0, lasting), mode)
  })

  it.each([[7, 25], [14, 50], [7, 100], [1, 3]])("%d failures are that share of %d calls, to the digit", (n, of) => {
    const trip = { over: { calls: of }, minimumCalls: of, failureRate: n / of, slowRate: 1, slowCall: 1 }
    assert.strictEqual(play(Circuit.make({ ...byTime, trip }, 0), "E".repeat(n - 1).padEnd(of, "S"), 0), "closed")
    assert.strictEqual(play(Circuit.make({ ...byTime, trip }, 0), "E".repeat(n).padEnd(of, "S"), 0), "open")
  })

  it("counts slow calls among quick ones: three of five open it", () => {
    const circuit = Circuit.make(byTime, 0)
    play(circuit, "SS", 0)
    play(circuit, "SSS", 0, 4000)
    assert.strictEqual(circuit.mode, "open")
  })

  it("forgets what is older than its window, idle or not", () => {
    const circuit = Circuit.make(byTime, 0)
    play(circuit, "EEEE", 0)
    assert.strictEqual(play(circuit, "E", 20_000), "closed")
  })

  it.each([["EE", "closed"], ["EEE", "open"], ["EESEE", "closed"], ["EEIE", "open"]] as const)(
    "by consecutive failures: after %s is %s",
    (results, mode) => {
      assert.strictEqual(play(Circuit.make(consecutive, 0), results, 0), mode)
    }
  )
})

describe("an open circuit", () => {
  it("refuses, naming the instant, and asks again when that has come", () => {
    const circuit = opened()
    assert.deepStrictEqual(Circuit.admit(circuit, 3000), { retryAt: 5000 })
    assert.strictEqual(circuit.mode, "open")
    permit(circuit, 6000)
    assert.strictEqual(circuit.mode, "half-open")
  })

  it("stays open for as long as the server asks", () => {
    const circuit = Circuit.make(consecutive, 0)
    play(circuit, "EE", 0)
    Circuit.settle(circuit, permit(circuit, 0), "failure", 0, 30_000)
    assert.deepStrictEqual(Circuit.admit(circuit, 20_000), { retryAt: 30_000 })
  })

  it("a result from before the opening changes nothing", () => {
    const circuit = Circuit.make(byTime, 0)
    const early = permit(circuit, 0)
    play(circuit, "EEEEE", 0)
    permit(circuit, 5000)
    for (let i = 0; i < 9; i++) Circuit.settle(circuit, early, "failure", 5000)
    assert.strictEqual(circuit.mode, "half-open")
  })
})

describe("a half-open circuit", () => {
  it.each([["EESE", "open"], ["SSSE", "closed"], ["SSSIE", "closed"], ["SSS", "half-open"]] as const)(
    "after %s is %s",
    (results, mode) => {
      assert.strictEqual(play(opened(), results, 6000), mode)
    }
  )

  it("refuses a fifth concurrent caller; an ignored probe frees its place", () => {
    const circuit = opened()
    const probes = [1, 2, 3, 4].map(() => permit(circuit, 6000))
    assert.isFalse(isPermit(Circuit.admit(circuit, 6000)))
    Circuit.settle(circuit, probes[0] as Circuit.Permit, "ignored", 6000)
    permit(circuit, 6000)
  })

  it("a probe that never ends loses its place", () => {
    const circuit = opened()
    for (let i = 0; i < 4; i++) permit(circuit, 6000)
    assert.deepStrictEqual(Circuit.admit(circuit, 15_999), { retryAt: 16_000 })
    permit(circuit, 16_000)
  })

  it("a lost probe that is heard of after all counts, and the instant named allows for it", () => {
    const circuit = opened({ ...byTime, probes: 2 })
    const lost = permit(circuit, 6000)
    permit(circuit, 6000)
    permit(circuit, 16_000)
    permit(circuit, 18_000)
    assert.deepStrictEqual(Circuit.admit(circuit, 18_000), { retryAt: 26_000 })
    Circuit.settle(circuit, lost, "success", 18_000)
    assert.deepStrictEqual(Circuit.admit(circuit, 18_000), { retryAt: 28_000 })
    assert.deepStrictEqual(Circuit.admit(circuit, 26_000), { retryAt: 28_000 })
    permit(circuit, 28_000)
  })

  it("by consecutive failures: one is enough to open it again", () => {
    assert.strictEqual(play(opened({ ...consecutive, probes: 4 }), "E", 6000), "open")
  })
})

describe("openings", () => {
  it("grow while they follow each other, up to the longest", () => {
    const circuit = opened({ ...consecutive, longestOpening: 10_000 })
    const lengths = [circuit.openUntil]
    for (let n = 0, now = circuit.openUntil; n < 3; n++, now = circuit.openUntil) {
      play(circuit, "E", now)
      lengths.push(circuit.openUntil - now)
    }
    assert.deepStrictEqual(lengths, [5000, 7500, 10_000, 10_000])
  })

  it("never shrink, even where the longest is shorter than the first", () => {
    const circuit = opened({ ...consecutive, longestOpening: 1000 })
    play(circuit, "E", 5000)
    assert.strictEqual(circuit.openUntil, 10_000)
  })

  it.each([[29_999, 7500], [30_000, 5000]] as const)(
    "one that the server asked for counts as long as it was: closed for %d ms, the circuit opens for %d ms",
    (closedFor, opening) => {
      const circuit = Circuit.make(consecutive, 0)
      play(circuit, "EE", 0)
      Circuit.settle(circuit, permit(circuit, 0), "failure", 0, 30_000)
      play(circuit, "S", 30_000)
      const now = 30_000 + closedFor
      play(circuit, "EEE", now)
      assert.strictEqual(circuit.openUntil - now, opening)
    }
  )

  it.each([[4999, 7500], [5000, 5000]] as const)(
    "a circuit that was closed for %d ms opens for %d ms",
    (closedFor, opening) => {
      const circuit = opened(consecutive)
      play(circuit, "S", 5000)
      const now = 5000 + closedFor
      play(circuit, "EEE", now)
      assert.strictEqual(circuit.openUntil - now, opening)
    }
  )
})

describe("by hand", () => {
  it("isolated, it lets nothing through, whatever happens", () => {
    const circuit = Circuit.make(byTime, 0)
    Circuit.isolate(circuit)
    assert.deepStrictEqual(Circuit.admit(circuit, 1_000_000), { retryAt: Number.POSITIVE_INFINITY })
  })

  it("disabled, it lets everything through and counts nothing", () => {
    const circuit = Circuit.make(byTime, 0)
    Circuit.disable(circuit)
    assert.strictEqual(play(circuit, "EEEEEEEEEE", 0), "disabled")
  })

  it("reset, it has forgotten everything", () => {
    const circuit = opened(consecutive)
    Circuit.reset(circuit, 1000)
    assert.strictEqual(play(circuit, "EE", 1000), "closed")
    play(circuit, "E", 1000)
    assert.strictEqual(circuit.openUntil, 6000)
  })
})
