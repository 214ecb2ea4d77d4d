/** Records to be linked, and the calls that link them. */
import * as Effect from "effect/Effect"
import { call, unhurried } from "./RawHttp.ts"

type Running = Parameters<typeof call>[0]

/** A contact, 6001, and companies from 6002 on. */
export const seeded = (companies = 2) =>
  Effect.gen(function*() {
    const emulator = yield* unhurried()
    const [ada] = yield* emulator.add("contacts", [{ email: "ada@example.com" }])
    const rows = Array.from({ length: companies }, (_, i) => ({ name: `Company ${i}` }))
    const ids = (yield* emulator.add("companies", rows)).map(({ id }) => id)
    return { emulator, ada: ada!.id, companies: ids }
  })

export const linksOf = (emulator: Running, from: string, id: string, to: string, query = "") =>
  call(emulator, "GET", `/crm/v4/objects/${from}/${id}/associations/${to}${query}`)

export const batch = (
  emulator: Running,
  operation: string,
  inputs: ReadonlyArray<unknown>,
  types = "contacts/companies"
) => call(emulator, "POST", `/crm/v4/associations/${types}/${operation}`, { body: { inputs } })

export const plain = { category: "HUBSPOT_DEFINED", typeId: 279, label: null }
export const primary = { associationCategory: "HUBSPOT_DEFINED", associationTypeId: 1 }
