/**
 * The limiters of many accounts, which outlive their clients: what was sent counts until its window or its day is over,
 * whoever has sent it.
 */
import type * as Policy from "effect-resilience/Policy"
import * as RateLimiter from "effect-resilience/RateLimiter"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"

export interface PortalLimiters {
  /** The account's limiter, for as long as the scope is open. */
  readonly get: (
    portalId: number,
    policy: Pick<Policy.Policy, "limits">
  ) => Effect.Effect<RateLimiter.RateLimiter, never, Scope.Scope>
}

interface Kept {
  readonly limiter: RateLimiter.Local
  readonly scope: Scope.CloseableScope
  /** As text: to have the same ones once more changes nothing. */
  limits: string
  users: number
}

/** How often those that nobody uses are looked at, in milliseconds, when there is somebody new. */
const lookEvery = 60_000

export const make: Effect.Effect<PortalLimiters, never, Scope.Scope> = Effect.gen(function*() {
  const outer = yield* Effect.scope
  const kept = new Map<number, Kept>()
  let lookedAt = Number.NEGATIVE_INFINITY

  const forgetIfEmpty = (portalId: number, one: Kept): Effect.Effect<void> =>
    one.users > 0 ?
      Effect.void :
      Effect.flatMap(one.limiter.state, ({ buckets }) =>
        one.users === 0 && kept.get(portalId) === one && buckets.every(isEmpty)
          ? Effect.suspend(() => {
            kept.delete(portalId)
            return Scope.close(one.scope, Exit.void)
          })
          : Effect.void)

  const forgetEmpty = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    if (now < lookedAt + lookEvery) return Effect.void
    lookedAt = now
    return Effect.forEach([...kept], ([portalId, one]) => forgetIfEmpty(portalId, one), { discard: true })
  })

  const add = (portalId: number, { limits }: Pick<Policy.Policy, "limits">) =>
    Effect.gen(function*() {
      const scope = yield* Scope.fork(outer, ExecutionStrategy.sequential)
      const limiter = yield* Effect.orDie(Scope.extend(RateLimiter.make(limits), scope)) // the policy has been checked
      const one: Kept = { limiter, scope, limits: JSON.stringify(limits), users: 0 }
      // Somebody may have been faster.
      const known = kept.get(portalId) ?? one
      kept.set(portalId, known)
      return known
    })

  const take = (portalId: number, policy: Pick<Policy.Policy, "limits">) =>
    Effect.gen(function*() {
      yield* forgetEmpty
      const one = kept.get(portalId) ?? (yield* add(portalId, policy))
      one.users++
      // The account may have another tier by now.
      const limits = JSON.stringify(policy.limits)
      if (limits !== one.limits) yield* Effect.orDie(one.limiter.reconfigure(policy.limits))
      one.limits = limits
      return one
    })

  return {
    get: (portalId, policy) =>
      Effect.map(
        Effect.acquireRelease(take(portalId, policy), (one) => {
          one.users--
          return forgetIfEmpty(portalId, one)
        }),
        ({ limiter }) => limiter
      )
  }
})

const isEmpty = ({ available, closedFor, inFlight, limit }: RateLimiter.BucketState): boolean =>
  inFlight === 0 && available === limit && Duration.toMillis(closedFor) === 0
