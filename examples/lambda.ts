/**
 * An AWS Lambda function that writes the contacts of an SQS queue to HubSpot. Messages that failed are handed back to the
 * queue, which brings them again.
 *
 *     npx esbuild examples/lambda.ts --bundle --platform=node --format=esm --outfile=index.mjs
 *
 * It needs the AWS Parameters and Secrets Lambda Extension, HUBSPOT_SECRET_ID (the secret that holds the token),
 * FUNCTION_TIMEOUT (such as "30 seconds", what the function is configured with), and "report batch item failures" on the queue.
 */
import { HttpClient, HttpClientRequest, HttpClientResponse } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { Config, Duration, Effect, Layer, Logger, ManagedRuntime, Schema } from "effect"
import { Contacts, HubSpotClient, HubSpotConfig } from "effect-hubspot"
import { Deadline, Policy } from "effect-resilience"

/** Beside the calls: starting, logging, answering. */
const margin = Duration.seconds(2)

const overrides = {
  retry: { retries: 3, cap: "5 seconds" },
  attemptTimeout: "5 seconds",
  deadline: "20 seconds"
} as const

/** The token, from a local cache of AWS's own; asked for before each attempt, so kept here for a while. */
const secret = Effect.gen(function*() {
  const http = HttpClient.filterStatusOk(yield* HttpClient.HttpClient)
  const extension = yield* Config.string("SECRETS_URL").pipe(Config.withDefault("http://localhost:2773"))
  const secretId = yield* Config.string("HUBSPOT_SECRET_ID")
  const session = yield* Config.string("AWS_SESSION_TOKEN")
  const Answer = Schema.Struct({ SecretString: Schema.Redacted(Schema.NonEmptyString) })
  const request = HttpClientRequest.get(`${extension}/secretsmanager/get`, {
    urlParams: { secretId },
    headers: { "x-aws-parameters-secrets-token": session }
  })
  const [kept, forget] = yield* http.execute(request).pipe(
    Effect.flatMap(HttpClientResponse.schemaBodyJson(Answer)),
    Effect.map(({ SecretString }) => SecretString),
    Effect.timeout("2 seconds"),
    Effect.cachedInvalidateWithTTL("5 minutes")
  )
  return { token: Effect.tapError(kept, () => forget) } // or a failure would be kept as well
})

/** A function that may run into its timeout is found out by its first invocation, not by the one in a thousand. */
const checkTimeout = Layer.effectDiscard(Effect.gen(function*() {
  const { policy } = yield* HubSpotConfig.HubSpotConfig
  const timeout = yield* Config.duration("FUNCTION_TIMEOUT")
  const { total } = Policy.worstCase(policy, "batch")
  const needed = Duration.sum(total, margin)
  if (Duration.greaterThan(needed, timeout)) {
    return yield* Effect.dieMessage(
      `A call may take ${Duration.format(needed)}, the function has ${
        Duration.format(timeout)
      }: raise FUNCTION_TIMEOUT or lower the deadline`
    )
  }
  yield* Effect.logInfo("Ready").pipe(Effect.annotateLogs({ worstCase: Duration.format(total) }))
}))

const Live = Effect.gen(function*() {
  const { token: accessToken } = yield* secret
  const baseUrl = yield* Config.string("HUBSPOT_BASE_URL").pipe(Config.withDefault(undefined))
  const config = HubSpotConfig.layer({ accessToken, baseUrl, overrides })
  return Layer.provideMerge(Layer.merge(HubSpotClient.layer, checkTimeout), config)
}).pipe(Layer.unwrapEffect, Layer.provide(NodeHttpClient.layerUndici), Layer.provideMerge(Logger.json))

const Person = Schema.parseJson(Schema.Struct({ email: Schema.NonEmptyString, firstname: Schema.String }))

interface Queue {
  readonly Records: ReadonlyArray<{ readonly messageId: string; readonly body: string }>
}

interface Invocation {
  readonly awsRequestId: string
  readonly getRemainingTimeInMillis: () => number
}

const write = Effect.fn("write")(function*({ Records }: Queue) {
  const [unread, read] = yield* Effect.partition(
    Records,
    ({ body, messageId }) =>
      Schema.decode(Person)(body).pipe(Effect.mapBoth({
        onFailure: () => messageId,
        onSuccess: (person) => ({ messageId, person })
      }))
  )
  const { failed, succeeded } = yield* Contacts.batchUpsert(read.map(({ person }) => person), { by: "email" })
  const messageOf = new Map<unknown, string>(read.map(({ messageId, person }) => [person, messageId]))
  for (const { error } of failed) yield* Effect.logError(error.message) // holds no email and no token
  const counts = { succeeded: succeeded.length, failed: failed.length, unread: unread.length }
  yield* Effect.logInfo("Written").pipe(Effect.annotateLogs(counts))
  const again = [...unread, ...failed.map(({ input }) => messageOf.get(input))]
  return { batchItemFailures: again.map((itemIdentifier) => ({ itemIdentifier })) }
})

/** All that is made here lives as long as the process does, over many invocations. */
export const make = () => {
  const runtime = ManagedRuntime.make(Live)
  return (event: Queue, context: Invocation) =>
    write(event).pipe(
      Deadline.within(Duration.subtract(Duration.millis(context.getRemainingTimeInMillis()), margin)),
      Effect.annotateLogs({ requestId: context.awsRequestId }),
      runtime.runPromise
    )
}

export const handler = make()
