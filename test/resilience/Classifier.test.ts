import { Headers } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"
import { ApiResponse, Classifier } from "effect-resilience"

const now = 1_000_000
const answer = (status: number, headers: Record<string, string> = {}, body: unknown = "") =>
  ApiResponse.make(status, Headers.fromInput(headers), new TextEncoder().encode(JSON.stringify(body)))

describe("x-should-retry", () => {
  /** status, header, may it be repeated; undefined where it is no failure */
  it.each(
    [
      [503, "false", false],
      [429, "false", false],
      [503, "False", false],
      [400, "true", true],
      [404, "TRUE", true],
      [501, "true", true],
      [302, "true", true],
      [200, "false", undefined],
      [200, "true", undefined],
      [400, "yes", false],
      [400, "1", false],
      [503, "no", true],
      [503, "", true]
    ] as const
  )("%d with %s", (status, value, retryable) => {
    assert.strictEqual(Classifier.standard(answer(status, { "x-should-retry": value }), now)?.retryable, retryable)
  })

  it("does not say what became of the request", () => {
    assert.strictEqual(Classifier.standard(answer(500, { "x-should-retry": "true" }), now)?.outcome, "unknown")
  })
})

it("a limit that is spent is a hint on a 429, and none on a 404", () => {
  const headers = { ratelimit: `"default";r=0;t=30` }
  assert.strictEqual(Classifier.standard(answer(429, headers), now)?.retryAt, now + 30_000)
  assert.isUndefined(Classifier.standard(answer(404, headers), now)?.retryAt)
})

describe("a hint from the body", () => {
  const Refusal = Schema.parseJson(Schema.Struct({ error: Schema.Struct({ retry_after: Schema.Number }) }))
  const decode = Schema.decodeOption(Refusal)
  const classify = Classifier.withHint(
    Classifier.standard,
    ({ text }, now) => Option.map(decode(text), ({ error }) => now + error.retry_after * 1000)
  )
  const judge = (wait: unknown) =>
    classify(answer(429, { "retry-after": "9" }, { error: { retry_after: wait } }), now)?.retryAt

  it("wins over the headers", () => {
    assert.strictEqual(judge(2.5), now + 2500)
  })

  it("leaves it to the headers where there is none", () => {
    assert.strictEqual(judge("soon"), now + 9000)
  })

  it("is not asked about a success", () => {
    assert.isUndefined(classify(answer(200, {}, { error: { retry_after: 1 } }), now))
  })

  it.each(
    [
      ["NaN is no instant", Number.NaN, now + 9000],
      ["a fraction of a millisecond is not undercut", now + 0.1, now + 1],
      ["what has passed is now", -5, now],
      ["so is minus infinity", Number.NEGATIVE_INFINITY, now],
      ["what no date can hold is the last instant", 1e300, 8.64e15],
      ["and so is infinity", Number.POSITIVE_INFINITY, 8.64e15]
    ] as const
  )("%s", (_, instant, expected) => {
    const hinted = Classifier.withHint(() => Option.some(instant))(Classifier.standard)
    assert.strictEqual(hinted(answer(503, { "retry-after": "9" }), now)?.retryAt, expected)
  })
})
