/** A report for a terminal: ratios first, each figure with its spread. */
import type { Machine } from "../machine.ts"
import { type Column, ratios, type Report, type Row, spread, type Table } from "./model.ts"
import type { Spread } from "./statistics.ts"

const number = (value: number, digits: number): string =>
  Number.isNaN(value)
    ? "–"
    : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })

export const format = ({ max, median, min }: Spread, digits: number = 0): string => {
  const [middle, low, high] = [median, min, max].map((value) => number(value, digits))
  return low === high ? middle ?? "" : `${middle} (${low}–${high})`
}

const heading = ({ name, unit }: Column): string => unit === undefined ? name : `${name} [${unit}]`

const cells = (table: Table, row: Row): ReadonlyArray<string> => [
  row.label,
  ...table.columns.filter(({ ratio }) => ratio).map(({ name }) => {
    const times = ratios(table, row, name)
    return times === undefined ? "–" : format(times, 2)
  }),
  ...table.columns.map(({ digits, name }) => format(spread(row, name), digits))
]

export const headings = (table: Table): ReadonlyArray<string> => [
  "",
  ...table.columns.filter(({ ratio }) => ratio).map(({ name }) => `${name} × ${table.reference}`),
  ...table.columns.map(heading)
]

export const aligned = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row.map((cell, column) => column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)).join(
      "  "
    )
      .trimEnd()
  ).join("\n")
}

export const tableText = (table: Table): string =>
  `${table.title}\n${aligned([headings(table), ...table.rows.map((row) => cells(table, row))])}`

/** The same for a README. */
export const tableMarkdown = (table: Table): string => {
  const line = (row: ReadonlyArray<string>) => `| ${row.join(" | ")} |`
  const rule = headings(table).map((_, column) => column === 0 ? "---" : "--:")
  return [line(headings(table)), line(rule), ...table.rows.map((row) => line(cells(table, row)))].join("\n")
}

export const settingsText = (settings: Report["parameters"]): string =>
  Object.entries(settings).map(([name, value]) => `${name}: ${value}`).join("; ")

export const reportText = (report: Report, machine: Machine): string =>
  [
    `── ${report.scenario}: ${report.title}`,
    `   ${machine.description}`,
    `   ${settingsText(report.parameters)}`,
    "",
    ...report.tables.map((table) => `${tableText(table)}\n`),
    ...report.targets.map(({ met, seen, wanted, what }) =>
      `${met ? "met   " : "MISSED"}  ${what}: ${wanted}; seen ${seen}`
    ),
    ...report.notes.map((note) => `note    ${note}`),
    "",
    ...Object.entries(report.settings).map(([client, settings]) => `  ${client}: ${settingsText(settings)}`),
    ""
  ].join("\n")
