import { Cookies, FetchHttpClient, HttpClient, HttpClientRequest } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, Effect, Exit, Fiber, type Layer, Option, Ref, Stream } from "effect"
import { Policy, Profile, ResilientHttpClient } from "effect-resilience"
import * as UndiciHttpClient from "effect-resilience/UndiciHttpClient"
import type * as Http from "node:http"
import { MockAgent } from "undici"
import * as ScriptedServer from "../support/ScriptedServer.ts"

const live = UndiciHttpClient.layer()

const bodyOf = (request: Http.IncomingMessage): Promise<string> =>
  new Promise((resolve) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => resolve(Buffer.concat(chunks).toString()))
  })

/** Tells what it was sent. */
const echo = ScriptedServer.make((request, response) => {
  void bodyOf(request).then((body) => {
    response.writeHead(200, { "content-type": "application/json", "set-cookie": ["a=1", "b=2"], "x-list": ["1", "2"] })
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }))
  })
})

interface Echo {
  readonly method: string
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
}

const send = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.flatMap(HttpClient.HttpClient, (client) => client.execute(request))

const echoed = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.map(Effect.flatMap(send(request), (response) => response.json), (json) => json as Echo)

/** What any client must do alike. */
describe.each(
  [
    ["ours", live],
    ["the platform's on fetch", FetchHttpClient.layer]
  ] as ReadonlyArray<readonly [string, Layer.Layer<HttpClient.HttpClient>]>
)("what is sent and answered: %s", (_, layer) => {
  it.scopedLive.each(
    [
      ["a path", (url: string) => HttpClientRequest.get(`${url}/a/b`), "/a/b"],
      ["nothing but the origin", (url: string) => HttpClientRequest.get(url), "/"],
      ["a query in the URL", (url: string) => HttpClientRequest.get(`${url}/a?x=1&y=%20`), "/a?x=1&y=%20"],
      [
        "a query beside it",
        (url: string) => HttpClientRequest.get(`${url}/a`, { urlParams: { q: "ä & ö", r: "1" } }),
        "/a?q=%C3%A4+%26+%C3%B6&r=1"
      ],
      [
        "both",
        (url: string) => HttpClientRequest.get(`${url}/a?x=1`, { urlParams: { y: "2" } }),
        "/a?x=1&y=2"
      ],
      ["dots to be resolved", (url: string) => HttpClientRequest.get(`${url}/a/../b/./c`), "/b/c"],
      ["characters to be encoded", (url: string) => HttpClientRequest.get(`${url}/ä b`), "/%C3%A4%20b"],
      ["what is encoded already", (url: string) => HttpClientRequest.get(`${url}/a%2Fb`), "/a%2Fb"],
      ["a fragment, which is not sent", (url: string) => HttpClientRequest.get(`${url}/a#part`), "/a"]
    ] as const
  )("%s", ([, make, expected]) =>
    Effect.gen(function*() {
      const { url } = yield* echo
      assert.strictEqual((yield* echoed(make(url))).url, expected)
    }).pipe(Effect.provide(layer)))

  it.scopedLive("JSON, bytes, forms and streams", () =>
    Effect.gen(function*() {
      const { url } = yield* echo
      const post = HttpClientRequest.post(url)
      const json = yield* echoed(HttpClientRequest.bodyUnsafeJson(post, { a: "ä" }))
      assert.deepStrictEqual([json.method, json.body, json.headers["content-type"]], [
        "POST",
        `{"a":"ä"}`,
        "application/json"
      ])
      const bytes = new TextEncoder().encode("bytes")
      assert.strictEqual((yield* echoed(HttpClientRequest.bodyUint8Array(post, bytes))).body, "bytes")
      assert.strictEqual((yield* echoed(HttpClientRequest.bodyText(post, "text"))).body, "text")
      const form = new FormData()
      form.append("name", "value")
      const sent = yield* echoed(HttpClientRequest.bodyFormData(post, form))
      assert.match(sent.headers["content-type"] ?? "", /^multipart\/form-data; boundary=/)
      assert.include(sent.body, `name="name"`)
      const stream = Stream.fromIterable(["a", "b", "c"]).pipe(Stream.encodeText)
      assert.strictEqual((yield* echoed(HttpClientRequest.bodyStream(post, stream))).body, "abc")
    }).pipe(Effect.provide(layer)))

  it.scopedLive("status, headers and cookies, and the body in every form", () =>
    Effect.gen(function*() {
      const { url } = yield* echo
      const response = yield* send(HttpClientRequest.get(url))
      assert.strictEqual(response.status, 200)
      assert.strictEqual(response.headers["x-list"], "1, 2")
      assert.deepStrictEqual(Cookies.toRecord(response.cookies), { a: "1", b: "2" })
      const text = yield* response.text
      assert.deepStrictEqual(yield* response.json, JSON.parse(text))
      assert.strictEqual(text, yield* response.text)
    }).pipe(Effect.provide(layer)))

  it.scopedLive("a URL that is none, and nobody there", () =>
    Effect.gen(function*() {
      const invalid = yield* Effect.flip(send(HttpClientRequest.get("nowhere")))
      assert.deepInclude(invalid, { _tag: "RequestError", reason: "InvalidUrl" })
      const refused = yield* Effect.flip(send(HttpClientRequest.get("http://127.0.0.1:9")))
      assert.deepInclude(refused, { _tag: "RequestError", reason: "Transport" })
    }).pipe(Effect.provide(layer)))
})

describe("bodies", () => {
  const megabytes = (count: number) =>
    ScriptedServer.make((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 97)
      let left = count
      const write = () => {
        while (left-- > 0) if (!response.write(chunk)) return void response.once("drain", write)
        response.end()
      }
      response.writeHead(200)
      write()
    })

  it.scopedLive("a large one is read whole", () =>
    Effect.gen(function*() {
      const { url } = yield* megabytes(20)
      const response = yield* send(HttpClientRequest.get(url))
      assert.strictEqual((yield* response.arrayBuffer).byteLength, 20 * 1024 * 1024)
    }).pipe(Effect.provide(live)))

  it.scopedLive("or as a stream, no faster than it is read", () =>
    Effect.gen(function*() {
      let written = 0
      const { url } = yield* ScriptedServer.make((_, response) => {
        const chunk = Buffer.alloc(64 * 1024, 97)
        const write = () => {
          while (written < 200) {
            written++
            if (!response.write(chunk)) return void response.once("drain", write)
          }
          response.end()
        }
        write()
      })
      const response = yield* send(HttpClientRequest.get(url))
      const first = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      const total = yield* Ref.make(0)
      const reader = yield* response.stream.pipe(
        Stream.runForEach((chunk) =>
          Ref.update(total, (sum) => sum + chunk.length).pipe(
            Effect.zipRight(Deferred.succeed(first, undefined)),
            Effect.zipRight(Deferred.await(go))
          )
        ),
        Effect.fork
      )
      yield* Deferred.await(first)
      yield* Effect.sleep("100 millis")
      // What the sockets hold is a few megabytes at most.
      assert.isBelow(written, 180)
      yield* Deferred.succeed(go, undefined)
      yield* Fiber.join(reader)
      assert.strictEqual(yield* Ref.get(total), 200 * 64 * 1024)
    }).pipe(Effect.provide(live)))

  it.scopedLive("a stream that is left before its end frees its connection", () =>
    Effect.gen(function*() {
      const closed = yield* Deferred.make<void>()
      const { url } = yield* ScriptedServer.make((_, response) => {
        response.on("close", () => Effect.runSync(Deferred.succeed(closed, undefined)))
        response.write("a".repeat(100))
      })
      const response = yield* send(HttpClientRequest.get(url))
      const head = yield* Stream.runHead(response.stream)
      assert.isTrue(Option.isSome(head))
      yield* Deferred.await(closed)
    }).pipe(Effect.provide(live)))

  it.scopedLive("one that breaks off fails, however it is read", () =>
    Effect.gen(function*() {
      const { url } = yield* ScriptedServer.make((_, response) => {
        response.writeHead(200, { "content-length": "100" })
        response.write("half")
        setTimeout(() => response.destroy(), 20)
      })
      for (const read of ["text", "arrayBuffer", "stream"] as const) {
        const response = yield* send(HttpClientRequest.get(url))
        const whole: Effect.Effect<unknown, unknown> = read === "stream"
          ? Stream.runDrain(response.stream)
          : response[read]
        assert.deepInclude(yield* Effect.flip(whole), { _tag: "ResponseError", reason: "Decode" })
      }
    }).pipe(Effect.provide(live)))

  it.scopedLive("an empty one, and one that is not JSON", () =>
    Effect.gen(function*() {
      const { url } = yield* ScriptedServer.make((request, response) => {
        response.writeHead(request.url === "/none" ? 204 : 200)
        response.end(request.url === "/none" ? undefined : "<html>")
      })
      const none = yield* send(HttpClientRequest.get(`${url}/none`))
      assert.deepStrictEqual([none.status, yield* none.text, yield* none.json], [204, "", null])
      assert.strictEqual(Chunk.size(yield* Stream.runCollect(none.stream)), 1)
      const html = yield* send(HttpClientRequest.get(url))
      assert.deepInclude(yield* Effect.flip(html.json), { _tag: "ResponseError" })
    }).pipe(Effect.provide(live)))
})

describe("interruption", () => {
  it.scopedLive.each(["before the answer", "in the middle of it"] as const)(
    "ends the connection: %s",
    (when) =>
      Effect.gen(function*() {
        const begun = yield* Deferred.make<void>()
        const closed = yield* Deferred.make<void>()
        const { url } = yield* ScriptedServer.make((request, response) => {
          request.socket.on("close", () => Effect.runSync(Deferred.succeed(closed, undefined)))
          if (when === "in the middle of it") {
            response.writeHead(200, { "content-length": "100" })
            response.write("half")
          }
          Effect.runSync(Deferred.succeed(begun, undefined))
        })
        const fiber = yield* Effect.fork(Effect.flatMap(send(HttpClientRequest.get(url)), (response) => response.text))
        yield* Deferred.await(begun)
        yield* Effect.sleep("20 millis")
        yield* Fiber.interrupt(fiber)
        yield* Deferred.await(closed)
        assert.isTrue(Exit.isInterrupted(yield* Fiber.await(fiber)))
      }).pipe(Effect.provide(live))
  )

  it.scopedLive("of a request that waits for a connection keeps it from being sent", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedServer.make((request, response) => {
        if (request.url === "/slow") setTimeout(() => response.end(), 100)
        else response.end()
      })
      const slow = yield* Effect.fork(send(HttpClientRequest.get(`${server.url}/slow`)))
      yield* Effect.sleep("20 millis")
      const waiting = yield* Effect.fork(send(HttpClientRequest.get(`${server.url}/waiting`)))
      yield* Effect.sleep("20 millis")
      yield* Fiber.interrupt(waiting)
      yield* Fiber.join(slow)
      yield* Effect.flatMap(send(HttpClientRequest.get(`${server.url}/next`)), (response) => response.text)
      assert.notInclude(server.requests.map(({ path }) => path), "/waiting")
    }).pipe(Effect.provide(UndiciHttpClient.layer({ connections: 1 }))))
})

describe("a dispatcher of one's own", () => {
  it.scopedLive("is used, and below a resilient client too", () =>
    Effect.gen(function*() {
      const policy = yield* Policy.make(Profile.testing, { retry: { base: "1 millis" } })
      const client = yield* ResilientHttpClient.make(policy)
      const answer = yield* client.execute(HttpClientRequest.get("https://api.example.com/things"))
      assert.strictEqual(answer.text, `{"ok":true}`)
    }).pipe(
      Effect.provideServiceEffect(
        HttpClient.HttpClient,
        Effect.sync(() => {
          const agent = new MockAgent()
          agent.disableNetConnect()
          const pool = agent.get("https://api.example.com")
          pool.intercept({ path: "/things" }).reply(503, "busy")
          pool.intercept({ path: "/things" }).reply(200, { ok: true })
          return UndiciHttpClient.make(agent)
        })
      )
    ))
})
