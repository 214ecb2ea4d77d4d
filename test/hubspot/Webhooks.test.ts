import { type HttpApp, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, FastCheck as fc, Redacted, TestClock } from "effect"
import { Webhooks } from "effect-hubspot"
import { createHash, createHmac } from "node:crypto"

const secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
const now = Date.UTC(2026, 10, 23)
const minutes = 60_000

interface Parts {
  readonly method: string
  readonly uri: string
  readonly body: string
  readonly at: number
}
const parts: Parts = {
  method: "POST",
  uri: "https://hooks.example.com/hubspot?a=1",
  body: "[{\"eventId\":1,\"propertyValue\":\"Zoë 🙂\"}]",
  at: now
}

/** As HubSpot's guide to validating requests describes it, by Node's own functions. */
const sign = {
  v1: ({ body }: Parts) => createHash("sha256").update(secret + body).digest("hex"),
  v2: ({ body, method, uri }: Parts) => createHash("sha256").update(secret + method + uri + body).digest("hex"),
  v3: ({ at, body, method, uri }: Parts) =>
    createHmac("sha256", secret).update(`${method}${uri}${body}${at}`).digest("base64")
}

const headersOf = (version: Webhooks.Version, signed: Parts): Record<string, string> =>
  version === "v3"
    ? { "X-HubSpot-Signature-v3": sign.v3(signed), "X-HubSpot-Request-Timestamp": String(signed.at) }
    : { "X-HubSpot-Signature": sign[version](signed), "X-HubSpot-Signature-Version": version }

const request = (version: Webhooks.Version, changes: Partial<Webhooks.Request> = {}): Webhooks.Request => ({
  version,
  secret: Redacted.make(secret),
  method: parts.method,
  uri: parts.uri,
  body: parts.body,
  headers: headersOf(version, parts),
  now,
  ...changes
})

const reason = (request: Webhooks.Request) =>
  Effect.map(
    Effect.either(Webhooks.verify(request)),
    (outcome) => Either.match(outcome, { onLeft: ({ reason }) => reason, onRight: () => "verified" as const })
  )

describe("HubSpot's own examples", () => {
  const body =
    "[{\"eventId\":1,\"subscriptionId\":12345,\"portalId\":62515,\"occurredAt\":1564113600000,\"subscriptionType\":\"contact.creation\",\"attemptNumber\":0,\"objectId\":123,\"changeSource\":\"CRM\",\"changeFlag\":\"NEW\",\"appId\":54321}]"
  const table: ReadonlyArray<readonly [Webhooks.Version, string, string, string]> = [
    ["v1", "POST", body, "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"],
    ["v2", "GET", "", "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"]
  ]
  it.effect.each(table)("%s", ([version, method, body, signature]) =>
    Effect.gen(function*() {
      const headers = { "X-HubSpot-Signature": signature, "X-HubSpot-Signature-Version": version }
      const uri = "https://www.example.com/webhook_uri"
      assert.strictEqual(yield* reason(request(version, { method, body, uri, headers })), "verified")
    }))
})

const versions: ReadonlyArray<Webhooks.Version> = ["v1", "v2", "v3"]

describe("a signature", () => {
  it.effect.each(versions)("%s: holds for a text and for its bytes", (version) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* reason(request(version)), "verified")
      const body = new TextEncoder().encode(parts.body)
      assert.strictEqual(yield* reason(request(version, { body })), "verified")
    }))

  it.effect("is the third version's unless told otherwise", () =>
    Effect.gen(function*() {
      const { version: _, ...rest } = request("v1")
      assert.strictEqual(yield* reason(rest), "missing-header")
      assert.strictEqual(yield* reason({ ...rest, headers: headersOf("v3", parts) }), "verified")
    }))

  it.effect("of the second version is not taken for one of the first", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* reason(request("v1", { headers: headersOf("v2", parts) })), "malformed-header")
    }))

  it.effect.each(
    versions.flatMap((version) => Object.keys(headersOf(version, parts)).map((name) => [version, name] as const))
  )(
    "%s needs the header %s",
    ([version, name]) =>
      Effect.gen(function*() {
        const { [name]: _, ...headers } = headersOf(version, parts)
        const error = yield* Effect.flip(Webhooks.verify(request(version, { headers })))
        assert.deepInclude(error, { reason: "missing-header", header: name.toLowerCase() })
        const empty = { ...headers, [name]: "" }
        assert.strictEqual(yield* reason(request(version, { headers: empty })), "missing-header")
      })
  )

  it.effect("says nothing of the secret where it fails", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Webhooks.verify(request("v3", { body: "x" })))
      assert.notInclude(`${JSON.stringify(error)} ${error.message}`, secret)
    }))

  const changed: ReadonlyArray<readonly [string, Partial<Webhooks.Request>]> = [
    ["the secret", { secret: Redacted.make("another") }],
    ["the method", { method: "PUT" }],
    ["the address", { uri: "https://hooks.example.com/hubspot?a=2" }],
    ["the body", { body: `${parts.body} ` }]
  ]
  it.effect.each(changed)(
    "v3 is that of another request where %s has changed",
    ([, changes]) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* reason(request("v3", changes)), "mismatch")
      })
  )

  it.effect.prop(
    "does not hold once any byte of the body has changed",
    [
      fc.constantFrom(...versions),
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 })
    ],
    ([version, bytes, at, mask]) =>
      Effect.gen(function*() {
        const { createHmac: hmac, createHash: hash } = { createHmac, createHash }
        const headers = version === "v3"
          ? {
            "x-hubspot-signature-v3": hmac("sha256", secret).update(parts.method + parts.uri).update(bytes).update(
              String(now)
            ).digest("base64"),
            "x-hubspot-request-timestamp": String(now)
          }
          : {
            "x-hubspot-signature": hash("sha256").update(version === "v1" ? secret : secret + parts.method + parts.uri)
              .update(bytes).digest("hex"),
            "x-hubspot-signature-version": version
          }
        assert.strictEqual(yield* reason(request(version, { body: bytes, headers })), "verified")
        const tampered = Uint8Array.from(bytes)
        tampered[at % bytes.length]! ^= mask
        assert.strictEqual(yield* reason(request(version, { body: tampered, headers })), "mismatch")
      })
  )

  it.effect.prop(
    "does not hold once any letter of it has changed",
    [fc.constantFrom(...versions), fc.nat(), fc.constantFrom("", "A", "é", "AA")],
    ([version, at, letter]) =>
      Effect.gen(function*() {
        const headers = headersOf(version, parts)
        const name = Object.keys(headers)[0] ?? ""
        const signature = headers[name] ?? ""
        const index = at % signature.length
        const other = signature.slice(0, index) + letter + signature.slice(index + 1)
        const expected = other === signature ? "verified" : "mismatch"
        assert.strictEqual(yield* reason(request(version, { headers: { ...headers, [name]: other } })), expected)
      })
  )
})

describe("the age of a request", () => {
  const table: ReadonlyArray<readonly [number, string]> = [
    [0, "verified"],
    [5 * minutes, "verified"],
    [5 * minutes + 1, "stale"],
    [-5 * minutes, "verified"],
    [-5 * minutes - 1, "future"]
  ]
  it.effect.each(table)("of %d ms: %s", ([age, expected]) =>
    Effect.gen(function*() {
      const headers = headersOf("v3", { ...parts, at: now - age })
      assert.strictEqual(yield* reason(request("v3", { headers })), expected)
    }))

  it.effect("may be limited otherwise", () =>
    Effect.gen(function*() {
      const headers = headersOf("v3", { ...parts, at: now - 2000 })
      assert.strictEqual(yield* reason(request("v3", { headers, tolerance: "1 second" })), "stale")
    }))

  it.effect.each(["yesterday", "-1", "1e3", "0x10", "9".repeat(20), " 1"])(
    "cannot be told from %j",
    (at) =>
      Effect.gen(function*() {
        const headers = { ...headersOf("v3", parts), "X-HubSpot-Request-Timestamp": at }
        assert.strictEqual(yield* reason(request("v3", { headers })), "malformed-header")
      })
  )

  it.effect("cannot be changed: it is signed", () =>
    Effect.gen(function*() {
      const headers = { ...headersOf("v3", parts), "X-HubSpot-Request-Timestamp": String(now + 1) }
      assert.strictEqual(yield* reason(request("v3", { headers })), "mismatch")
    }))
})

describe("the address", () => {
  it.effect("is signed with twelve characters as themselves, in any case of their codes, and the others encoded", () =>
    Effect.gen(function*() {
      const sent =
        "https://hooks.example.com/h?a=%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B&b=%3a%2f&c=%20%26%3D%25%23%5B%E2%82%AC"
      const signed = "https://hooks.example.com/h?a=:/?@!$'()*,;&b=:/&c=%20%26%3D%25%23%5B%E2%82%AC"
      const headers = headersOf("v3", { ...parts, uri: signed })
      assert.strictEqual(yield* reason(request("v3", { uri: sent, headers })), "verified")
    }))

  it.effect("is decoded once: what decodes to a code is not decoded again", () =>
    Effect.gen(function*() {
      const uri = "https://hooks.example.com/h?a=%253A"
      assert.strictEqual(yield* reason(request("v3", { uri, headers: headersOf("v3", { ...parts, uri }) })), "verified")
    }))
})

describe("events", () => {
  const event = {
    eventId: 100,
    subscriptionId: 1,
    portalId: 2,
    appId: 3,
    subscriptionType: "contact.propertyChange",
    occurredAt: now,
    attemptNumber: 0,
    objectId: 6001,
    propertyName: "lifecyclestage",
    propertyValue: "customer",
    changeSource: "CRM"
  }

  it.effect("are decoded, ids as texts and times as instants", () =>
    Effect.gen(function*() {
      const [decoded] = yield* Webhooks.decode(JSON.stringify([event]))
      assert.deepInclude(decoded, { eventId: "100", objectId: "6001", propertyValue: "customer", attemptNumber: 0 })
      assert.strictEqual(decoded?.occurredAt?.epochMillis, now)
    }))

  it.effect.each([...Object.keys(event), "none"])("may lack %s", (name) =>
    Effect.gen(function*() {
      const { [name as keyof typeof event]: _, ...rest } = { ...event, unheardOf: { a: [1] } }
      assert.strictEqual((yield* Webhooks.decode(JSON.stringify([rest, null].slice(0, 1)))).length, 1)
      assert.strictEqual((yield* Webhooks.decode(JSON.stringify({ ...event, [name]: null }))).length, 1)
    }))

  it.effect("may come alone, or not at all", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Webhooks.decode(JSON.stringify(event))).length, 1)
      assert.deepStrictEqual(yield* Webhooks.decode("[]"), [])
    }))

  it.effect.each(["", "no json", "[1]", "\"text\"", "null"])("are not in %j", (body) =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(Webhooks.decode(body)))._tag, "Malformed")
    }))
})

describe("the middleware", () => {
  const app = Effect.map(
    Webhooks.Events,
    (events) => HttpServerResponse.text(events.map(({ eventId }) => eventId).join())
  )
  const guarded = Webhooks.middleware(app, { secret: Redacted.make(secret), baseUrl: "https://hooks.example.com/" })

  /** As a proxy passes it on: under another name. */
  const answer = (signed: Parts, sent: Partial<Parts> = {}, options?: Partial<Webhooks.Options>) =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now)
      const { body, method } = { ...signed, ...sent }
      const web = new Request("http://10.0.0.1:8080/hubspot?a=1", {
        method,
        body: new TextEncoder().encode(body),
        headers: headersOf("v3", signed)
      })
      const request = HttpServerRequest.fromWeb(web)
      const handle = options === undefined
        ? guarded
        : Webhooks.middleware({ secret: Redacted.make(secret), baseUrl: "https://hooks.example.com", ...options })(app)
      return yield* Effect.map(
        Effect.provideService(handle, HttpServerRequest.HttpServerRequest, request),
        (response) => HttpServerResponse.toWeb(response)
      )
    })

  it.effect("lets a signed request through, with its events", () =>
    Effect.gen(function*() {
      const response = yield* answer(parts)
      assert.strictEqual(response.status, 200)
      assert.strictEqual(yield* Effect.promise(() => response.text()), "1")
    }))

  const refused: ReadonlyArray<readonly [number, string, Parts, Partial<Parts>]> = [
    [401, "a body that was changed on the way", parts, { body: "[]" }],
    [401, "a request that was sent again later", { ...parts, at: now - 6 * minutes }, {}],
    [401, "one for another address", { ...parts, uri: "https://other.example.com/hubspot?a=1" }, {}],
    [400, "a signed body that holds no events", { ...parts, body: "no json" }, {}]
  ]
  it.effect.each(refused)("%d: %s", ([status, , signed, sent]) =>
    Effect.gen(function*() {
      const response = yield* answer(signed, sent)
      assert.strictEqual(response.status, status)
      assert.strictEqual(yield* Effect.promise(() => response.text()), "")
    }))

  it.effect("takes its options first or last", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* answer(parts, {}, {})).status, 200)
      assert.strictEqual((yield* answer({ ...parts, at: now - 2000 }, {}, { tolerance: "1 second" })).status, 401)
    }))

  it.effect("gives what the app fails with to whoever runs it", () =>
    Effect.gen(function*() {
      const failing: HttpApp.Default<"broken"> = Effect.fail("broken")
      const request = HttpServerRequest.fromWeb(
        new Request("http://10.0.0.1/hubspot?a=1", {
          method: "POST",
          body: parts.body,
          headers: headersOf("v3", parts)
        })
      )
      yield* TestClock.setTime(now)
      const error = yield* Effect.flip(
        Webhooks.middleware(failing, { secret: Redacted.make(secret), baseUrl: "https://hooks.example.com" }).pipe(
          Effect.provideService(HttpServerRequest.HttpServerRequest, request)
        )
      )
      assert.strictEqual(error, "broken")
    }))
})
