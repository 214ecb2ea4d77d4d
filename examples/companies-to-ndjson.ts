/**
 * All companies of an account into a file, a line of JSON each; however many there are, a page of them is in memory.
 *
 *     HUBSPOT_ACCESS_TOKEN=… npx tsx examples/companies-to-ndjson.ts companies.ndjson
 */
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeHttpClient, NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Stream } from "effect"
import { Companies, HubSpot } from "effect-hubspot"

const [file = "companies.ndjson"] = process.argv.slice(2)

const program = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  let lines = 0
  yield* Companies.stream({ properties: ["name", "domain", "numberofemployees"] }).pipe(
    Stream.map(({ id, properties, updatedAt }) => JSON.stringify({ id, ...properties, updatedAt })),
    Stream.tap(() => Effect.sync(() => lines++)),
    Stream.map((line) => `${line}\n`),
    Stream.encodeText,
    Stream.run(fs.sink(`${file}.part`)) // the next page is asked for when this one is written
  )
  yield* fs.rename(`${file}.part`, file) // half a file never has the name of a whole one
  yield* Console.log(`${lines} companies in ${file}`)
})

const Live = HubSpot.layer.pipe(Layer.provide(NodeHttpClient.layerUndici), Layer.merge(NodeContext.layer))

NodeRuntime.runMain(Effect.provide(program, Live))
