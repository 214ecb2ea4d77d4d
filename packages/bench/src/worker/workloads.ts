/** The work, the same for every client. */
import { performance } from "node:perf_hooks"
import type { Api, Identified, Job, Workload } from "../model.ts"
import * as Histogram from "./histogram.ts"

/** What becomes of the calls of a run. */
export const makeTally = () => {
  const latencies = Histogram.make()
  const failures: Record<string, number> = {}
  const created: Array<string> = []
  let started = 0
  let succeeded = 0
  let failed = 0
  let lastEnd = performance.now()

  /** Never rejects. */
  const track = async (id: string | undefined, call: () => Promise<Identified>): Promise<boolean> => {
    const began = performance.now()
    started++
    try {
      const answer = await call()
      if (id !== undefined && answer.id !== id) throw new Error(`asked for ${id}, was given ${answer.id}`)
      succeeded++
      return true
    } catch (error) {
      const name = nameOf(error)
      failures[name] = (failures[name] ?? 0) + 1
      failed++
      return false
    } finally {
      lastEnd = performance.now()
      latencies.record(lastEnd - began)
    }
  }
  return {
    track,
    created,
    started: () => started,
    lastEnd: () => lastEnd,
    counts: () => ({
      latency: latencies.latency(),
      succeeded,
      failed,
      neverEnded: started - succeeded - failed,
      failures,
      created
    })
  }
}

export type Tally = ReturnType<typeof makeTally>

const nameOf = (error: unknown): string => {
  const { _tag, code, name, response, status } = (error ?? {}) as Record<string, unknown>
  const answered = status ?? (response as { status?: unknown; statusCode?: unknown } | undefined)?.status ??
    (response as { statusCode?: unknown } | undefined)?.statusCode
  return [_tag ?? name, answered ?? code].filter((part) => part !== undefined).join(" ").slice(0, 60) || "unknown"
}

const one = (api: Api, tally: Tally, workload: Workload & { kind: "calls" }, prefix: string, n: number) => {
  if (workload.createEvery === 0 || n % workload.createEvery > 0) {
    const id = String(workload.firstId + n)
    return tally.track(id, () => api.get(id))
  }
  const key = `${prefix}-${n}@example.com`
  const properties = workload.type === "deals"
    ? { dealname: key, pipeline: "default", dealstage: "qualifiedtobuy" }
    : { email: key, firstname: "Ada", lastname: "Lovelace" }
  return tally.track(undefined, () => api.create(workload.type, properties)).then((done) => {
    if (done) tally.created.push(key)
  })
}

/** A fixed number of lanes, each of which begins its next call when its last one has ended. */
export const calls = async (api: Api, tally: Tally, workload: Workload & { kind: "calls" }, prefix: string) => {
  let next = 0
  const lane = async () => {
    while (next < workload.count) await one(api, tally, workload, prefix, next++)
  }
  await Promise.all(Array.from({ length: Math.min(workload.concurrency, workload.count) }, lane))
}

/** So many calls a second, whatever became of those before them. */
const arrivals = async (api: Api, tally: Tally, workload: Workload & { kind: "arrivals" }) => {
  const total = workload.perSecond * workload.seconds
  const began = performance.now()
  const under: Array<Promise<unknown>> = []
  while (under.length < total) {
    const due = Math.min(total, Math.floor((performance.now() - began) / 1000 * workload.perSecond) + 1)
    while (under.length < due) {
      const id = String(under.length + 1)
      under.push(tally.track(id, () => api.get(id)))
    }
    await sleep(5)
  }
  await Promise.all(under)
}

export const sleep = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** Answers with how many records were listed. */
export const run = async (api: Api, tally: Tally, { patienceMillis, prefix, workload }: Job): Promise<number> => {
  switch (workload.kind) {
    case "list": {
      let records = 0
      await api.list((page) => {
        records += page.length
      })
      return records
    }
    case "many": {
      const ids = Array.from({ length: workload.count }, (_, n) => String(n + 1))
      return api.getMany === undefined ? 0 : api.getMany(ids)
    }
    case "calls":
    case "arrivals": {
      const work = workload.kind === "calls" ? calls(api, tally, workload, prefix) : arrivals(api, tally, workload)
      await withPatience(work, tally, patienceMillis)
      return 0
    }
  }
}

/** A client without a timeout would have us wait for ever. */
const withPatience = (work: Promise<void>, tally: Tally, millis: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      if (performance.now() - tally.lastEnd() > millis) {
        clearInterval(timer)
        resolve()
      }
    }, 100)
    work.finally(() => clearInterval(timer)).then(resolve, reject)
  })
