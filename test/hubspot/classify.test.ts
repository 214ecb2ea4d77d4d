import { Headers } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { ApiResponse, type Classifier } from "effect-resilience"
import * as Classify from "../../packages/hubspot/src/internal/classify.ts"
import * as Fixtures from "../support/fixtures.ts"

const now = 1_000_000
const bursts = ["general", "search"]
const classify = Classify.make({ bursts, endOfDay: (now) => now + 3_600_000 })
const judge = (status: number, body: unknown = "", headers: Record<string, string> = {}) =>
  classify(
    ApiResponse.make(
      status,
      Headers.fromInput(headers),
      new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body))
    ),
    now
  )

describe("statuses", () => {
  const table: ReadonlyArray<readonly [number, Partial<Classifier.Failure> | undefined]> = [
    [200, undefined],
    [201, undefined],
    [204, undefined],
    [207, undefined],
    [302, { tag: "InvalidResponse", retryable: false }],
    [400, { tag: "ClientError", outcome: "refused", retryable: false }],
    [401, { tag: "ClientError", outcome: "refused", retryable: false }],
    [403, { tag: "ClientError", retryable: false }],
    [404, { tag: "ClientError", retryable: false }],
    [408, { tag: "ClientError", retryable: true }],
    [409, { tag: "ClientError", retryable: false }],
    [414, { tag: "ClientError", retryable: false }],
    [423, { tag: "ClientError", outcome: "refused", retryable: true, retryAt: now + 2000 }],
    [429, { tag: "RateLimited", outcome: "refused", retryable: true }],
    [477, { tag: "ClientError", outcome: "refused", retryable: true }],
    [500, { tag: "ServerError", outcome: "unknown", retryable: true }],
    [501, { tag: "ServerError", retryable: false }],
    [502, { tag: "ServerError", outcome: "unknown", retryable: true }],
    [503, { tag: "ServerError", outcome: "unknown", retryable: true }],
    [504, { tag: "ServerError", outcome: "unknown", retryable: true }],
    [521, { tag: "ServerError", retryable: true }],
    [522, { tag: "ServerError", retryable: true }],
    [523, { tag: "ServerError", retryable: true }],
    [524, { tag: "ServerError", outcome: "unknown", retryable: true }],
    [525, { tag: "ServerError", retryable: false }],
    [526, { tag: "ServerError", retryable: false }],
    [530, { tag: "ServerError", retryable: false }]
  ]
  it.each(table)("%d", (status, expected) => {
    const failure = judge(status)
    if (expected === undefined) assert.isUndefined(failure)
    else assert.deepInclude(failure, expected)
  })

  it("423 waits two seconds, or longer where the server says so", () => {
    assert.strictEqual(judge(423, "", { "retry-after": "1" })?.retryAt, now + 2000)
    assert.strictEqual(judge(423, "", { "retry-after": "7" })?.retryAt, now + 7000)
  })

  it("477 waits as long as the server says", () => {
    assert.strictEqual(judge(477, "", { "retry-after": "86400" })?.retryAt, now + 86_400_000)
  })
})

describe("429 bodies, in all the shapes that HubSpot sends", () => {
  const table: ReadonlyArray<readonly [string, unknown, Partial<Classifier.Failure>]> = [
    [
      "daily",
      {
        status: "error",
        message: "You have reached your daily limit.",
        errorType: "RATE_LIMIT",
        policyName: "DAILY",
        correlationId: "c"
      },
      { policy: "DAILY", retryable: false, retryAt: now + 3_600_000, buckets: ["daily", "associationsDaily"] }
    ],
    [
      "ten secondly",
      {
        message: "You have reached your ten_secondly_rolling limit.",
        policyName: "TEN_SECONDLY_ROLLING",
        groupName: "publicapi:x:1:2"
      },
      { policy: "TEN_SECONDLY_ROLLING", retryable: true, buckets: bursts }
    ],
    ["search", { message: "You have reached your secondly limit.", category: "RATE_LIMITS" }, {
      policy: "SECONDLY",
      retryable: true
    }],
    ["older", { errorType: "RATE_LIMIT", policyName: "SECONDLY" }, { policy: "SECONDLY", retryable: true }],
    ["a daily limit that only the text names", { message: "You have reached your daily limit." }, {
      policy: "DAILY",
      retryable: false
    }],
    ["the edge's own", "error code: 1015", { policy: undefined, retryable: true }],
    ["an empty one", "", { policy: undefined, retryable: true }],
    ["JSON that is no object", "[1]", { policy: undefined, retryable: true }]
  ]
  it.each(table)("%s", (_, body, expected) => {
    assert.deepInclude(judge(429, body), { tag: "RateLimited", ...expected })
  })
})

describe("errors as HubSpot documents them", () => {
  for (const { body, expected, name, status } of Fixtures.failures) {
    it(name, () => assert.deepInclude(judge(status, body), expected))
  }
})

describe("error bodies are read as far as they go", () => {
  const table: ReadonlyArray<readonly [string, unknown, Classifier.Failure["details"]]> = [
    ["nothing", "", undefined],
    ["HTML", "<html>Bad Gateway</html>", undefined],
    ["a message alone", { message: "no" }, { message: "no" }],
    ["unknown fields", { weather: "fine" }, undefined],
    ["fields of other types", { message: 1, category: null, correlationId: {}, errors: "none" }, undefined],
    [
      "an error by field",
      {
        status: "error",
        message: "Property values were not valid",
        correlationId: "c-1",
        category: "VALIDATION_ERROR",
        errors: [
          { message: "no such property", code: "PROPERTY_DOESNT_EXIST", context: { propertyName: ["colour"] } },
          { message: "not an email", in: "email", code: "INVALID_EMAIL" },
          "what?",
          {}
        ]
      },
      {
        message: "Property values were not valid",
        correlationId: "c-1",
        category: "VALIDATION_ERROR",
        fields: [
          { message: "no such property", field: "colour", code: "PROPERTY_DOESNT_EXIST" },
          { message: "not an email", field: "email", code: "INVALID_EMAIL" },
          { message: "invalid" }
        ]
      }
    ],
    [
      "a list that is in the text only",
      {
        message:
          "Property values were not valid: [{\"isValid\":false,\"message\":\"no\",\"error\":\"INVALID_OPTION\",\"name\":\"stage\"}]"
      },
      {
        message:
          "Property values were not valid: [{\"isValid\":false,\"message\":\"no\",\"error\":\"INVALID_OPTION\",\"name\":\"stage\"}]",
        fields: [{ message: "no", field: "stage", code: "INVALID_OPTION" }]
      }
    ],
    [
      "the scopes that are missing, under either name",
      {
        category: "MISSING_SCOPES",
        errors: [
          {
            message: "All of the following scopes are required.",
            context: { requiredGranularScopes: ["crm.objects.deals.write", 7, ""], requiredScopes: "tickets" }
          },
          { message: "again", context: { requiredScopes: ["tickets", "crm.objects.deals.write"] } }
        ]
      },
      {
        category: "MISSING_SCOPES",
        fields: [{ message: "All of the following scopes are required." }, { message: "again" }],
        requiredScopes: ["crm.objects.deals.write", "tickets"]
      }
    ],
    [
      "the scopes that one input of a batch lacks",
      { category: "MISSING_SCOPES", context: { requiredGranularScopes: ["crm.objects.deals.write"] } },
      { category: "MISSING_SCOPES", requiredScopes: ["crm.objects.deals.write"] }
    ],
    ["scopes of another type", { message: "no", errors: [{ context: { requiredScopes: {} } }] }, {
      message: "no",
      fields: [{ message: "invalid" }]
    }],
    [
      "OAuth's own form",
      { error: "invalid_grant", error_description: "code expired", status: "BAD_AUTH_CODE" },
      { message: "code expired" }
    ]
  ]
  it.each(table)("%s", (_, body, details) => {
    assert.deepStrictEqual(judge(400, body)?.details, details)
  })

  it("the correlation id may be in the header alone", () => {
    assert.deepStrictEqual(judge(500, "<html>", { "x-hubspot-correlation-id": "c-2" })?.details, {
      correlationId: "c-2"
    })
  })
})
