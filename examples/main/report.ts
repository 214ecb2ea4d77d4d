/** What the job did, checked against the emulator's own store. */
import { Duration } from "effect"
import type { CrmRecord, Stats } from "hubspot-emulator"
import type { Result } from "./job.ts"
import { seconds } from "./progress.ts"

export interface Evidence {
  readonly stats: Stats.Stats
  readonly contacts: ReadonlyArray<CrmRecord.CrmRecord>
  /** Requests per second. */
  readonly limit: number
}

export interface Verdict {
  readonly text: string
  readonly good: boolean
}

const columns = ["email", "firstname", "lastname", "company", "phone", "city", "lifecyclestage"] as const

/** Whether every row is accounted for. */
const sums = ({ created, refused, rows, updated }: Result) => {
  const rejected = rows.rejected.length + refused.length
  const accounted = created + updated + rows.duplicates.length + rejected
  const sum = `${created} created + ${updated} updated + ${rows.duplicates.length} duplicates + ${rejected} rejected`
  return {
    good: accounted === rows.read,
    line: `rows      ${rows.read} read = ${sum}${accounted === rows.read ? "" : `, WHICH IS ${accounted}`}`
  }
}

/** What can be said of any account. */
export const ofAccount = (result: Result): Verdict => {
  const { dealsWon, different, elapsed, readBack, snapshot, streamed } = result
  const rows = sums(result)
  return {
    good: rows.good && different.length === 0,
    text: [
      rows.line,
      `back      ${readBack} read one by one, ${different.length} of them different; ${streamed} streamed; ${dealsWon} deals won`,
      `calls     ${snapshot.calls} in ${snapshot.attempts} requests; ${snapshot.failed} given up, and left to the job`,
      `retries   ${counts(snapshot.retries)}`,
      `waiting   ${seconds(snapshot.limiterWait)} for the limiter, by all calls together`,
      `time      ${seconds(elapsed)}`
    ].join("\n")
  }
}

/** What the emulator's own books say besides. */
export const ofEmulator = (result: Result, { contacts, limit, stats }: Evidence): Verdict => {
  const stored = new Map(contacts.map((contact) => [contact.properties.email, contact.properties]))
  const lost = result.rows.people.filter(({ contact }) => {
    const properties = stored.get(contact.email)
    return result.ids.has(contact.email) && !columns.every((column) => (properties?.[column] ?? "") === contact[column])
  }).length
  const duplicates = contacts.length - stored.size + Math.max(0, stats.creates - contacts.length)
  const minimum = Duration.seconds(Math.floor((stats.requests - 1) / limit))
  const job = ofAccount(result)
  return {
    good: job.good && lost === 0 && duplicates === 0 && result.streamed === contacts.length &&
      stats.rateLimited.limiter === 0,
    text: [
      job.text,
      `          at ${limit} requests a second ${seconds(minimum)} at the least`,
      `429s      ${stats.rateLimited.limiter} by our own pace, ${stats.rateLimited.injected} made up by the emulator`,
      `faults    ${counts(stats.faults)}`,
      `store     ${contacts.length} contacts: lost ${lost}, duplicates ${duplicates}`
    ].join("\n")
  }
}

const counts = (record: { readonly [name: string]: number | undefined }): string =>
  Object.entries(record).map(([name, count]) => `${count} ${name}`).join(", ") || "none"
