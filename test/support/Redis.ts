/** A Redis to test against: the one at 127.0.0.1:6379, else a `redis-server` of our own, if there is one on the PATH. */
import { Effect, type Scope } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { randomUUID } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { connect, createServer, type Server, type Socket } from "node:net"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createClient } from "redis"
import { afterAll } from "vitest"

export interface Address {
  readonly host: string
  readonly port: number
}

const usual: Address = { host: "127.0.0.1", port: 6379 }

const answers = ({ host, port }: Address): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port }, () => socket.write("PING\r\n"))
    socket.setTimeout(1000, () => socket.destroy())
    socket.once("data", (data) => {
      resolve(data.toString().startsWith("+PONG"))
      socket.destroy()
    })
    socket.on("error", () => {}).on("close", () => resolve(false))
  })

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, usual.host, () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const ourOwn = async (): Promise<Address | undefined> => {
  if (spawnSync("redis-server", ["--version"]).status !== 0) return undefined
  const address = { host: usual.host, port: await freePort() }
  const folder = mkdtempSync(join(tmpdir(), "redis-"))
  const options = ["--port", String(address.port), "--bind", address.host, "--save", "", "--dir", folder]
  const child = spawn("redis-server", options, { stdio: "ignore" })
  afterAll(() => {
    child.kill("SIGKILL")
    rmSync(folder, { recursive: true, force: true })
  })
  for (let tries = 0; tries < 100; tries++) {
    if (await answers(address)) return address
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return undefined
}

/** Awaited at the top of a test file, whose tests are skipped without it: but not where CI is to see to it. */
export const find = async (): Promise<Address | undefined> => {
  const found = await answers(usual) ? usual : await ourOwn()
  if (found === undefined && process.env.CI === "true") {
    throw new Error("these tests need Redis at 127.0.0.1:6379, or a redis-server on the PATH")
  }
  if (found === undefined) console.warn("SKIPPED: no Redis at 127.0.0.1:6379, and no redis-server on the PATH")
  return found
}

export const urlOf = ({ host, port }: Address): string => `redis://${host}:${port}`

const open = (address: Address) => createClient({ url: urlOf(address) }).on("error", () => {})

export type Client = ReturnType<typeof open>

export const client = (address: Address): Effect.Effect<Client, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => open(address).connect()),
    (client) => Effect.sync(() => client.destroy())
  )

/** A namespace of the test's own, empty again when it ends. */
export const prefix = (address: Address): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => `test-${randomUUID()}`),
    (prefix) =>
      Effect.scoped(Effect.flatMap(client(address), (client) =>
        Effect.promise(async () => {
          const keys = await keysOf(client, prefix)
          if (keys.length > 0) await client.del(keys)
        })))
  )

export const keysOf = (client: Client, prefix: string): Promise<Array<string>> => client.keys(`*${prefix}*`)

/** A way to Redis that can be closed. */
export interface Proxy {
  readonly address: Address
  readonly connections: () => number
  /** Ends all connections and takes no new ones. */
  readonly cut: Effect.Effect<void>
  /** Nothing passes any longer, and nobody is told. */
  readonly hang: Effect.Effect<void>
  /** As it was in the beginning. */
  readonly restore: Effect.Effect<void>
}

export const proxy = (target: Address): Effect.Effect<Proxy, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const sockets = new Set<Socket>()
      let hung = false
      let server: Server | undefined
      const serve = (socket: Socket) => {
        const beyond = connect(target)
        for (const [from, to] of [[socket, beyond], [beyond, socket]] as const) {
          sockets.add(from)
          if (!hung) from.pipe(to)
          from.on("error", () => {}).on("close", () => {
            sockets.delete(from)
            to.destroy()
          })
        }
        pairs.set(socket, beyond)
      }
      const pairs = new Map<Socket, Socket>()
      const listen = (port: number) =>
        new Promise<number>((resolve) => {
          const listening = createServer(serve).listen(port, usual.host, () => {
            server = listening
            resolve((listening.address() as AddressInfo).port)
          })
        })
      const cut = () =>
        new Promise<void>((resolve) => {
          for (const socket of sockets) socket.destroy()
          if (server === undefined) return resolve()
          server.close(() => resolve())
          server = undefined
        })
      const port = await listen(0)
      const self: Proxy = {
        address: { host: usual.host, port },
        connections: () => [...pairs.keys()].filter((socket) => sockets.has(socket)).length,
        cut: Effect.promise(cut),
        hang: Effect.sync(() => {
          hung = true
          for (const [socket, beyond] of pairs) {
            socket.unpipe(beyond)
            beyond.unpipe(socket)
          }
        }),
        restore: Effect.promise(async () => {
          hung = false
          for (const [socket, beyond] of pairs) {
            if (sockets.has(socket)) socket.pipe(beyond).pipe(socket)
          }
          if (server === undefined) await listen(port)
        })
      }
      return self
    }),
    (self) => self.cut
  )
