/** What is counted and timed, under OpenTelemetry's names where it has some (HTTP client conventions, stable). */
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricLabel from "effect/MetricLabel"
import type { ApiError, StopReason } from "../ApiError.ts"
import type { Mode } from "../CircuitBreaker.ts"
import type { Endpoint } from "./endpoint.ts"

/** The conventions' own, in seconds. */
const boundaries = MetricBoundaries.fromIterable(
  [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
)
const duration = Metric.histogram("http.client.request.duration", boundaries, "Duration of HTTP client requests.")
const limiterWait = Metric.histogram("resilience.limiter.wait", boundaries, "Waiting for the client's own limits.")
const counter = (name: string, description: string) => Metric.counter(name, { description, incremental: true })
const retries = counter("resilience.retries", "Attempts that were repeated, by what had gone wrong.")
const stops = counter("resilience.stops", "Calls that failed, by why they were not repeated once more.")
const trips = counter("resilience.circuit.trips", "Circuits that opened.")
const circuit = Metric.gauge("resilience.circuit.state", {
  description: "0 closed, 1 half-open, 2 open, 3 isolated, -1 disabled."
})
const budget = Metric.gauge("resilience.budget.level", { description: "What is left of the retry budget." })

const stateOf: Record<Mode, number> = { closed: 0, "half-open": 1, open: 2, isolated: 3, disabled: -1 }

export interface Metrics {
  readonly attemptEnded: (
    endpoint: Endpoint,
    millis: number,
    status: number | undefined,
    error: ApiError | undefined
  ) => void
  readonly waited: (endpoint: Endpoint, millis: number) => void
  readonly retrying: (endpoint: Endpoint, error: ApiError) => void
  readonly stopped: (endpoint: Endpoint, reason: StopReason) => void
  readonly circuit: (key: string, mode: Mode) => void
  readonly budget: (key: string, level: number) => void
}

type Labels = Readonly<Record<string, string | undefined>>

/** With the labels of the region in which the client is made. */
export const make: Effect.Effect<Metrics> = Effect.map(FiberRef.get(FiberRef.currentMetricLabels), (own) => {
  let found = byRegion.get(own)
  if (found === undefined) byRegion.set(own, found = withLabels(own))
  return found
})

/** Clients of one region share what there is to keep for each label: there may be as many of them as a service has users. */
const byRegion = new WeakMap<ReadonlyArray<MetricLabel.MetricLabel>, Metrics>()

const withLabels = (own: ReadonlyArray<MetricLabel.MetricLabel>): Metrics => {
  /** Effect finds a metric again by the identity of its labels: they are the same ones each time. */
  const remembered = <Type, In, Out, Key>(metric: Metric.Metric<Type, In, Out>, labelsOf: (key: Key) => Labels) => {
    const kept = new Map<Key, ReadonlyArray<MetricLabel.MetricLabel>>()
    return (value: In, key: Key) => {
      let labels = kept.get(key)
      if (labels === undefined) kept.set(key, labels = [...own, ...toLabels(labelsOf(key))])
      metric.unsafeUpdate(value, labels)
    }
  }
  const ofKey = <Type, In, Out>(metric: Metric.Metric<Type, In, Out>) =>
    remembered(metric, (key: string) => ({ "resilience.key": key }))
  /** By endpoint, and by one thing more. */
  const ofEndpoint = <Type, In, Out>(metric: Metric.Metric<Type, In, Out>, labelsOf: (more: string) => Labels) => {
    const kept = new WeakMap<Endpoint, (value: In, more: string) => void>()
    return (value: In, endpoint: Endpoint, more: string) => {
      let update = kept.get(endpoint)
      if (update === undefined) {
        const { address, port, template } = endpoint
        const where = { "server.address": address, "server.port": port, "url.template": template }
        kept.set(endpoint, update = remembered(metric, (more: string) => ({ ...labelsOf(more), ...where })))
      }
      update(value, more)
    }
  }

  const [ended, waited, retried, stopped, tripped, changed, left] = [
    ofEndpoint(duration, (outcome) => {
      const [method, status, type] = outcome.split(" ")
      return {
        "http.request.method": method,
        "http.response.status_code": status || undefined,
        "error.type": type,
        unit: "s"
      }
    }),
    ofEndpoint(limiterWait, () => ({ unit: "s" })),
    ofEndpoint(retries, (type) => ({ "error.type": type })),
    ofEndpoint(stops, (reason) => ({ "resilience.reason": reason })),
    ofKey(trips),
    ofKey(circuit),
    ofKey(budget)
  ]
  return {
    attemptEnded: (endpoint, millis, status, error) => {
      const outcome = `${endpoint.method} ${status ?? ""}${error === undefined ? "" : ` ${errorType(error)}`}`
      ended(millis / 1000, endpoint, outcome)
    },
    waited: (endpoint, millis) => waited(millis / 1000, endpoint, ""),
    retrying: (endpoint, error) => retried(1, endpoint, errorType(error)),
    stopped: (endpoint, reason) => stopped(1, endpoint, reason),
    circuit: (key, mode) => {
      changed(stateOf[mode], key)
      if (mode === "open") tripped(1, key)
    },
    budget: (key, level) => left(level, key)
  }
}

const toLabels = (labels: Labels): ReadonlyArray<MetricLabel.MetricLabel> =>
  Object.entries(labels).flatMap(([name, value]) => value === undefined ? [] : [MetricLabel.make(name, value)])

/** The status where there was an answer, as the conventions have it, else what went wrong. */
export const errorType = (error: ApiError): string =>
  error._tag === "RateLimited" || error._tag === "ServerError" || error._tag === "ClientError"
    ? String(error.status)
    : error._tag === "ConnectionError" && error.code !== undefined
    ? error.code
    : error._tag
