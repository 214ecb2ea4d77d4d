import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { haveOtherNodes, names, otherNodes, publish, type Published, run, tool } from "./published.ts"

const temporary = mkdtempSync(join(tmpdir(), "published-"))
let published: Published

beforeAll(async () => {
  published = await publish(temporary)
}, 600_000)

afterAll(() => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 }), 120_000)

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => statSync(join(folder, file)).isFile())

describe.concurrent("the published packages", { timeout: 120_000 }, () => {
  it.each(names)("%s has its README, its licence and four files for each module, and nothing else", (name) => {
    const folder = published.installed(name)
    const modules = filesOf(join(folder, "src")).map((file) => file.replace(/\.ts$/, ""))
    const dist = modules.flatMap((module) => [".js", ".js.map", ".d.ts", ".d.ts.map"].map((end) => module + end))
    assert.sameMembers(filesOf(join(folder, "dist")), dist)
    assert.sameMembers(readdirSync(folder), ["LICENSE", "README.md", "dist", "package.json", "src"])
    assert.notInclude(readFileSync(join(folder, "package.json"), "utf8"), "workspace:")
    for (const file of dist.filter((file) => file.endsWith(".map"))) {
      const map = join(folder, "dist", file)
      const { sources } = JSON.parse(readFileSync(map, "utf8")) as { readonly sources: ReadonlyArray<string> }
      for (const source of sources) assert.isTrue(existsSync(join(dirname(map), source)), `${source} of ${file}`)
    }
  })

  it.each(names)("publint finds nothing in %s", async (name) => {
    await run(published.consumer, tool("publint"), "run", "--strict", published.tarball(name))
  })

  it.each(names)("are the types wrong? Not for any module of %s", async (name) => {
    const modules = published.modules(name).open.map((module) => module.slice(name.length + 1))
    const options = ["--profile", "esm-only", "--include-entrypoints", ...modules]
    await run(published.consumer, tool("attw"), published.tarball(name), ...options)
  })

  it("every module can be imported on its own, and no internal one", async () => {
    const modules = names.map(published.modules)
    const [open, internal] = [modules.flatMap(({ open }) => open), modules.flatMap(({ internal }) => internal)]
    const output = await run(published.consumer, process.execPath, "imports.mjs", ...open, ...internal)
    assert.deepStrictEqual(output.trim().split("\n"), [
      ...open.map((module) => `${module} imported`),
      ...internal.map((module) => `${module} ERR_PACKAGE_PATH_NOT_EXPORTED`)
    ])
    assert.isNotEmpty(internal)
  })

  it(`a program runs on this Node, ${process.versions.node}`, async () => {
    await run(published.consumer, process.execPath, "smoke.mjs")
  })

  it.runIf(haveOtherNodes).each(otherNodes)("a program runs on Node %d (on Linux x64 only)", async (version) => {
    const output = await run(published.consumer, published.node(version), "smoke.mjs")
    assert.include(output, `passed on Node ${version}.`)
  })

  it("npx hubspot-emulator --help shows the options", async () => {
    assert.include(await run(published.consumer, "npx", "hubspot-emulator", "--help"), "--port")
  })

  it.each(["NodeNext", "Bundler"])("a program compiles with moduleResolution %s", async (moduleResolution) => {
    const project = `tsconfig.${moduleResolution}.json`
    const compilerOptions = {
      module: moduleResolution === "Bundler" ? "Preserve" : moduleResolution,
      moduleResolution,
      target: "ES2022",
      lib: ["ES2022"],
      types: ["node"],
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true
    }
    writeFileSync(join(published.consumer, project), JSON.stringify({ compilerOptions, files: ["types.ts"] }))
    await run(published.consumer, tool("tsc"), "--project", project)
  })
})
