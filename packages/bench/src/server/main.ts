/**
 * The scripted server: lean enough not to be what is measured. It answers HubSpot's paths for contacts from nothing, keeps
 * a true rolling window, and fails when it is told to. It takes its settings from the process that started it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { performance } from "node:perf_hooks"
import type { ServerSettings, ServerStats } from "../model.ts"
import * as Answers from "./answers.ts"
import * as RollingWindow from "./rollingWindow.ts"

const start = (settings: ServerSettings) => ({
  settings,
  window: settings.limit && RollingWindow.make(settings.limit.calls, settings.limit.windowMillis),
  firstRequest: 0,
  requests: 0,
  rateLimited: 0,
  duringOutage: 0,
  firstSuccessMillis: Number.NaN,
  batchReads: 0
})

let run = start({ latencyMillis: 0, retryAfter: false, records: 0 })

const answer = (response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}) => {
  const send = () => {
    response.writeHead(status, {
      "content-type": "application/json;charset=utf-8",
      "content-length": Buffer.byteLength(body),
      ...headers
    })
    response.end(body)
  }
  const { latencyMillis } = run.settings
  if (latencyMillis === 0) send()
  else setTimeout(send, latencyMillis / 2)
}

const inOutage = (now: number): boolean => {
  const { outage } = run.settings
  if (outage === undefined) return false
  const sinceEnd = now - run.firstRequest - outage.toMillis
  if (sinceEnd >= 0 && Number.isNaN(run.firstSuccessMillis)) run.firstSuccessMillis = sinceEnd
  return sinceEnd < 0 && now - run.firstRequest >= outage.fromMillis
}

const serve = (request: IncomingMessage, response: ServerResponse) => {
  const now = performance.now()
  if (run.requests++ === 0) run.firstRequest = now
  if (inOutage(now)) {
    run.duringOutage++
    return answer(response, 503, Answers.unavailable)
  }
  const wait = run.window?.admit(now) ?? 0
  if (wait > 0) {
    run.rateLimited++
    const headers: Record<string, string> = run.settings.retryAfter
      ? { "retry-after": String(Math.ceil(wait / 1000)) }
      : {}
    return answer(response, 429, Answers.rateLimited, headers)
  }
  const url = new URL(request.url ?? "/", "http://localhost")
  const path = url.pathname.replace("/crm/v3/objects/contacts", "")
  if (path === "/batch/read") {
    run.batchReads++
    return body(request, (text) => {
      const { inputs } = JSON.parse(text) as { inputs: ReadonlyArray<{ id: string }> }
      answer(response, 200, Answers.batch(inputs.map(({ id }) => id)))
    })
  }
  if (path === "") {
    const limit = Number(url.searchParams.get("limit") ?? 10)
    return answer(response, 200, Answers.page(Number(url.searchParams.get("after") ?? 0), limit, run.settings.records))
  }
  return path.startsWith("/")
    ? answer(response, 200, Answers.contact(path.slice(1)))
    : answer(response, 404, Answers.unknown)
}

const body = (request: IncomingMessage, use: (text: string) => void) => {
  let text = ""
  request.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk
  }).on("end", () => use(text))
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const { latencyMillis } = run.settings
  if (latencyMillis === 0) serve(request, response)
  else setTimeout(serve, latencyMillis / 2, request, response)
})

process.on("message", (message: { reset?: ServerSettings }) => {
  if (message.reset !== undefined) {
    run = start(message.reset)
    process.send?.({})
    return
  }
  const { batchReads, duringOutage, firstSuccessMillis, rateLimited, requests } = run
  process.send?.({ batchReads, duringOutage, firstSuccessMillis, rateLimited, requests } satisfies ServerStats)
})

process.once("disconnect", () => process.exit())

server.listen(
  0,
  "127.0.0.1",
  () => process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
)
