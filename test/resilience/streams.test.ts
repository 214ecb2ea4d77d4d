/** Calls whose answers are streamed, beyond their first byte. */
import { HttpClient, HttpClientRequest, HttpClientResponse } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, type Duration, Effect, Exit, Fiber, Option, Stream, TestClock } from "effect"
import { type ApiError, SampleErrors } from "effect-resilience"
import { clientOver, failure, finish, success } from "../support/client.ts"
import type * as ScriptedClient from "../support/ScriptedClient.ts"

const get = HttpClientRequest.get("https://api.example.com/export")

type Body = ReadonlyArray<string | { readonly pause: Duration.DurationInput } | { readonly broken: string } | "hang">

/** Answers with the bodies in turn, the last one for ever; a number is a status without a body. */
const streaming = (...answers: ReadonlyArray<Body | number>): ScriptedClient.ScriptedClient => {
  const sent: ScriptedClient.ScriptedClient["sent"] = []
  let open = 0
  const client = HttpClient.make((request) =>
    Effect.sync(() => {
      const answer = answers[Math.min(sent.length, answers.length - 1)] ?? []
      sent.push({ at: 0, request })
      if (typeof answer === "number") return HttpClientResponse.fromWeb(request, new Response(null, { status: answer }))
      const chunks = Stream.fromIterable(answer).pipe(
        Stream.mapEffect((part) => {
          if (part === "hang") return Effect.never
          if (typeof part === "string") return Effect.succeed([part])
          return "pause" in part ? Effect.as(Effect.sleep(part.pause), []) : Effect.fail(broken(part.broken))
        }),
        Stream.flattenIterables
      )
      return Object.create(HttpClientResponse.fromWeb(request, new Response("")), {
        stream: {
          value: Stream.acquireRelease(Effect.sync(() => open++), () => Effect.sync(() => open--)).pipe(
            Stream.flatMap(() => chunks),
            Stream.encodeText,
            Stream.mapError((cause) => ({ _tag: "ResponseError", reason: "Decode", cause }))
          )
        }
      })
    })
  )
  return { client, sent, open: () => open }
}

const broken = (code: string) => Object.assign(new Error("other side closed"), { code })

const text = <E, R>(stream: Stream.Stream<Uint8Array, E, R>) => Stream.mkString(Stream.decodeText(stream))

describe("a stream", () => {
  it.scoped("is tried again until its first byte, and no more after it", () =>
    Effect.gen(function*() {
      const scripted = streaming([{ broken: "UND_ERR_SOCKET" }], ["a", { pause: "3 seconds" }, "b"])
      const client = yield* clientOver(scripted)
      assert.strictEqual(yield* success(text(client.stream(get))), "ab")
      assert.strictEqual(scripted.sent.length, 2)
    }))

  it.scoped("that breaks off later fails with the history of its call, and the call with it", () =>
    Effect.gen(function*() {
      const scripted = streaming(503, ["a", { pause: "3 seconds" }, "b", { broken: "UND_ERR_SOCKET" }])
      const client = yield* clientOver(scripted)
      const ended = yield* Effect.fork(Stream.runHead(Stream.filter(client.events, ({ _tag }) => _tag === "CallEnded")))
      yield* TestClock.adjust(0)
      const read: Array<string> = []
      const error = yield* failure(
        Stream.runForEach(Stream.decodeText(client.stream(get)), (part) => Effect.sync(() => read.push(part)))
      )
      assert.deepStrictEqual(read, ["a", "b"])
      assert.deepInclude(error, { _tag: "ConnectionError", reason: "incomplete", outcome: "unknown" })
      assert.deepInclude(error.retry, { attempts: 2, stopped: "not-replayable", uncertain: true })
      assert.include(error.message, "after 2 attempts in 4s: not safe to repeat")
      assert.deepInclude(yield* client.snapshot, {
        calls: 1,
        succeeded: 0,
        failed: 1,
        stopped: { "not-replayable": 1 }
      })
      assert.deepInclude(Option.getOrThrow(yield* Fiber.join(ended)), { _tag: "CallEnded", error, interrupted: false })
    }))

  it.scoped("that falls silent fails after the attempt timeout", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(streaming(["a", { pause: "9 seconds" }, "b", "hang"]))
      const error = yield* failure(Stream.runDrain(client.stream(get)))
      assert.deepInclude(error, { _tag: "Timeout", scope: "attempt" })
      assert.include(error.message, "in 19s")
    }))

  it.scoped("is a call under way until its end", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(streaming(["a", { pause: "3 seconds" }, "b"]))
      const reader = yield* Effect.fork(Stream.runDrain(client.stream(get)))
      yield* TestClock.adjust("1 second")
      assert.deepInclude(yield* client.snapshot, { calls: 1, succeeded: 0, failed: 0 })
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(reader)
      assert.deepInclude(yield* client.snapshot, { calls: 1, succeeded: 1, failed: 0 })
    }))

  type Read = (stream: Stream.Stream<Uint8Array, ApiError.ApiError>) => Stream.Stream<unknown, unknown>
  const readers: ReadonlyArray<readonly [string, Read]> = [
    ["needs no more of it", Stream.take(1)],
    ["fails for reasons of its own", (stream) => Stream.mapEffect(stream, () => Effect.fail("full disk"))],
    ["fails with an error of another call", (stream) => Stream.mapEffect(stream, () => SampleErrors.timeout)]
  ]
  it.scoped.each(readers)(
    "whose reader %s has succeeded, and its body is closed",
    ([, read]) =>
      Effect.gen(function*() {
        const scripted = streaming(["a", { pause: "3 seconds" }, "b", "hang"])
        const client = yield* clientOver(scripted)
        yield* finish(Stream.runDrain(read(client.stream(get))))
        assert.deepInclude(yield* client.snapshot, { calls: 1, succeeded: 1, failed: 0, interrupted: 0 })
        assert.strictEqual(scripted.open(), 0)
      })
  )

  it.scoped.each([["before", 0], ["after", 1]] as const)(
    "whose reader is interrupted %s its first byte is interrupted, and its body is closed",
    ([, parts]) =>
      Effect.gen(function*() {
        const scripted = streaming([...["a", "b"].slice(0, parts), "hang"])
        const client = yield* clientOver(scripted)
        const reader = yield* Effect.fork(Stream.runDrain(client.stream(get)))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(scripted.open(), 1)
        assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(reader)))
        assert.deepInclude(yield* client.snapshot, { calls: 1, succeeded: 0, failed: 0, interrupted: 1 })
        assert.strictEqual(scripted.open(), 0)
      })
  )

  it.scoped("without a body is empty", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(streaming([]))
      assert.deepStrictEqual(yield* success(Stream.runCollect(client.stream(get))), Chunk.empty())
    }))

  it.scoped("that is run twice is two calls", () =>
    Effect.gen(function*() {
      const client = yield* clientOver(streaming(["a"]))
      const stream = client.stream(get)
      yield* success(text(stream))
      yield* success(text(stream))
      assert.deepInclude(yield* client.snapshot, { calls: 2, succeeded: 2 })
    }))
})
