/** Plain HTTP to an emulator, as any client would speak it. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Emulator from "hubspot-emulator/Emulator"

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; whatever it is, tests say what they expect of it. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly json: any
}

/** The connection failed before the answer was there. */
export class NoAnswer extends Data.TaggedError("NoAnswer")<{ readonly cause: unknown }> {}

export interface Raw {
  readonly body?: unknown
  /** Sent as it is, in place of `body`. */
  readonly text?: string
  readonly token?: string
}

export const call = (
  emulator: Pick<Emulator.Emulator.Service, "url" | "token">,
  method: string,
  path: string,
  raw: Raw = {}
): Effect.Effect<Answer, NoAnswer> =>
  Effect.tryPromise({
    try: async (signal) => {
      const body = raw.text ?? (raw.body === undefined ? undefined : JSON.stringify(raw.body))
      const response = await fetch(emulator.url + path, {
        method,
        signal,
        headers: { authorization: `Bearer ${raw.token ?? emulator.token}` },
        ...(body === undefined ? {} : { body })
      })
      const text = await response.text()
      const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false
      return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined }
    },
    catch: (cause) => new NoAnswer({ cause })
  })

/** An emulator whose quotas are out of the way. */
export const unhurried = (options: Emulator.Options = {}) =>
  Emulator.make({
    limits: { general: { limit: 1e9, window: "10 seconds" }, search: { limit: 1e9, window: 1 } },
    ...options
  })

export const contacts = "/crm/v3/objects/contacts"
export const companies = "/crm/v3/objects/companies"
export const deals = "/crm/v3/objects/deals"
export const tickets = "/crm/v3/objects/tickets"

export const createContact = (emulator: Emulator.Emulator.Service, properties: Record<string, unknown>) =>
  call(emulator, "POST", contacts, { body: { properties } })
