/**
 * Many portals in one process: what does one hold that is in use, and one that nobody has used for a while, and does a call
 * cost more? To be run with --expose-gc.
 */
import { performance } from "node:perf_hooks"
import { client, idleTimeToLive } from "../clients/ours-portals.ts"
import { neverReached, production } from "../defaults.ts"
import * as Histogram from "../worker/histogram.ts"

const main = async () => {
  const [baseUrl = "", ...rest] = process.argv.slice(2)
  const [count = 1, calls = 1] = rest.map(Number)
  const portals = await client({ ...production, limit: neverReached, baseUrl, token: "a-token" })
  await portals.open(1)
  await portals.get(0)
  const before = heapUsed()
  await portals.open(count)
  await inLanes(count, portals.get)
  const inUse = heapUsed() - before

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
  await portals.leave()
  // What counts against their limits is still kept.
  await new Promise((resolve) => setTimeout(resolve, 4 * idleTimeToLive))
  const idle = heapUsed() - before
  process.send?.(
    {
      cpuMillis: (user + system) / 1000,
      bytesPerPortal: { inUse: inUse / count, idle: idle / count },
      ...latencies.latency()
    },
    () => process.exit()
  )
}

const heapUsed = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

const inLanes = async (count: number, call: (n: number) => Promise<unknown>) => {
  let next = 0
  const lane = async () => {
    while (next < count) await call(next++)
  }
  await Promise.all(Array.from({ length: 50 }, lane))
}

main()
