import { assert, describe, it } from "@effect/vitest"
import { Tier } from "effect-hubspot"
import { inVersion, withDefaults } from "../../packages/hubspot/src/internal/paths.ts"

/** Each area, as the modules write it and as it is with dates. */
const areas: ReadonlyArray<readonly [numbered: string, dated: string]> = [
  ["/crm/v3/objects/contacts", "/crm/objects/{date}/contacts"],
  ["/crm/v3/objects/contacts/batch/read", "/crm/objects/{date}/contacts/batch/read"],
  ["/crm/v3/objects/2-1/{id}", "/crm/objects/{date}/2-1/{id}"],
  ["/crm/v4/objects/contacts/1/associations/deals", "/crm/objects/{date}/contacts/1/associations/deals"],
  ["/crm/v4/associations/contacts/deals/batch/read", "/crm/associations/{date}/contacts/deals/batch/read"],
  ["/crm/v3/properties/contacts", "/crm/properties/{date}/contacts"],
  ["/crm-object-schemas/v3/schemas", "/crm-object-schemas/{date}/schemas"],
  ["/crm/v3/owners", "/crm/owners/{date}"],
  ["/crm/v3/owners?limit=1", "/crm/owners/{date}?limit=1"],
  ["/crm/v3/pipelines/deals", "/crm/pipelines/{date}/deals"],
  ["/crm/v3/lists", "/crm/lists/{date}"],
  ["/crm/v3/imports/{id}/cancel", "/crm/imports/{date}/{id}/cancel"],
  ["/crm/v3/exports/export/async", "/crm/exports/{date}/export/async"],
  ["/events/v3/send/batch", "/events/{date}/send/batch"],
  ["/events/v3/event-definitions/bought", "/events/{date}/event-definitions/bought"],
  ["/account-info/v3/details", "/account-info/{date}/details"],
  ["/oauth/v1/token", "/oauth/{date}/token"]
]

describe("the version of a path", () => {
  it.each(areas)("%s", (numbered, dated) => {
    assert.strictEqual(inVersion("v3", numbered), numbered)
    for (const date of ["2026-03", "2026-09"] as const) {
      assert.strictEqual(inVersion(date, numbered), dated.replace("{date}", date))
    }
  })

  it.each([
    "/events/v3/events",
    "/oauth/v1/access-tokens/{token}",
    "/oauth/v1/refresh-tokens/{token}",
    "/crm/v3/associations/contacts/deals/types",
    "/crm/v3/objectsandmore",
    "/crm/objects/2026-03/contacts",
    "https://api.hubapi.com/crm/v3/objects/contacts?after=1"
  ])("%s has no other", (path) => {
    assert.strictEqual(inVersion("2026-09", path), path)
  })
})

describe("what a path says of its call", () => {
  const table: ReadonlyArray<readonly [string, ReturnType<typeof withDefaults>]> = [
    ["/crm/v3/objects/contacts", { buckets: ["general", "daily"] }],
    ["/crm/v3/objects/contacts/search", { kind: "search", buckets: ["search", "daily"], replay: "safe" }],
    ["/crm/v3/objects/contacts/batch/create", { buckets: ["general", "daily"] }],
    ["/crm/v3/objects/contacts/batch/upsert", { buckets: ["general", "daily"], replay: "safe" }],
    ["/crm/v4/objects/contacts/1/associations/deals", { buckets: ["general", "daily"] }],
    ["/crm/v4/associations/contacts/deals/labels", { kind: "batch", buckets: ["associations", "associationsDaily"] }],
    ["/crm/v4/associations/contacts/deals/batch/read", {
      kind: "batch",
      buckets: ["associations", "associationsDaily"],
      replay: "safe"
    }],
    ["/account-info/v3/details", { buckets: ["general", "daily"] }],
    ["/events/v3/send", { buckets: ["events"] }],
    ["/events/v3/send/batch", { buckets: ["events"] }]
  ]
  it.each(table)("%s, in any version", (path, expected) => {
    const all = { kind: undefined, replay: undefined, ...expected }
    const limits = Tier.buckets("professional")
    assert.deepStrictEqual(withDefaults(path, {}, limits), all)
    assert.deepStrictEqual(withDefaults(inVersion("2026-09", path), {}, limits), all)
  })

  it("a limit that is not there is not taken from", () => {
    assert.deepStrictEqual(withDefaults("/crm/v3/owners", {}, Tier.buckets("oauth")).buckets, ["general"])
  })

  it("what the call says itself comes first, even where it is wrong", () => {
    const own = { kind: "upload", buckets: ["mine"], replay: "unsafe" } as const
    assert.deepStrictEqual(withDefaults("/crm/v3/objects/contacts/search", own, []), own)
  })
})
