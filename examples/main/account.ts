/** The main job on a real account: it only reads, unless `--write` is given. */
import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { Account, HubSpot } from "effect-hubspot"
import * as Job from "./job.ts"
import { type Options, WrongOptions } from "./options.ts"
import { Progress } from "./progress.ts"
import { ofAccount, type Verdict } from "./report.ts"

const client = HubSpot.layer.pipe(Layer.provide(NodeHttpClient.layerUndici))

export const run = ({ csv, out, write }: Options) =>
  Effect.gen(function*() {
    const progress = yield* Progress
    const { portalId } = yield* Account.testCredentials
    if (!write) {
      yield* progress.say(`Reading the contacts of account ${portalId}; nothing is changed`)
      const count = yield* Job.toNdjson(out)
      return { good: true, text: `${count} contacts streamed to ${out}/contacts.ndjson` } satisfies Verdict
    }
    if (csv === undefined) {
      return yield* new WrongOptions({
        message: "--write on a real account needs --csv FILE: nobody wants made-up contacts there"
      })
    }
    yield* progress.say(`Writing ${csv} to account ${portalId}`)
    return ofAccount(yield* Job.run({ csv, out, single: 0.15, readBack: 0.1, deals: false, timeLimit: "1 hour" }))
  }).pipe(Effect.provide(client))
