import { HttpClient, HttpClientError, HttpClientRequest } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type ApiError, Policy, Profile, ResilientHttpClient } from "effect-resilience"
import * as ScriptedClient from "../support/ScriptedClient.ts"

const failOver = (inner: HttpClient.HttpClient) =>
  Effect.gen(function*() {
    const client = yield* ResilientHttpClient.make(yield* Policy.make(Profile.testing)).pipe(
      Effect.provideService(HttpClient.HttpClient, inner)
    )
    return yield* Effect.flip(client.execute(HttpClientRequest.get("https://example.com"), { retries: 0 }))
  })

const failWith = (step: ScriptedClient.Step) => failOver(ScriptedClient.make(step).client)

const withCode = (code: string, more: object = {}) => Object.assign(new Error("boom"), { code, ...more })

const causeOfItself: Error = new Error("boom")
causeOfItself.cause = causeOfItself

describe("a failed connection", () => {
  const table: ReadonlyArray<readonly [string, unknown, Partial<ApiError.ConnectionError>]> = [
    ["refused", withCode("ECONNREFUSED"), { reason: "refused", outcome: "not-sent", retryable: true }],
    ["no route", withCode("EHOSTUNREACH", { syscall: "connect" }), {
      reason: "unreachable",
      outcome: "not-sent",
      retryable: true
    }],
    ["no network", withCode("ENETUNREACH", { syscall: "connect" }), {
      reason: "unreachable",
      outcome: "not-sent",
      retryable: true
    }],
    ["connect timeout of undici", withCode("UND_ERR_CONNECT_TIMEOUT"), {
      reason: "unreachable",
      outcome: "not-sent",
      retryable: true
    }],
    ["connect timeout", withCode("ETIMEDOUT", { syscall: "connect" }), {
      reason: "unreachable",
      outcome: "not-sent",
      retryable: true
    }],
    ["timeout while reading", withCode("ETIMEDOUT", { syscall: "read" }), {
      reason: "reset",
      outcome: "unknown",
      retryable: true
    }],
    ["no such name", withCode("ENOTFOUND"), { reason: "lookup", outcome: "not-sent", retryable: true }],
    ["look-up failed for now", withCode("EAI_AGAIN"), { reason: "lookup", outcome: "not-sent", retryable: true }],
    ["route lost in use", withCode("EHOSTUNREACH", { syscall: "read" }), {
      reason: "reset",
      outcome: "unknown",
      retryable: true
    }],
    ["reset", withCode("ECONNRESET"), { reason: "reset", outcome: "unknown", retryable: true }],
    ["broken pipe", withCode("EPIPE"), { reason: "reset", outcome: "unknown", retryable: true }],
    ["socket closed", withCode("UND_ERR_SOCKET"), { reason: "reset", outcome: "unknown", retryable: true }],
    [
      "closed during the handshake",
      Object.assign(new Error("Client network socket disconnected before secure TLS connection was established"), {
        code: "ECONNRESET"
      }),
      { reason: "tls", outcome: "not-sent", retryable: true }
    ],
    ["what OpenSSL complains of, at whatever time", withCode("ERR_SSL_WRONG_VERSION_NUMBER"), {
      reason: "tls",
      outcome: "unknown",
      retryable: true
    }],
    ["certificate expired", withCode("CERT_HAS_EXPIRED"), {
      reason: "certificate",
      outcome: "not-sent",
      retryable: false
    }],
    ["certificate of another", withCode("ERR_TLS_CERT_ALTNAME_INVALID"), {
      reason: "certificate",
      outcome: "not-sent",
      retryable: false
    }],
    ["wrapped by fetch", new TypeError("fetch failed", { cause: withCode("ECONNREFUSED") }), {
      reason: "refused",
      outcome: "not-sent",
      retryable: true
    }],
    [
      "every address refused",
      new TypeError("fetch failed", {
        cause: new AggregateError([withCode("ECONNREFUSED"), withCode("ECONNREFUSED")])
      }),
      { reason: "refused", outcome: "not-sent", retryable: true }
    ],
    ["with a cause that says less", withCode("ECONNRESET", { cause: new Error("boom") }), {
      reason: "reset",
      outcome: "unknown",
      retryable: true
    }],
    ["with itself as its cause", causeOfItself, { reason: "other", outcome: "unknown", retryable: true }],
    ["anything else", new Error("boom"), { reason: "other", outcome: "unknown", retryable: true }],
    ["nothing at all", null, { reason: "other", outcome: "unknown", retryable: true }]
  ]
  it.scoped.each(table)("%s", ([, cause, expected]) =>
    Effect.gen(function*() {
      assert.deepInclude(yield* failWith({ cause }), { _tag: "ConnectionError", ...expected })
    }))

  it.scoped("a header that cannot be written is the caller's mistake", () =>
    Effect.gen(function*() {
      assert.deepInclude(yield* failWith({ cause: withCode("UND_ERR_INVALID_ARG") }), {
        _tag: "InvalidRequest",
        field: "request"
      })
    }))

  it.scoped("a URL that the client's own transformations spoil is the caller's mistake", () =>
    Effect.gen(function*() {
      const spoilt = HttpClient.mapRequest(ScriptedClient.make({}).client, HttpClientRequest.setUrl("https://"))
      assert.deepInclude(yield* failOver(spoilt), { _tag: "InvalidRequest", field: "url" })
    }))

  it.scoped("so is a body that cannot be encoded", () =>
    Effect.gen(function*() {
      const refusing = HttpClient.make((request) => new HttpClientError.RequestError({ request, reason: "Encode" }))
      assert.deepInclude(yield* failOver(refusing), { _tag: "InvalidRequest", field: "body", outcome: "not-sent" })
    }))
})
