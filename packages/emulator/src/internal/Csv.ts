/**
 * Rows of values with commas between, quoted where they hold a comma, a quote or a line break.
 */
export type Row = ReadonlyArray<string>

const value = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/y

export const parse = (text: string): ReadonlyArray<Row> => {
  const rows: Array<Row> = []
  let row: Array<string> = []
  value.lastIndex = text.startsWith("\uFEFF") ? 1 : 0
  while (value.lastIndex < text.length) {
    const found = value.exec(text)
    if (found === null) return rows
    row.push(found[1]?.replaceAll("\"\"", "\"") ?? found[2]!)
    if (found[3] === ",") {
      if (value.lastIndex === text.length) row.push("")
      else continue
    }
    if (row.length > 1 || row[0] !== "") rows.push(row)
    row = []
  }
  return rows
}

export const print = (rows: ReadonlyArray<Row>): string =>
  rows.map((row) =>
    row.map((value) => /[",\r\n]/.test(value) ? `"${value.replaceAll("\"", "\"\"")}"` : value).join(",")
  )
    .map((line) => `${line}\n`).join("")
