/** Answers in a `KeyValueStore`, as JSON, under hashed keys. Whatever goes wrong with it never reaches the caller. */
import { KeyValueStore } from "@effect/platform/KeyValueStore"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Deadline from "../Deadline.ts"
import type { Store } from "../Fallback.ts"
import { sha256 } from "./digest.ts"

export const jsonStore = <A, I, R>(
  name: string,
  schema: Schema.Schema<A, I, R>,
  timeout: Duration.Duration
): Effect.Effect<Store<A>, never, KeyValueStore | R> =>
  Effect.gen(function*() {
    const storage = yield* KeyValueStore
    const context = yield* Effect.context<R>()
    const Stored = Schema.parseJson(Schema.Struct({ at: Schema.Finite, value: schema }))
    const decode = (json: string) => Effect.provide(Schema.decode(Stored)(json), context)
    const encode = (entry: typeof Stored.Type) => Effect.provide(Schema.encode(Stored)(entry), context)
    const keyIn = (key: string) => Effect.map(sha256(key), (hash) => `${name}/${hash}`)

    /** Never fails, and ends in time even where the storage cannot be interrupted: then it is left to itself. */
    const bounded = <B, E>(doing: string, operation: Effect.Effect<B, E>): Effect.Effect<B | undefined> =>
      Effect.flatMap(Deadline.remaining, (left) =>
        Effect.interruptible(Effect.disconnect(operation)).pipe(
          Effect.timeout(Duration.min(timeout, left)),
          Effect.catchAllCause((cause) =>
            Effect.as(Effect.logWarning(`${doing} the store "${name}" failed: ${kindOf(cause)}`), undefined)
          )
        ))

    return {
      get: (key) =>
        bounded(
          "Reading",
          Effect.flatMap(
            Effect.flatMap(keyIn(key), storage.get),
            Option.match({ onNone: () => Effect.succeed(undefined), onSome: decode })
          )
        ),
      set: (key, entry) =>
        bounded(
          "Writing to",
          Effect.flatMap(Effect.zip(keyIn(key), encode(entry)), ([hashed, json]) => storage.set(hashed, json))
        ),
      now: Clock.currentTimeMillis
    }
  })

/** Never more than the kind: what a failure says may hold the value. */
const kindOf = (cause: Cause.Cause<unknown>): string =>
  Option.match(Cause.failureOption(cause), {
    onNone: () => "a defect",
    onSome: (error) => Predicate.hasProperty(error, "_tag") ? String(error._tag) : "an error"
  })
