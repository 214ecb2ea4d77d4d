/** What a scenario found. */
import type { Settings } from "../model.ts"
import { type Spread, spreadOf } from "./statistics.ts"

export interface Column {
  readonly name: string
  readonly unit?: string | undefined
  /** Digits after the point. Default: 0. */
  readonly digits?: number | undefined
  /** Shown as a multiple of the table's reference, too. */
  readonly ratio?: boolean | undefined
  /** Drawn. */
  readonly chart?: boolean | undefined
}

export interface Row {
  readonly label: string
  /** One for each repetition, by the names of the columns. */
  readonly samples: ReadonlyArray<Readonly<Record<string, number>>>
}

export interface Table {
  readonly title: string
  /** The label of the row that the others are compared with. */
  readonly reference?: string | undefined
  readonly columns: ReadonlyArray<Column>
  readonly rows: ReadonlyArray<Row>
}

/** What this library must show. */
export interface Target {
  readonly what: string
  readonly wanted: string
  readonly seen: string
  readonly met: boolean
}

export interface Report {
  readonly scenario: string
  readonly title: string
  readonly parameters: Settings
  readonly settings: Readonly<Record<string, Settings>>
  readonly tables: ReadonlyArray<Table>
  readonly targets: ReadonlyArray<Target>
  readonly notes: ReadonlyArray<string>
}

export const valuesOf = (row: Row, column: string): ReadonlyArray<number> =>
  row.samples.map((sample) => sample[column] ?? Number.NaN)

export const spread = (row: Row, column: string): Spread => spreadOf(valuesOf(row, column))

/** Each repetition against the reference's of the same round, as what disturbed the one disturbed the other. */
export const ratios = (table: Table, row: Row, column: string): Spread | undefined => {
  const reference = table.rows.find(({ label }) => label === table.reference)
  if (reference === undefined) return undefined
  const base = valuesOf(reference, column)
  return spreadOf(valuesOf(row, column).map((value, round) => value / (base[round] ?? Number.NaN)))
}

/** A target on the median of a column: the worst row counts. Without such rows nothing is claimed. */
export const atMost = (
  what: string,
  limit: number,
  seen: ReadonlyArray<number>,
  unit: string = ""
): ReadonlyArray<Target> => {
  if (seen.length === 0) return []
  const worst = Math.max(...seen.map((value) => Number.isNaN(value) ? Infinity : value))
  return [{
    what,
    wanted: `at most ${limit}${unit}`,
    seen: `${Number(worst.toPrecision(3))}${unit}`,
    met: worst <= limit
  }]
}
