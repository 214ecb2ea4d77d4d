import type { Client } from "../model.ts"
import { makeOver, settingsOf } from "./ours.ts"
import { lean, leanName } from "./transport.ts"

export const client: Client = {
  settings: (setup) => settingsOf(setup, leanName),
  make: (setup) => makeOver(setup, lean)
}
