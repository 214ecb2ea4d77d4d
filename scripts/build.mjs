/**
 * Writes the dist of every package afresh: JavaScript, declarations and maps, one file for each module.
 *
 *     node scripts/build.mjs [root of a workspace, this one by default]
 */
import { execFileSync } from "node:child_process"
import { chmodSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, resolve } from "node:path"

const root = resolve(process.argv[2] ?? dirname(import.meta.dirname))
const packages = readdirSync(join(root, "packages"))
  .map((name) => join(root, "packages", name))
  .filter((folder) => !JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).private)

// Without its notes of the last run tsc writes every file again; without the old dist nothing stale can stay.
for (const folder of packages) {
  rmSync(join(folder, "dist"), { recursive: true, force: true })
  rmSync(join(folder, "tsconfig.tsbuildinfo"), { force: true })
}
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc")
try {
  execFileSync(process.execPath, [tsc, "-b", ...packages], { stdio: "inherit" })
} catch {
  process.exit(1) // tsc has said why
}
chmodSync(join(root, "packages/emulator/dist/bin.js"), 0o755)
