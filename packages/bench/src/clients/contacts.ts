/** HubSpot's paths and bodies, for the clients that know HTTP only. */
import type { Identified, Setup } from "../model.ts"

export const properties = ["email", "firstname", "lastname"] as const

export const headersOf = ({ token }: Setup) => ({ authorization: `Bearer ${token}`, accept: "application/json" })

export const contactPath = (id: string): string => `/crm/v3/objects/contacts/${id}?properties=${properties.join("%2C")}`

export const objectsPath = (type: string): string => `/crm/v3/objects/${type}`

export interface Page {
  readonly results: ReadonlyArray<Identified>
  readonly paging?: { readonly next?: { readonly after: string } }
}

/** Page after page, by whatever fetches one. */
export const listWith =
  (page: (path: string) => Promise<unknown>) => async (onPage: (records: ReadonlyArray<Identified>) => void) => {
    let after: string | undefined = ""
    while (after !== undefined) {
      const cursor: string = after === "" ? "" : `&after=${after}`
      const { paging, results } = await page(
        `/crm/v3/objects/contacts?limit=100&properties=${properties.join("%2C")}${cursor}`
      ) as Page
      onPage(results)
      after = paging?.next?.after
    }
  }

/** An answer that is not a success, for the clients that leave it to their users to say so. */
export class HttpError extends Error {
  override readonly name = "HttpError"
  readonly status: number
  readonly retryAfterMillis: number
  constructor(status: number, retryAfter: string | null | undefined) {
    super(`answered ${status}`)
    this.status = status
    this.retryAfterMillis = retryAfter ? Number(retryAfter) * 1000 : 0
  }
}

export const nothingToClose = () => Promise.resolve()
