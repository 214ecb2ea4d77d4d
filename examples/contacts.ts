/**
 * Create, find and list contacts, and move a deal, on the account of HUBSPOT_ACCESS_TOKEN.
 *
 *     node --import tsx packages/emulator/src/bin.ts --port 4010      (or leave out HUBSPOT_BASE_URL for the real thing)
 *     HUBSPOT_ACCESS_TOKEN=… HUBSPOT_BASE_URL=http://127.0.0.1:4010 npx tsx examples/contacts.ts
 */
import { NodeHttpClient, NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Stream } from "effect"
import { Account, Contacts, Deals, HubSpot } from "effect-hubspot"

const program = Effect.gen(function*() {
  const { portalId } = yield* Account.testCredentials
  yield* Console.log(`Account ${portalId}`)

  const ada = yield* Contacts.upsert({ email: "ada@example.com", firstname: "Ada" }, { by: "email" })
  yield* Console.log(`${ada.isNew ? "Created" : "Updated"} contact ${ada.id}`)

  const deal = yield* Deals.create({ dealname: "Analytical engine", pipeline: "default", dealstage: "qualifiedtobuy" })
  yield* Deals.update(deal.id, { dealstage: "closedwon", amount: 5000 }).pipe(
    Effect.catchTags({ // the typed error channel, on the call it belongs to
      RateLimited: (error) => Console.error(error.message), // says when to try again
      ClientError: (error) => Console.error(`Refused with ${error.status}`, error.details)
    })
  )

  yield* Contacts.stream({ properties: ["email", "lifecyclestage"] }).pipe(
    Stream.filter((contact) => contact.properties.email !== null),
    Stream.take(5),
    Stream.runForEach((contact) => Console.log(`${contact.id} ${contact.properties.email}`))
  )
})

const Live = HubSpot.layer.pipe(Layer.provide(NodeHttpClient.layerUndici))

NodeRuntime.runMain(Effect.provide(program, Live))
