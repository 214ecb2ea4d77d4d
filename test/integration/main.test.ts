import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Stream } from "effect"
import { Emulator, Limits } from "hubspot-emulator"
import * as Csv from "../../examples/main/csv.ts"
import * as OnEmulator from "../../examples/main/emulated.ts"
import * as Progress from "../../examples/main/progress.ts"
import * as Rows from "../../examples/main/rows.ts"
import * as Program from "../support/Program.ts"

const inTemporaryFolder = <A, E, R>(use: (folder: string) => Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    return yield* use(yield* fs.makeTempDirectoryScoped())
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))

const write = (folder: string, text: string) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const file = (yield* Path.Path).join(folder, "contacts.csv")
    yield* fs.writeFileString(file, text)
    return file
  })

const main = "examples/main/main.ts"

describe("reading the CSV", () => {
  const collect = (text: string) =>
    inTemporaryFolder((folder) => Effect.flatMap(write(folder, text), (file) => Rows.collect(Csv.read(file))))

  it.live("knows the line of each row, line breaks in cells or not", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const file = yield* write(folder, "email,company\r\na@b.io,\"Line\nBreak, \"\"Inc.\"\"\"\r\n\r\nc@d.io,Ü\r\n")
        const lines = yield* Stream.runCollect(Csv.read(file))
        assert.deepStrictEqual([...lines].map(({ line, row }) => [line, row.email, row.company]), [
          [2, "a@b.io", "Line\nBreak, \"Inc.\""],
          [5, "c@d.io", "Ü"]
        ])
      })
    ))

  it.live("lets the last row for an email win, and lists the others", () =>
    Effect.gen(function*() {
      const rows = yield* collect("email,firstname\nada@x.io,A\nbob@x.io,B\n ADA@x.io ,Ada\n")
      assert.deepStrictEqual(rows.people.map(({ contact, line }) => [line, contact.email, contact.firstname]), [
        [3, "bob@x.io", "B"],
        [4, "ada@x.io", "Ada"]
      ])
      assert.deepStrictEqual(rows.duplicates, [{ line: 2, email: "ada@x.io", reason: "comes again in line 4" }])
    }))

  it.live("rejects rows without an email, or with one that cannot be right", () =>
    Effect.gen(function*() {
      const rows = yield* collect("firstname,email\nA,\nB,b@\nC,c d@x.io\nD\nE,e@x.io,too,many\n")
      assert.deepStrictEqual(rows.rejected.map(({ line }) => line), [2, 3, 4, 5])
      assert.deepStrictEqual([rows.read, rows.people.length], [5, 1])
    }))

  it.live("cannot be done without the file, or without a column for emails", () =>
    Effect.gen(function*() {
      assert.include((yield* Effect.flip(Stream.runDrain(Csv.read("/no/such/file.csv")))).message, "no such file")
      assert.include((yield* Effect.flip(collect("name,mail\nA,a@x.io\n"))).message, "email")
    }))

  it("the made-up file is the same every time, and as dirty as life", () => {
    const text = Csv.generate(1000)
    assert.strictEqual(Csv.generate(1000), text)
    for (const dirt of ["\"Acme, Inc.\"", "\"Line\nBreak Studios\"", "さくら", "two@@example.com", "frenemy"]) {
      assert.include(text, dirt)
    }
  })
})

describe("the main job", () => {
  const options = { csv: undefined, write: false, rows: 2000, limit: 1000, calm: false }

  it.live.each([1, 2, 3])(
    "loses nothing and does nothing twice, whatever fails: seed %d",
    (seed) =>
      inTemporaryFolder((out) =>
        Effect.gen(function*() {
          const { good, text } = yield* OnEmulator.run({ ...options, out, seed })
          assert.isTrue(good, text)
          assert.match(text, /lost 0, duplicates 0/)
          assert.match(text, /2000 read = \d+ created \+ 0 updated \+ 40 duplicates \+ 28 rejected/)
          const fs = yield* FileSystem.FileSystem
          assert.strictEqual((yield* fs.readFileString(`${out}/rejected.csv`)).trim().split("\r\n").length, 1 + 28)
          assert.strictEqual((yield* fs.readFileString(`${out}/duplicates.csv`)).trim().split("\r\n").length, 1 + 40)
        })
      ).pipe(Effect.provide(Progress.layerSilent)),
    60_000
  )

  it.live("is never told off for its own pace", () =>
    inTemporaryFolder((out) =>
      Effect.gen(function*() {
        const { text } = yield* OnEmulator.run({ ...options, out, seed: 1, calm: true, limit: 300 })
        assert.match(text, /429s +0 by our own pace, 0 made up/)
      })
    ).pipe(Effect.provide(Progress.layerSilent)), 60_000)
})

describe("on the command line", () => {
  it.live(
    "Ctrl-C stops it within a second, and it says where it stood",
    () =>
      inTemporaryFolder((out) =>
        Effect.gen(function*() {
          const program = yield* Program.start(main, ["--out", out])
          yield* Effect.repeat(Effect.delay(Effect.sync(program.stdout), 50), {
            until: (text) => text.includes("creating")
          })
          const asked = yield* Clock.currentTimeMillis
          yield* program.signal("SIGINT")
          const { code, stdout } = yield* program.ended
          assert.isBelow((yield* Clock.currentTimeMillis) - asked, 1000)
          assert.match(stdout, /stopped while creating contacts one by one: \d+ of 3000/)
          assert.strictEqual(code, 130)
        })
      ),
    60_000
  )

  it.live.each(
    [
      [["--help"], 0, "npm start"],
      [["--limit", "many"], 2, "--limit must be a whole number"],
      [["--frobnicate"], 2, "frobnicate"],
      [["--csv", "/no/such/file.csv"], 1, "/no/such/file.csv cannot be read"]
    ] as const
  )("%j", ([args, code, text]) =>
    Effect.gen(function*() {
      const ended = yield* Program.run(main, args)
      assert.strictEqual(ended.code, code)
      assert.include(ended.stdout + ended.stderr, text)
    }), 60_000)
})

describe("on an account", () => {
  const onAccount = (emulator: Emulator.Emulator.Service, ...args: ReadonlyArray<string>) =>
    Program.run(main, args, { HUBSPOT_ACCESS_TOKEN: emulator.token, HUBSPOT_BASE_URL: emulator.url })

  it.live("it only reads", () =>
    inTemporaryFolder((out) =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.make({ limits: Limits.unlimited })
        yield* emulator.add("contacts", [{ email: "ada@example.com" }])
        const { code, stderr, stdout } = yield* onAccount(emulator, "--out", out)
        assert.strictEqual(code, 0, stderr)
        assert.include(stdout, "1 contacts streamed")
        const fs = yield* FileSystem.FileSystem
        assert.include(yield* fs.readFileString(`${out}/contacts.ndjson`), "ada@example.com")
        assert.isTrue(Object.keys((yield* emulator.stats).byRoute).every((route) => route.startsWith("GET ")))
      })
    ), 60_000)

  it.live.each(["--rows=5", "--limit=5", "--seed=5", "--calm"])(
    "it refuses %s, which only the emulator can heed",
    (option) =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.make()
        const { code, stderr } = yield* onAccount(emulator, option)
        assert.strictEqual(code, 2)
        assert.include(stderr, `${option.split("=")[0]} is for the emulator, and HUBSPOT_ACCESS_TOKEN is set`)
        assert.strictEqual((yield* emulator.stats).requests, 0)
      }).pipe(Effect.scoped),
    60_000
  )

  it.live("it copes with an account that is empty", () =>
    inTemporaryFolder((out) =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.make({ limits: Limits.unlimited })
        const { code, stderr, stdout } = yield* onAccount(emulator, "--out", out)
        assert.strictEqual(code, 0, stderr)
        assert.include(stdout, "0 contacts streamed")
      })
    ), 60_000)

  it.live("it writes where that is said, and a CSV is given", () =>
    inTemporaryFolder((out) =>
      Effect.gen(function*() {
        const emulator = yield* Emulator.make({ limits: Limits.unlimited })
        const file = yield* write(out, Csv.generate(50))
        assert.strictEqual((yield* onAccount(emulator, "--out", out, "--write")).code, 2)
        const { code, stderr } = yield* onAccount(emulator, "--out", out, "--write", "--csv", file)
        assert.strictEqual(code, 0, stderr)
        assert.strictEqual((yield* emulator.records("contacts")).length, 48)
      })
    ), 60_000)

  it.live("it says what is wrong with the token", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.make()
      const { code, stderr } = yield* onAccount({ ...emulator, token: "pat-wrong" })
      assert.strictEqual(code, 1)
      assert.include(stderr, "answered 401")
    }).pipe(Effect.scoped), 60_000)
})
