/** Where a call goes, in terms of which there are few: what metrics and spans are labelled with. */
export interface Endpoint {
  readonly method: string
  readonly origin: string
  readonly address: string
  readonly port: string
  /** The path with its parameters left open, where the caller gave one. */
  readonly template: string | undefined
}

interface Server {
  readonly address: string
  readonly port: string
}

const defaultPorts: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" }

/** Of one client: it talks to few servers, again and again. None where the origin is not that of a URL. */
export const make = () => {
  const servers = new Map<string, Server>()
  return (method: string, origin: string, template: string | undefined): Endpoint | undefined => {
    let server = servers.get(origin)
    if (server === undefined) {
      if (!URL.canParse(origin)) return undefined
      const { hostname, port, protocol } = new URL(origin)
      if (servers.size >= 1000) servers.clear()
      servers.set(origin, server = { address: hostname, port: port || (defaultPorts[protocol] ?? "") })
    }
    return { method, origin, template, address: server.address, port: server.port }
  }
}
