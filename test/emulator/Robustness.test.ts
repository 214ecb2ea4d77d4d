import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as FastCheck from "effect/FastCheck"
import * as Limits from "hubspot-emulator/Limits"
import * as Owner from "hubspot-emulator/Owner"
import * as Scopes from "hubspot-emulator/Scopes"
import * as StandardTypes from "hubspot-emulator/StandardTypes"
import * as Account from "../../packages/emulator/src/internal/Account.ts"
import * as Answer from "../../packages/emulator/src/internal/Answer.ts"
import { router } from "../../packages/emulator/src/internal/Paths.ts"
import type { Router } from "../../packages/emulator/src/internal/Route.ts"

const routes = (node: Router): ReadonlyArray<readonly [method: string, path: string]> => [
  ...[...node.methods.keys()].map((method) => [method, `/${node.pattern.join("/")}`] as const),
  ...[...node.words.values(), ...node.parameter ? [node.parameter] : []].flatMap(routes)
]

const all = routes(router)

/** Three contacts from 6001 on. */
const make = () => {
  const account = Account.make({
    portals: [{
      id: 1,
      tokens: [{ token: "token", scopes: Scopes.all }],
      oauth: { apps: [{ clientId: "app", clientSecret: "secret", refreshTokens: ["r1"] }] },
      records: {}
    }],
    types: StandardTypes.all,
    owners: Owner.standard,
    limits: Limits.unlimited,
    plan: { rules: [], outages: [] },
    seed: 1,
    searchLag: Duration.zero,
    searchResults: 10_000
  }, 0) as Account.Account
  for (const _ of [1, 2, 3]) answerTo(account, "POST", "/crm/v3/objects/contacts", "{\"properties\":{}}")
  return account
}

const answerTo = (account: Account.Account, method: string, url: string, text: string) => {
  const arrival = Account.arrive(account, { method, url, authorization: "Bearer token" }, 0)
  const answer = Account.conclude(account, arrival, text, 0)
  return { answer, body: Answer.render(answer, arrival.correlationId).text }
}

const { anything, array, constantFrom, dictionary, integer, oneof, record, string, tuple } = FastCheck

const word = oneof(
  constantFrom("contacts", "6001", "6002", "1", "default", "email", "__proto__", "toString"),
  string({ maxLength: 5 })
)
const typeName = constantFrom("contacts", "companies", "0-3", "pets", "unicorns", "__proto__")
const id = oneof(constantFrom("6001", "6002", "6003", "1", "default", "email", "%E0%A4%A"), integer().map(String))
const spec = record({
  associationCategory: constantFrom("HUBSPOT_DEFINED", "USER_DEFINED"),
  associationTypeId: oneof(constantFrom(1, 279, 10_001, { toString: 1 }), anything())
})
const end = oneof(record({ id: oneof(id, word) }), anything())

const leaf = oneof(word, constantFrom({ toString: 1, valueOf: 1 }), anything({ maxDepth: 1, maxKeys: 2 }))

/** The names that calls look for, with values that are nearly right or not right at all. */
const objectOf = (value: FastCheck.Arbitrary<unknown>) =>
  record({
    id: oneof(id, value),
    idProperty: value,
    primaryObjectId: id,
    objectIdToMerge: id,
    objectId: id,
    from: end,
    to: oneof(end, array(end, { maxLength: 2 })),
    types: oneof(array(spec, { maxLength: 2 }), value),
    properties: oneof(
      constantFrom({}, { email: "a@b.co" }, { name: "A" }),
      dictionary(word, value, { maxKeys: 3 }),
      value
    ),
    propertiesWithHistory: value,
    associations: value,
    filterGroups: value,
    sorts: value,
    limit: value,
    count: value,
    associationTypeId: value,
    name: oneof(constantFrom("pets", "shoesize"), word),
    label: oneof(constantFrom("Label"), value),
    labels: oneof(constantFrom({}), value),
    options: value,
    type: constantFrom("string", "enumeration", "__proto__"),
    fieldType: constantFrom("text", "select", "constructor"),
    groupName: constantFrom("contactinformation", "toString"),
    stages: value,
    displayOrder: oneof(integer(), value),
    objectTypeId: oneof(typeName, value),
    processingType: constantFrom("MANUAL", "DYNAMIC"),
    recordIdsToAdd: value,
    requiredProperties: value,
    associatedObjects: value,
    eventName: value,
    email: value,
    occurredAt: value
  }, { requiredKeys: [] })

const small = objectOf(leaf)
const nested = objectOf(oneof(leaf, small, array(oneof(small, leaf), { maxLength: 2 })))
const json = oneof(small, nested, record({ inputs: array(oneof(nested, leaf), { maxLength: 3 }), idProperty: word }))

const text = oneof(
  json.map((body) => JSON.stringify(body)),
  array(word).map((body) => JSON.stringify(body)),
  constantFrom("", "null", "[]", "{", "{\"inputs\":[{}]}", "grant_type=refresh_token&client_id=app")
)

const query = constantFrom(
  "",
  "?limit=2&after=6001&properties=email&propertiesWithHistory=email,x&associations=companies",
  "?idProperty=email&archived=true",
  "?after=%00&listName=%FF&includeFilters=true&listIds=1,x&limit=1e3"
)

const numbered = all.filter(([, path]) => /\/v\d\//.test(path))

const request = constantFrom(...numbered).chain(([method, path]) =>
  tuple(
    constantFrom(method),
    tuple(...path.split("/").map((part) => !part.startsWith("{") ? constantFrom(part) : isType(part) ? typeName : id)),
    oneof(constantFrom(""), query),
    text
  )
)

const isType = (parameter: string) => ["{type}", "{from}", "{to}"].includes(parameter)

/** What OAuth tells of a token is another call there, and the dated associations are those of v4. */
const undated = /^\/(oauth\/v1\/(access|refresh)-tokens|crm\/v3\/associations)\//

describe("whatever a request holds", () => {
  it("every path answers, with no error of the server's own", () => {
    FastCheck.assert(
      FastCheck.property(array(request, { minLength: 1, maxLength: 15 }), (requests) => {
        const account = make()
        for (const [method, segments, query, text] of requests) {
          const url = segments.join("/") + query
          const { answer, body } = answerTo(account, method, url, text)
          assert.isBelow(answer.status, 500, `${method} ${url} ${text}`)
          assert.strictEqual(body === "", answer.status === 204, `${method} ${url} ${text}`)
        }
      }),
      { numRuns: 1500 }
    )
    assert.strictEqual(({} as { readonly polluted?: unknown }).polluted, undefined)
  })

  it("every path is served in its numbered and in its dated form", () => {
    const withoutVersion = (path: string) =>
      path.split("/").filter((part) => !/^v\d$|^2026-\d\d$/.test(part)).sort().join("/")
    for (const date of ["2026-03", "2026-09"]) {
      const dated = all.filter(([, path]) => path.includes(date))
      assert.sameMembers(
        dated.map(([method, path]) => `${method} ${withoutVersion(path)}`),
        numbered.filter(([, path]) => !undated.test(path)).map(([method, path]) => `${method} ${withoutVersion(path)}`)
      )
    }
  })
})
