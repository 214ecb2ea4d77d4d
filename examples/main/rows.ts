/** From lines of a CSV to contacts that can be sent, with a reason for each one that cannot. */
import { Effect, Either, Stream } from "effect"
import type { Line, Row, UnreadableCsv } from "./csv.ts"

export interface Person {
  readonly line: number
  readonly contact: Row
}

export interface Refusal {
  readonly line: number
  readonly email: string
  readonly reason: string
}

export interface Rows {
  readonly read: number
  readonly people: ReadonlyArray<Person>
  readonly rejected: ReadonlyArray<Refusal>
  /** Earlier rows for an email that comes again: the last one wins. */
  readonly duplicates: ReadonlyArray<Refusal>
}

/** Deliberately simple: one @, a dot in the domain, and no blanks. HubSpot has the last word. */
const email = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/

const validate = ({ line, row }: Line): Either.Either<Person, Refusal> => {
  const contact: Row = { ...row, email: row.email.trim().toLowerCase() }
  if (contact.email === "") return Either.left({ line, email: "", reason: "has no email" })
  return email.test(contact.email)
    ? Either.right({ line, contact })
    : Either.left({ line, email: row.email, reason: "has an email that cannot be right" })
}

export const collect = (lines: Stream.Stream<Line, UnreadableCsv>): Effect.Effect<Rows, UnreadableCsv> =>
  Effect.gen(function*() {
    const people = new Map<string, Person>()
    const rejected: Array<Refusal> = []
    const duplicates: Array<Refusal> = []
    let read = 0
    yield* Stream.runForEach(lines, (line) =>
      Effect.sync(() => {
        read++
        Either.match(validate(line), {
          onLeft: (refusal) => rejected.push(refusal),
          onRight: (person) => {
            const { email } = person.contact
            const earlier = people.get(email)
            if (earlier !== undefined) {
              duplicates.push({ line: earlier.line, email, reason: `comes again in line ${person.line}` })
              people.delete(email)
            }
            people.set(email, person)
          }
        })
      }))
    return { read, people: [...people.values()], rejected, duplicates }
  })
