import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import * as Arguments from "../../packages/bench/src/arguments.ts"
import { atMost, ratios, type Report, type Table } from "../../packages/bench/src/report/model.ts"
import { page } from "../../packages/bench/src/report/page.ts"
import { spreadOf } from "../../packages/bench/src/report/statistics.ts"
import { chart } from "../../packages/bench/src/report/svg.ts"
import { tableMarkdown, tableText } from "../../packages/bench/src/report/text.ts"
import * as RollingWindow from "../../packages/bench/src/server/rollingWindow.ts"
import * as Histogram from "../../packages/bench/src/worker/histogram.ts"

const table: Table = {
  title: "Calls",
  reference: "undici",
  columns: [{ name: "CPU", unit: "µs", ratio: true, chart: true }, { name: "lost" }],
  rows: [
    { label: "undici", samples: [{ CPU: 100, lost: 0 }, { CPU: 200, lost: 0 }, { CPU: 110, lost: 0 }] },
    { label: "got & co", samples: [{ CPU: 300, lost: 1 }, { CPU: 600, lost: 0 }, { CPU: 220, lost: Number.NaN }] }
  ]
}

const report: Report = {
  scenario: "calls",
  title: "Calls",
  parameters: {},
  settings: {},
  tables: [table],
  targets: [],
  notes: []
}

describe("figures", () => {
  it("have the median of an odd number of values, and the mean of the middle two of an even one", () => {
    assert.deepStrictEqual(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3 })
    assert.deepStrictEqual(spreadOf([4, 1, 3, 2]), { median: 2.5, min: 1, max: 4 })
  })

  it("leave out what was not measured", () => {
    assert.deepStrictEqual(spreadOf([Number.NaN, 5]), { median: 5, min: 5, max: 5 })
  })

  it("are compared with the reference's of the same round", () => {
    assert.deepStrictEqual(ratios(table, table.rows[1]!, "CPU"), { median: 3, min: 2, max: 3 })
  })

  it("meet a target at its limit, miss it beyond it and when they are not known", () => {
    const met = (...seen: ReadonlyArray<number>) => atMost("calls", 2, seen).map(({ met }) => met)
    assert.deepStrictEqual([met(1, 2), met(1, 2.1), met(Number.NaN), met()], [[true], [false], [false], []])
  })

  it("of latencies are true to two per cent", () => {
    const histogram = Histogram.make()
    for (let millis = 1; millis <= 1000; millis++) histogram.record(millis)
    const { max, p50, p90, p99 } = histogram.latency()
    for (const [seen, expected] of [[p50, 500], [p90, 900], [p99, 990]] as const) {
      assert.closeTo(seen, expected, expected * 0.02)
    }
    assert.strictEqual(max, 1000)
  })
})

describe("a table", () => {
  it("has its ratios first, and each figure with its spread", () => {
    assert.strictEqual(
      tableText(table),
      [
        "Calls",
        "              CPU × undici       CPU [µs]     lost",
        "undici                1.00  110 (100–200)        0",
        "got & co  3.00 (2.00–3.00)  300 (220–600)  1 (0–1)"
      ].join("\n")
    )
  })

  it("can be had as Markdown", () => {
    assert.strictEqual(tableMarkdown(table).split("\n")[2], "| undici | 1.00 | 110 (100–200) | 0 |")
  })

  it("becomes a chart of the columns that are to be drawn, with its labels escaped", () => {
    const svg = chart(report, "here") ?? ""
    assert.strictEqual(svg.match(/<rect class="bar/g)?.length, 2)
    assert.include(svg, "got &amp; co")
  })

  it("without such columns becomes none", () => {
    assert.isUndefined(chart({ ...report, tables: [{ ...table, columns: [{ name: "lost" }] }] }, "here"))
  })
})

describe("the page of the newest results", () => {
  it("has each report with its day, its machine, its chart, and the targets that were missed", () => {
    const machine = {
      description: "2 × CPU",
      cpu: "CPU",
      cores: 2,
      memoryGiB: 1,
      system: "linux",
      node: "v20",
      load: 0
    }
    const targets = [{ what: "CPU", wanted: "at most 1", seen: "3", met: false }]
    const text = page([{ ...report, when: "2026-01-02T03:04:05.000Z", machine, targets }], ["calls.svg"])
    for (
      const part of ["2026-01-02, 2 × CPU.", "](calls.svg)", tableMarkdown(table), "**missed**: CPU at most 1; seen 3"]
    ) {
      assert.include(text, part)
    }
  })
})

describe("the server's limit", () => {
  it("admits its number in any stretch of its window, and says how long the others have to wait", () => {
    const window = RollingWindow.make(2, 1000)
    const answers = [0, 900, 950, 1000, 1100, 1900].map((now) => window.admit(now))
    assert.deepStrictEqual(answers, [0, 0, 50, 0, 800, 0])
  })
})

describe("the command line", () => {
  const problem = (...args: ReadonlyArray<string>) =>
    Either.match(Arguments.parse(args), { onLeft: ({ message }) => message, onRight: () => "" })

  it("runs every scenario with all of its clients, and keeps what it found", () => {
    const { charts, results, runs } = Either.getOrThrow(Arguments.parse([]))
    assert.deepStrictEqual(
      runs.map(({ scenario }) => scenario.name),
      ["limit", "faults", "outage", "overhead", "records", "listing", "start", "scale"]
    )
    for (const { plan, scenario } of runs) assert.deepStrictEqual(plan.clients, scenario.clients)
    assert.deepStrictEqual([results, charts], ["packages/bench/results", "docs/bench"])
  })

  it("narrows both, and keeps nothing of a quick run", () => {
    const { results, runs } = Either.getOrThrow(Arguments.parse(["overhead", "--clients", "got, ours", "--quick"]))
    assert.deepStrictEqual(runs.map(({ plan, scenario }) => [scenario.name, ...plan.clients]), [[
      "overhead",
      "got",
      "ours"
    ]])
    assert.isUndefined(results)
  })

  it("says what it does not understand", () => {
    assert.include(problem("overheads"), "no scenario overheads")
    assert.include(problem("start", "--clients", "cot"), "no client cot")
    assert.include(problem("--repeats", "0"), "--repeats")
  })
})
