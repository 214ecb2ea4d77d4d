/** Every person into HubSpot exactly once, whatever fails on the way. */
import { Clock, DateTime, Effect, Stream } from "effect"
import { Contacts, type CrmRecord } from "effect-hubspot"
import type { ApiError } from "effect-resilience"
import { Progress } from "./progress.ts"
import type { Person, Refusal } from "./rows.ts"

export interface Delivered {
  /** Ids by email. */
  readonly ids: ReadonlyMap<string, string>
  readonly created: number
  readonly updated: number
  readonly refused: ReadonlyArray<Refusal>
}

export interface Plan {
  /** How many go one by one; the rest goes in batches. */
  readonly single: number
  /** Until then, in milliseconds since the epoch, those that could not be delivered are tried again. */
  readonly deadline: number
}

type Attempt = { readonly person: Person; readonly error: ApiError.ApiError }
type Record = CrmRecord.CrmRecord<unknown>

export const deliver = (people: ReadonlyArray<Person>, { deadline, single }: Plan) =>
  Effect.gen(function*() {
    const progress = yield* Progress
    const startedAt = yield* Clock.currentTimeMillis
    const ids = new Map<string, string>()
    const refused: Array<Refusal> = []
    let created = 0

    const arrived = (person: Person, record: Record) =>
      Effect.suspend(() => {
        // An upsert that is repeated after it was carried out finds its own record: its birthday tells whose it is.
        if (DateTime.toEpochMillis(record.createdAt) >= startedAt) created++
        ids.set(person.contact.email, record.id)
        return progress.advance()
      })

    const create = (person: Person) =>
      Effect.matchEffect(Contacts.create(person.contact), {
        onSuccess: (record) => Effect.as(arrived(person, record), []),
        onFailure: (error) => Effect.succeed([{ person, error }])
      })

    const upsert = (batch: ReadonlyArray<Person>) =>
      Effect.gen(function*() {
        const { failed, succeeded } = yield* Contacts.batchUpsert(batch.map(({ contact }) => contact), { by: "email" })
        const personOf = new Map(batch.map((person) => [person.contact.email, person]))
        const find = (email: unknown) => personOf.get(String(email)) as Person
        yield* Effect.forEach(succeeded, ({ input, record }) => arrived(find(input.email), record), { discard: true })
        return failed.map(({ error, input }) => ({ person: find(input.email), error }))
      })

    /** Tells apart what HubSpot refuses for good from what may still go through. */
    const sort = (attempts: ReadonlyArray<Attempt>): ReadonlyArray<Person> =>
      attempts.flatMap(({ error, person }) => {
        if (mayYetSucceed(error)) return [person]
        refused.push({ line: person.line, email: person.contact.email, reason: reasonOf(error) })
        return []
      })

    yield* progress.begin("creating contacts one by one", Math.min(single, people.length))
    let left = sort((yield* Effect.forEach(people.slice(0, single), create, { concurrency: 32 })).flat())

    yield* progress.begin("upserting contacts in batches", people.length - Math.min(single, people.length))
    left = [...left, ...sort(yield* inBatches(people.slice(single), upsert))]

    while (left.length > 0 && (yield* Clock.currentTimeMillis) < deadline) {
      yield* progress.begin("trying again what could not be delivered", left.length)
      left = sort(yield* inBatches(left, upsert))
      if (left.length > 0) yield* Effect.sleep("1 second")
    }
    for (const { contact, line } of left) refused.push({ line, email: contact.email, reason: "ran out of time" })
    return { ids, created, updated: ids.size - created, refused } satisfies Delivered
  })

const inBatches = <R>(
  people: ReadonlyArray<Person>,
  send: (batch: ReadonlyArray<Person>) => Effect.Effect<ReadonlyArray<Attempt>, never, R>
) =>
  Stream.fromIterable(people).pipe(
    Stream.grouped(100),
    Stream.mapEffect((batch) => send([...batch]), { concurrency: 8 }),
    Stream.runFold([] as ReadonlyArray<Attempt>, (all, some) => [...all, ...some])
  )

export const mayYetSucceed = (error: ApiError.ApiError): boolean =>
  error.retryable || error.outcome === "unknown" || error._tag === "Timeout"

const reasonOf = (error: ApiError.ApiError): string => {
  const details = error._tag === "ClientError" ? error.details : undefined
  const fields = details?.fields?.map(({ field, message }) => field === undefined ? message : `${field}: ${message}`)
  return fields?.join("; ") ?? details?.message ?? error.message
}
