import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"
import { chromium, type Page } from "playwright-core"
import { call, contacts, createContact, unhurried } from "./RawHttp.ts"

const own = { token: "none" }

describe("the inspector's page", () => {
  it.scopedLive("is one document that asks no other server for anything", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      for (const path of ["/emulator", "/emulator/"]) {
        const { headers, status, text } = yield* call(emulator, "GET", path, own)
        assert.deepStrictEqual([status, headers.get("content-type")], [200, "text/html"])
        assert.include(headers.get("content-security-policy"), "default-src 'none'")
        assert.notMatch(text.replaceAll("http://www.w3.org/2000/svg", ""), /https?:|src=/)
      }
      assert.strictEqual((yield* emulator.stats).requests, 0)
    }))

  it.scopedLive("is fed with the requests that it has not seen, without their queries, and the windows", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({
        limits: { general: { limit: 600, window: "1 minute" } },
        faults: { rules: [{ share: 1, fault: { kind: "reset" }, methods: ["DELETE"] }] }
      })
      yield* createContact(emulator, { email: "ada@example.com" })
      yield* call(emulator, "GET", `${contacts}/ada@example.com?idProperty=email`)
      yield* Effect.ignore(call(emulator, "DELETE", `${contacts}/1`))
      const first = (yield* call(emulator, "GET", "/emulator/state", own)).json
      const seen = first.requests.map((
        entry: Record<string, unknown>
      ) => [entry.n, entry.method, entry.status, entry.fault])
      assert.deepStrictEqual(seen, [[1, "POST", 201, null], [2, "GET", 200, null], [3, "DELETE", null, "reset"]])
      assert.strictEqual(first.requests[1].path, `${contacts}/ada@example.com`)
      assert.deepStrictEqual(first.windows[0], { name: "general", held: 3, limit: 600, width: 60_000 })
      assert.deepStrictEqual(
        first.windows.map(({ name }: { readonly name: string }) => name),
        ["general", "search", "associations", "events", "daily"]
      )
      assert.deepStrictEqual(first.stats.records, { contacts: 1 })
      assert.isEmpty((yield* call(emulator, "GET", "/emulator/state?since=3", own)).json.requests)
      yield* Effect.forEach(Array.from({ length: 510 }), () => call(emulator, "GET", contacts), { concurrency: 20 })
      const { count, requests } = (yield* call(emulator, "GET", "/emulator/state", own)).json
      assert.deepStrictEqual([count, requests.length, requests[0].n, requests[499].n], [513, 500, 14, 513])
    }))

  it.scopedLive("is told of a request that is under way, and how long it took once it is not", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({
        faults: { rules: [{ share: 1, fault: { kind: "slowHeaders", after: "200 millis" } }] }
      })
      const entry = Effect.map(call(emulator, "GET", "/emulator/state?since=0.5", own), ({ json }) => json.requests[0])
      const slow = yield* Effect.fork(call(emulator, "GET", contacts))
      const open = yield* Effect.repeat(Effect.delay(entry, "10 millis"), { until: (seen) => seen !== undefined })
      assert.deepInclude(open, { n: 1, millis: null, fault: "slowHeaders" })
      yield* Fiber.join(slow)
      const ended = yield* Effect.repeat(Effect.delay(entry, "10 millis"), { until: ({ millis }) => millis !== null })
      assert.isAtLeast(ended.millis, 190)
    }))

  it.scopedLive("is fed with the newest records of a type, and with none of what is none", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ records: { contacts: 60 } })
      const newest = (query: string) => call(emulator, "GET", `/emulator/records${query}`, own)
      const { json, status } = yield* newest("?type=contacts")
      const ids = json.results.map(({ id }: { readonly id: string }) => id)
      assert.deepStrictEqual([status, ids.length, ids[0], ids[49]], [200, 50, "6060", "6011"])
      for (const query of ["", "?type=unicorns", "?type=%E0%A4%A", "?type=__proto__"]) {
        assert.deepStrictEqual((yield* newest(query)).json, { results: [] })
      }
    }))
})

const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "chromium"))
const executablePath = ["/usr/bin/chromium", ...onPath].find((file) => existsSync(file))
if (executablePath === undefined) console.warn("no chromium is installed: the inspector is not tested in a browser")

describe.skipIf(executablePath === undefined)("the inspector in a browser", () => {
  const open = (url: string, colorScheme: "dark" | "light") =>
    Effect.acquireRelease(
      Effect.promise(() => chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox"] })),
      (browser) => Effect.promise(() => browser.close())
    ).pipe(
      Effect.flatMap((browser) =>
        Effect.promise(async () => {
          const page = await browser.newPage({ colorScheme })
          const errors: Array<string> = []
          page.on("pageerror", (error) => errors.push(error.message))
          page.on("console", (message) => message.type() === "error" && errors.push(message.text()))
          await page.goto(`${url}/emulator`)
          return { page, errors }
        })
      )
    )

  it.scopedLive("shows requests as they come, windows and records", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried({ limits: { general: { limit: 10, window: "1 minute" } } })
      const { errors, page } = yield* open(emulator.url, "light")
      yield* createContact(emulator, { email: "ada@example.com" })
      yield* call(emulator, "GET", `${contacts}/404`)
      yield* Effect.promise(async () => {
        await page.getByRole("cell", { name: "404", exact: true }).waitFor()
        const cells = await page.locator("#requests tr").last().locator("td").allTextContents()
        assert.deepStrictEqual([cells[1], cells[2], cells[3]], ["POST", contacts, "201"])
        await page.getByRole("img", { name: "general: 2 of 10 in 60 s" }).waitFor()
        await page.getByRole("button", { name: "contacts 1" }).click()
        await page.getByRole("cell", { name: "email=ada@example.com" }).waitFor()
        await page.getByRole("button", { name: "Only errors and faults" }).click()
        assert.lengthOf(await page.locator("#requests tr:visible").all(), 1)
      })
      assert.deepStrictEqual(errors, [])
    }), 60_000)

  it.scopedLive("switches faults and outages, by the keyboard alone", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      const { errors, page } = yield* open(emulator.url, "dark")
      const status = Effect.map(call(emulator, "GET", contacts), (answer) => answer.status)
      const says = (text: string) => Effect.promise(() => page.locator("#plan", { hasText: text }).waitFor())
      const press = (...keys: ReadonlyArray<string>) =>
        Effect.promise(async () => {
          for (const key of keys) await page.keyboard.press(key)
        })
      const focused = Effect.promise(() =>
        page.evaluate("document.activeElement.id || document.activeElement.ariaLabel")
      )

      yield* says("nothing goes wrong")
      yield* press("Tab")
      assert.strictEqual(yield* focused, "kind")
      yield* press("ArrowDown", "Tab", "Control+A", "1", "0", "0", "Enter")
      yield* says("100% status 500")
      assert.strictEqual(yield* status, 500)
      yield* press("Tab", "Tab", "Tab")
      assert.strictEqual(yield* focused, "outage")
      yield* press("Space")
      yield* says("outage status 503")
      assert.strictEqual(yield* status, 503)
      assert.strictEqual(yield* Effect.promise(() => page.getAttribute("#outage", "aria-pressed")), "true")
      yield* press("Space")
      yield* Effect.promise(() => page.getByText("Start outage").waitFor())
      assert.strictEqual(yield* status, 500)
      yield* press("Tab", "Tab")
      assert.strictEqual(yield* focused, "Remove 100% status 500")
      yield* press("Enter")
      yield* says("nothing goes wrong")
      assert.strictEqual(yield* status, 200)
      assert.strictEqual(yield* focused, "clear")
      yield* press("Shift+Tab", "Space")
      yield* says("outage status 503")
      yield* press("Tab", "Enter")
      yield* says("nothing goes wrong")
      assert.strictEqual(yield* status, 200)
      assert.deepStrictEqual(errors, [])
    }), 60_000)

  it.scopedLive("can be read in dark and in light: every text stands out 4.5 to 1", () =>
    Effect.gen(function*() {
      const emulator = yield* unhurried()
      yield* call(emulator, "GET", `${contacts}/404`)
      for (const scheme of ["light", "dark"] as const) {
        const { page } = yield* open(emulator.url, scheme)
        yield* Effect.promise(async () => {
          await page.getByRole("cell", { name: "404", exact: true }).waitFor()
          assert.isAtLeast(await lowestContrast(page), 4.5, scheme)
        })
      }
    }), 60_000)

  /** By the formula of WCAG 2, over everything that holds a text. */
  const lowestContrast = (page: Page): Promise<number> =>
    page.evaluate(`(() => {
      const channels = (color) => color.match(/[\\d.]+/g).map(Number)
      const light = (color) => channels(color).slice(0, 3).map((c) => c / 255)
        .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
      const behind = (node) => {
        for (; node; node = node.parentElement) {
          const color = getComputedStyle(node).backgroundColor
          if ((channels(color)[3] ?? 1) > 0) return color
        }
        return "rgb(255, 255, 255)"
      }
      const ratios = [...document.body.querySelectorAll("*")]
        .filter((node) => node.tagName !== "SCRIPT" && [...node.childNodes].some((c) => c.nodeType === 3 && c.data.trim()))
        .map((node) => [light(getComputedStyle(node).color), light(behind(node))].sort())
        .map(([a, b]) => (b + 0.05) / (a + 0.05))
      return Math.min(...ratios)
    })()`)
})
