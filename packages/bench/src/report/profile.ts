/** Where a client's process spends its time: the hottest functions of its V8 profiles, with the modules they come from. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { aligned } from "./text.ts"

interface Profile {
  readonly nodes: ReadonlyArray<{
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }>
  readonly samples: ReadonlyArray<number>
  readonly timeDeltas: ReadonlyArray<number>
}

/** esbuild writes the path of each module above what is left of it. */
const moduleOf = (lines: ReadonlyArray<string>, lineNumber: number): string => {
  for (let n = Math.min(lineNumber, lines.length - 1); n >= 0; n--) {
    const path = /^\/\/ (\S+\.[cm]?[jt]s)$/.exec(lines[n] ?? "")?.[1]
    if (path !== undefined) return path.replace(/^.*node_modules\//, "").replace(/^(\.\.\/)+/, "")
  }
  return ""
}

const bundleLines = (url: string, known: Map<string, ReadonlyArray<string>>): ReadonlyArray<string> => {
  const lines = known.get(url) ?? (url.startsWith("file:") ? readFileSync(fileURLToPath(url), "utf8").split("\n") : [])
  known.set(url, lines)
  return lines
}

const add = (totals: Map<string, number>, key: string, micros: number) =>
  totals.set(key, (totals.get(key) ?? 0) + micros)

const top = (totals: ReadonlyMap<string, number>, count: number): string => {
  const busy = [...totals].filter(([key]) => !key.startsWith("(idle)") && !key.startsWith("(program)"))
  const all = busy.reduce((sum, [, micros]) => sum + micros, 0)
  return aligned(
    busy.sort(([, a], [, b]) => b - a).slice(0, count).map((
      [key, micros]
    ) => [key, `${(micros / all * 100).toFixed(1)} %`])
  )
}

/** Of all profiles in a folder, warm-up included: by function, and by package or module. Shares are of the time not idle. */
export const hottest = (folder: string, count: number = 25): string => {
  const functions = new Map<string, number>()
  const modules = new Map<string, number>()
  const known = new Map<string, ReadonlyArray<string>>()
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"))) {
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, file), "utf8")) as Profile
    const frames = new Map(nodes.map(({ callFrame, id }) => [id, callFrame]))
    samples.forEach((id, n) => {
      const frame = frames.get(id)
      if (frame === undefined) return
      const { functionName, lineNumber, url } = frame
      const where = moduleOf(bundleLines(url, known), lineNumber) || url
      add(
        functions,
        `${functionName || "(anonymous)"}  ${where}${where === "" ? "" : `:${lineNumber + 1}`}`,
        timeDeltas[n] ?? 0
      )
      add(modules, where === "" ? functionName : where, timeDeltas[n] ?? 0)
    })
  }
  return `Hottest functions, self time (lines are the bundle's)\n${top(functions, count)}\n\nHottest modules\n${
    top(modules, count)
  }`
}
