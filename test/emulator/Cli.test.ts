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
        const option of ["--port", "--faults", "--seed", "--limit", "--token", "--scopes", "--records", "--snapshot"]
      ) assert.include(stdout, option)
      assert.isAtMost(Math.max(...stdout.split("\n").map((line) => line.length)), 120)
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

  it.scopedLive("a file that is neither JSON nor YAML leaves with 2 and says where it is wrong", () =>
    Effect.gen(function*() {
      const { code, stderr } = yield* run("--faults", yield* planFile("seed: 1\nrules: [\n"))
      assert.strictEqual(code, 2)
      assert.match(stderr, /neither JSON nor YAML: .* at line 3/)
    }))

  it.scopedLive("serves what the banner says until Ctrl-C, with its plan and its limit", () =>
    Effect.gen(function*() {
      const file = yield* planFile(`
# deletes fail
rules:
  - share: 1
    fault: { kind: status, status: 500 }
    methods: [DELETE]
`)
      const type = yield* planFile(JSON.stringify({
        name: "p1_pets",
        id: "2-7",
        properties: { name: { type: "string" } },
        required: [["name"]]
      }))
      const { child, exit, output } = yield* start(
        ...["--port", "0", "--token", "secret", "--limit", "3/1m", "--faults", file, "--seed", "7"],
        ...["--records", "contacts=2,p1_pets=3", "--type", type],
        ...["--scopes", "crm.objects.contacts.read,crm.objects.contacts.write", "--portal", "77=other"]
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
      assert.strictEqual((yield* call(emulator, "GET", "/crm/v3/owners", { token: "other" })).status, 403)
      assert.include(output.stdout, "3 in 1m")
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
      ...Limits.shorten(Limits.professional, 1),
      general: { limit: 100, window: Duration.seconds(1) },
      search: { limit: 2, window: Duration.millis(500) },
      daily: 9
    })
  })

  it("there is one for every limit", () => {
    const { limits, searchLag, searchResults } = Either.getOrThrow(Cli.parse([
      ...["--limit", "1/1s", "--oauth-limit", "2/1s", "--search-limit", "3/1s", "--associations-limit", "4/1s"],
      ...["--events-limit", "5/1s", "--daily", "6", "--associations-daily", "7"],
      ...["--search-lag", "2s", "--search-results", "8"]
    ]))
    const perSecond = (limit: number): Limits.Rolling => ({ limit, window: Duration.seconds(1) })
    assert.deepStrictEqual(limits, {
      general: perSecond(1),
      oauth: perSecond(2),
      search: perSecond(3),
      associations: perSecond(4),
      events: perSecond(5),
      daily: 6,
      associationsDaily: 7
    })
    assert.deepStrictEqual([searchLag, searchResults], [Duration.seconds(2), 8])
  })

  const tiers: ReadonlyArray<readonly [name: string, limits: Limits.Limits]> = [
    ["free", Limits.free],
    ["starter", Limits.free],
    ["professional", Limits.professional],
    ["enterprise", Limits.enterprise],
    ["add-on", Limits.addOn]
  ]
  it.each(tiers)(
    "--tier %s begins with the limits of that tier, and --shorten-windows makes them faster",
    (name, tier) => {
      const { limits } = Either.getOrThrow(Cli.parse(["--tier", name, "--shorten-windows", "100", "--daily", "1"]))
      assert.deepStrictEqual(limits, { ...Limits.shorten(tier, 100), daily: 1 })
      assert.deepStrictEqual(limits.general, { limit: tier.general.limit, window: Duration.millis(100) })
    }
  )

  it("tell what apps, tokens and accounts there are", () => {
    const parsed = Either.getOrThrow(Cli.parse([
      ...["--token", "a", "--token", "b", "--scopes", "crm.lists.read,tickets", "--scopes", "oauth"],
      ...["--app", "id:se:cret", "--expires-in", "1m", "--portal", "77=c"]
    ]))
    assert.deepInclude(parsed, {
      tokens: ["a", "b"],
      scopes: ["crm.lists.read", "tickets", "oauth"],
      apps: [{ clientId: "id", clientSecret: "se:cret" }],
      expiresIn: Duration.minutes(1),
      portals: [{ id: 77, token: "c" }]
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
    [["--tier", "gold"], "--tier takes one of free"],
    [["--oauth-limit", "many"], "--oauth-limit takes a quota"],
    [["--shorten-windows", "0"], "--shorten-windows takes a whole number from 1"],
    [["--search-lag", "soon"], "--search-lag takes a time"],
    [["--scopes", "crm.objects.contact.read"], "no call asks for \"crm.objects.contact.read\""],
    [["--app", "id"], "--app takes a client id"],
    [["--portal", "x=token"], "--portal takes an id"],
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
