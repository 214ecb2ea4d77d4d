import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Emulator } from "hubspot-emulator"
import * as Lambda from "../../examples/lambda.ts"
import * as ScriptedServer from "../support/ScriptedServer.ts"

/** The function as AWS starts it: with a secrets extension that answers so, and these settings. */
const deployed = (
  settings: Record<string, string> = {},
  answer: (token: string, asked: number) => readonly [number, unknown] = (token) => [200, { SecretString: token }]
) =>
  Effect.gen(function*() {
    const emulator = yield* Emulator.make()
    let asked = 0
    const secrets = yield* ScriptedServer.make((_, response) => {
      const [status, body] = answer(emulator.token, ++asked)
      response.writeHead(status).end(JSON.stringify(body))
    })
    const environment: Record<string, string> = {
      HUBSPOT_BASE_URL: emulator.url,
      HUBSPOT_SECRET_ID: "hubspot",
      SECRETS_URL: secrets.url,
      AWS_SESSION_TOKEN: "session",
      FUNCTION_TIMEOUT: "30 seconds",
      ...settings
    }
    Object.assign(process.env, environment)
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        for (const name of Object.keys(environment)) delete process.env[name]
      })
    )
    const handler = Lambda.make()
    const logs: Array<string> = []
    const write = console.log
    const invoke = (bodies: ReadonlyArray<string>, remaining = 30_000) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          console.log = (line: string) => logs.push(line)
        }),
        () =>
          Effect.tryPromise(() =>
            handler(
              { Records: bodies.map((body, n) => ({ messageId: `m-${n}`, body })) },
              { awsRequestId: "request-1", getRemainingTimeInMillis: () => remaining }
            )
          ),
        () =>
          Effect.sync(() => {
            console.log = write
          })
      )
    return { emulator, invoke, logs, secrets }
  })

const person = (n: number) => JSON.stringify({ email: `person-${n}@example.com`, firstname: `Person ${n}` })
const failures = (...messages: ReadonlyArray<string>) => ({
  batchItemFailures: messages.map((itemIdentifier) => ({ itemIdentifier }))
})

describe("the Lambda function", () => {
  it.scopedLive("writes what it is given, over several invocations with one token", () =>
    Effect.gen(function*() {
      const { emulator, invoke, logs, secrets } = yield* deployed()
      assert.deepStrictEqual(yield* invoke([person(1), person(2)]), failures())
      assert.deepStrictEqual(yield* invoke([person(2), person(3)]), failures())
      assert.strictEqual((yield* emulator.records("contacts")).length, 3)
      assert.strictEqual(secrets.requests.length, 1)
      assert.strictEqual(secrets.requests[0]?.headers["x-aws-parameters-secrets-token"], "session")
      const lines = logs.map((line): { message: string; annotations: Record<string, unknown> } => JSON.parse(line))
      assert.deepInclude(lines.find(({ message }) => message === "Written")?.annotations, {
        requestId: "request-1",
        succeeded: 2,
        failed: 0
      })
    }))

  it.scopedLive("hands back what it could not read, and what HubSpot refused", () =>
    Effect.gen(function*() {
      const { emulator, invoke, logs } = yield* deployed()
      const refused = JSON.stringify({ email: "not an email", firstname: "Nobody" })
      assert.deepStrictEqual(yield* invoke([person(1), "{", refused]), failures("m-1", "m-2"))
      assert.notInclude(logs.join(), emulator.token)
      assert.notInclude(logs.join(), "not an email")
    }))

  it.scopedLive("gives up in time, and hands everything back", () =>
    Effect.gen(function*() {
      const { emulator, invoke } = yield* deployed()
      yield* emulator.setFaults({ rules: [{ share: 1, fault: { kind: "hang" } }] })
      assert.deepStrictEqual(yield* invoke([person(1)], 2_500), failures("m-0"))
    }))

  it.scopedLive("asks for the token again where the secret manager failed", () =>
    Effect.gen(function*() {
      const { invoke, secrets } = yield* deployed({}, (token, asked) =>
        asked === 1 ? [500, {}] : [200, { SecretString: token }])
      assert.deepStrictEqual(yield* invoke([person(1)]), failures())
      assert.strictEqual(secrets.requests.length, 2)
    }))

  it.scopedLive("does not start where a call may take longer than the function has", () =>
    Effect.gen(function*() {
      const { invoke } = yield* deployed({ FUNCTION_TIMEOUT: "10 seconds" })
      const error = yield* Effect.flip(invoke([person(1)]))
      assert.include(String(error.error), "A call may take 22s, the function has 10s")
    }))
})
