import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Emulator from "hubspot-emulator/Emulator"
import * as Fixtures from "../support/fixtures.ts"
import { call, unhurried } from "./RawHttp.ts"

type Running = Emulator.Emulator.Service
type Step = readonly [method: string, path: string, body?: unknown]

const form = [
  "--b",
  "content-disposition: form-data; name=\"importRequest\"",
  "",
  JSON.stringify({
    name: "November",
    files: [{
      fileName: "a.csv",
      fileFormat: "CSV",
      fileImportPage: {
        hasHeader: true,
        columnMappings: [{ columnObjectTypeId: "0-1", columnName: "Email", propertyName: "email" }]
      }
    }]
  }),
  "--b",
  "content-disposition: form-data; name=\"files\"; filename=\"a.csv\"",
  "",
  "Email\nnot an email\n",
  "--b--",
  ""
].join("\r\n")

const food = {
  name: "food",
  label: "Food",
  type: "enumeration",
  fieldType: "select",
  groupName: "contactinformation",
  options: [{ label: "Burger", value: "burger" }]
}
const membership = {
  name: "membership",
  labels: { singular: "Membership", plural: "Memberships" },
  description: "Of the club",
  primaryDisplayProperty: "number",
  secondaryDisplayProperties: ["number"],
  requiredProperties: ["number"],
  searchableProperties: ["number"],
  properties: [{ name: "number", label: "Number", type: "string", fieldType: "text" }],
  associatedObjects: ["CONTACT"]
}
const event = {
  name: "bought",
  label: "Bought",
  propertyDefinitions: [{ name: "amount", label: "Amount", type: "number" }]
}
const upsert = {
  id: "bob@example.com",
  idProperty: "email",
  properties: { email: "bob@example.com" },
  objectWriteTraceId: "1"
}
const newList: Step = ["POST", "/crm/v3/lists", { name: "Invited", objectTypeId: "0-1", processingType: "MANUAL" }]
const add: Step = ["PUT", "/crm/v3/lists/1/memberships/add", ["6001"]]
const pair = { from: { id: "6001" }, to: { id: "6002" } }
const associate: Step = ["POST", "/crm/v4/associations/0-1/0-2/batch/associate/default", { inputs: [pair] }]
const label: Step = ["POST", "/crm/v4/associations/0-1/0-2/labels", { name: "chief", label: "Chief" }]
const types = [{ associationCategory: "USER_DEFINED", associationTypeId: 10_001 }]
const importing: Step = ["POST", "/crm/v3/imports", form]
const exporting: Step = ["POST", "/crm/v3/exports/export/async", {
  exportName: "All",
  exportType: "VIEW",
  format: "CSV",
  objectType: "contacts",
  objectProperties: ["email"]
}]
const status: Step = ["GET", "/crm/v3/exports/export/async/tasks/1/status"]

/** The answer to the last of these is the one that the fixture documents. */
const steps: { readonly [fixture: string]: ReadonlyArray<Step> } = {
  property: [["POST", "/crm/v3/properties/contacts", food]],
  "property-group": [["POST", "/crm/v3/properties/contacts/groups", { name: "food", label: "Food" }]],
  schema: [["POST", "/crm-object-schemas/v3/schemas", membership]],
  owner: [["GET", "/crm/v3/owners/101"]],
  pipeline: [["GET", "/crm/v3/pipelines/deals/default"]],
  list: [newList],
  "list-search": [newList, ["POST", "/crm/v3/lists/search", {}]],
  "list-members": [newList, add, ["GET", "/crm/v3/lists/1/memberships"]],
  "list-change": [newList, add],
  "record-lists": [newList, add, ["GET", "/crm/v3/lists/records/0-1/6001/memberships"]],
  links: [associate, ["GET", "/crm/v4/objects/0-1/6001/associations/0-2"]],
  "links-batch": [associate, ["POST", "/crm/v4/associations/0-1/0-2/batch/read", { inputs: [{ id: "6001" }] }]],
  associated: [label, ["POST", "/crm/v4/associations/0-1/0-2/batch/create", { inputs: [{ ...pair, types }] }]],
  "associated-default": [associate],
  labels: [label, ["GET", "/crm/v4/associations/0-1/0-2/labels"]],
  record: [["GET", "/crm/v3/objects/contacts/6001"]],
  records: [["GET", "/crm/v3/objects/contacts?limit=1"]],
  search: [["POST", "/crm/v3/objects/contacts/search", { limit: 1 }]],
  "batch-partial": [["POST", "/crm/v3/objects/contacts/batch/read", { inputs: [{ id: "6001" }, { id: "404" }] }]],
  upserted: [["POST", "/crm/v3/objects/contacts/batch/upsert", { inputs: [upsert] }]],
  "account-details": [["GET", "/account-info/v3/details"]],
  "daily-usage": [["GET", "/account-info/v3/api-usage/daily/private-apps"]],
  "event-definition": [["POST", "/events/v3/event-definitions", event]],
  import: [importing, ["GET", "/crm/v3/imports/1"], ["GET", "/crm/v3/imports/1"]],
  "import-errors": [
    importing,
    ["GET", "/crm/v3/imports/1"],
    ["GET", "/crm/v3/imports/1"],
    ["GET", "/crm/v3/imports/1/errors"]
  ],
  "export-started": [exporting],
  "export-complete": [exporting, status, status, status]
}

const answer = (emulator: Running, steps: ReadonlyArray<Step>) =>
  Effect.gen(function*() {
    yield* emulator.add("contacts", [{ email: "ada@example.com" }])
    yield* emulator.add("companies", [{ name: "Engines" }])
    const answers = yield* Effect.forEach(steps, ([method, path, body]) =>
      call(emulator, method, path, typeof body === "string" ? { text: body } : { body }))
    return answers.at(-1)?.json as unknown
  })

describe("answers have the fields that HubSpot documents, and no others", () => {
  for (const [name, made] of Object.entries(steps)) {
    it.scopedLive(name, () =>
      Effect.gen(function*() {
        const { body, optional } = Fixtures.read(name)
        const documented = Fixtures.kinds(body)
        const answered = Fixtures.kinds(yield* answer(yield* unhurried(), made))
        // What is below an open map, or has a fixture of its own, or is left out, is not compared.
        const open = [
          "importRequestJson",
          "metadata.counters",
          "stages.metadata",
          "lists.additionalProperties",
          "properties",
          "results.properties",
          "errors.context"
        ]
        const under = (path: string, roots: ReadonlyArray<string>) =>
          roots.some((root) => path === root || path.startsWith(`${root}.`))
        for (const [path, kind] of answered) {
          if (under(path, open)) continue
          assert.isTrue(documented.has(path), `${path} is not documented`)
          const kinds = [documented.get(path), "null"]
          // Ids come as numbers and as texts.
          if (/Id$/.test(path)) kinds.push("string", "number")
          if (/label$/.test(path)) kinds.push("string")
          assert.include(kinds, kind, path)
        }
        for (const path of documented.keys()) {
          if (under(path, [...open, ...optional])) continue
          assert.isTrue(answered.has(path), `${path} is missing`)
        }
      }))
  }
})

describe("errors have the fields that HubSpot documents, and no others", () => {
  for (const { body, fault, name, optional, status } of Fixtures.failures) {
    if (fault === undefined) continue
    it.scopedLive(name, () =>
      Effect.gen(function*() {
        const emulator = yield* unhurried({
          faults: { rules: [{ share: 1, fault: { kind: "rateLimited", body: fault } }] }
        })
        const answer = yield* call(emulator, "GET", "/crm/v3/owners")
        assert.strictEqual(answer.status, status)
        if (typeof body === "string") return assert.strictEqual(answer.text, body)
        const documented = [...Fixtures.kinds(body)].filter(([path]) => !optional.includes(path))
        assert.sameDeepMembers([...Fixtures.kinds(answer.json)], documented)
        assert.strictEqual(answer.json.message, (body as { readonly message: string }).message)
      }))
  }
})
