/** What scenario `scale` measures: pieces of a library rather than clients. Each runs in a process of its own. */
import { performance } from "node:perf_hooks"

export interface Subject {
  /** Carries out so many operations with as many waiting at a time as its first argument says. */
  readonly run: (waiting: number, operations: number) => Promise<void>
}

export const main = async ({ run }: Subject): Promise<void> => {
  const [waiting = 1, operations = 1] = process.argv.slice(2).map(Number)
  await run(waiting, Math.ceil(operations / 4))
  const told = new Promise((resolve) => process.once("message", resolve))
  process.send?.({})
  await told
  const began = performance.now()
  const cpu = process.cpuUsage()
  await run(waiting, operations)
  const { system, user } = process.cpuUsage(cpu)
  process.send?.({ cpuMillis: (user + system) / 1000, wallMillis: performance.now() - began }, () => process.exit())
}

/** Lanes of a promise-based library: one operation after the other in each. */
export const inLanes = async (lanes: number, operations: number, operation: () => Promise<unknown>): Promise<void> => {
  let left = operations
  const lane = async () => {
    while (left-- > 0) await operation()
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
