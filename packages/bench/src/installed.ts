/** Our packages as an application has them in its node_modules: compiled, with their published exports. */
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { BenchError, cache, home } from "./processes.ts"

const folders = ["resilience", "hubspot"]

const compile = Effect.async<void, BenchError>((resume) => {
  const tsc = createRequire(join(home, "../../package.json")).resolve("typescript/bin/tsc")
  const packages = folders.map((folder) => join(home, "..", folder))
  execFile(
    process.execPath,
    [tsc, "-b", ...packages],
    (error, stdout) =>
      resume(error === null ? Effect.void : new BenchError({ message: `cannot compile our packages: ${stdout}` }))
  )
})

/** Beside the programs that import them: what they need in turn is found further up, in node_modules of this package. */
export const install: Effect.Effect<void, BenchError> = Effect.zipRight(
  compile,
  Effect.sync(() => {
    for (const folder of folders) {
      const from = join(home, "..", folder)
      const manifest = JSON.parse(readFileSync(join(from, "package.json"), "utf8"))
      const to = join(cache, "node_modules", manifest.name)
      rmSync(to, { recursive: true, force: true })
      mkdirSync(to, { recursive: true })
      cpSync(join(from, "dist"), join(to, "dist"), { recursive: true })
      writeFileSync(join(to, "package.json"), JSON.stringify({ ...manifest, ...manifest.publishConfig }))
    }
  })
)
