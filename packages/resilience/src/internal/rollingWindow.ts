/**
 * A rolling window, as plain data that is changed in place; time is an argument, in milliseconds.
 *
 * A slot is taken when a call is admitted and opens again one whole window after its answer arrived. The call reached
 * the server at some instant between the two, so no window of the server's can ever hold more than the limit, whatever
 * the latency and however the clocks differ.
 */
export interface RollingWindow {
  readonly limit: number
  readonly window: number
  inFlight: number
  /** When the slots of answered calls open again, ascending from `head`. */
  readonly opening: Array<number>
  head: number
  /** Nothing is admitted before this instant. */
  closedUntil: number
}

export const make = (limit: number, window: number): RollingWindow => ({
  limit,
  window,
  inFlight: 0,
  opening: [],
  head: 0,
  closedUntil: Number.NEGATIVE_INFINITY
})

/** Slots that are free now, whether or not the gate is closed. */
export const available = (self: RollingWindow, now: number): number => {
  while (self.head < self.opening.length && (self.opening[self.head] as number) <= now) self.head++
  if (self.head > 1024 && self.head * 2 > self.opening.length) {
    self.opening.splice(0, self.head)
    self.head = 0
  }
  return self.limit - self.inFlight - (self.opening.length - self.head)
}

/** The soonest instant at which `weight` slots can be free: infinite while that depends on answers still to come. */
export const soonest = (self: RollingWindow, weight: number, now: number): number => {
  const missing = weight - available(self, now)
  const free = missing <= 0 ? now : self.opening[self.head + missing - 1] ?? Number.POSITIVE_INFINITY
  return Math.max(free, self.closedUntil)
}

export const take = (self: RollingWindow, weight: number): void => {
  self.inFlight += weight
}

/** The answer is here: the slots open one window from now. */
export const answered = (self: RollingWindow, weight: number, now: number): void => {
  self.inFlight -= weight
  openAt(self, weight, now + self.window)
}

/**
 * Nobody waits for the answer any longer, but the request may still be on its way, in some buffer between here and the
 * server's own queue: a second of grace on top of the window.
 */
export const abandoned = (self: RollingWindow, weight: number, now: number): void => {
  self.inFlight -= weight
  openAt(self, weight, now + self.window + 1000)
}

/** The request never left: the slots are free at once. */
export const notSent = (self: RollingWindow, weight: number): void => {
  self.inFlight -= weight
}

/** The server says that its window is full. */
export const close = (self: RollingWindow, until: number): void => {
  self.closedUntil = Math.max(self.closedUntil, until)
}

/** Nearly always at the end; only behind an abandoned call there may be later ones to step over. */
const openAt = ({ head, opening }: RollingWindow, weight: number, at: number): void => {
  const later: Array<number> = []
  while (opening.length > head && (opening[opening.length - 1] as number) > at) later.push(opening.pop() as number)
  for (let i = 0; i < weight; i++) opening.push(at)
  while (later.length > 0) opening.push(later.pop() as number)
}
