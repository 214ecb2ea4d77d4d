/**
 * Whose slots a call gets: Redis', or while Redis is away this process's share of them, if it has one. What was taken from
 * the one is given back to the same.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { Away, Bucket, Call, RedisStore, Turn } from "./redisStore.ts"
import * as RollingWindow from "./rollingWindow.ts"
import * as ShareStore from "./shareStore.ts"
import type { Verdict } from "./takes.ts"
import { monotonicMillis } from "./time.ts"
import type { Fate } from "./turnstile.ts"

export interface Request {
  readonly weight: number
  readonly buckets: ReadonlyArray<number>
  readonly arrival: number
}

export type GiveBack = (fate: Fate) => Effect.Effect<void>

/** An admitted call has a way to give its slots back. */
export type Answer = Verdict & { readonly giveBack?: GiveBack } | "unavailable"

export interface BucketState {
  readonly limit: number
  readonly available: number
  readonly inFlight: number
  /** In milliseconds. */
  readonly closedFor: number
}

export interface Slots {
  readonly take: (requests: ReadonlyArray<Request>) => Effect.Effect<ReadonlyArray<Answer>>
  readonly close: (pauses: ReadonlyArray<{ readonly bucket: number; readonly millis: number }>) => Effect.Effect<void>
  /** With an answer to a call of this weight, the server said what is left. Redis is told of it with the next mail. */
  readonly report: (bucket: number, remaining: number, weight: number) => void
  readonly state: Effect.Effect<ReadonlyArray<BucketState>>
}

export interface Options {
  readonly store: RedisStore
  readonly share: ShareStore.ShareStore | undefined
  readonly buckets: ReadonlyArray<Bucket>
  readonly owner: string
  /** In milliseconds. */
  readonly lease: number
  /** Called when there may be room where there was none. */
  readonly changed: () => void
}

export const make = (options: Options): Effect.Effect<Slots, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { buckets, changed, lease, owner, share, store } = options
    const scope = yield* Effect.scope
    const inFlight = new Map<string, Call>()
    let settled: Array<Turn["settled"][number]> = []
    /** How many slots must be taken, by bucket, as far as servers have told since the last mail. */
    const told = new Map<number, number>()
    let away = false
    let closed = false
    let serial = 0

    /** What has been settled goes along with whatever is sent, and is kept where that fails. */
    const send = (turn: Partial<Turn>, by = store.turn) =>
      Effect.suspend(() => {
        const going = settled
        settled = []
        return Effect.tapError(by({ held: [], calls: [], ...turn, settled: going }), () =>
          Effect.sync(() => {
            settled = [...going, ...settled]
          }))
      })

    const comeBack = Effect.suspend(() => send({ held: [...inFlight.values()] }, store.patientTurn)).pipe(
      Effect.delay("500 millis"),
      Effect.retry(Schedule.forever),
      Effect.zipRight(Effect.sync(() => {
        away = false
        changed()
      })),
      Effect.zipRight(Effect.logInfo("The rate limiter's Redis is back"))
    )

    const lost = ({ failure }: Away) =>
      Effect.suspend(() => {
        if (away || closed) return Effect.void
        away = true
        changed()
        return Effect.logWarning(`The rate limiter's Redis is away: ${failure}`).pipe(
          Effect.zipRight(Effect.forkIn(Effect.interruptible(comeBack), scope))
        )
      })

    const ofRedis = (call: Call): GiveBack => {
      inFlight.set(call.id, call)
      return (fate) =>
        Effect.suspend(() => {
          inFlight.delete(call.id)
          settled.push({ ...call, fate })
          if (fate === "not-sent") changed()
          mail.unsafeOpen()
          return closed ? Effect.ignore(send({})) : Effect.void
        })
    }

    const takeFromRedis = (requests: ReadonlyArray<Request>, now: number) => {
      const calls = requests.map(({ arrival, buckets, weight }) => ({
        id: `${owner}:${(serial++).toString(36)}`,
        weight,
        buckets,
        waited: now - arrival
      }))
      return send({ calls }).pipe(
        Effect.map((verdicts): ReadonlyArray<Answer> =>
          verdicts.map((verdict, i) =>
            verdict.wait === 0 ? { ...verdict, giveBack: ofRedis(calls[i] as Call) } : verdict
          )
        ),
        // Nobody knows whether it was carried out, or will be.
        Effect.tapError(() =>
          Effect.sync(() => {
            for (const call of calls) settled.push({ ...call, fate: "not-sent" })
          })
        )
      )
    }

    const takeFromShare = (requests: ReadonlyArray<Request>, now: number): ReadonlyArray<Answer> => {
      const fitting = share === undefined ? [] : requests.filter((request) => ShareStore.fits(share, request))
      const verdicts = share === undefined ? [] : ShareStore.take(share, fitting, now)
      const answers = new Map(fitting.map((request, i) => [request, verdicts[i] as Verdict]))
      return requests.map((request) => {
        const verdict = answers.get(request)
        if (share === undefined || verdict === undefined) return "unavailable"
        if (verdict.wait !== 0) return verdict
        const giveBack: GiveBack = (fate) =>
          Effect.map(monotonicMillis, (now) => {
            ShareStore.settle(share, request, fate, now)
            changed()
          })
        return { ...verdict, giveBack }
      })
    }

    const take: Slots["take"] = (requests) =>
      Effect.flatMap(monotonicMillis, (now) =>
        away ? Effect.succeed(takeFromShare(requests, now)) : takeFromRedis(requests, now).pipe(
          Effect.catchAll((failure) =>
            Effect.zipRight(lost(failure), Effect.map(monotonicMillis, (now) => takeFromShare(requests, now)))
          )
        ))

    const close: Slots["close"] = (pauses) =>
      Effect.flatMap(monotonicMillis, (now) => {
        for (const { bucket, millis } of share === undefined ? [] : pauses) {
          RollingWindow.close(share?.[bucket] as RollingWindow.RollingWindow, now + millis)
        }
        return away ? Effect.void : Effect.catchAll(store.close(pauses), lost)
      })

    const report: Slots["report"] = (bucket, remaining, weight) => {
      const { limit } = buckets[bucket] as Bucket
      // With much room left, nobody has to be told.
      if (away || remaining > limit / 10) {
        return
      }
      const ours = [...inFlight.values()].filter(({ buckets }) =>
        buckets.includes(bucket)
      )
      const others = ours.reduce((sum, { weight }) => sum + weight, 0) - weight
      told.set(bucket, Math.min(limit, limit - remaining + Math.max(0, others)))
      mail.unsafeOpen()
    }

    const tighten = Effect.suspend(() => {
      const tightened = [...told]
      told.clear()
      return Effect.forEach(tightened, ([bucket, taken]) =>
        // As after a 429 without a hint: looked at anew after a tenth of the window.
        store.tighten(bucket, taken, Duration.millis((buckets[bucket] as Bucket).window / 10)), { discard: true })
    })

    const stateOfShare = Effect.map(monotonicMillis, (now) =>
      buckets.map(({ limit }, bucket): BucketState => {
        const window = share?.[bucket]
        const ours = [...inFlight.values()].filter(({ buckets }) => buckets.includes(bucket))
        return window === undefined
          ? { limit, available: 0, inFlight: ours.reduce((n, { weight }) => n + weight, 0), closedFor: 0 }
          : {
            limit: window.limit,
            available: RollingWindow.available(window, now),
            inFlight: window.inFlight,
            closedFor: Math.max(0, window.closedUntil - now)
          }
      }))

    const allSettled = Effect.suspend(() => settled.length === 0 ? Effect.void : send({}))
    const stateOfRedis = Effect.zipRight(allSettled, store.state).pipe(
      Effect.map((states) =>
        states.map(({ closedFor, inFlight, taken }, bucket): BucketState => {
          const limit = (buckets[bucket] as Bucket).limit
          return { limit, available: Math.max(0, limit - taken), inFlight, closedFor }
        })
      )
    )

    const state = Effect.suspend(() =>
      away ? stateOfShare : Effect.catchAll(stateOfRedis, (failure) => Effect.zipRight(lost(failure), stateOfShare))
    )

    // The last word to Redis: what has been settled, and a whole lease for what is still in flight.
    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        closed = true
        return away ? Effect.void : Effect.ignore(send({ held: [...inFlight.values()] }))
      })
    )
    const mail = Effect.unsafeMakeLatch(false)
    const deliver = Effect.zipRight(
      mail.await,
      Effect.suspend(() => {
        mail.unsafeClose()
        if (away) return Effect.void
        const sent = settled.length === 0 ? Effect.void : send({})
        return Effect.catchAll(Effect.zipRight(sent, tighten), lost)
      }).pipe(Effect.uninterruptible)
    )
    const renew = Effect.suspend(() =>
      away || inFlight.size === 0
        ? Effect.void
        : Effect.catchAll(store.turn({ settled: [], held: [...inFlight.values()], calls: [] }), lost)
    )
    yield* Effect.forkScoped(Effect.forever(deliver))
    yield* Effect.forkScoped(Effect.forever(Effect.delay(renew, Duration.millis(lease / 3))))

    return { take, close, report, state }
  })
