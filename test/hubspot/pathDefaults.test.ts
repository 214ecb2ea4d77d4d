import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { Tier } from "effect-hubspot"
import type { CallOptions } from "effect-resilience"
import * as Paths from "../../packages/hubspot/src/internal/paths.ts"

const search = { kind: "search", buckets: ["search", "daily"], replay: "safe" } as const
const general = { buckets: ["general", "daily"] }
const links = { kind: "batch", buckets: ["associations", "associationsDaily"] } as const
const safe = { replay: "safe" } as const

describe("what a call takes from, and whether it may be repeated, by its path", () => {
  const table: ReadonlyArray<readonly [string, CallOptions.CallOptions]> = [
    ["/crm/v3/objects/contacts", general],
    ["/crm/v3/objects/contacts/batch/create", general],
    ["/crm/v3/objects/contacts/batch/read", { ...general, ...safe }],
    ["/crm/v3/objects/contacts/search", search],
    ["/crm/objects/2026-03/contacts/search?x=1", search],
    ["/crm/v3/lists/search", { kind: "read", ...general, ...safe }],
    ["/crm/lists/2026-03/search", { kind: "read", ...general, ...safe }],
    ["/crm/v4/objects/contacts/1/associations/companies", general],
    ["/crm/v4/associations/contacts/companies/labels", links],
    ["/crm/v4/associations/contacts/companies/batch/read", { ...links, ...safe }],
    ["/crm/v4/associations/contacts/companies/batch/create", { ...links, ...safe }],
    ["/crm/v4/associations/contacts/companies/batch/associate/default", { ...links, ...safe }],
    ["/crm/associations/2026-09/contacts/companies/batch/labels/archive", { ...links, ...safe }],
    ["/crm/v3/properties/contacts/batch/create", general],
    ["/crm/v3/properties/contacts/batch/archive", { ...general, ...safe }],
    ["/events/v3/send", { buckets: ["events"] }],
    ["/events/v3/send/batch", { buckets: ["events"] }],
    ["/events/2026-09/send", { buckets: ["events"] }],
    ["/events/v3/events", general],
    ["/events/v3/event-definitions", general],
    ["/events/v3/event-definitions/send", general],
    ["/crm/v3/imports", general],
    ["/crm/v3/imports/7/cancel", { ...general, ...safe }],
    ["/crm/imports/2026-03/7/cancel", { ...general, ...safe }],
    ["/crm/v3/exports/export/async", general]
  ]
  it.each(table)("%s", (path, expected) => {
    assert.deepStrictEqual(Paths.withDefaults(path, {}, Tier.buckets("free")), {
      kind: undefined,
      replay: undefined,
      ...expected
    })
  })
})

describe("a template", () => {
  it("is filled in for the request, and for people with the names of types alone", () => {
    const params = { from: "contacts", id: "6001", to: "p1_cars" }
    assert.deepStrictEqual(
      Paths.fill("GET", "/crm/{from}/{id}/{to}", params),
      Either.right({
        path: "/crm/contacts/6001/p1_cars",
        template: "/crm/contacts/{id}/p1_cars"
      })
    )
  })

  it.each([["a/b?c#d", "a%2Fb%3Fc%23d"], ["../x", "..%2Fx"], ["{id}", "%7Bid%7D"], ["$&", "%24%26"]])(
    "%j stays within its segment",
    (id, segment) => {
      const filled = Paths.fill("GET", "/things/{id}/more", { id })
      assert.deepStrictEqual(Either.map(filled, ({ path }) => path), Either.right(`/things/${segment}/more`))
    }
  )

  it.each(["", " ", ".", "..", "\uD800"])("%j names nothing", (id) => {
    const filled = Paths.fill("GET", "/things/{id}", { id })
    assert.deepInclude(Either.getOrThrow(Either.flip(filled)), { _tag: "InvalidRequest", field: "id" })
  })
})
