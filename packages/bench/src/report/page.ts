/** All newest results as one page: whatever has been measured, in whichever runs. */
import type { Machine } from "../machine.ts"
import type { Report } from "./model.ts"
import { settingsText, tableMarkdown } from "./text.ts"

export interface Kept extends Report {
  /** As ISO 8601 has it. */
  readonly when: string
  readonly machine: Machine
}

export const page = (kept: ReadonlyArray<Kept>, charts: ReadonlyArray<string>): string =>
  [
    "# Side by side: the newest results",
    "",
    "Written by `npm run bench`; what is measured, and how, is in [packages/bench](../../packages/bench/README.md).",
    "Ratios are those of the same round; in brackets the smallest and the largest.",
    ...kept.flatMap((report) => ["", ...section(report, charts.includes(`${report.scenario}.svg`))]),
    ""
  ].join("\n")

const section = (report: Kept, hasChart: boolean): ReadonlyArray<string> => [
  `## ${report.title}`,
  "",
  `${report.when.slice(0, 10)}, ${report.machine.description}. ${settingsText(report.parameters)}`,
  ...hasChart ? ["", `![${report.title}](${report.scenario}.svg)`] : [],
  ...report.tables.flatMap((table) => ["", `**${table.title}**`, "", tableMarkdown(table)]),
  ...report.targets.length === 0 ? [] : [""],
  ...report.targets.map(({ met, seen, wanted, what }) =>
    `- ${met ? "met" : "**missed**"}: ${what} ${wanted}; seen ${seen}`
  ),
  ...report.notes.length === 0 ? [] : [""],
  ...report.notes.map((note) => `- ${note}`)
]
