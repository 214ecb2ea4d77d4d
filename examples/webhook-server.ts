/**
 * A server for HubSpot's webhooks: whatever HubSpot has not signed gets a 401, the rest is logged.
 *
 *     HUBSPOT_CLIENT_SECRET=… PUBLIC_URL=https://hooks.example.com PORT=3000 npx tsx examples/webhook-server.ts
 *
 * Without HubSpot, the emulator tells it what is written there:
 *
 *     HUBSPOT_CLIENT_SECRET=secret PUBLIC_URL=http://127.0.0.1:3000 npx tsx examples/webhook-server.ts
 *     node --import tsx packages/emulator/src/bin.ts --port 4010 --webhook http://127.0.0.1:3000/hubspot
 *     HUBSPOT_ACCESS_TOKEN=pat-na1-00000000-0000-0000-0000-000000000000 HUBSPOT_BASE_URL=http://127.0.0.1:4010 \
 *       npx tsx examples/contacts.ts
 */
import { HttpRouter, HttpServer, HttpServerResponse } from "@effect/platform"
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Config, Console, Effect, Layer } from "effect"
import { Webhooks } from "effect-hubspot"
import { createServer } from "node:http"

/** HubSpot sends events again whose answer takes longer than five seconds: long work belongs in a queue. */
const receive = Effect.gen(function*() {
  for (const event of yield* Webhooks.Events) {
    const change = event.propertyName === undefined ? "" : `: ${event.propertyName} = ${event.propertyValue}`
    yield* Console.log(`${event.subscriptionType} of ${event.objectId}${change}`)
  }
  return HttpServerResponse.empty()
})

const Server = Layer.unwrapEffect(Effect.gen(function*() {
  const secret = yield* Config.redacted("HUBSPOT_CLIENT_SECRET")
  const baseUrl = yield* Config.string("PUBLIC_URL")
  const port = yield* Config.withDefault(Config.integer("PORT"), 3000)
  return HttpRouter.empty.pipe(
    HttpRouter.post("/hubspot", Webhooks.middleware(receive, { secret, baseUrl })),
    HttpServer.serve(),
    HttpServer.withLogAddress,
    Layer.provide(NodeHttpServer.layer(createServer, { port }))
  )
}))

NodeRuntime.runMain(Layer.launch(Server))
