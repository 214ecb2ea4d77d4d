import { assert, describe, it } from "@effect/vitest"
import { DateTime, FastCheck, Schema } from "effect"
import { Changes } from "effect-hubspot"
import * as Rounds from "../../packages/hubspot/src/internal/changes.ts"

const overlap = 100
const at = (millis: number) => DateTime.unsafeMake(millis)
const change = (id: number, modified: number): Rounds.Change => ({ id: String(id), modified })

/** What a search shows of records that are modified now and then: each change some time after it was made. */
class Index {
  now = 1000
  private readonly versions: Array<Rounds.Change & { readonly visibleAt: number }> = []

  write(id: number, lag: number) {
    this.versions.push({ ...change(id, this.now), visibleAt: this.now + lag })
  }

  /** Each record as it is shown, by ids. */
  shown(since: number, now = this.now): ReadonlyArray<Rounds.Change> {
    const latest = new Map<string, Rounds.Change>()
    for (const { id, modified, visibleAt } of this.versions) {
      if (visibleAt <= now && modified >= (latest.get(id)?.modified ?? 0)) latest.set(id, { id, modified })
    }
    return [...latest.values()]
      .filter(({ modified }) => modified >= since)
      .sort((a, b) => Number(a.id) - Number(b.id))
  }
}

/** Reads one page, as `changes` does, from a cursor that has been stored. */
const read = (index: Index, stored: string, size: number) => {
  const cursor = Schema.decodeSync(Schema.parseJson(Changes.Cursor))(stored)
  const shown = index.shown(cursor.since.epochMillis)
  if (cursor.round === undefined && shown.length === 0) return { records: [], stored, done: true }
  const latest = Math.max(...shown.map(({ modified }) => modified))
  const left = shown.filter(({ id }) => Number(id) > Number(cursor.round?.after ?? 0))
  const page = left.slice(0, size)
  const [round, fresh] = Rounds.step(Rounds.round(cursor, latest, overlap), page)
  const after = left.length > size ? page.at(-1)?.id : undefined
  return {
    records: page.filter((_, n) => fresh[n]),
    stored: Schema.encodeSync(Schema.parseJson(Changes.Cursor))(Rounds.cursor(round, after)),
    done: after === undefined
  }
}

const begin = Schema.encodeSync(Schema.parseJson(Changes.Cursor))(Changes.since(at(1000)))

describe("reading changes in rounds", () => {
  const { constant, constantFrom, integer, oneof, record } = FastCheck
  const step = oneof(
    // Few records and the two extremes of lateness, so that they meet often.
    record({ kind: constant("write" as const), id: integer({ min: 1, max: 4 }), lag: constantFrom(0, overlap) }),
    record({ kind: constant("wait" as const), millis: integer({ min: 0, max: 80 }) }),
    record({ kind: constant("read" as const), size: integer({ min: 1, max: 3 }) })
  )

  it("brings the last state of each record, and no state twice, whatever is written meanwhile and however late it shows", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.array(step, { maxLength: 80 }), (steps) => {
        const index = new Index()
        const read1 = (size: number) => {
          const { done, records, stored } = read(index, cursor, size)
          cursor = stored
          brought.push(...records)
          return done
        }
        const brought: Array<Rounds.Change> = []
        let cursor = begin
        for (const step of steps) {
          if (step.kind === "write") index.write(step.id, step.lag)
          else if (step.kind === "wait") index.now += step.millis
          else read1(step.size)
        }
        index.now += overlap
        // The round that is under way, and one more.
        for (let rounds = 0; rounds < 2;) rounds += read1(3) ? 1 : 0

        const keys = brought.map(({ id, modified }) => `${id}@${modified}`)
        assert.strictEqual(new Set(keys).size, keys.length, "nothing comes twice")
        const last = index.shown(0).map(({ id, modified }) => `${id}@${modified}`)
        assert.deepStrictEqual(last.filter((key) => !keys.includes(key)), [], "nothing is missing")
      }),
      { numRuns: 2000 }
    )
  })

  it("remembers no more than the overlap can bring again", () => {
    const index = new Index()
    for (let id = 1; id <= 50; id++) {
      index.write(id, 0)
      index.now += 10
    }
    const { done, stored } = read(index, begin, 50)
    const { round, seen, since } = Schema.decodeSync(Schema.parseJson(Changes.Cursor))(stored)
    // The last was written at 1490.
    assert.deepStrictEqual([done, round, since.epochMillis], [true, undefined, 1390])
    assert.deepStrictEqual(Object.keys(seen), Array.from({ length: 11 }, (_, n) => String(40 + n)))
  })

  it("does not go back before the instant it began with", () => {
    const [round] = Rounds.step(Rounds.round(Changes.since(at(1000)), 1010, overlap), [change(1, 1010)])
    assert.deepStrictEqual(Rounds.cursor(round, undefined), { since: at(1000), seen: { 1: 1010 } })
  })

  it("brings a record again that was modified after it was brought", () => {
    const [round, first] = Rounds.step(Rounds.round(Changes.since(at(0)), 500, overlap), [change(1, 500)])
    const next = Rounds.round(Rounds.cursor(round, undefined), 510, overlap)
    const [, again] = Rounds.step(next, [change(1, 510)])
    const [, same] = Rounds.step(next, [change(1, 500)])
    assert.deepStrictEqual([first, again, same], [[true], [true], [false]])
  })
})
