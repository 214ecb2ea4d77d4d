/**
 * Creates or updates a contact for each row of a CSV whose columns are properties of contacts, by email. What fails is
 * told, with the reason, and does not hold up the rest; running it again does no harm.
 *
 *     HUBSPOT_ACCESS_TOKEN=… npx tsx examples/csv-to-contacts.ts people.csv
 */
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeHttpClient, NodeRuntime, NodeStream } from "@effect/platform-node"
import { parse } from "csv-parse"
import { Chunk, Console, Data, Effect, Layer, Schema, Stream } from "effect"
import { Contacts, HubSpot } from "effect-hubspot"

class UnreadableCsv extends Data.TaggedError("UnreadableCsv")<{ readonly cause: unknown }> {}

const Row = Schema.Struct({ email: Schema.String, firstname: Schema.String, lastname: Schema.String })

const rows = (file: string) =>
  Stream.unwrap(Effect.map(FileSystem.FileSystem, (fs) => fs.stream(file))).pipe(
    NodeStream.pipeThroughDuplex(
      () => parse({ bom: true, columns: true, trim: true, skip_empty_lines: true }),
      (cause) => new UnreadableCsv({ cause })
    ),
    Stream.mapEffect(Schema.decodeUnknown(Row))
  )

const program = Effect.gen(function*() {
  const [file = "people.csv"] = process.argv.slice(2)
  let [created, updated, refused] = [0, 0, 0]
  yield* rows(file).pipe(
    Stream.grouped(1000), // ten calls of a hundred, four at a time
    Stream.runForEach((chunk) =>
      Effect.gen(function*() {
        const { failed, succeeded } = yield* Contacts.batchUpsert(Chunk.toReadonlyArray(chunk), { by: "email" })
        created += succeeded.filter(({ record }) => record.isNew).length
        updated += succeeded.filter(({ record }) => !record.isNew).length
        for (const { error, input } of failed) {
          refused++
          const reason = "details" in error ? error.details?.message : undefined
          yield* Console.error(`${input.email || "(no email)"}: ${reason ?? error.message}`)
        }
      })
    )
  )
  yield* Console.log(`${created} created, ${updated} updated, ${refused} failed`)
  if (refused > 0) process.exitCode = 1
})

const Live = HubSpot.layer.pipe(Layer.provide(NodeHttpClient.layerUndici), Layer.merge(NodeContext.layer))

NodeRuntime.runMain(Effect.provide(program, Live))
