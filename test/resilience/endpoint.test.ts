import { assert, describe, it } from "@effect/vitest"
import * as Endpoint from "../../packages/resilience/src/internal/endpoint.ts"

describe("where a call goes", () => {
  it.each(
    [
      ["https://api.example.com", "api.example.com", "443"],
      ["http://api.example.com", "api.example.com", "80"],
      ["http://127.0.0.1:8080", "127.0.0.1", "8080"]
    ] as const
  )("%s", (origin, address, port) => {
    assert.deepInclude(Endpoint.of("GET", origin, "/x"), { address, port, method: "GET", template: "/x" })
  })

  it("is nowhere where the origin is none", () => {
    assert.isUndefined(Endpoint.of("GET", "nowhere", undefined))
  })

  it("is told of any number of servers, and is the same for the same one", () => {
    for (let n = 0; n < 2100; n++) {
      assert.strictEqual(Endpoint.of("GET", `http://host-${n}.example`, undefined)?.address, `host-${n}.example`)
    }
    assert.strictEqual(
      Endpoint.of("GET", "http://a.example", "/x"),
      Endpoint.of("GET", "http://a.example", "/x")
    )
  })
})
