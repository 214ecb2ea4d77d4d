/** What the limiter asks of Redis, each question one script call that fails rather than hangs. */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Scripts from "./redisScripts.ts"
import type { Verdict } from "./takes.ts"
import type { Fate } from "./turnstile.ts"

/** What is needed of a client of `redis`. */
export interface Client {
  readonly isReady?: boolean
  readonly evalSha: (sha1: string, options: EvalOptions) => Promise<unknown>
  readonly eval: (script: string, options: EvalOptions) => Promise<unknown>
}

export interface EvalOptions {
  // Not readonly, as node-redis has it.
  keys: Array<string>
  arguments: Array<string>
}

/** Redis did not answer, or not as it should. `failure` is a code or a name and tells nothing of the address. */
export class Away extends Data.TaggedError("Away")<{ readonly failure: string }> {}

/** Only the kind of failure: its words may tell more than they should. */
export const away = (error: unknown): Away => {
  const code = Predicate.hasProperty(error, "code") ? error.code : undefined
  const message = error instanceof Error ? /^[A-Z]{3,}(?= )/.exec(error.message)?.[0] : undefined
  return new Away({ failure: String(code ?? message ?? (error instanceof Error ? error.constructor.name : "unknown")) })
}

export interface Call {
  readonly id: string
  readonly weight: number
  /** Their places in the list. */
  readonly buckets: ReadonlyArray<number>
}

export interface Turn {
  readonly settled: ReadonlyArray<Call & { readonly fate: Fate }>
  readonly held: ReadonlyArray<Call>
  /** `waited` milliseconds so far. */
  readonly calls: ReadonlyArray<Call & { readonly waited: number }>
}

export interface Bucket {
  readonly name: string
  readonly limit: number
  /** In milliseconds. */
  readonly window: number
}

export interface BucketState {
  readonly taken: number
  readonly inFlight: number
  readonly closedFor: number
}

export interface RedisStore {
  /** May be called again and again at the same time: Redis sees them in order. */
  readonly turn: (turn: Turn) => Effect.Effect<ReadonlyArray<Verdict>, Away>
  /** Waits for as long as the connection lives. */
  readonly patientTurn: (turn: Turn) => Effect.Effect<ReadonlyArray<Verdict>, Away>
  readonly close: (
    pauses: ReadonlyArray<{ readonly bucket: number; readonly millis: number }>
  ) => Effect.Effect<void, Away>
  readonly state: Effect.Effect<ReadonlyArray<BucketState>, Away>
  /** See the script: answers how many slots it took. */
  readonly tighten: (
    bucket: number,
    taken: number,
    opensIn: Duration.Duration
  ) => Effect.Effect<number, Away>
}

export const make = (options: {
  readonly client: Client
  readonly prefix: string
  readonly buckets: ReadonlyArray<Bucket>
  readonly owner: string
  /** In milliseconds, as all of these. */
  readonly lease: number
  readonly timeout: number
}): RedisStore => {
  const { client, owner } = options
  // The braces keep them all on one node of a cluster.
  const keys = options.buckets.map(({ name }) => `{${options.prefix}}:${name}`)
  const claims = `{${options.prefix}}/claims`
  const lease = Math.ceil(options.lease)
  const buckets = options.buckets.map(({ limit, window }) => ({ limit, window: Math.ceil(window) }))

  const run = (script: Scripts.Script, keys: ReadonlyArray<string>, asked: unknown): Effect.Effect<unknown, Away> => {
    const call = (): EvalOptions => ({ keys: [...keys], arguments: [JSON.stringify(asked)] })
    return Effect.suspend(() =>
      // A client of somebody else's might keep the command until it is connected again.
      client.isReady === false ? new Away({ failure: "not connected" }) : Effect.tryPromise({
        try: () => client.evalSha(script.sha1, call()),
        catch: (error) => error
      })
    ).pipe(
      Effect.catchIf(isNoScript, () => Effect.tryPromise({ try: () => client.eval(script.text, call()), catch: away })),
      Effect.mapError((error) => error instanceof Away ? error : away(error))
    )
  }

  // Interruptible in a fibre of its own, it ends in time even where the caller must not be interrupted.
  const inTime = <A>(question: Effect.Effect<A, Away>): Effect.Effect<A, Away> =>
    Effect.timeoutFail(Effect.interruptible(question), {
      duration: options.timeout,
      onTimeout: () => new Away({ failure: "no answer in time" })
    })

  const patientTurn: RedisStore["patientTurn"] = ({ calls, held, settled }) =>
    Effect.flatMap(
      run(Scripts.turn, [...keys, claims], {
        owner,
        lease,
        buckets,
        settled: settled.map(onTheWire),
        held: held.map(onTheWire),
        calls: calls.map(onTheWire)
      }),
      (reply) => {
        const verdicts = inGroups(reply, 2).map(([wait = 0, known = 0]) => ({ wait, known }))
        return verdicts.length === calls.length ? Effect.succeed(verdicts) : new Away({ failure: "strange answer" })
      }
    )

  return {
    patientTurn,
    turn: (turn) => inTime(patientTurn(turn)),
    close: (pauses) =>
      inTime(Effect.asVoid(run(
        Scripts.close,
        pauses.map(({ bucket }) => keys[bucket] as string),
        { pauses: pauses.map(({ millis }) => Math.ceil(Math.min(millis, forEver))) }
      ))),
    state: inTime(Effect.map(
      run(Scripts.state, keys, { buckets }),
      (reply) => inGroups(reply, 3).map(([taken = 0, inFlight = 0, closedFor = 0]) => ({ taken, inFlight, closedFor }))
    )),
    tighten: (bucket, taken, opensIn) =>
      inTime(Effect.map(
        run(Scripts.tighten, [keys[bucket] as string], { taken, opensIn: Math.ceil(Duration.toMillis(opensIn)) }),
        Number
      ))
  }
}

/** Ten years: JSON has no infinity. */
const forEver = 10 * 365 * 24 * 3_600_000

const isNoScript = (error: unknown): boolean => error instanceof Error && error.message.startsWith("NOSCRIPT")

/** Lua counts from one. */
const onTheWire = <A extends Call>(call: A): A => ({ ...call, buckets: call.buckets.map((bucket) => bucket + 1) })

const inGroups = (reply: unknown, size: number): ReadonlyArray<ReadonlyArray<number>> => {
  const numbers = Array.isArray(reply) ? reply.map(Number) : []
  return Array.from({ length: numbers.length / size }, (_, i) => numbers.slice(i * size, (i + 1) * size))
}
