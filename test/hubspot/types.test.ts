import { describe, expectTypeOf, it } from "@effect/vitest"
import { DateTime, Effect, Schema, type Stream } from "effect"
import {
  type BatchResult,
  type Contact,
  Contacts,
  type CrmRecord,
  Deals,
  type HubSpotClient,
  Property,
  Search,
  Users
} from "effect-hubspot"
import type { ApiError } from "effect-resilience"

type Call<A> = Effect.Effect<A, ApiError.ApiError, HubSpotClient.HubSpotClient>

describe("types say what HubSpot answers", () => {
  it("a read has the properties that were asked for, each of them perhaps not set", () => {
    const read = Deals.get("1", { properties: ["dealname", "amount", "closedate", "my_own"] })
    expectTypeOf(Effect.map(read, ({ properties }) => properties)).toEqualTypeOf<
      Call<{
        readonly dealname: string | null
        readonly amount: number | null
        readonly closedate: DateTime.Utc | null
        readonly my_own: string | null
      }>
    >()
  })

  it("without a selection it has all that the module knows", () => {
    expectTypeOf(Contacts.get("1")).toEqualTypeOf<Call<Contact>>()
    expectTypeOf<Contact["properties"]["createdate"]>().toEqualTypeOf<DateTime.Utc | null>()
  })

  it("a write may answer with less than was asked", () => {
    const written = Deals.update("1", { amount: 5000 })
    expectTypeOf(Effect.map(written, ({ properties }) => properties.amount)).toEqualTypeOf<
      Call<number | null | undefined>
    >()
  })

  it("calls fail with ApiError alone, and need the client alone", () => {
    expectTypeOf(Contacts.archive("1")).toEqualTypeOf<Call<void>>()
    expectTypeOf(Contacts.stream({ properties: ["email"] })).toExtend<
      Stream.Stream<
        { readonly properties: { readonly email: string | null } },
        ApiError.ApiError,
        HubSpotClient.HubSpotClient
      >
    >()
  })

  it("a batch does not fail: its failures are in its result", () => {
    const batch = Contacts.batchRead(["1"], { properties: ["email"] })
    expectTypeOf(batch).toExtend<
      Effect.Effect<BatchResult.BatchResult<string, unknown>, never, HubSpotClient.HubSpotClient>
    >()
  })

  it("what cannot be right does not compile", () => {
    const wrong = () => [
      // @ts-expect-error an amount is a number
      Deals.update("1", { amount: "a lot" }),
      // @ts-expect-error HubSpot must be told by what to find the contact
      Contacts.upsert({ email: "ada@example.com" }),
      // @ts-expect-error nor can it be found by something the module does not know
      Contacts.upsert({ email: "ada@example.com" }, { by: "shoe_size" })
    ]
    expectTypeOf(wrong).returns.toBeArray()
  })

  it("histories are there where they were asked for, typed as the property", () => {
    const read = Deals.get("1", { properties: ["dealname"], propertiesWithHistory: ["amount", "my_own"] })
    expectTypeOf(Effect.map(read, ({ propertiesWithHistory }) => propertiesWithHistory)).toEqualTypeOf<
      Call<{
        readonly amount: ReadonlyArray<CrmRecord.Version<number>>
        readonly my_own: ReadonlyArray<CrmRecord.Version<string>>
      }>
    >()
    // @ts-expect-error nobody asked for it
    const without = Effect.map(Deals.get("1"), (deal) => deal.propertiesWithHistory)
    expectTypeOf(without).toBeObject()
  })

  it("a search fits the modules whose properties have the types that it compares", () => {
    const rich = Search.where(Search.gt("amount", 1000), Search.or(Search.has("x"), Search.eq("my_own", true)))
    const soon = Search.where(Search.lt("closedate", DateTime.unsafeMake(0))).pipe(Search.query("engine"))
    expectTypeOf(Deals.search(rich, { properties: ["amount"] })).toExtend<
      Stream.Stream<{ readonly properties: { readonly amount: number | null } }, ApiError.ApiError, unknown>
    >()
    expectTypeOf(Deals.count(soon)).toEqualTypeOf<Call<number>>()
    expectTypeOf(Contacts.count(Search.where(Search.eq("my_own", 5)))).toEqualTypeOf<Call<number>>()
    const wrong = () => [
      // @ts-expect-error an amount is a number
      Deals.search(Search.where(Search.eq("amount", "a lot"))),
      // @ts-expect-error of several filters all have to fit
      Deals.search(Search.where(Search.eq("dealname", "x"), Search.eq("amount", "a lot"))),
      // @ts-expect-error in any group
      Deals.search(Search.where(Search.or(Search.eq("amount", 1), Search.eq("amount", "a lot")))),
      // @ts-expect-error and to what changes are filtered by
      Deals.changes(DateTime.unsafeMake(0), { filter: Search.in("closedate", ["today"]) })
    ]
    expectTypeOf(wrong).returns.toBeArray()
  })

  it("contacts keep what is theirs alone when they are extended, and users are not created", () => {
    const mine = Contacts.extend(Schema.Struct({ score: Property.number }))
    expectTypeOf(mine.gdprDelete("1")).toEqualTypeOf<Call<void>>()
    // @ts-expect-error of contacts alone
    const deals = () => Deals.gdprDelete("1")
    // @ts-expect-error HubSpot creates users elsewhere
    const users = () => Users.create({})
    expectTypeOf([deals, users]).toBeArray()
  })
})
