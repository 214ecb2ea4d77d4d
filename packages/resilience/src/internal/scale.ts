/** Axes for spans of time, in milliseconds, and how a span is written. */

export interface Scale {
  readonly name: "linear" | "logarithmic"
  readonly ticks: ReadonlyArray<number>
  /** How far up the axis, from 0 to 1. */
  readonly share: (delay: number) => number
}

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]

/** Round numbers, in the units that people use. */
const round = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 6, 12].map((n) => n * hour),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((n) => n * day)
]

/** From 0, in at most six steps. */
export const linear = (max: number): Scale => {
  const step = round.find((step) => max <= 6 * step) ?? max / 5
  const steps = Math.max(1, Math.ceil(max / step))
  const ticks = Array.from({ length: steps + 1 }, (_, i) => i * step)
  const end = steps * step
  return { name: "linear", ticks, share: (delay) => delay / end }
}

/** A tick for each step of about ten; `min` is above 0. */
export const logarithmic = (min: number, max: number): Scale => {
  const steps = [1, 10, 100, second, 10 * second, minute, 10 * minute, hour, 10 * hour, 10 * day, 100 * day]
  const start = steps.findLast((step) => step <= min) ?? min
  const end = steps.find((step) => step >= max) ?? max
  const ticks = [...new Set([start, ...steps, end])].filter((step) => step >= start && step <= end)
  return { name: "logarithmic", ticks, share: (delay) => Math.log(delay / start) / Math.log(end / start) }
}

/** `100 ms`, `2.5 s`, `3 min`: with three digits, which are as many as matter. */
export const format = (millis: number): string => {
  const written = (unit: string, length: number) => `${Number((millis / length).toPrecision(3))} ${unit}`
  if (millis === Infinity) return "never"
  if (millis === 0) return "0 s"
  if (millis < second) return written("ms", 1)
  if (millis < 2 * minute) return written("s", second)
  return millis < 2 * hour ? written("min", minute) : millis < 2 * day ? written("h", hour) : written("d", day)
}
