/**
 * How many retries may there be? Two ways of counting, as plain data that is changed in place; time is an argument, in
 * milliseconds.
 */

/** A bucket of tokens: retries take from it, successes give back. */
interface Tokens {
  readonly capacity: number
  readonly cost: number
  readonly throttledCost: number
  readonly refund: number
}

/** Retries may be so large a share of the calls of late, and a few more where calls are few. */
interface Share {
  readonly share: number
  readonly atLeast: number
  readonly over: number
}

export type Settings = Tokens | Share

export type Budget =
  | { readonly settings: Tokens; tokens: number }
  | { readonly settings: Share; readonly slices: Array<Slice> }

/** A tenth of the time that counts. */
interface Slice {
  readonly until: number
  calls: number
  retries: number
}

export const make = (settings: Settings): Budget =>
  "share" in settings ? { settings, slices: [] } : { settings, tokens: settings.capacity }

const isTokens = (self: Budget): self is Extract<Budget, { readonly tokens: number }> => "tokens" in self

/** A call begins. */
export const called = (self: Budget, now: number): void => {
  if (!isTokens(self)) currentSlice(self, now).calls++
}

/** Takes what a retry costs, and gives that; `undefined` where there is not enough left. */
export const withdraw = (self: Budget, throttled: boolean, now: number): number | undefined => {
  if (!isTokens(self)) {
    if (level(self, now) < 1) return undefined
    currentSlice(self, now).retries++
    return 1
  }
  const cost = throttled ? self.settings.throttledCost : self.settings.cost
  if (self.tokens < cost) return undefined
  self.tokens -= cost
  return cost
}

/** A call has succeeded: its last retry is paid back, or a little is given where it needed none. */
export const succeeded = (self: Budget, lastCost: number | undefined): void => {
  if (isTokens(self)) {
    self.tokens = Math.min(self.settings.capacity, self.tokens + (lastCost ?? self.settings.refund))
  }
}

/** What is left: tokens, or retries. */
export const level = (self: Budget, now: number): number => {
  if (isTokens(self)) return self.tokens
  const { atLeast, share } = self.settings
  forget(self, now)
  return self.slices.reduce((left, { calls, retries }) => left + share * calls - retries, atLeast)
}

const currentSlice = (self: Extract<Budget, { readonly slices: unknown }>, now: number): Slice => {
  const last = self.slices[self.slices.length - 1]
  if (last !== undefined && now < last.until) return last
  forget(self, now)
  const slice = { until: now + self.settings.over / 10, calls: 0, retries: 0 }
  self.slices.push(slice)
  return slice
}

/** The oldest slice goes when all of it is too old. */
const forget = ({ settings, slices }: Extract<Budget, { readonly slices: unknown }>, now: number): void => {
  while (slices[0] !== undefined && slices[0].until + settings.over <= now) slices.shift()
}

/** A budget in use, which tells of its level, in whole tokens or retries, whenever a call finds it to be another one. */
export interface Purse {
  readonly called: (now: number) => void
  readonly withdraw: (throttled: boolean, now: number) => number | undefined
  readonly succeeded: (lastCost: number | undefined, now: number) => void
  readonly level: (now: number) => number
}

export const purse = (settings: Settings, onLevel?: (level: number) => void): Purse => {
  const budget = make(settings)
  let told: number | undefined
  const tell = (now: number) => {
    if (onLevel === undefined) return
    const left = Math.floor(level(budget, now))
    if (left !== told) onLevel(told = left)
  }
  return {
    called: (now) => {
      called(budget, now)
      tell(now)
    },
    withdraw: (throttled, now) => {
      const cost = withdraw(budget, throttled, now)
      tell(now)
      return cost
    },
    succeeded: (lastCost, now) => {
      succeeded(budget, lastCost)
      tell(now)
    },
    level: (now) => level(budget, now)
  }
}
