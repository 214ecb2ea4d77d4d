import { assert, describe, it } from "@effect/vitest"
import { Array, Duration, FastCheck } from "effect"
import { Jitter, RetryPlot, RetrySchedule, SampleErrors } from "effect-resilience"
import { format, linear, logarithmic } from "../../packages/resilience/src/internal/scale.ts"
import { anySettings } from "../support/arbitraries.ts"

const boundsOf = (options: RetrySchedule.Options) =>
  RetrySchedule.bounds(
    RetrySchedule.exponential(options),
    Array.replicate(SampleErrors.serverError, options.retries ?? 4)
  )
const seconds = (...delays: ReadonlyArray<number>) => delays.map(Duration.seconds)

describe("a table", () => {
  it("has a line for each attempt, with the delays so far together, all aligned", () => {
    const [soonest, latest] = boundsOf({ base: "2 seconds", jitter: Jitter.added(0.1, 0.3) })
    assert.strictEqual(
      RetryPlot.table({ soonest, latest }),
      [
        "attempt  soonest  latest  soonest in all  latest in all",
        "      2    2.2 s   2.6 s           2.2 s          2.6 s",
        "      3    4.4 s   5.2 s           6.6 s          7.8 s",
        "      4    8.8 s  10.4 s          15.4 s         18.2 s",
        "      5   17.6 s  20.8 s            33 s           39 s"
      ].join("\n")
    )
  })

  it("shows where a schedule stops before another, and a delay that never ends", () => {
    assert.strictEqual(
      RetryPlot.table({ one: seconds(1), 再試行: [Duration.millis(50), Duration.infinity] }),
      [
        "attempt  one  再試行  one in all  再試行 in all",
        "      2  1 s   50 ms         1 s          50 ms",
        "      3        never                      never"
      ].join("\n")
    )
  })

  it("without retries is its head", () => {
    assert.strictEqual(RetryPlot.table({ planned: [] }), "attempt  planned  planned in all")
  })
})

describe("a span of time", () => {
  it.each([
    [0, "0 s"],
    [0.25, "0.25 ms"],
    [100, "100 ms"],
    [312.5, "313 ms"],
    [1000, "1 s"],
    [2200.0000001, "2.2 s"],
    [60_000, "60 s"],
    [119_000, "119 s"],
    [120_000, "2 min"],
    [5_400_000, "90 min"],
    [36_000_000, "10 h"],
    [864_000_000, "10 d"],
    [Infinity, "never"]
  ])("of %d ms is written %s", (millis, text) => {
    assert.strictEqual(format(millis), text)
  })
})

describe("an axis", () => {
  it.each(
    [
      ["from 0 in round steps", linear(16_000), ["0 s", "5 s", "10 s", "15 s", "20 s"]],
      ["as long as it must be", linear(100), ["0 s", "20 ms", "40 ms", "60 ms", "80 ms", "100 ms"]],
      ["in minutes", linear(330_000), ["0 s", "60 s", "2 min", "3 min", "4 min", "5 min", "6 min"]],
      ["where there is no delay at all", linear(0), ["0 s", "1 ms"]],
      ["by factors of about ten", logarithmic(50, 600_000), ["10 ms", "100 ms", "1 s", "10 s", "60 s", "10 min"]],
      ["over many years", linear(5 * 10_000 * 86_400_000), ["0 s", ...[1, 2, 3, 4, 5].map((n) => `${n * 10_000} d`)]],
      ["by factors, over many years", logarithmic(86_400_000, 500 * 86_400_000), ["10 h", "10 d", "100 d", "500 d"]],
      ["by factors, of very little", logarithmic(0.5, 50), ["0.5 ms", "1 ms", "10 ms", "100 ms"]]
    ] as const
  )("%s", (_, scale, ticks) => {
    assert.deepStrictEqual(scale.ticks.map(format), [...ticks])
    assert.deepStrictEqual([scale.share(scale.ticks[0] as number), scale.share(scale.ticks.at(-1) as number)], [0, 1])
  })
})

describe("a picture", () => {
  const picture = RetryPlot.svg(boundsOf({ base: "2 seconds", jitter: Jitter.added(0.1, 0.3) }), {
    title: "After a 503"
  })
  const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text)

  it("names both ends of every delay, the attempts, the axes and the whole", () => {
    assert.includeMembers(texts(picture), [
      "After a 503",
      "The soonest and the latest delay before each attempt; all together 33 s to 39 s.",
      ...["2.6 s", "5.2 s", "10.4 s", "20.8 s"],
      ...["4.4 s", "8.8 s", "17.6 s"],
      ...["2", "3", "4", "5"],
      ...["attempt", "delay"],
      ...["0 s", "5 s", "10 s", "15 s", "20 s", "25 s"]
    ])
  })

  it("says in words what it shows", () => {
    assert.include(picture, "<title>After a 503</title>")
    assert.include(picture, "attempt 2 after 2.2 s to 2.6 s, attempt 3 after 4.4 s to 5.2 s")
    assert.include(picture, `role="img"`)
  })

  it("has colours for light and dark, and nothing from elsewhere", () => {
    assert.include(picture, "@media (prefers-color-scheme: dark)")
    assert.deepStrictEqual(picture.match(/https?:[^"]*|@import|url\(|href/g), ["http://www.w3.org/2000/svg"])
  })

  it("is logarithmic where the longest delay is a hundred times the shortest", () => {
    const wide = boundsOf({ base: "10 millis", jitter: Jitter.equal, factor: 10, retries: 4 })
    assert.include(texts(RetryPlot.svg(wide, { title: "" })), "delay, log scale")
  })

  it("without retries says so", () => {
    assert.deepStrictEqual(texts(RetryPlot.svg([[], []], { title: "Once" })), ["Once", "No retries."])
  })

  it("ends where a delay never does", () => {
    const svg = RetryPlot.svg([seconds(1, 2, 3), [...seconds(1, 2), Duration.infinity]], { title: "" })
    assert.include(svg, "all together 3 s.")
  })

  it.each([
    [`<script>&"'`, `&#60;script&#62;&#38;&#34;&#39;`],
    ["a\u0000b\ud800c", "a\ufffdb\ufffdc"]
  ])("escapes its title: %j", (title, escaped) => {
    const svg = RetryPlot.svg([[], []], { title })
    assert.include(svg, `<title>${escaped}</title>`)
    assert.include(svg, `aria-label="${escaped}"`)
  })

  it.each([
    ["x".repeat(64), "x".repeat(64)],
    ["x".repeat(65), `${"x".repeat(63)}…`],
    ["再".repeat(33), `${"再".repeat(31)}…`]
  ])("a title that does not fit is shortened where it is shown: %s", (title, shown) => {
    const svg = RetryPlot.svg([[], []], { title })
    assert.strictEqual(texts(svg)[0], shown)
    assert.include(svg, `<title>${title}</title>`)
  })

  it("is well-formed and within its frame, with room for every label, for any settings", () => {
    const options = FastCheck.nat(60).chain(anySettings)
    FastCheck.assert(
      FastCheck.property(options, FastCheck.string(), (settings, title) => {
        const bounds = boundsOf(settings)
        const svg = RetryPlot.svg(bounds, { title })
        assert.strictEqual(svg, RetryPlot.svg(bounds, { title }))
        assert.deepStrictEqual(open(svg), [])
        for (const { width = 0, x, y } of placed(svg)) {
          assert.isTrue(x >= 0 && x + width <= 640 && y >= 0 && y <= 320, `${x}, ${y}`)
        }
        const attempts = placed(svg).filter(({ y }) => y === 282).map(({ x }) => x)
        assert.isTrue(attempts.every((x, i) => i === 0 || x - (attempts[i - 1] as number) >= 60 - 0.2))
      }),
      { numRuns: 50 }
    )
  })

  /** The tags that are left open. */
  const open = (svg: string) => {
    const stack: Array<string> = []
    const tags = [...svg.matchAll(/<(\/?)([a-z]+)(?: [a-zA-Z:-]+="[^"<]*")*(\/?)>/g)]
    for (const [, end, name, alone] of tags) {
      if (end === "/") assert.strictEqual(stack.pop(), name)
      else if (alone === "") stack.push(name as string)
    }
    assert.strictEqual(svg.split("<").length - 1, tags.length)
    assert.notMatch(svg, /NaN|Infinity|undefined/)
    return stack
  }

  /** Rectangles and texts, apart from what is turned. */
  const placed = (svg: string) =>
    [...svg.replace(/<g [^]*<\/g>/, "").matchAll(/<(?:rect|text) ([^>]*)>/g)].map(([, attributes = ""]) => {
      const read = (name: string) => Number(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? 0)
      return { x: read("x"), y: read("y"), width: read("width") }
    })
})
