/**
 * Type-checks the examples: every ```ts block in the sources of the packages, and those in the READMEs and in docs that import
 * something (the others are excerpts), each as a module of its own, under the settings of the workspace.
 *
 * A block keeps its line numbers: an error at node_modules/.cache/examples/packages/hubspot/src/Deals.29.ts:31 is one at
 * packages/hubspot/src/Deals.ts:31.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { basename, dirname, extname, join, relative } from "node:path"

const root = dirname(import.meta.dirname)
const folder = join(root, "node_modules/.cache/examples")
const packages = readdirSync(join(root, "packages"))
  .map((name) => join(root, "packages", name))
  .filter((folder) => !JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).private)

const files = [
  join(root, "README.md"),
  ...readdirSync(join(root, "docs")).map((file) => join(root, "docs", file)),
  ...packages.map((path) => join(path, "README.md")),
  ...packages.flatMap((path) =>
    readdirSync(join(path, "src"), { recursive: true }).map((file) => join(path, "src", file))
  )
].filter((file) => [".md", ".ts"].includes(extname(file)) && existsSync(file))

const blocksOf = (file) => {
  const blocks = []
  const lines = readFileSync(file, "utf8").split("\n").map((line) =>
    extname(file) === ".ts" ? /^\s*\* ?(.*)$/.exec(line)?.[1] ?? "" : line
  )
  let start
  lines.forEach((line, index) => {
    if (start === undefined && line === "```ts") start = index
    else if (start !== undefined && line === "```") {
      const block = lines.slice(start + 1, index)
      if (extname(file) === ".ts" || block.some((line) => line.startsWith("import "))) {
        blocks.push({ line: start + 1, text: "\n".repeat(start + 1) + block.join("\n") + "\n" })
      }
      start = undefined
    } else if (line === "@example" && lines[index + 1] !== "```ts") {
      throw new Error(`${relative(root, file)}:${index + 1}: an @example is to begin with \`\`\`ts on the next line`)
    }
  })
  if (start !== undefined) throw new Error(`${relative(root, file)}:${start + 1}: \`\`\`ts without an end`)
  return blocks
}

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
let count = 0
for (const file of files) {
  for (const { line, text } of blocksOf(file)) {
    const path = join(folder, dirname(relative(root, file)), `${basename(file, extname(file))}.${line}.ts`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    count++
  }
}
writeFileSync(
  join(folder, "tsconfig.json"),
  JSON.stringify({
    extends: relative(folder, join(root, "tsconfig.base.json")),
    include: ["**/*.ts"],
    exclude: [],
    compilerOptions: {
      composite: false,
      noEmit: true,
      noUnusedLocals: false,
      tsBuildInfoFile: "../tsc/doc-examples.tsbuildinfo"
    },
    references: packages.map((path) => ({ path: relative(folder, path) }))
  })
)

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc")
try {
  execFileSync(process.execPath, [tsc, "-b", folder], { cwd: root, stdio: "inherit" })
} catch {
  process.exit(1) // tsc has said why
}
console.log(`${count} examples compile`)
