/** A whole program for a client that the other scenarios know: one contact, printed. */
import { neverReached, production } from "../defaults.ts"
import type { Client } from "../model.ts"
import { baseUrl, token } from "./surroundings.ts"

export const main = async ({ make }: Client): Promise<void> => {
  const api = await make({ ...production, limit: neverReached, baseUrl, token })
  console.log((await api.get("1")).id)
  process.exit()
}
