/**
 * Who is to be asked for next? Callers of this process wait in order of arrival, those for the same set of buckets in one
 * lane, and the store is asked for many of them at once. Plain data, changed in place; time is an argument, in
 * milliseconds; buckets are known by their place in the list.
 */
import * as Iterable from "effect/Iterable"

/** What a store says to a call. */
export interface Verdict {
  /** 0: admitted; -1: an earlier call is in its way; else the milliseconds until there can be room. */
  readonly wait: number
  /** The milliseconds that it will have to wait for certain. */
  readonly known: number
}

export interface Waiter {
  readonly lane: Lane
  readonly weight: number
  readonly arrival: number
  /** A number in order of arrival. */
  readonly place: number
  /** When it gives up. */
  readonly deadline: number
}

export interface Lane {
  readonly buckets: ReadonlyArray<number>
  readonly waiters: Set<Waiter>
  /** What the store said last: it holds for calls of this weight or more. */
  refusal: { readonly weight: number; readonly askAgain: number; readonly notBefore: number } | undefined
}

export interface Takes {
  readonly limits: ReadonlyArray<number>
  readonly lanes: Map<string, Lane>
  places: number
}

export const make = (limits: ReadonlyArray<number>): Takes => ({ limits, lanes: new Map(), places: 0 })

/** How soon to ask again at the latest: somebody else's slots may turn out to be free sooner than was known. */
const patience = 1000

/** At most so many calls in one question. */
const atOnce = 64

/** A process takes no more than an eighth of a bucket at once, so that the others find something too. */
const portion = (limit: number): number => Math.ceil(limit / 8)

export const join = (
  self: Takes,
  buckets: ReadonlyArray<number>,
  weight: number,
  arrival: number,
  deadline: number
): Waiter => {
  const key = buckets.join()
  let lane = self.lanes.get(key)
  if (lane === undefined) self.lanes.set(key, lane = { buckets, waiters: new Set(), refusal: undefined })
  const waiter: Waiter = { lane, weight, arrival, place: self.places++, deadline }
  lane.waiters.add(waiter)
  return waiter
}

export const leave = (self: Takes, waiter: Waiter): void => {
  const { buckets, waiters } = waiter.lane
  if (waiters.delete(waiter) && waiters.size === 0) self.lanes.delete(buckets.join())
}

/** What the store said does not hold any longer. */
export const forget = (self: Takes): void => {
  for (const lane of self.lanes.values()) lane.refusal = undefined
}

const refusalOf = ({ lane: { refusal }, weight }: Waiter) =>
  refusal !== undefined && weight >= refusal.weight ? refusal : undefined

/** When it is certain that a caller's turn cannot come in time: the soonest instant at which it could. */
export const tooLate = (waiter: Waiter): number | undefined => {
  const notBefore = refusalOf(waiter)?.notBefore
  return notBefore !== undefined && notBefore > waiter.deadline ? notBefore : undefined
}

const askAgainAt = (waiter: Waiter): number => refusalOf(waiter)?.askAgain ?? Number.NEGATIVE_INFINITY

export interface Next {
  /** To be asked for together, in this order. */
  readonly ask: ReadonlyArray<Waiter>
  /** To be sent away. */
  readonly late: ReadonlyArray<Waiter>
  /** When to look again, if nobody comes or goes. */
  readonly lookAgain: number
}

/** Nobody overtakes an earlier caller that waits for the same bucket. */
export const next = (self: Takes, now: number): Next => {
  const first = [...self.lanes.values()].flatMap(({ waiters }) => [...Iterable.take(waiters, atOnce)])
  const late = first.filter((waiter) => tooLate(waiter) !== undefined)
  const ask: Array<Waiter> = []
  const blocked = new Set<number>()
  const portions = self.limits.map(portion)
  let lookAgain = Number.POSITIVE_INFINITY
  for (const waiter of first.sort((a, b) => a.place - b.place)) {
    const { lane: { buckets }, weight } = waiter
    if (tooLate(waiter) !== undefined) continue
    const again = askAgainAt(waiter)
    if (again > now) lookAgain = Math.min(lookAgain, again)
    const open = again <= now && ask.length < atOnce &&
      buckets.every((bucket) => !blocked.has(bucket) && (portions[bucket] as number) > 0)
    if (open) ask.push(waiter)
    for (const bucket of buckets) {
      if (open) portions[bucket] = (portions[bucket] as number) - weight
      else blocked.add(bucket)
    }
  }
  return { ask, late, lookAgain }
}

/**
 * Remembers what the store said of a call; it is asked again after the wait and a little more. Where there has been too
 * little room, a little passes between two portions as well, so that other processes have their turn.
 */
export const answer = ({ lane, weight }: Waiter, { known, wait }: Verdict, now: number, stagger: number): void => {
  if (wait > 0) {
    lane.refusal = { weight, askAgain: now + Math.min(wait, patience) + stagger, notBefore: now + known }
  } else if (wait === 0 && lane.refusal !== undefined) {
    lane.refusal = { weight: 0, askAgain: now + stagger, notBefore: now }
  }
}

/** The callers that make a queue of more than `longest`: the latest of those who wait for what the store has refused. */
export const overflow = (self: Takes, longest: number, now: number): ReadonlyArray<Waiter> => {
  const { lanes } = self
  if ([...lanes.values()].reduce((n, { waiters }) => n + waiters.size, 0) <= longest) return []
  const blocked = new Set<number>()
  const heads = [...lanes.values()].map(({ waiters }) => waiters.values().next().value as Waiter)
  const queue = heads.sort((a, b) => a.place - b.place).flatMap((head) => {
    const { buckets, waiters } = head.lane
    if (askAgainAt(head) <= now && !buckets.some((bucket) => blocked.has(bucket))) return []
    for (const bucket of buckets) blocked.add(bucket)
    return [...waiters]
  })
  return queue.sort((a, b) => a.place - b.place).slice(longest)
}
