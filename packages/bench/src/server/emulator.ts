/** The HubSpot emulator in a process of its own, asked for its ledger over the channel to the process that started it. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import * as Emulator from "hubspot-emulator/Emulator"
import type * as FaultPlan from "hubspot-emulator/FaultPlan"
import * as Limits from "hubspot-emulator/Limits"
import type { Ledger } from "../model.ts"

interface Reset {
  readonly reset: { readonly faults: FaultPlan.Input; readonly contacts: number }
}

const program = Effect.gen(function*() {
  const emulator = yield* Emulator.make({ limits: Limits.unlimited })
  const runtime = yield* Effect.runtime()

  const reset = ({ contacts, faults }: Reset["reset"]) =>
    Effect.gen(function*() {
      yield* emulator.reset
      const rows = Array.from({ length: contacts }, (_, n) => ({ email: `there-${n}@example.com`, firstname: "Ada" }))
      const added = yield* emulator.add("contacts", rows)
      yield* emulator.setFaults(faults)
      return { firstId: Number(added[0]?.id ?? 0) }
    })

  const ledger: Effect.Effect<Ledger> = Effect.gen(function*() {
    const { rateLimited, requests } = yield* emulator.stats
    const contacts = yield* emulator.records("contacts")
    const deals = yield* emulator.records("deals")
    const keys = [...contacts, ...deals].map(({ properties }) => properties.email ?? properties.dealname ?? "")
    return { requests, rateLimited: rateLimited.limiter + rateLimited.injected, keys }
  })

  process.on("message", (message: Partial<Reset>) => {
    const answer = message.reset === undefined ? ledger : Effect.orDie(reset(message.reset))
    Runtime.runCallback(runtime)(Effect.map(answer, (value: object) => process.send?.(value)))
  })
  process.send?.({ url: emulator.url, token: emulator.token })
  // It ends with the process that started it.
  const gone = yield* Deferred.make<void>()
  process.once("disconnect", () => Deferred.unsafeDone(gone, Effect.void))
  yield* Deferred.await(gone)
})

Effect.runFork(Effect.scoped(program))
