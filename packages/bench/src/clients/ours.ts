import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Policy from "effect-resilience/Policy"
import * as Profile from "effect-resilience/Profile"
import * as RateLimiter from "effect-resilience/RateLimiter"
import * as RateLimiterRedis from "effect-resilience/RateLimiterRedis"
import * as ResilientHttpClient from "effect-resilience/ResilientHttpClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Api, Client, Setup } from "../model.ts"
import { contactPath, listWith, objectsPath } from "./contacts.ts"

/** What the scenarios change of the production profile: nothing but what they name. */
export const overridesOf = ({ attemptTimeoutMillis, breaker, deadlineMillis, retries }: Setup): Policy.Overrides => ({
  retry: { retries },
  attemptTimeout: attemptTimeoutMillis,
  deadline: deadlineMillis,
  breaker: {
    trip: { consecutiveFailures: breaker.failures },
    opening: breaker.openingMillis,
    // A scenario that names a short opening means it.
    ...breaker.openingMillis < Duration.toMillis("2 minutes") ? { longestOpening: breaker.openingMillis } : {}
  }
})

export const limitOf = ({ limit }: Setup) => RateLimiter.rolling("general", limit.calls, limit.windowMillis)

export const settingsOf = (setup: Setup, transport: string) => ({
  transport,
  profile: "production: full jitter, budget of 500 tokens, breaker for each host",
  limit: `${setup.limit.calls} in any ${setup.limit.windowMillis} ms${
    setup.redis === undefined ? "" : ", shared through Redis"
  }`,
  retries: setup.retries,
  attemptTimeout: setup.attemptTimeoutMillis,
  deadline: setup.deadlineMillis,
  breaker: `${setup.breaker.failures} failures in a row, open for ${setup.breaker.openingMillis}`
})

const Contact = Schema.Struct({
  id: Schema.String,
  properties: Schema.Struct({
    email: Schema.NullOr(Schema.String),
    firstname: Schema.NullOr(Schema.String),
    lastname: Schema.NullOr(Schema.String)
  })
})

const Page = Schema.Struct({
  results: Schema.Array(Contact),
  paging: Schema.optional(Schema.Struct({ next: Schema.optional(Schema.Struct({ after: Schema.String })) }))
})

const Created = Schema.Struct({ id: Schema.String })

const limiterOf = (setup: Setup) =>
  setup.redis === undefined ? Effect.succeed(undefined) : RateLimiterRedis.make([limitOf(setup)], {
    url: Redacted.make(setup.redis.url),
    prefix: setup.redis.prefix,
    whenAway: "fail"
  })

const makeClient = (setup: Setup) =>
  Effect.gen(function*() {
    const limiter = yield* limiterOf(setup)
    const limits = limiter === undefined ? [limitOf(setup)] : []
    const policy = yield* Policy.make(Profile.production, { ...overridesOf(setup), limits })
    const token = Redacted.make(setup.token)
    return yield* ResilientHttpClient.make(policy, {
      baseUrl: setup.baseUrl,
      limiter,
      authenticate: (request) => Effect.succeed(HttpClientRequest.bearerToken(request, token))
    })
  })

/** The whole pipeline: limiter, breaker, budget, deadline, retry, classification, and telemetry with nobody listening. */
export const makeOver = async (setup: Setup, transport: Layer.Layer<HttpClient.HttpClient>): Promise<Api> => {
  const live = Layer.scoped(ResilientHttpClient.ResilientHttpClient, makeClient(setup)).pipe(Layer.provide(transport))
  const runtime = ManagedRuntime.make(live)
  const client = await runtime.runPromise(ResilientHttpClient.ResilientHttpClient)
  return {
    get: (id) =>
      runtime.runPromise(client.json(HttpClientRequest.get(contactPath(id)), Contact, {
        urlTemplate: "/crm/v3/objects/contacts/{id}"
      })),
    create: (type, properties) =>
      runtime.runPromise(
        client.json(
          HttpClientRequest.bodyUnsafeJson(HttpClientRequest.post(objectsPath(type)), { properties }),
          Created
        )
      ),
    list: listWith((path) => runtime.runPromise(client.json(HttpClientRequest.get(path), Page))),
    close: () => runtime.dispose()
  }
}

export const client: Client = {
  settings: (setup) => settingsOf(setup, "NodeHttpClient.layerUndici"),
  make: (setup) => makeOver(setup, NodeHttpClient.layerUndici)
}
