/** A CSV with the dirt of real life, the same on every run; and how to read such a file, line by line. */
import { NodeStream } from "@effect/platform-node"
import { parse } from "csv-parse"
import { Array, Data, Stream } from "effect"
import { createReadStream } from "node:fs"
import * as Names from "./names.ts"

const columns = ["email", "firstname", "lastname", "company", "phone", "city", "lifecyclestage"] as const

export type Row = { readonly [Column in typeof columns[number]]: string }

export interface Line {
  /** Of the file, counted from 1; a row with a line break in it begins here. */
  readonly line: number
  readonly row: Row
}

export class UnreadableCsv
  extends Data.TaggedError("UnreadableCsv")<{ readonly path: string; readonly reason: string }>
{
  override get message() {
    return `${this.path} cannot be read: ${this.reason}`
  }
}

const pick = <A>(list: ReadonlyArray<A>, n: number): A => list[n % list.length] as A

/** Of every thousand rows about 20 repeat an earlier email, 5 have none, 7 a bad one, and 2 what HubSpot refuses. */
const rowAt = (n: number): Row => {
  const first = pick(Names.firstNames, n * 7 + 3)
  const last = pick(Names.lastNames, n * 11 + Math.floor(n / 38))
  return {
    email: emailAt(n),
    firstname: first,
    lastname: last,
    company: pick(Names.companies, n * 13),
    phone: `+44 20 ${7000_0000 + n}`,
    city: pick(Names.cities, n * 3),
    lifecyclestage: n % 499 === 250 ? Names.unknownLifecycleStage : pick(Names.lifecycleStages, n)
  }
}

const emailAt = (n: number): string => {
  if (n % 200 === 17) return ""
  if (n % 143 === 60) return pick(Names.badEmails, n)
  if (n % 50 === 49) return ` Person.${n - 25}@Example.com ` // said before, in other letters
  return `person.${n}@example.com`
}

const quoted = (value: string): string => /[",\n\t]/.test(value) ? `"${value.replaceAll("\"", "\"\"")}"` : value

export const writeCsv = (rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  rows.map((row) => row.map(quoted).join(",")).join("\r\n") + "\r\n"

export const generate = (rows: number): string =>
  writeCsv([columns, ...Array.makeBy(rows, (n) => columns.map((column) => rowAt(n)[column]))])

/** Rows with too few or too many cells are read as far as they go; a file without an `email` column is not. */
export const read = (path: string): Stream.Stream<Line, UnreadableCsv> =>
  NodeStream.fromReadable<UnreadableCsv, { readonly record: Partial<Row>; readonly info: { readonly lines: number } }>(
    () => {
      const file = createReadStream(path)
      const parser = parse({ bom: true, columns: header, info: true, relax_column_count: true, skip_empty_lines: true })
      file.on("error", (error) => parser.destroy(error))
      return file.pipe(parser)
    },
    (cause) => new UnreadableCsv({ path, reason: cause instanceof Error ? cause.message : String(cause) })
  ).pipe(
    Stream.map(({ info, record }) => {
      const row = Object.fromEntries(columns.map((column) => [column, record[column] ?? ""])) as Row
      // The parser tells the last line of a row.
      return { line: info.lines - Object.values(record).join("").split("\n").length + 1, row }
    })
  )

const header = (names: ReadonlyArray<string>): Array<string> => {
  const known = names.map((name) => name.trim().toLowerCase())
  if (!known.includes("email")) throw new Error("its first line names no column \"email\"")
  return known
}
