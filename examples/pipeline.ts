/**
 * Deals out of HubSpot, reshaped, and into an embedded SQL database (libSQL, through `@effect/sql`), ready to be asked
 * questions of. Run it as often as you like: what is there already is brought up to date.
 *
 *     HUBSPOT_ACCESS_TOKEN=… npx tsx examples/pipeline.ts deals.db
 */
import { NodeHttpClient, NodeRuntime } from "@effect/platform-node"
import { SqlClient } from "@effect/sql"
import { LibsqlClient } from "@effect/sql-libsql"
import { Chunk, Console, DateTime, Effect, Layer, Stream } from "effect"
import { Deals, HubSpot } from "effect-hubspot"

const [file = "deals.db"] = process.argv.slice(2)

const extract = Deals.stream({ properties: ["dealname", "dealstage", "amount", "closedate"] })

const transform = ({ id, properties }: Stream.Stream.Success<typeof extract>) => ({
  id,
  name: properties.dealname ?? "(no name)",
  stage: properties.dealstage,
  cents: properties.amount === null ? null : Math.round(properties.amount * 100),
  closes: properties.closedate && DateTime.formatIsoDateUtc(properties.closedate)
})

const program = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE IF NOT EXISTS deals (id TEXT PRIMARY KEY, name TEXT, stage TEXT, cents INTEGER, closes TEXT)`

  yield* extract.pipe(
    Stream.map(transform),
    Stream.grouped(500),
    Stream.runForEach((deals) => sql`INSERT OR REPLACE INTO deals ${sql.insert(Chunk.toReadonlyArray(deals))}`)
  )

  const stages = yield* sql<{ readonly stage: string; readonly deals: number; readonly cents: number }>`
    SELECT stage, COUNT(*) AS deals, SUM(cents) AS cents FROM deals GROUP BY stage ORDER BY cents DESC`
  for (const { cents, deals, stage } of stages) {
    yield* Console.log(`${stage}: ${deals} deals, ${(cents / 100).toFixed(2)}`)
  }
})

const Live = Layer.merge(
  HubSpot.layer.pipe(Layer.provide(NodeHttpClient.layerUndici)),
  LibsqlClient.layer({ url: `file:${file}` })
)

NodeRuntime.runMain(Effect.provide(program, Live))
