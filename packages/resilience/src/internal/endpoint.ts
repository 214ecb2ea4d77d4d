/** Where a call goes, in terms of which there are few: what metrics and spans are labelled with. */
export interface Endpoint {
  readonly method: string
  readonly origin: string
  readonly address: string
  readonly port: string
  /** The path with its parameters left open, where the caller gave one. */
  readonly template: string | undefined
}

const defaultPorts: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" }

/** How many are remembered: some callers leave the parameters in their templates. */
const most = 1000

/** Of all clients, which call few of them, again and again: it is the same one each time, as long as it is remembered. */
const known = new Map<string, Endpoint>()

/** None where the origin is not that of a URL. */
export const of = (method: string, origin: string, template: string | undefined): Endpoint | undefined => {
  const key = `${method} ${origin} ${template ?? ""}`
  const found = known.get(key)
  if (found !== undefined) return found
  if (!URL.canParse(origin)) return undefined
  const { hostname, port, protocol } = new URL(origin)
  const made = { method, origin, template, address: hostname, port: port || (defaultPorts[protocol] ?? "") }
  if (known.size >= most) known.clear()
  known.set(key, made)
  return made
}
