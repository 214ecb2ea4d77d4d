/** The main job on an emulator that limits and fails, and the check against the emulator's own store. */
import { FileSystem, Path } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { Array, Duration, Effect, Layer, Redacted } from "effect"
import { HubSpot } from "effect-hubspot"
import { Profile, RateLimiter } from "effect-resilience"
import { Emulator, type FaultPlan } from "hubspot-emulator"
import * as Csv from "./csv.ts"
import * as Job from "./job.ts"
import type { Options } from "./options.ts"
import { Progress } from "./progress.ts"
import { ofEmulator } from "./report.ts"

/** All that can go wrong, and an outage of 3 seconds; for other limits than 100 a second the outage moves along. */
const faults = ({ limit, seed }: Options): FaultPlan.Input => ({
  seed,
  rules: [
    { share: 0.01, fault: { kind: "status", status: 500 } },
    { share: 0.005, fault: { kind: "status", status: 502 } },
    { share: 0.005, fault: { kind: "status", status: 503 } },
    { share: 0.005, fault: { kind: "reset" } },
    { share: 0.005, fault: { kind: "resetAfterCommit" } },
    { share: 0.002, fault: { kind: "hang" } },
    { share: 0.002, fault: { kind: "hangAfterCommit" } },
    { share: 0.005, fault: { kind: "slowBody", over: "500 millis" } },
    { share: 0.003, fault: { kind: "cutBody" } },
    { share: 0.001, fault: { kind: "rateLimited", body: "tenSecondly" } },
    { share: 0.0005, fault: { kind: "rateLimited", body: "tenSecondly", retryAfter: 1 } }
  ],
  outages: [{ from: Duration.seconds(2000 / limit), to: Duration.seconds(2300 / limit) }]
})

const client = (emulator: Emulator.Emulator.Service, limit: number) =>
  HubSpot.layerWith({
    accessToken: Redacted.make(emulator.token),
    baseUrl: emulator.url,
    profile: Profile.production,
    overrides: {
      // Few and quick retries: what they do not get over, the job itself tries again.
      retry: { base: "250 millis", cap: "5 seconds", retries: 4 },
      attemptTimeout: "2 seconds",
      deadline: "20 seconds",
      // Nobody else has to be spared: the outage is over when it is over.
      breaker: { opening: "1 second", longestOpening: "2 seconds" },
      limits: [RateLimiter.rolling("general", limit, "1 second")]
    }
  }).pipe(Layer.provide(NodeHttpClient.layerUndici))

export const run = (options: Options) =>
  Effect.gen(function*() {
    const { calm, limit, out, rows } = options
    const path = yield* Path.Path
    const fs = yield* FileSystem.FileSystem
    const progress = yield* Progress
    const emulator = yield* Emulator.make({ limits: { general: { limit, window: "1 second" } } })
    yield* emulator.add(
      "deals",
      Array.makeBy(10, (n) => ({ dealname: `Deal ${n}`, pipeline: "default", dealstage: "qualifiedtobuy" }))
    )
    yield* progress.say(
      `An emulated HubSpot at ${emulator.url}: ${limit} requests a second${calm ? "" : ", faults and an outage"}`
    )

    yield* fs.makeDirectory(out, { recursive: true })
    const madeUp = path.join(out, "contacts.csv")
    if (options.csv === undefined) yield* fs.writeFileString(madeUp, Csv.generate(rows))
    if (!calm) yield* emulator.setFaults(faults(options))

    const result = yield* Job.run({
      csv: options.csv ?? madeUp,
      out,
      single: 0.15,
      readBack: 0.1,
      deals: true,
      timeLimit: "5 minutes"
    }).pipe(Effect.provide(client(emulator, limit)))

    const evidence = { stats: yield* emulator.stats, contacts: yield* emulator.records("contacts"), limit }
    return ofEmulator(result, evidence)
  }).pipe(Effect.scoped)
