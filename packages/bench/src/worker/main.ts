/** A client's process: makes the client, warms it up, waits for the word, does its job and tells what it saw. */
import { performance } from "node:perf_hooks"
import type { Api, Client, Job, Outcome } from "../model.ts"
import { calls, makeTally, run, sleep } from "./workloads.ts"

export const main = async (client: Client): Promise<void> => {
  const job = JSON.parse(process.argv[2] ?? "") as Job
  // The official SDK reports each of its retries there, which nobody would leave on.
  console.error = () => {}
  const api = await warm(client, job)
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
  process.send?.(outcome)
  await closed(api)
  process.exit()
}

/** Answers with the client that is to be measured. */
const warm = async (client: Client, { setup, warmup, workload }: Job): Promise<Api> => {
  const api = await client.make(setup)
  if (warmup === undefined) return api
  const concurrency = workload.kind === "calls" ? Math.min(workload.concurrency, warmup.calls) : 1
  const work = {
    kind: "calls",
    count: warmup.calls,
    concurrency,
    createEvery: 0,
    type: "contacts",
    firstId: 1
  } as const
  if (warmup.sameClient) {
    await calls(api, makeTally(), work, "warm")
    return api
  }
  const redis = setup.redis && { ...setup.redis, prefix: `${setup.redis.prefix}-warm-${process.pid}` }
  const another = await client.make({ ...setup, redis })
  await calls(another, makeTally(), work, "warm")
  await closed(another)
  return api
}

/** What it shares with other processes is given back then. What hangs is not waited for. */
const closed = (api: Api) => Promise.race([api.close(), sleep(2000)])
