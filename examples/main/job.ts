/** The main job: a CSV goes into HubSpot and comes out again, with nothing lost and nothing twice. */
import { FileSystem, Path } from "@effect/platform"
import { Array, Clock, Duration, Effect, Schedule, Stream } from "effect"
import { Contacts, Deals, HubSpotClient } from "effect-hubspot"
import type { Snapshot } from "effect-resilience"
import * as Csv from "./csv.ts"
import { deliver, mayYetSucceed } from "./deliver.ts"
import { Progress } from "./progress.ts"
import * as Rows from "./rows.ts"

export interface Task {
  readonly csv: string
  readonly out: string
  /** Shares of the rows that are created one by one, and read back one by one. */
  readonly single: number
  readonly readBack: number
  /** Move ten deals to `closedwon`. */
  readonly deals: boolean
  readonly timeLimit: Duration.DurationInput
}

export interface Result {
  readonly rows: Rows.Rows
  readonly created: number
  readonly updated: number
  readonly refused: ReadonlyArray<Rows.Refusal>
  /** Ids of the contacts that were delivered, by email. */
  readonly ids: ReadonlyMap<string, string>
  readonly readBack: number
  /** Contacts that came back other than they went. */
  readonly different: ReadonlyArray<string>
  readonly dealsWon: number
  readonly streamed: number
  readonly elapsed: Duration.Duration
  readonly snapshot: Snapshot.Snapshot
}

export const run = ({ csv, deals, out, readBack, single, timeLimit }: Task) =>
  Effect.gen(function*() {
    const path = yield* Path.Path
    const fs = yield* FileSystem.FileSystem
    const progress = yield* Progress
    const { http } = yield* HubSpotClient.HubSpotClient
    const startedAt = yield* Clock.currentTimeMillis
    const deadline = startedAt + Duration.toMillis(timeLimit)
    yield* fs.makeDirectory(out, { recursive: true })

    const rows = yield* Rows.collect(Csv.read(csv))
    const { created, ids, refused, updated } = yield* deliver(rows.people, {
      single: Math.round(rows.read * single),
      deadline
    })
    yield* listRefusals(path.join(out, "rejected.csv"), [...rows.rejected, ...refused])
    yield* listRefusals(path.join(out, "duplicates.csv"), rows.duplicates)

    const delivered = rows.people.filter(({ contact }) => ids.has(contact.email))
    const sample = everyNth(delivered, Math.round(rows.read * readBack))
    const different = yield* readAgain(sample, ids, deadline)
    const dealsWon = deals ? yield* winDeals : 0
    const streamed = yield* toNdjson(out)
    yield* progress.begin("done")

    return {
      rows,
      created,
      updated,
      refused,
      ids,
      readBack: sample.length,
      different,
      dealsWon,
      streamed,
      elapsed: Duration.millis((yield* Clock.currentTimeMillis) - startedAt),
      snapshot: yield* http.snapshot
    } satisfies Result
  })

const everyNth = <A>(all: ReadonlyArray<A>, count: number): ReadonlyArray<A> =>
  Array.makeBy(Math.min(count, all.length), (n) => all[Math.floor(n * all.length / count)] as A).slice(0, count)

const columns = ["email", "firstname", "lastname", "company", "phone", "city", "lifecyclestage"] as const

/** Gives the emails of those that are not as they were sent. */
const readAgain = (people: ReadonlyArray<Rows.Person>, ids: ReadonlyMap<string, string>, deadline: number) =>
  Effect.gen(function*() {
    const progress = yield* Progress
    yield* progress.begin("reading contacts back one by one", people.length)
    const isSame = ({ contact }: Rows.Person) =>
      Contacts.get(ids.get(contact.email) ?? "", { properties: columns }).pipe(
        Effect.retry({
          schedule: Schedule.spaced("1 second"),
          while: (error) => Effect.map(Clock.currentTimeMillis, (now) => mayYetSucceed(error) && now < deadline)
        }),
        Effect.tap(() => progress.advance()),
        Effect.map(({ properties }) => columns.every((column) => (properties[column] ?? "") === contact[column]))
      )
    const [different] = yield* Effect.partition(
      people,
      (person) =>
        Effect.if(isSame(person), { onTrue: () => Effect.void, onFalse: () => Effect.fail(person.contact.email) }),
      { concurrency: 32 }
    )
    return different.map(String)
  })

/** Moves the first ten deals there are. */
const winDeals = Effect.gen(function*() {
  const progress = yield* Progress
  yield* progress.begin("moving deals to closedwon", 10)
  return yield* Deals.stream({ properties: ["dealname"], pageSize: 10 }).pipe(
    Stream.take(10),
    Stream.mapEffect(({ id }) => Deals.update(id, { dealstage: "closedwon" }), { concurrency: 5 }),
    Stream.tap(() => progress.advance()),
    Stream.runCount
  )
})

/** Everything there is, one record a line, while it comes. */
export const toNdjson = (out: string) =>
  Effect.gen(function*() {
    const path = yield* Path.Path
    const fs = yield* FileSystem.FileSystem
    yield* fs.makeDirectory(out, { recursive: true })
    const progress = yield* Progress
    yield* progress.begin("streaming all contacts to a file")
    let count = 0
    yield* Contacts.pages({ properties: columns, retries: 10 }).pipe(
      Stream.tap((page) => {
        count += page.length
        return progress.advance(page.length)
      }),
      Stream.filter((page) => page.length > 0),
      Stream.map((page) => page.map((contact) => `${JSON.stringify(contact)}\n`).join("")),
      Stream.encodeText,
      Stream.run(fs.sink(path.join(out, "contacts.ndjson")))
    )
    return count
  })

const listRefusals = (file: string, refusals: ReadonlyArray<Rows.Refusal>) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) =>
    fs.writeFileString(
      file,
      Csv.writeCsv([
        ["line", "email", "reason"],
        ...[...refusals].sort((a, b) => a.line - b.line).map(({ email, line, reason }) => [String(line), email, reason])
      ])
    ))
