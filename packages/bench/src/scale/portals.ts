/**
 * Many portals in one process: what does an idle one hold, and does a call cost more? To be run with --expose-gc.
 *
 * Each portal is a client of its own today; there is none for many yet.
 */
import { performance } from "node:perf_hooks"
import { client } from "../clients/ours-portals.ts"
import { neverReached, production } from "../defaults.ts"
import * as Histogram from "../worker/histogram.ts"

const main = async () => {
  const [baseUrl = "", ...rest] = process.argv.slice(2)
  const [count = 1, calls = 1] = rest.map(Number)
  const portals = await client({ ...production, limit: neverReached, baseUrl, token: "a-token" })
  await portals.open(1)
  await portals.get(0)
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  await portals.open(count)
  // Each has been used once, and is idle then.
  await inLanes(count, portals.get)
  globalThis.gc?.()
  const bytes = process.memoryUsage().heapUsed - before

  const latencies = Histogram.make()
  const told = new Promise((resolve) => process.once("message", resolve))
  process.send?.({})
  await told
  const cpu = process.cpuUsage()
  await inLanes(calls, async (n) => {
    const began = performance.now()
    await portals.get(n % count)
    latencies.record(performance.now() - began)
  })
  const { system, user } = process.cpuUsage(cpu)
  process.send?.(
    { cpuMillis: (user + system) / 1000, bytesPerPortal: bytes / count, ...latencies.latency() },
    () => process.exit()
  )
}

const inLanes = async (count: number, call: (n: number) => Promise<unknown>) => {
  let next = 0
  const lane = async () => {
    while (next < count) await call(next++)
  }
  await Promise.all(Array.from({ length: 50 }, lane))
}

main()
