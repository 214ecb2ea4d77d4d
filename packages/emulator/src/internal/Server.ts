/**
 * The HTTP server: it listens, hands each request to the account, and closes every socket when its scope closes.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as HttpMiddleware from "@effect/platform/HttpMiddleware"
import type * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import { constTrue } from "effect/Function"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import type { AddressInfo, Socket } from "node:net"
import * as Account from "./Account.ts"
import * as Answer from "./Answer.ts"
import * as Control from "./Control.ts"
import * as Counters from "./Counters.ts"
import type { Portal } from "./Portal.ts"
import * as Watch from "./Watch.ts"
import * as Wire from "./Wire.ts"

export interface Listener {
  readonly port: number
  readonly openSockets: () => number
  readonly serve: (handler: Handler) => Effect.Effect<void, never, Scope.Scope>
}

type Handler = Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest>

/** Listens, and on closing waits for no answer: hung sockets go with the others. */
export const listen = Effect.fnUntraced(function*(
  options: { readonly port: number; readonly host: string }
): Effect.fn.Return<Listener, HttpServerError.ServeError, Scope.Scope> {
  const sockets = new Set<Socket>()
  // Clients keep connections for reuse; five seconds, Node's default, would close one just as it is taken up again.
  const node = Http.createServer({ keepAliveTimeout: 65_000 })
  node.on("connection", (socket) => {
    sockets.add(socket.once("close", () => sockets.delete(socket)))
  })
  const server = yield* NodeHttpServer.make(() => node, options)
  yield* Effect.addFinalizer(() =>
    Effect.async<void>((resume) => {
      node.close(() => resume(Effect.void))
      for (const socket of sockets) socket.destroy()
    })
  )
  return {
    port: (node.address() as AddressInfo).port,
    openSockets: () => sockets.size,
    // The emulator is the far side of the wire: its work is no part of the traces of the program under test.
    serve: (handler) => HttpMiddleware.withTracerDisabledWhenEffect(server.serve(handler), constTrue)
  }
})

/** The response is written by `Wire`; the platform sees that it is ended and leaves it alone. */
const written = HttpServerResponse.empty()

export const handler = (
  account: () => Account.Account,
  now: () => number,
  controls: Control.Controls,
  listeners?: Listeners | undefined
): Handler =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const response = NodeHttpServerRequest.toServerResponse(request)
    const handled = Control.isOwn(request.url)
      ? control(controls, request, response)
      : api(account(), now, request, response, listeners)
    return Effect.as(handled, written)
  })

/** Hears of the changes that a request makes: what was changed before it is nobody's business. */
export interface Listeners {
  readonly before: (portal: Portal) => void
  readonly after: (portal: Portal) => Effect.Effect<void>
}

const api = (
  account: Account.Account,
  now: () => number,
  request: HttpServerRequest.HttpServerRequest,
  response: Http.ServerResponse,
  listeners: Listeners | undefined
) => {
  const start = performance.now()
  const arrival = Account.arrive(
    account,
    {
      method: request.method,
      url: request.url,
      authorization: request.headers.authorization,
      host: request.headers.host
    },
    now()
  )
  return Effect.flatMap(bodyOf(request), (text) => {
    const lasted = () => performance.now() - start
    /** What has no fault is sent as good as at once. */
    const note = (status: number | null, delivery: Effect.Effect<void>) => {
      const entry = Watch.add(account.log, {
        at: now(),
        method: request.method,
        path: arrival.path,
        status,
        millis: arrival.fault === undefined ? lasted() : null,
        fault: arrival.fault?.kind ?? null
      })
      return arrival.fault === undefined ? delivery : Effect.ensuring(
        delivery,
        Effect.sync(() => {
          entry.millis = lasted()
        })
      )
    }
    // These two never get as far as the write.
    if (text === undefined || arrival.fault?.kind === "reset" || arrival.fault?.kind === "hang") {
      return note(null, Wire.deliver(response, nothing, arrival.fault))
    }
    const { portal } = arrival.home
    listeners?.before(portal)
    const answer = Account.conclude(account, arrival, text, now())
    const message = messageOf(answer, arrival.correlationId, arrival.headers)
    if (Wire.answers(arrival.fault)) Counters.increment(account.counters.statuses, answer.status)
    const delivery = note(
      Wire.answers(arrival.fault) ? answer.status : null,
      Wire.deliver(response, message, arrival.fault)
    )
    return listeners === undefined ? delivery : Effect.zipRight(listeners.after(portal), delivery)
  })
}

const control = (
  controls: Control.Controls,
  request: HttpServerRequest.HttpServerRequest,
  response: Http.ServerResponse
) =>
  bodyOf(request).pipe(
    Effect.flatMap((text) => Control.answer(controls, request.method, request.url, text ?? "")),
    Effect.flatMap((answer) => Wire.deliver(response, messageOf(answer, "emulator", {}), undefined))
  )

const nothing: Wire.Message = { status: 400, headers: {}, body: "" }

const noBody = Effect.succeed("")

/** The body, or `undefined` when the client left before it was there. */
const bodyOf = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<string | undefined> =>
  request.headers["content-length"] === undefined && request.headers["transfer-encoding"] === undefined
    ? noBody
    : Effect.async((resume) => {
      const message = NodeHttpServerRequest.toIncomingMessage(request).setEncoding("utf8")
      let text = ""
      message.on("data", (chunk: string) => text += chunk)
      message.on("close", () => resume(Effect.succeed(message.complete ? text : undefined)))
    })

const messageOf = (
  answer: Answer.Answer,
  correlationId: string,
  headers: Record<string, string>
): Wire.Message => {
  const { text, type } = Answer.render(answer, correlationId)
  return {
    status: answer.status,
    headers: { ...headers, ...answer.headers, ...(type === undefined ? {} : { "content-type": type }) },
    body: text
  }
}
