import { describe, expectTypeOf, it } from "@effect/vitest"
import { type DateTime, Effect, type Stream } from "effect"
import { type BatchResult, type Contact, Contacts, Deals, type HubSpotClient } from "effect-hubspot"
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
})
