/**
 * Who works where: associates contacts with their company, gives one of them a label, and reads it all back.
 *
 *     node --import tsx packages/emulator/src/bin.ts --port 4010      (or leave out HUBSPOT_BASE_URL for the real thing)
 *     HUBSPOT_ACCESS_TOKEN=… HUBSPOT_BASE_URL=http://127.0.0.1:4010 npx tsx examples/associations.ts
 */
import { NodeHttpClient, NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Schema, Stream } from "effect"
import { Associations, Contacts, CrmObject, HubSpot, Property } from "effect-hubspot"

const Companies = CrmObject.make({
  type: "companies",
  properties: Schema.Struct({ name: Property.text, domain: Property.text })
})

const program = Effect.gen(function*() {
  const company = yield* Companies.create({ name: "Analytical Engines", domain: "engines.example.com" })
  const { succeeded: people } = yield* Contacts.batchUpsert(
    ["ada", "charles", "luigi"].map((name) => ({ email: `${name}@engines.example.com`, firstname: name })),
    { by: "email" }
  )

  // Any number of pairs; what could not be associated is told beside what could.
  const { failed } = yield* Associations.batchAssociate(
    "contacts",
    "companies",
    people.map(({ record }) => ({ from: record.id, to: company.id }))
  )
  for (const { error, input } of failed) yield* Console.error(`contact ${input.from}: ${error.message}`)

  const labels = yield* Associations.labels("contacts", "companies")
  const [founder] = labels.some(({ label }) => label === "Founder")
    ? labels.filter(({ label }) => label === "Founder")
    : yield* Associations.createLabel("contacts", "companies", { name: "founder", label: "Founder" })
  const charles = people.find(({ input }) => input.firstname === "charles")
  if (founder !== undefined && charles !== undefined) {
    yield* Associations.label("contacts", charles.record.id, "companies", company.id, [
      { associationCategory: "USER_DEFINED", associationTypeId: founder.typeId }
    ])
  }

  const names = new Map(people.map(({ input, record }) => [record.id, input.firstname]))
  yield* Associations.stream("companies", company.id, "contacts").pipe( // page by page, as it is consumed
    Stream.runForEach(({ associationTypes, toObjectId }) => {
      const words = associationTypes.flatMap(({ label }) => label ?? [])
      return Console.log([names.get(toObjectId), ...words].join(": "))
    })
  )
})

const Live = HubSpot.layer.pipe(Layer.provide(NodeHttpClient.layerUndici))

NodeRuntime.runMain(Effect.provide(program, Live))
