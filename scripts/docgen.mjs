/**
 * Writes the API reference of each package into its docs folder, one page for each module.
 *
 * docgen also compiles and runs the examples of functions and constants (check-examples.mjs compiles all of them). It
 * wants a `homepage` in package.json, and ours have none, as their address is not known yet: so it works on a copy.
 */
import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { delimiter, dirname, join } from "node:path"

const root = dirname(import.meta.dirname)
const docgen = createRequire(import.meta.url).resolve("@effect/docgen")
const PATH = [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter)

const settings = {
  exclude: ["src/internal/**/*.ts", "src/index.ts", "src/bin.ts"],
  examplesCompilerOptions: {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    target: "ES2022",
    lib: ["ES2023"],
    types: ["node"],
    module: "Preserve",
    allowImportingTsExtensions: true
  }
}

for (const name of readdirSync(join(root, "packages"))) {
  const folder = join(root, "packages", name)
  const copy = join(root, "node_modules/.cache/docs", name)
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  if (manifest.private) continue

  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  cpSync(join(folder, "src"), join(copy, "src"), { recursive: true })
  writeFileSync(join(copy, "package.json"), JSON.stringify({ ...manifest, homepage: "" }))
  writeFileSync(join(copy, "docgen.json"), JSON.stringify(settings))
  try {
    execFileSync(process.execPath, [docgen], { cwd: copy, env: { ...process.env, PATH }, stdio: "inherit" })
  } catch {
    process.exit(1) // docgen has said why
  }

  const docs = join(folder, "docs")
  const pages = readdirSync(join(copy, "docs/modules")).filter((page) => page !== "index.md").sort()
  rmSync(docs, { recursive: true, force: true })
  mkdirSync(docs)
  for (const page of pages) {
    // What comes before the first heading is for a site generator.
    const text = readFileSync(join(copy, "docs/modules", page), "utf8").replace(/^[^]*?(?=^## )/m, "")
    writeFileSync(join(docs, page), text)
  }
  const list = pages.map((page) => `- [${page.replace(/\.ts\.md$/, "")}](${page})\n`).join("")
  writeFileSync(join(docs, "index.md"), `# ${manifest.name}\n\n${manifest.description}\n\n${list}`)
  console.log(`packages/${name}/docs has the reference of ${manifest.name}`)
}
