import type { Client } from "../model.ts"
import { nothingToClose } from "./contacts.ts"
import { apiOf } from "./hubspot.ts"

/** As its README shows it. */
export const client: Client = {
  settings: () => ({
    numberOfApiCallRetries: "not set, so none",
    limiterOptions: "not set, so none",
    timeout: "has none"
  }),
  make: async (setup) => apiOf(setup, {}, nothingToClose)
}
