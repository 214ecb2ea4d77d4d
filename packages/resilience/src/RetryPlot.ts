/**
 * Pictures of what a retry schedule would do: a table for a terminal, and an SVG for a page. Pure functions of the
 * delays that `RetrySchedule.plan` and `RetrySchedule.bounds` give; the same delays give the same text.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import { format, linear, logarithmic, type Scale } from "./internal/scale.ts"

/**
 * An aligned table: a line for each attempt, with the delay before it, and then all the delays up to it together. A
 * column that ends sooner is a schedule that stops.
 *
 * @example
 * ```ts
 * import { RetryPlot, RetrySchedule, SampleErrors } from "effect-resilience"
 *
 * const schedule = RetrySchedule.exponential({ base: "2 seconds", retries: 2 })
 * const [soonest, latest] = RetrySchedule.bounds(schedule, Array(2).fill(SampleErrors.serverError))
 *
 * RetryPlot.table({ soonest, latest })
 * // attempt  soonest  latest  soonest in all  latest in all
 * //       2      0 s     2 s             0 s            2 s
 * //       3      0 s     4 s             0 s            6 s
 * ```
 *
 * @since 0.1.0
 * @category rendering
 */
export const table = (columns: { readonly [name: string]: ReadonlyArray<Duration.Duration> }): string => {
  const delays = Object.values(columns).map(millis)
  const names = Object.keys(columns)
  const header = ["attempt", ...names, ...names.map((name) => `${name} in all`)]
  const cells = [...delays, ...delays.map(sums)]
  const lines = Array.from(
    { length: Math.max(0, ...delays.map(({ length }) => length)) },
    (_, i) => [String(i + 2), ...cells.map((column) => column[i] === undefined ? "" : format(column[i]))]
  )
  const widths = header.map((title, i) => Math.max(...[title, ...lines.map((line) => line[i] ?? "")].map(width)))
  return [header, ...lines]
    .map((line) => line.map((cell, i) => " ".repeat((widths[i] ?? 0) - width(cell)) + cell).join("  ").trimEnd())
    .join("\n")
}

/**
 * @since 0.1.0
 * @category models
 */
export interface SvgOptions {
  /** Above the picture, and read out by a screen reader. */
  readonly title: string
}

/**
 * The delay before each attempt, from the soonest to the latest that chance allows, as an SVG of 640 × 320. Readable on
 * light and dark pages, and without any font, script or file of others. The axis is logarithmic where the longest delay is
 * a hundred times the shortest. A delay that never ends is where the picture does.
 *
 * @example
 * ```ts
 * import { RetryPlot, RetrySchedule, SampleErrors } from "effect-resilience"
 *
 * const bounds = RetrySchedule.bounds(RetrySchedule.exponential(), Array(4).fill(SampleErrors.serverError))
 *
 * const picture: string = RetryPlot.svg(bounds, { title: "Retries after a 503" })
 * ```
 *
 * @since 0.1.0
 * @category rendering
 */
export const svg = (
  bounds: readonly [soonest: ReadonlyArray<Duration.Duration>, latest: ReadonlyArray<Duration.Duration>],
  { title }: SvgOptions
): string => {
  const bars = barsOf(bounds)
  const all = bars.reduce((sum, { latest, soonest }) => ({
    soonest: sum.soonest + soonest,
    latest: sum.latest + latest
  }), { soonest: 0, latest: 0 })
  const each = bars.map((bar, i) => `attempt ${i + 2} after ${span(bar)}`).join(", ")
  const summary = bars.length === 0
    ? "No retries."
    : `The soonest and the latest delay before each attempt; all together ${span(all)}.`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 320" width="640" height="320" role="img" ` +
    `class="retry-plot" aria-label="${escape(title)}">`,
    `<title>${escape(title)}</title>`,
    `<desc>${escape(bars.length === 0 ? summary : `${summary} In detail: ${each}.`)}</desc>`,
    style,
    `<rect class="page" width="640" height="320"/>`,
    `<text class="title" x="16" y="28">${escape(shortened(title))}</text>`,
    `<text class="muted" x="16" y="48">${escape(summary)}</text>`,
    ...(bars.length === 0 ? [] : plot(bars)),
    `</svg>`,
    ``
  ].join("\n")
}

interface Bar {
  readonly soonest: number
  readonly latest: number
}

const barsOf = ([soonest, latest]: Parameters<typeof svg>[0]): ReadonlyArray<Bar> => {
  const latestMillis = millis(latest)
  const bars = millis(soonest).slice(0, latest.length).map((soonest, i) => ({ soonest, latest: latestMillis[i] ?? 0 }))
  const end = bars.findIndex(({ latest }) => latest === Infinity)
  return end === -1 ? bars : bars.slice(0, end)
}

/** Where the axes are. */
const [left, right, top, bottom] = [80, 624, 80, 264]

const plot = (bars: ReadonlyArray<Bar>): ReadonlyArray<string> => {
  const [min, max] = [Math.min(...bars.map(({ soonest }) => soonest)), Math.max(...bars.map(({ latest }) => latest))]
  const scale: Scale = min > 0 && max >= 100 * min ? logarithmic(min, max) : linear(max)
  const step = (right - left) / bars.length
  const x = (i: number) => px(left + step * (i + 0.5))
  const y = (delay: number) => px(bottom - (bottom - top) * scale.share(delay))
  // As many labels as there is room for, of some 60 px each.
  const labelled = bars.map((bar, i) => ({ bar, i })).filter(({ i }) => i % Math.ceil(60 / step) === 0)
  const outline = [
    ...bars.map(({ latest }, i) => `${x(i)},${y(latest)}`),
    ...bars.map(({ soonest }, i) => `${x(i)},${y(soonest)}`).reverse()
  ]
  return [
    ...scale.ticks.flatMap((tick) => [
      `<path class="grid" d="M${left} ${y(tick)}H${right}"/>`,
      `<text class="muted" x="${left - 8}" y="${px(y(tick) + 4)}" text-anchor="end">${format(tick)}</text>`
    ]),
    `<polygon class="band" points="${outline.join(" ")}"/>`,
    ...bars.map(({ latest, soonest }, i) => column(x(i), y(latest), y(soonest), Math.min(24, step * 0.5))),
    // After all the bars: a label may be beside a taller one.
    ...labelled.flatMap(({ bar, i }) => [
      label(format(bar.latest), x(i), y(bar.latest) - 7),
      // Below its bar a label needs room above the axis.
      ...(bar.soonest < bar.latest && y(bar.soonest) + 16 < bottom
        ? [label(format(bar.soonest), x(i), y(bar.soonest) + 15)]
        : []),
      label(String(i + 2), x(i), bottom + 18, "muted")
    ]),
    label("attempt", (left + right) / 2, 306, "muted"),
    `<g transform="rotate(-90)">`,
    label(scale.name === "linear" ? "delay" : "delay, log scale", -(top + bottom) / 2, 20, "muted"),
    `</g>`
  ]
}

const column = (x: number, high: number, low: number, width: number): string =>
  `<rect class="bar" x="${px(x - width / 2)}" y="${px(high - 1)}" width="${px(width)}" height="${
    px(low - high + 2)
  }" ` +
  `rx="${px(Math.min(2, width / 2))}"/>`

const label = (text: string, x: number, y: number, style = "label"): string =>
  `<text class="${style}" x="${px(x)}" y="${px(y)}" text-anchor="middle">${text}</text>`

// Colours of its own for the page as well: whoever shows the picture may be dark where the reader's system is light.
const style = `<style>
.retry-plot .page { fill: #ffffff }
.retry-plot text { fill: #1f2328; font: 12px system-ui, sans-serif }
.retry-plot .title { font-size: 16px; font-weight: 600 }
.retry-plot .muted { fill: #59636e }
.retry-plot .label { stroke: #ffffff; stroke-width: 3px; stroke-linejoin: round; paint-order: stroke }
.retry-plot .grid { stroke: #d1d9e0 }
.retry-plot .band { fill: #0969da; fill-opacity: 0.15 }
.retry-plot .bar { fill: #0969da; fill-opacity: 0.75 }
@media (prefers-color-scheme: dark) {
  .retry-plot .page { fill: #0d1117 }
  .retry-plot text { fill: #f0f6fc }
  .retry-plot .muted { fill: #9198a1 }
  .retry-plot .label { stroke: #0d1117 }
  .retry-plot .grid { stroke: #3d444d }
  .retry-plot .band, .retry-plot .bar { fill: #4493f8 }
}
</style>`

const millis = (delays: ReadonlyArray<Duration.Duration>): ReadonlyArray<number> => delays.map(Duration.toMillis)

const sums = (delays: ReadonlyArray<number>): ReadonlyArray<number> => {
  let sum = 0
  return delays.map((delay) => sum += delay)
}

const span = ({ latest, soonest }: Bar): string =>
  soonest === latest ? format(latest) : `${format(soonest)} to ${format(latest)}`

const px = (length: number): number => Number(length.toFixed(1))

/** How wide a text is, in columns of a terminal: the scripts of East Asia take two for each character. */
const width = (text: string): number => [...text].reduce((sum, char) => sum + (char >= "\u2e80" ? 2 : 1), 0)

/** What fits beside the picture's margins. */
const shortened = (text: string): string => {
  if (width(text) <= 64) return text
  const chars = [...text]
  while (width(chars.join("")) > 63) chars.pop()
  return `${chars.join("")}…`
}

/** XML has no way to write some characters at all. */
const escape = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "\ufffd")
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
