import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Limits from "hubspot-emulator/Limits"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Cli from "../../packages/emulator/src/internal/Cli.ts"
import { call, contacts } from "./RawHttp.ts"

const bin = fileURLToPath(new URL("../../packages/emulator/src/bin.ts", import.meta.url))

/** The command as a child, killed with the scope. */
const start = (...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, ["--import", "tsx", bin, ...args])
      const output = { stdout: "", stderr: "" }
      child.stdout.on("data", (chunk) => output.stdout += chunk)
      child.stderr.on("data", (chunk) => output.stderr += chunk)
      const exit = new Promise<number | null>((resolve) => child.on("close", resolve))
      return { child, output, exit: Effect.promise(() => exit) }
    }),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

const run = (...args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { exit, output } = yield* start(...args)
    return { code: yield* exit, ...output }
  })

const planFile = (text: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(tmpdir(), "emulator-"))
      writeFileSync(join(folder, "plan.json"), text)
      return folder
    }),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  ).pipe(Effect.map((folder) => join(folder, "plan.json")))

describe("the command", () => {
  it.scopedLive("--help shows every option", () =>
    Effect.gen(function*() {
      const { code, stdout } = yield* run("--help")
      assert.strictEqual(code, 0)
      for (
        const option of ["--port", "--faults", "--seed", "--limit", "--token", "--records", "--type", "--snapshot"]
      ) assert.include(stdout, option)
    }))

  it.scopedLive("an option it has not leaves with 2 and says which", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* run("--prot", "4010")
      assert.strictEqual(code, 2)
      assert.include(stderr, "--prot")
      assert.strictEqual(stdout, "")
    }))

  it.scopedLive("a malformed plan leaves with 2 and says where it is wrong", () =>
    Effect.gen(function*() {
      const file = yield* planFile(JSON.stringify({ rules: [{ share: 2, fault: { kind: "reset" } }] }))
      const { code, stderr } = yield* run("--faults", file)
      assert.strictEqual(code, 2)
      assert.include(stderr, "rules[0].share")
    }))

  it.scopedLive("serves what the banner says until Ctrl-C, with its plan and its limit", () =>
    Effect.gen(function*() {
      const file = yield* planFile(
        JSON.stringify({ rules: [{ share: 1, fault: { kind: "status", status: 500 }, methods: ["DELETE"] }] })
      )
      const type = yield* planFile(JSON.stringify({
        name: "p1_pets",
        id: "2-7",
        properties: { name: { type: "string" } },
        required: [["name"]]
      }))
      const { child, exit, output } = yield* start(
        ...["--port", "0", "--token", "secret", "--limit", "3/1m", "--faults", file, "--seed", "7"],
        ...["--records", "contacts=2,p1_pets=3", "--type", type]
      )
      const url = yield* Effect.sync(() => /http:\/\/127\.0\.0\.1:\d+/.exec(output.stdout)?.[0] ?? "").pipe(
        Effect.delay("20 millis"),
        Effect.repeat({ until: (url) => url !== "" })
      )
      const emulator = { url, token: "secret" }
      assert.strictEqual((yield* call(emulator, "GET", contacts)).status, 200)
      assert.strictEqual((yield* call(emulator, "DELETE", `${contacts}/1`)).status, 500)
      assert.strictEqual((yield* call(emulator, "GET", contacts)).status, 200)
      assert.strictEqual((yield* call(emulator, "GET", contacts)).status, 429)
      assert.include(output.stdout, "3 per 1m")
      assert.include(output.stdout, "rules 1, outages 0, seed 7")
      const stats = yield* call(emulator, "GET", "/emulator/stats")
      assert.deepStrictEqual(stats.json.records, { contacts: 2, p1_pets: 3 })
      child.kill("SIGINT")
      assert.strictEqual(yield* exit, 0)
      assert.strictEqual(output.stderr, "")
    }))
})

describe("the arguments", () => {
  it("are understood", () => {
    const parsed = Either.getOrThrow(
      Cli.parse(["--port", "1", "--limit", "100/1s", "--search-limit", "2/500ms", "--daily", "9", "--seed", "7"])
    )
    assert.deepInclude(parsed, { port: 1, seed: 7, help: false })
    assert.deepStrictEqual(parsed.limits, {
      ...Limits.professional,
      general: { limit: 100, window: Duration.seconds(1) },
      search: { limit: 2, window: Duration.millis(500) },
      daily: 9
    })
  })

  const mistakes: ReadonlyArray<readonly [args: ReadonlyArray<string>, says: string]> = [
    [["--port", "http"], "--port takes a whole number"],
    [["--port", "70000"], "--port takes a whole number"],
    [["--port"], "--port"],
    [["--limit", "100"], "--limit takes a quota"],
    [["--limit", "100/0s"], "--limit takes a quota"],
    [["--search-limit", "5/1y"], "--search-limit takes a quota"],
    [["--daily", "-1"], "--daily"],
    [["--seed", "1.5"], "--seed takes a whole number"],
    [["--records", "contacts"], "--records takes counts"],
    [["--records", "contacts=many"], "--records takes counts"],
    [["--webhook", "example.com"], "--webhook takes an address"],
    [["stray"], "stray"]
  ]
  for (const [args, says] of mistakes) {
    it(`${args.join(" ")} is explained in a line`, () => {
      const mistake = Either.getOrThrow(Either.flip(Cli.parse(args)))
      assert.include(mistake, says)
      assert.notInclude(mistake, "\n")
    })
  }
})
