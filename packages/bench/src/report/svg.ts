/** Bars with their spreads, one panel for each column that is to be drawn; readable on light and on dark. */
import { type Column, type Report, type Row, spread, type Table } from "./model.ts"
import { format } from "./text.ts"

const width = 760
const labels = 150
const values = 190
const bars = width - labels - values
const rowHeight = 22
const header = 40

const style = `<style>
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 13px }
  .unit, .value { fill: #59636e }
  .bar { fill: #8c959f } .ours { fill: #0969da } .spread { stroke: #1f2328; stroke-width: 1.5 }
  .background { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .unit, .value { fill: #9198a1 }
    .bar { fill: #656c76 } .ours { fill: #4493f8 } .spread { stroke: #e6edf3 } .background { fill: #0d1117 }
  }
</style>`

const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")

const bar = (row: Row, column: Column, scale: (value: number) => number, y: number): string => {
  const seen = spread(row, column.name)
  const middle = y + rowHeight / 2
  const known = !Number.isNaN(seen.median)
  const [from, to] = [labels + scale(seen.min), labels + scale(seen.max)]
  return [
    `<text x="${labels - 10}" y="${middle + 4}" text-anchor="end">${escaped(row.label)}</text>`,
    ...known
      ? [
        `<rect class="bar${row.label.startsWith("ours") ? " ours" : ""}" x="${labels}" y="${y + 4}" ` +
        `width="${scale(seen.median).toFixed(1)}" height="${rowHeight - 8}" rx="2"/>`
      ]
      : [],
    ...known && to - from > 1
      ? [`<line class="spread" x1="${from.toFixed(1)}" x2="${to.toFixed(1)}" y1="${middle}" y2="${middle}"/>`]
      : [],
    `<text class="value" x="${width - 10}" y="${middle + 4}" text-anchor="end">${format(seen, column.digits)}</text>`
  ].join("\n")
}

const panel = (table: Table, column: Column, top: number): { readonly svg: string; readonly height: number } => {
  const longest = Math.max(
    ...table.rows.map((row) => spread(row, column.name).max).filter((max) => !Number.isNaN(max)),
    0
  )
  const scale = (value: number) => longest === 0 ? 0 : value / longest * bars
  const unit = column.unit === undefined ? "" : ` <tspan class="unit">[${escaped(column.unit)}]</tspan>`
  return {
    svg: [
      `<text class="title" x="10" y="${top + 22}">${escaped(table.title)}: ${escaped(column.name)}${unit}</text>`,
      ...table.rows.map((row, n) => bar(row, column, scale, top + header + n * rowHeight))
    ].join("\n"),
    height: header + table.rows.length * rowHeight + 14
  }
}

/** Nothing, where nothing is to be drawn. */
export const chart = (report: Report, caption: string): string | undefined => {
  const drawn = report.tables.flatMap((table) =>
    table.columns.filter(({ chart }) => chart).map((column) => [table, column] as const)
  )
  if (drawn.length === 0) return undefined
  const parts: Array<string> = []
  let top = 0
  for (const [table, column] of drawn) {
    const { height, svg } = panel(table, column, top)
    parts.push(svg)
    top += height
  }
  const height = top + 26
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(report.title)}</title>
${style}
<rect class="background" width="${width}" height="${height}"/>
${parts.join("\n")}
<text class="unit" x="10" y="${height - 10}">${escaped(caption)}</text>
</svg>
`
}
