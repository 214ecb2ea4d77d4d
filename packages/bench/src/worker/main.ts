/** A client's process: makes the client, warms it up, waits for the word, does its job and tells what it saw. */
import { performance } from "node:perf_hooks"
import type { Client, Job, Outcome } from "../model.ts"
import { calls, makeTally, run } from "./workloads.ts"

export const main = async (client: Client): Promise<void> => {
  const job = JSON.parse(process.argv[2] ?? "") as Job
  // The official SDK reports each of its retries there, which nobody would leave on.
  console.error = () => {}
  const api = await client.make(job.setup)
  if (job.warmup > 0) {
    const concurrency = job.workload.kind === "calls" ? job.workload.concurrency : 1
    const work = {
      kind: "calls",
      count: job.warmup,
      concurrency,
      createEvery: 0,
      type: "contacts",
      firstId: 1
    } as const
    await calls(api, makeTally(), work, "warm")
  }
  const told = new Promise((resolve) => process.once("message", resolve))
  process.send?.({ settings: client.settings(job.setup) })
  await told

  const tally = makeTally()
  const cpu = process.cpuUsage()
  const began = performance.now()
  const records = await run(api, tally, job)
  const wallMillis = (tally.started() === 0 ? performance.now() : tally.lastEnd()) - began
  const { system, user } = process.cpuUsage(cpu)
  const outcome: Outcome = {
    wallMillis,
    cpuMillis: (user + system) / 1000,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
    ...tally.counts(),
    records
  }
  process.send?.(outcome, () => process.exit())
}
