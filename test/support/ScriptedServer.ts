/** An HTTP server on loopback that answers as told, and remembers what it was asked, unless that is too much. */
import { Effect, type Scope } from "effect"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"

export interface ScriptedServer {
  readonly url: string
  readonly requests: ReadonlyArray<
    { readonly method: string; readonly path: string; readonly headers: Http.IncomingHttpHeaders }
  >
}

export const make = (
  answer: Http.RequestListener,
  { remember = true }: { readonly remember?: boolean } = {}
): Effect.Effect<ScriptedServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<ScriptedServer & { readonly server: Http.Server }>((resume) => {
      const requests: Array<ScriptedServer["requests"][number]> = []
      const server = Http.createServer((request, response) => {
        if (remember) {
          requests.push({ method: request.method ?? "", path: request.url ?? "", headers: request.headers })
        }
        answer(request, response)
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, requests, server }))
      })
    }),
    ({ server }) =>
      Effect.async<void>((resume) => {
        server.closeAllConnections()
        server.close(() => resume(Effect.void))
      })
  )
