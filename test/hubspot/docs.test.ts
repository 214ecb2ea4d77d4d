import { assert, describe, it } from "@effect/vitest"
import { Client } from "@hubspot/api-client"
import * as HubSpot from "effect-hubspot"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8")

/** What stands between backticks in the cells of tables, by columns. */
const cells = (text: string, column: number): ReadonlyArray<string> =>
  text.split("\n").filter((line) => line.startsWith("| ")).flatMap((line) =>
    [...(line.replace(/\\\|/g, "").split("|")[column] ?? "").matchAll(/`([^`]+)`/g)].map(([, code]) => code!)
  )

/** `a.b.c(…)` as a path. */
const path = (code: string): ReadonlyArray<string> => /^[\w.]+/.exec(code)?.[0].split(".") ?? []

const at = (root: unknown, names: ReadonlyArray<string>): unknown =>
  names.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], root)

describe("the guide from @hubspot/api-client", () => {
  const guide = read("docs/from-api-client.md")
  const [, table = ""] = /## Call by call\n(.*?)\n## /s.exec(guide) ?? []
  const left = cells(table, 1)

  it("speaks of calls that the official client has", () => {
    const client = new Client({ accessToken: "token" })
    const named = left.map(path).filter(([first = ""]) => first in client)
    assert.isAbove(named.length, 30)
    for (const names of named) assert.isDefined(at(client, names.filter((name) => name !== "")), names.join("."))
  })

  it("leaves out none of its areas, and no API of an area that has a module here", () => {
    const client = new Client({ accessToken: "token" }) as unknown as Record<string, object>
    const areas = (value: object) =>
      Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(value))).flatMap(([name, { get }]) =>
        get === undefined ? [] : [name]
      )
    for (const area of areas(client)) assert.isTrue(left.some((code) => path(code)[0] === area), area)
    for (const area of areas(client.crm!)) {
      assert.isTrue(left.some((code) => path(code)[0] === "crm" && path(code)[1] === area), `crm.${area}`)
    }
    for (const type of areas(at(client, ["crm", "objects"]) as object)) {
      assert.isTrue(left.some((code) => code === type || code === `crm.objects.${type}`), `crm.objects.${type}`)
    }
  })
})

describe.each(["docs/from-api-client.md", "packages/hubspot/README.md", "README.md"])("the tables of %s", (file) => {
  it("speak of functions that there are", () => {
    const all = [1, 2, 3, 4].flatMap((column) => cells(read(file), column)).map(path)
    const named = all.filter(([first = "", second]) => second !== undefined && second !== "" && first in HubSpot)
    assert.isAbove(named.length, 15)
    for (const names of named) {
      assert.isDefined(at(HubSpot, names.slice(0, 2).filter((name) => name !== "")), names.join("."))
    }
  })
})
