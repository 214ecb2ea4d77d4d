import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll } from "vitest"
import type { Report } from "../../packages/bench/src/report/model.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "bench-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Answers with the report it wrote. */
const bench = (scenario: string, ...args: ReadonlyArray<string>): Promise<Report> =>
  new Promise((resolve, reject) => {
    const options = [scenario, "--quick", "--results", folder, "--charts", folder, ...args]
    execFile(process.execPath, ["--import", "tsx", "packages/bench/src/cli.ts", ...options], { cwd: root }, (error) => {
      if (error) reject(error) // with all that it said
      else resolve(JSON.parse(readFileSync(join(folder, `${scenario}.json`), "utf8")))
    })
  })

/** How fast it was is nobody's business here. */
const figures = (report: Report, ...columns: ReadonlyArray<string>) =>
  report.tables[0]?.rows.map(({ label, samples }) => [
    label,
    ...columns.map((column) => samples.map((sample) => sample[column]))
  ])

describe("the benchmarks", { timeout: 60_000 }, () => {
  it("have every client do the same work in each round", async () => {
    const report = await bench("overhead", "--count", "40", "--concurrency", "4", "--clients", "undici,got,ours")
    assert.deepStrictEqual(figures(report, "failed"), [["undici", [0, 0]], ["got", [0, 0]], ["ours", [0, 0]]])
    assert.deepStrictEqual(Object.keys(report.settings), ["undici", "got", "ours"])
  })

  it("count what the server saw", async () => {
    const report = await bench("records", "--count", "120", "--clients", "official,ours-batching")
    assert.deepStrictEqual(figures(report, "lost"), [["official", [0]], ["ours-batching", [0]]])
    const batches = report.tables[1]?.rows.map(({ samples }) => samples.map((sample) => [sample.calls, sample.lost]))
    assert.deepStrictEqual(batches, [[[2, 0]], [[2, 0]]])
  })

  it("leave a picture of each scenario beside its figures, and a page of all of them", () => {
    const pictured = ["overhead.json", "overhead.svg", "records.json", "records.svg"]
    assert.deepStrictEqual(readdirSync(folder).sort(), ["README.md", ...pictured])
    const page = readFileSync(join(folder, "README.md"), "utf8")
    for (const picture of ["(overhead.svg)", "(records.svg)"]) assert.include(page, picture)
  })
})
