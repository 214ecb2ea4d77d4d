/** Where the figures come from. */
import * as Effect from "effect/Effect"
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os"

export interface Machine {
  readonly description: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  /** Of the minute before: more than nothing means that the machine had other things to do. */
  readonly load: number
}

export const machine: Effect.Effect<Machine> = Effect.sync(() => {
  const cores = cpus()
  const cpu = (cores[0]?.model ?? "unknown").trim()
  const memoryGiB = Math.round(totalmem() / 2 ** 30)
  const system = `${platform()} ${release()} ${arch()}`
  const load = Math.round((loadavg()[0] ?? 0) * 10) / 10
  return {
    description:
      `${cores.length} × ${cpu}, ${memoryGiB} GiB, ${platform()} ${arch()}, Node ${process.version}, load ${load} before`,
    cpu,
    cores: cores.length,
    memoryGiB,
    system,
    node: process.version,
    load
  }
})
