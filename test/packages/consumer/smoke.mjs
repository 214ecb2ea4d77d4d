// What a JavaScript program does with the packages as they are published.
import { NodeHttpClient } from "@effect/platform-node"
import { Duration, Effect, Layer, Redacted } from "effect"
import { Contacts, HubSpot } from "effect-hubspot"
import * as ContactsModule from "effect-hubspot/Contacts"
import { Jitter, RetrySchedule, SampleErrors } from "effect-resilience"
import * as RetryScheduleModule from "effect-resilience/RetrySchedule"
import { Emulator } from "hubspot-emulator"
import * as assert from "node:assert/strict"

assert.equal(ContactsModule.Contacts, Contacts)
assert.equal(RetryScheduleModule.exponential, RetrySchedule.exponential)

const program = Effect.gen(function*() {
  const schedule = RetrySchedule.exponential({ base: "2 seconds", jitter: Jitter.none })
  const delays = yield* RetrySchedule.plan(schedule, [SampleErrors.serverError, SampleErrors.timeout])
  assert.deepEqual(delays.map(Duration.toSeconds), [2, 4])

  const emulator = yield* Emulator.make()
  const Live = HubSpot.layerWith({ accessToken: Redacted.make(emulator.token), baseUrl: emulator.url }).pipe(
    Layer.provide(NodeHttpClient.layerUndici)
  )
  const [written, read] = yield* Effect.all([
    Contacts.upsert({ email: "ada@example.com", firstname: "Ada" }, { by: "email" }),
    Contacts.get("ada@example.com", { by: "email", properties: ["firstname"] })
  ]).pipe(Effect.provide(Live))
  assert.equal(written.isNew, true)
  assert.deepEqual([read.id, read.properties], [written.id, { firstname: "Ada" }])
  assert.equal((yield* emulator.stats).requests, 2)
})

await Effect.runPromise(Effect.scoped(program))
console.log(`passed on Node ${process.versions.node}`)
