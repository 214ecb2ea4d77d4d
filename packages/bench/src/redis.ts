/** A Redis of the benchmark's own, if there is a `redis-server` on the PATH. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { spawn, spawnSync } from "node:child_process"
import { type AddressInfo, createServer } from "node:net"

const freePort = Effect.async<number>((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resume(Effect.succeed(port)))
  })
})

/** Its URL. */
export const localRedis: Effect.Effect<Option.Option<string>, never, Scope.Scope> = Effect.gen(function*() {
  if (spawnSync("redis-server", ["--version"]).status !== 0) return Option.none()
  const port = yield* freePort
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
  const ready = Effect.async<void>((resume) => {
    child.stdout.on("data", (text: Buffer) => {
      if (text.includes("Ready to accept connections")) resume(Effect.void)
    })
  })
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => spawn("redis-server", options, { stdio: ["ignore", "pipe", "ignore"] })),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  return (yield* Effect.timeoutOption(ready, "10 seconds")).pipe(Option.map(() => `redis://127.0.0.1:${port}`))
})
