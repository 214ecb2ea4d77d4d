import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, Either } from "effect"
import { Emulator } from "hubspot-emulator"
import { createHmac } from "node:crypto"
import { fileURLToPath } from "node:url"
import * as Program from "../support/Program.ts"

describe("the examples run", () => {
  it.scopedLive("request", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make()
      const { stdout } = yield* Program.run("examples/request.ts", [`${emulator.url}/emulator/stats`])
      assert.strictEqual(stdout, "0 requests so far\n")
    }), 60_000)

  it.live("any-effect", () =>
    Effect.gen(function*() {
      const { stdout } = yield* Program.run("examples/any-effect.ts")
      assert.strictEqual(stdout, "1 4 9 16 25 36 49 64 81 100\n")
    }), 60_000)

  it.scopedLive("contacts", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make()
      const { code, stdout } = yield* Program.run("examples/contacts.ts", [], {
        HUBSPOT_ACCESS_TOKEN: emulator.token,
        HUBSPOT_BASE_URL: emulator.url
      })
      assert.strictEqual(code, 0)
      assert.match(stdout, /Created contact \d+\n\d+ ada@example.com\n$/)
      const [deal] = yield* emulator.records("deals")
      assert.deepInclude(deal?.properties, { dealstage: "closedwon", amount: "5000" })
    }), 60_000)

  it.live("contacts, which says what to set where there is no token", () =>
    Effect.gen(function*() {
      const { code, stderr, stdout } = yield* Program.run("examples/contacts.ts")
      assert.strictEqual(code, 1)
      assert.include(stdout + stderr, "HUBSPOT_ACCESS_TOKEN")
    }), 60_000)

  it.scopedLive("associations", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make()
      const { code, stderr, stdout } = yield* Program.run("examples/associations.ts", [], {
        HUBSPOT_ACCESS_TOKEN: emulator.token,
        HUBSPOT_BASE_URL: emulator.url
      })
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.strictEqual(stdout, "ada\ncharles: Founder\nluigi\n")
    }), 60_000)

  it.scopedLive("webhook-server", () =>
    Effect.gen(function*() {
      const server = yield* Program.start("examples/webhook-server.ts", [], {
        HUBSPOT_CLIENT_SECRET: "secret",
        PUBLIC_URL: "https://hooks.example.com",
        PORT: "0"
      })
      const seen = (pattern: RegExp) =>
        Effect.repeat(Effect.delay(Effect.sync(() => pattern.exec(server.stdout())), 20), {
          until: (found) => found !== null
        })
      const port = (yield* seen(/Listening on http:\/\/[^\s"]*:(\d+)/))?.[1]
      const body = JSON.stringify([{
        subscriptionType: "deal.propertyChange",
        objectId: 7,
        propertyName: "dealstage",
        propertyValue: "closedwon"
      }])
      const post = (signed: string, sent = signed) =>
        Effect.tryPromise(() => {
          const at = String(Date.now())
          const source = `POSThttps://hooks.example.com/hubspot${signed}${at}`
          return fetch(`http://127.0.0.1:${port}/hubspot`, {
            method: "POST",
            body: sent,
            headers: {
              "x-hubspot-signature-v3": createHmac("sha256", "secret").update(source).digest("base64"),
              "x-hubspot-request-timestamp": at
            }
          })
        })
      assert.strictEqual((yield* post(body)).status, 204)
      assert.strictEqual((yield* post(body, "[]")).status, 401)
      assert.strictEqual((yield* post("no json")).status, 400)
      // One that is too long is not even read to its end.
      const long = yield* Effect.either(post(" ".repeat(2 * 1024 * 1024)))
      assert.isTrue(Either.match(long, { onLeft: () => true, onRight: ({ status }) => status === 400 }))
      assert.strictEqual((yield* post(body)).status, 204)
      yield* seen(/deal\.propertyChange of 7: dealstage = closedwon/)
    }), 60_000)

  /** An emulator, the environment that names it, and a folder. */
  const surroundings = Effect.gen(function*() {
    const emulator = yield* Emulator.make()
    const fs = yield* FileSystem.FileSystem
    const env = { HUBSPOT_ACCESS_TOKEN: emulator.token, HUBSPOT_BASE_URL: emulator.url }
    return { emulator, env, fs, folder: yield* fs.makeTempDirectoryScoped() }
  })

  it.scopedLive("companies-to-ndjson", () =>
    Effect.gen(function*() {
      const { emulator, env, folder, fs } = yield* surroundings
      yield* emulator.add("companies", Array.makeBy(150, (n) => ({ name: `Company ${n}`, numberofemployees: `${n}` })))
      const file = `${folder}/companies.ndjson`
      const { stdout } = yield* Program.run("examples/companies-to-ndjson.ts", [file], env)
      assert.strictEqual(stdout, `150 companies in ${file}\n`)
      const lines = (yield* fs.readFileString(file)).trimEnd().split("\n").map((line) => JSON.parse(line))
      assert.deepStrictEqual(lines.map(({ numberofemployees }) => numberofemployees), Array.range(0, 149))
      assert.deepInclude(lines[7], { name: "Company 7", domain: null })
    }).pipe(Effect.provide(NodeContext.layer)), 60_000)

  it.scopedLive("csv-to-contacts", () =>
    Effect.gen(function*() {
      const { emulator, env, folder, fs } = yield* surroundings
      yield* emulator.add("contacts", [{ email: "ada@example.com" }])
      const file = `${folder}/people.csv`
      const people = [
        "ada@example.com,Ada,Lovelace",
        "grace@example.com,Grace,\"Hopper, Adm.\"",
        "nobody,No,One",
        ",No,Email"
      ]
      yield* fs.writeFileString(file, ["email,firstname,lastname", ...people].join("\r\n"))
      const { code, stderr, stdout } = yield* Program.run("examples/csv-to-contacts.ts", [file], env)
      assert.strictEqual(stdout, "1 created, 1 updated, 2 failed\n")
      assert.strictEqual(code, 1)
      assert.match(stderr, /^nobody: .*email.*\n\(no email\): .*properties\.email is missing/)
      const contacts = yield* emulator.records("contacts")
      assert.deepStrictEqual(contacts.map(({ properties }) => properties.lastname), ["Lovelace", "Hopper, Adm."])
    }).pipe(Effect.provide(NodeContext.layer)), 60_000)

  it.scopedLive("pipeline, as often as one likes", () =>
    Effect.gen(function*() {
      const { emulator, env, folder } = yield* surroundings
      yield* emulator.add(
        "deals",
        Array.makeBy(120, (n) => ({
          dealname: `Deal ${n}`,
          pipeline: "default",
          dealstage: n % 3 === 0 ? "closedwon" : "qualifiedtobuy",
          ...(n === 5 ? {} : { amount: "10.10" })
        }))
      )
      // The database's native part is loaded by its name, which no bundle has.
      const NODE_PATH = fileURLToPath(new URL("../../node_modules/.pnpm/node_modules", import.meta.url))
      const run = Program.run("examples/pipeline.ts", [`${folder}/deals.db`], { ...env, NODE_PATH })
      const expected = "qualifiedtobuy: 80 deals, 797.90\nclosedwon: 40 deals, 404.00\n"
      const first = yield* run
      assert.strictEqual(first.stdout, expected, first.stderr)
      assert.strictEqual((yield* run).stdout, expected)
    }).pipe(Effect.provide(NodeContext.layer)), 60_000)

  it.live("plan", () =>
    Effect.gen(function*() {
      const { stdout } = yield* Program.run("examples/plan.ts")
      assert.include(stdout, "attempt  soonest  latest  soonest in all  latest in all\n")
      assert.include(stdout, "      5   17.6 s  20.8 s            33 s           39 s\n")
      assert.include(stdout, "production: at most 6 attempts, 2m in all")
    }), 60_000)

  it.scopedLive("plan, with a picture", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const file = `${yield* fs.makeTempDirectoryScoped()}/plan.svg`
      yield* Program.run("examples/plan.ts", ["--svg", file])
      assert.include(yield* fs.readFileString(file), "<title>Retries after a 503</title>")
    }).pipe(Effect.provide(NodeContext.layer)), 60_000)
})

describe("the pictures in docs", () => {
  it.scopedLive("are those of the profiles; `npm run plots` writes them anew", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      const { code } = yield* Program.run("scripts/plots.mjs", [folder])
      assert.strictEqual(code, 0)
      const contents = (folder: string) =>
        Effect.flatMap(fs.readDirectory(folder), (files) =>
          Effect.forEach(
            files.filter((file) => file.startsWith("retry-")),
            (file) => Effect.map(fs.readFileString(`${folder}/${file}`), (text) => [file, text] as const)
          ))
      const written = yield* contents(folder)
      assert.includeMembers(written.map(([file]) => file), ["retry-production.svg"])
      const committed = yield* contents("docs")
      assert.deepStrictEqual(Object.fromEntries(committed), Object.fromEntries(written))
    }).pipe(Effect.provide(NodeContext.layer)), 60_000)
})
