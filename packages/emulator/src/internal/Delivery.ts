/**
 * Tells an app of changes: one request after another, signed, each tried again a bounded number of times.
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { createHash, createHmac } from "node:crypto"
import type * as Webhooks from "../Webhooks.ts"
import type { Event } from "./Changes.ts"

export type Deliver = (events: ReadonlyArray<Event>) => Effect.Effect<void>

const maxEvents = 100
const maxWaiting = 100_000

/** Events are told in order. What waits is bounded; when too much does, the newest is lost. */
export const make = (
  options: Webhooks.Options,
  now: () => number
): Effect.Effect<Deliver, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { delay = "1 second", retries = 3, subscriptions } = options
    const queue = yield* Queue.dropping<Event>(maxWaiting)
    const again = Schedule.intersect(Schedule.exponential(delay), Schedule.recurs(retries))
    const deliver = (events: ReadonlyArray<Event>) => {
      let attempts = 0
      return Effect.suspend(() => {
        const attemptNumber = attempts++
        return post(options, events.map((event) => ({ ...event, attemptNumber })), now())
      }).pipe(Effect.retry(again), Effect.ignore)
    }
    yield* Queue.takeBetween(queue, 1, maxEvents).pipe(
      Effect.flatMap((events) => deliver([...events])),
      Effect.forever,
      Effect.forkScoped
    )
    return (events) =>
      Queue.offerAll(
        queue,
        subscriptions === undefined
          ? events
          : events.filter(({ subscriptionType }) => subscriptions.includes(subscriptionType))
      )
  })

const post = ({ secret, signature = "v3", url }: Webhooks.Options, events: ReadonlyArray<object>, now: number) => {
  const body = JSON.stringify(events)
  return Effect.tryPromise((signal) =>
    fetch(url, {
      method: "POST",
      redirect: "manual",
      signal,
      body,
      headers: { "content-type": "application/json", ...sign(signature, secret, url, body, now) }
    }).then(async (response) => {
      await response.body?.cancel()
      return response
    })
  ).pipe(
    Effect.timeout("5 seconds"),
    Effect.filterOrFail(({ ok }) => ok)
  )
}

/** The headers by which the receiver knows that a request is HubSpot's. */
export const sign = (
  version: NonNullable<Webhooks.Options["signature"]>,
  secret: string,
  url: string,
  body: string,
  now: number
): Record<string, string> => {
  const hash = (text: string) => createHash("sha256").update(text).digest("hex")
  switch (version) {
    case "v1":
      return { "x-hubspot-signature": hash(secret + body), "x-hubspot-signature-version": "v1" }
    case "v2":
      return { "x-hubspot-signature": hash(`${secret}POST${url}${body}`), "x-hubspot-signature-version": "v2" }
    case "v3": {
      const timestamp = String(now)
      const signed = createHmac("sha256", secret).update(`POST${decoded(url)}${body}${timestamp}`).digest("base64")
      return { "x-hubspot-signature-v3": signed, "x-hubspot-request-timestamp": timestamp }
    }
  }
}

/** Only these stand decoded in what is signed. */
const decoded = (url: string): string =>
  url.replace(/%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, (escape) => decodeURIComponent(escape))
