/** What a policy comes to: for each kind of call, for each server, and for all together. Another policy makes other terms. */
import * as Effect from "effect/Effect"
import * as Record from "effect/Record"
import type * as Scope from "effect/Scope"
import { Kind } from "../CallOptions.ts"
import * as Policy from "../Policy.ts"
import * as RateLimiter from "../RateLimiter.ts"
import * as Destinations from "./destinations.ts"
import type { Observer } from "./observer.ts"
import { withNow } from "./time.ts"

export interface Terms {
  readonly policy: Policy.Policy
  readonly policies: Record<Kind, Policy.CallPolicy>
  readonly destinations: Destinations.Destinations
  /** The limiter, where it is the client's own. */
  readonly own: RateLimiter.Unsafe | undefined
  /** Has the buckets that calls name. */
  readonly limiter: RateLimiter.RateLimiter | undefined
  /** The one that a call takes from which names none, where there is only one. */
  readonly onlyBucket: string | undefined
  /** Has none: limits what is in flight, beside a limiter that is not the client's own. */
  readonly concurrency: RateLimiter.RateLimiter | undefined
}

export interface Maker {
  readonly own: RateLimiter.RateLimiter
  /** For a policy that has been checked. */
  readonly make: (policy: Policy.Policy) => Effect.Effect<Terms>
}

/** `shared` is a limiter in place of the policy's limits. */
export const maker = (
  shared: RateLimiter.RateLimiter | undefined,
  observer: Observer
): Effect.Effect<Maker, never, Scope.Scope> =>
  Effect.map(Effect.orDie(RateLimiter.unsafeMake([])), (own) => {
    const destinations = Destinations.make({ breaker: "off", budget: "off" }, observer)
    return {
      own,
      make: (policy) => {
        const general = Policy.forKind(policy, undefined)
        const { concurrency, limits, longestQueue } = policy
        const buckets = shared === undefined ? limits : []
        const isLimited = buckets.length > 0 || concurrency !== undefined
        return withNow((now) => Effect.sync(() => destinations.change(policy, now))).pipe(
          // The policy has been checked, and its limits with it.
          Effect.zipRight(Effect.orDie(own.reconfigure(buckets, { concurrency, longestQueue }))),
          Effect.as({
            policy,
            policies: Record.fromIterableWith(Kind.literals, (kind) => [
              kind,
              policy.kinds[kind] === undefined ? general : Policy.forKind(policy, kind)
            ]),
            destinations,
            onlyBucket: buckets.length === 1 ? buckets[0]?.name : undefined,
            own: shared === undefined && isLimited ? own : undefined,
            limiter: shared ?? (isLimited ? own : undefined),
            concurrency: shared !== undefined && isLimited ? own : undefined
          })
        )
      }
    }
  })
