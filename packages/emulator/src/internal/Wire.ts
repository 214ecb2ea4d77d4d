/**
 * How an answer goes out, or does not. Half of this is what no HTTP library lets a server do, so it speaks to Node's
 * response itself.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ServerResponse } from "node:http"
import type { Fault } from "../FaultPlan.ts"

export interface Message {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly body: string
}

/** Sends a message, with the fault that concerns its sending. The response is ended when this is. */
export const deliver = (response: ServerResponse, message: Message, fault: Fault | undefined): Effect.Effect<void> => {
  switch (fault?.kind) {
    case "reset":
    case "resetAfterCommit":
      return reset(response)
    case "hang":
    case "hangAfterCommit":
      return hang(response)
    case "slowHeaders":
      return delayed(response, message, fault.after)
    case "slowBody":
      return dribble(response, message, fault.over)
    case "cutBody":
      return cut(response, message)
    case "contentType":
      return send(response, relabelled(message, fault.type))
    default:
      return send(response, message)
  }
}

/** Whether the client gets a status at all. */
export const answers = (fault: Fault | undefined): boolean =>
  fault?.kind !== "reset" && fault?.kind !== "resetAfterCommit" && fault?.kind !== "hang" &&
  fault?.kind !== "hangAfterCommit"

const writeHead = (response: ServerResponse, { body, headers, status }: Message) =>
  response.writeHead(status, status === 204 ? headers : { ...headers, "content-length": Buffer.byteLength(body) })

const send = (response: ServerResponse, message: Message) =>
  Effect.sync(() => {
    writeHead(response, message)
    response.end(message.body)
  })

const reset = (response: ServerResponse) =>
  Effect.sync(() => {
    // A response that waits for its turn behind a pipelined one has no socket yet; its request has.
    response.req.socket.resetAndDestroy()
    response.end()
  })

/** Until the client gives up or the server closes: either closes the response, which interrupts the request's fiber. */
const hang = (response: ServerResponse) =>
  Effect.never.pipe(Effect.interruptible, Effect.exit, Effect.zipRight(Effect.sync(() => response.end())))

const delayed = (response: ServerResponse, message: Message, after: Duration.Duration) =>
  Effect.sleep(after).pipe(
    Effect.zipRight(send(response, message)),
    Effect.interruptible,
    Effect.exit,
    Effect.zipRight(Effect.sync(() => response.end()))
  )

const relabelled = ({ body, headers, status }: Message, type: string): Message => {
  const { "content-type": _, ...others } = headers
  return { status, body, headers: type === "" || body === "" ? others : { ...others, "content-type": type } }
}

const pieces = 10

const dribble = (response: ServerResponse, message: Message, over: Duration.Duration) => {
  const body = Buffer.from(message.body)
  const upTo = (piece: number) => Math.floor(body.length * piece / pieces)
  const pause = Effect.sleep(Duration.times(over, 1 / pieces))
  return Effect.sync(() => writeHead(response, message).flushHeaders()).pipe(
    Effect.zipRight(Effect.forEach(
      Array.from({ length: pieces }, (_, i) => body.subarray(upTo(i), upTo(i + 1))),
      (piece) => Effect.zipRight(pause, Effect.sync(() => response.write(piece))),
      { discard: true }
    )),
    Effect.interruptible,
    Effect.exit,
    Effect.zipRight(Effect.sync(() => response.end()))
  )
}

/** Half of what the headers promise. An answer without a body has nothing to cut and goes out whole. */
const cut = (response: ServerResponse, message: Message) =>
  message.body === ""
    ? send(response, message)
    : Effect.async<void>((resume) => {
      writeHead(response, message)
      const body = Buffer.from(message.body)
      response.write(body.subarray(0, body.length >> 1), () => {
        response.socket?.destroy()
        response.end()
        resume(Effect.void)
      })
    })
