/** The same calls over one function that sends a request and reads the JSON of its answer. */
import type { Api, Identified } from "../model.ts"
import * as Contacts from "./contacts.ts"

export type Send = (method: "GET" | "POST", path: string, body?: unknown, signal?: AbortSignal) => Promise<unknown>

export const apiOf = (send: Send, close: Api["close"] = Contacts.nothingToClose): Api => ({
  get: (id) => send("GET", Contacts.contactPath(id)) as Promise<Identified>,
  create: (type, properties) => send("POST", Contacts.objectsPath(type), { properties }) as Promise<Identified>,
  list: Contacts.listWith((path) => send("GET", path)),
  close
})
