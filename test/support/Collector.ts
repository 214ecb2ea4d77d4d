/** An OpenTelemetry collector on loopback, and what `@effect/opentelemetry` sends to it, in a form that reads well. */
import * as Otlp from "@effect/opentelemetry/Otlp"
import { FetchHttpClient } from "@effect/platform"
import { Effect, Layer, type Scope } from "effect"
import * as ScriptedServer from "./ScriptedServer.ts"

interface KeyValue {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: number; readonly doubleValue?: number }
}

interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly attributes: ReadonlyArray<KeyValue>
  readonly status: { readonly code: number }
  readonly events: ReadonlyArray<{ readonly name: string }>
}

interface OtlpPoint {
  readonly attributes: ReadonlyArray<KeyValue>
  readonly asDouble?: number
  readonly count?: number
  readonly sum?: number
  readonly explicitBounds?: ReadonlyArray<number>
}

interface OtlpMetric {
  readonly name: string
  readonly unit: string
  readonly sum?: { readonly isMonotonic: boolean; readonly dataPoints: ReadonlyArray<OtlpPoint> }
  readonly gauge?: { readonly dataPoints: ReadonlyArray<OtlpPoint> }
  readonly histogram?: { readonly dataPoints: ReadonlyArray<OtlpPoint> }
}

export interface Span {
  readonly name: string
  readonly kind: string
  readonly parent: string | undefined
  readonly status: string
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface Metric {
  readonly unit: string
  readonly type: "counter" | "gauge" | "histogram"
  readonly points: ReadonlyArray<{
    readonly attributes: Readonly<Record<string, unknown>>
    /** Of a histogram: how many there were. */
    readonly value: number | undefined
    readonly sum: number | undefined
    readonly bounds: ReadonlyArray<number> | undefined
  }>
}

export interface Collector {
  /** Exports what happens inside it, at the latest when it ends. */
  readonly layer: Layer.Layer<never>
  /** In the order in which they ended. */
  readonly spans: () => ReadonlyArray<Span>
  /** As they stood at the end; only the points that have this label, without it. */
  readonly metrics: (label: string, value: string) => Readonly<Record<string, Metric>>
  /** All that was ever sent, as text. */
  readonly received: () => string
}

const kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"]
const statuses = ["unset", "ok", "error"]

export const make: Effect.Effect<Collector, never, Scope.Scope> = Effect.gen(function*() {
  const bodies: Array<readonly [path: string, text: string]> = []
  const server = yield* ScriptedServer.make((request, response) => {
    let text = ""
    request.setEncoding("utf8").on("data", (chunk: string) => text += chunk).on("end", () => {
      bodies.push([request.url ?? "", text])
      response.end("{}")
    })
  })
  const sent = <A>(path: string, read: (body: never) => ReadonlyArray<A>) =>
    bodies.filter(([to]) => to === path).map(([, text]) => read(JSON.parse(text) as never))

  return {
    layer: Otlp.layerJson({ baseUrl: server.url, resource: { serviceName: "test" } }).pipe(
      Layer.provide(FetchHttpClient.layer)
    ),
    spans: () => {
      const spans = sent(
        "/v1/traces",
        (body: { resourceSpans: [{ scopeSpans: [{ spans: Array<OtlpSpan> }] }] }) =>
          body.resourceSpans[0].scopeSpans[0].spans
      ).flat()
      return spans.map(({ attributes, kind, name, parentSpanId, status }) => ({
        name,
        kind: kinds[kind] ?? "",
        parent: spans.find(({ spanId }) => spanId === parentSpanId)?.name,
        status: statuses[status.code] ?? "",
        attributes: read(attributes)
      }))
    },
    metrics: (label, value) => {
      const metrics = sent(
        "/v1/metrics",
        (body: { resourceMetrics: [{ scopeMetrics: [{ metrics: Array<OtlpMetric> }] }] }) =>
          body.resourceMetrics[0].scopeMetrics[0].metrics
      ).at(-1) ?? []
      return Object.fromEntries(metrics.flatMap(({ gauge, histogram, name, sum, unit }) => {
        const points = (sum ?? gauge ?? histogram)?.dataPoints.map((point) => {
          const { [label]: found, ...attributes } = read(point.attributes)
          return {
            found,
            attributes,
            value: point.asDouble ?? point.count,
            sum: point.sum,
            bounds: point.explicitBounds
          }
        }).filter(({ found }) => found === value).map(({ found: _, ...point }) => point) ?? []
        const type = sum !== undefined ? "counter" : gauge !== undefined ? "gauge" : "histogram"
        return points.length === 0 ? [] : [[name, { unit, type, points }]]
      }))
    },
    received: () => bodies.map(([, text]) => text).join("\n")
  }
})

/** Without what the exporter itself adds to every span that failed. */
const read = (attributes: ReadonlyArray<KeyValue>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    attributes.filter(({ key }) => key !== "span.label" && key !== "status.interrupted")
      .map(({ key, value }) => [key, Object.values(value)[0]])
  )
