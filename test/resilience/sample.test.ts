import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Sample from "../../packages/resilience/src/internal/sample.ts"

const results = FastCheck.array(
  FastCheck.record({ gap: FastCheck.nat(300), failed: FastCheck.boolean(), slow: FastCheck.boolean() }),
  { maxLength: 60, size: "max" }
)

interface Result {
  readonly at: number
  readonly failed: boolean
  readonly slow: boolean
}

const countsOf = (results: ReadonlyArray<Result>): Sample.Counts => ({
  calls: results.length,
  failures: results.filter(({ failed }) => failed).length,
  slow: results.filter(({ slow }) => slow).length
})

/** Adds the results, each so long after the one before it, and tells after each what was added and what is counted. */
const play = (
  over: Sample.Sample["over"],
  story: ReadonlyArray<Omit<Result, "at"> & { readonly gap: number }>,
  see: (all: ReadonlyArray<Result>, counts: Sample.Counts, now: number, sample: Sample.Sample) => void
) => {
  const sample = Sample.make(over)
  const all: Array<Result> = []
  let now = 0
  for (const { failed, gap, slow } of story) {
    now += gap
    // What is old goes with time, and not only when something is added.
    see(all, Sample.counts(sample, now), now, sample)
    Sample.add(sample, failed, slow, now)
    all.push({ at: now, failed, slow })
    see(all, Sample.counts(sample, now), now, sample)
  }
}

describe("a sample", () => {
  it("of calls holds the last of them, however old they are", () => {
    FastCheck.assert(FastCheck.property(FastCheck.integer({ min: 1, max: 20 }), results, (calls, story) => {
      play({ calls }, story, (all, counts) => assert.deepStrictEqual(counts, countsOf(all.slice(-calls))))
    }))
  })

  it("of time holds all that is younger than nine tenths of it, nothing as old as all of it, in ten numbers", () => {
    FastCheck.assert(FastCheck.property(FastCheck.constantFrom(10, 100, 1000, 5000), results, (time, story) => {
      play({ time }, story, (all, counts, now, sample) => {
        const least = countsOf(all.filter(({ at }) => now - at <= time * 0.9))
        const most = countsOf(all.filter(({ at }) => now - at < time))
        for (const what of ["calls", "failures", "slow"] as const) {
          assert.isAtLeast(counts[what], least[what])
          assert.isAtMost(counts[what], most[what])
        }
        assert.isAtMost(sample.slices.length, 10)
      })
    }))
  })
})
