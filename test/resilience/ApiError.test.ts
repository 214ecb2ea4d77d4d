import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, DateTime, Duration, FastCheck, Match, Schema } from "effect"
import { ApiError, SampleErrors } from "effect-resilience"
import { inspect } from "node:util"

const { clientError, connectionReset, rateLimited, serverError, timeout } = SampleErrors
const later = DateTime.unsafeMake("2026-11-23T12:00:00Z")
const retry: ApiError.RetrySummary = {
  attempts: 5,
  elapsed: Duration.seconds(12),
  stopped: "attempts",
  uncertain: false
}

describe("an ApiError", () => {
  it.prop(
    "crosses a process border and comes back the same",
    { error: Arbitrary.make(ApiError.ApiError) },
    ({ error }) => {
      const json = JSON.stringify(Schema.encodeSync(ApiError.ApiError)(error))
      const back = Schema.decodeUnknownSync(ApiError.ApiError)(JSON.parse(json))
      assert.strictEqual(back._tag, error._tag)
      assert.strictEqual(back.message, error.message)
      assert.deepStrictEqual(JSON.parse(JSON.stringify(Schema.encodeSync(ApiError.ApiError)(back))), JSON.parse(json))
    },
    { fastCheck: { numRuns: 200 } }
  )

  it.prop(
    "keeps its class and its fields when it gets its history",
    { error: Arbitrary.make(ApiError.ApiError) },
    ({ error }) => {
      const { retry: _, ...before } = error
      const { retry: history, ...after } = ApiError.withRetry(error, retry)
      assert.deepStrictEqual({ ...after }, { ...before })
      assert.deepStrictEqual(history, retry)
      assert.isTrue(ApiError.isApiError(ApiError.withRetry(error, retry)))
    },
    { fastCheck: { numRuns: 200 } }
  )

  it("is told from other errors", () => {
    assert.isTrue(ApiError.isApiError(timeout))
    for (const other of [new Error("no"), { _tag: "Timeout" }, null, "Timeout"]) {
      assert.isFalse(ApiError.isApiError(other))
    }
  })

  it("can be matched exhaustively; forgetting a tag does not compile", () => {
    const all = Match.type<ApiError.ApiError>().pipe(
      Match.tag("RateLimited", "ServerError", "Timeout", "ConnectionError", "CircuitOpen", "Rejected", () => "later"),
      Match.tag("ClientError", "InvalidRequest", "InvalidResponse", () => "never")
    )
    assert.strictEqual(Match.exhaustive(all)(timeout), "later")

    const forgetful = Match.type<ApiError.ApiError>().pipe(
      Match.tag("RateLimited", "ServerError", "Timeout", "ConnectionError", "CircuitOpen", () => "later"),
      Match.tag("ClientError", "InvalidRequest", "InvalidResponse", () => "never")
    )
    // @ts-expect-error Rejected is not handled
    Match.exhaustive(forgetful)
  })
})

describe("its message", () => {
  const messages: ReadonlyArray<readonly [ApiError.ApiError, string]> = [
    [serverError, "GET /sample answered 503"],
    [clientError, "GET /sample answered 400"],
    [
      new ApiError.ClientError({
        ...clientError,
        status: 403,
        details: { category: "MISSING_SCOPES", requiredScopes: ["deals.write"] }
      }),
      "GET /sample answered 403 MISSING_SCOPES (deals.write)"
    ],
    [timeout, "GET /sample gave no complete answer within 10s"],
    [connectionReset, "GET /sample lost its connection (ECONNRESET)"],
    [
      new ApiError.ConnectionError({ ...connectionReset, reason: "incomplete", code: undefined }),
      "GET /sample got half an answer (incomplete)"
    ],
    [rateLimited("5 seconds")(later), "GET /sample answered 429, may be repeated from 2026-11-23T12:00:05.000Z"],
    [ApiError.withRetry(serverError, retry), "GET /sample answered 503 after 5 attempts in 12s: no retries left"],
    [
      ApiError.withRetry(serverError, { ...retry, attempts: 1, stopped: "not-replayable" }),
      "GET /sample answered 503 after 1 attempt in 12s: not safe to repeat"
    ],
    [
      ApiError.withRetry(rateLimited("2 minutes")(later), { ...retry, stopped: "hint" }),
      "GET /sample answered 429 after 5 attempts in 12s, may be repeated from 2026-11-23T12:02:00.000Z: " +
      "the server asks for a longer wait than allowed"
    ]
  ]
  it.each(messages)("%# names the call, what happened, how often, and why it ended", (error, message) => {
    assert.strictEqual(error.message, message)
  })

  it.prop("never holds what the server sent", { body: FastCheck.string({ minLength: 12 }) }, ({ body }) => {
    const error = new ApiError.ClientError({ ...clientError, body, details: { message: body } })
    assert.notInclude(error.message, body)
    assert.notInclude(inspect(new Error(error.message)), body)
  })
})
