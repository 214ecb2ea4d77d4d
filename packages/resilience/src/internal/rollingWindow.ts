/**
 * A rolling window, as plain data that is changed in place; time is an argument, in milliseconds.
 *
 * A slot is taken when a call is admitted and opens again one whole window after its answer arrived. The call reached
 * the server at some instant between the two, so no window of the server's can ever hold more than the limit, whatever
 * the latency and however the clocks differ.
 */
export interface RollingWindow {
  limit: number
  window: number
  /** When the slot of a call that is answered now opens again. */
  opensAt: (now: number) => number
  /** Slots per millisecond that come back, on average, in a server's window that is full. */
  regain: number
  inFlight: number
  /**
   * When the slots of answered calls open again, ascending from `head`, and how many at each of these instants; all those of
   * a day at once. Two lists of numbers, as there may be very many: objects would be much for the collector to look at.
   */
  readonly openings: Array<number>
  readonly slotsOpening: Array<number>
  head: number
  /** The slots that are still to open. */
  answered: number
  /** Nothing is admitted before this instant. */
  closedUntil: number
  /** What the server last said there is room for. */
  reported: Report | undefined
}

interface Report {
  /** At `at`, without the calls that were then in flight; less what was taken since. */
  room: number
  readonly at: number
  readonly until: number
}

const from = (limit: number, window: number, regain: number, opensAt: (now: number) => number): RollingWindow => ({
  limit,
  window,
  opensAt,
  regain,
  inFlight: 0,
  openings: [],
  slotsOpening: [],
  head: 0,
  answered: 0,
  closedUntil: Number.NEGATIVE_INFINITY,
  reported: undefined
})

export const make = (limit: number, window: number): RollingWindow =>
  from(limit, window, limit / window, (now) => now + window)

/** A count that begins anew with each day. A call that was in flight at midnight counts on both sides of it. */
export const daily = (limit: number, endOfDay: (now: number) => number): RollingWindow => from(limit, day, 0, endOfDay)

const day = 24 * 60 * 60 * 1000

/** Limits the calls in flight, however heavy each of them is. */
export const concurrent = (limit: number): RollingWindow => from(limit, 0, 0, (now) => now)

const slots = (self: RollingWindow, weight: number): number => self.window === 0 ? 1 : weight

/** Whether it could ever have room for so much. */
export const fits = (self: RollingWindow, weight: number): boolean => slots(self, weight) <= self.limit

/** Slots that are free now, whether or not the gate is closed. */
export const available = (self: RollingWindow, now: number): number =>
  Math.min(unused(self, now), Math.floor(reportedRoom(self, now)))

const unused = (self: RollingWindow, now: number): number => {
  const { slotsOpening, openings } = self
  while (self.head < openings.length && openings[self.head]! <= now) {
    self.answered -= slotsOpening[self.head]!
    self.head++
  }
  if (self.head > 0 && (self.head === openings.length || (self.head > 1024 && self.head * 2 > openings.length))) {
    openings.splice(0, self.head)
    slotsOpening.splice(0, self.head)
    self.head = 0
  }
  return self.limit - self.inFlight - self.answered
}

const reportedRoom = ({ regain, reported }: RollingWindow, now: number): number =>
  reported === undefined || now >= reported.until
    ? Number.POSITIVE_INFINITY
    : reported.room + regain * (now - reported.at)

/** The soonest instant at which `weight` slots can be free: infinite while that depends on answers still to come. */
export const soonest = (self: RollingWindow, weight: number, now: number): number => {
  const missing = slots(self, weight) - unused(self, now)
  const free = missing <= 0 ? now : opensWith(self, missing)
  return Math.max(free, self.closedUntil, soonestReported(self, weight, now))
}

/** When so many more slots have slotsOpening: infinite while there are not as many. */
const opensWith = ({ answered, head, slotsOpening, openings }: RollingWindow, missing: number): number => {
  if (missing > answered) return Number.POSITIVE_INFINITY
  let last = head
  for (let left = missing - slotsOpening[last]!; left > 0; left -= slotsOpening[last]!) last++
  return openings[last]!
}

const soonestReported = (self: RollingWindow, weight: number, now: number): number => {
  const { regain, reported } = self
  if (reported === undefined || weight <= Math.floor(reportedRoom(self, now))) return now
  // A hundredth of a slot more, or rounding could bring it back a moment too soon, again and again.
  return Math.min(reported.until, reported.at + (weight - reported.room + 0.01) / regain)
}

export const take = (self: RollingWindow, weight: number): void => {
  self.inFlight += slots(self, weight)
  if (self.reported !== undefined) self.reported.room -= weight
}

/** The answer is here: the slots open one window from now. */
export const answered = (self: RollingWindow, weight: number, now: number): void => {
  self.inFlight -= slots(self, weight)
  openAt(self, slots(self, weight), self.opensAt(now))
}

/**
 * Nobody waits for the answer any longer, but the request may still be on its way, in some buffer between here and the
 * server's own queue: a second of grace on top of the window.
 */
export const abandoned = (self: RollingWindow, weight: number, now: number): void => {
  self.inFlight -= slots(self, weight)
  openAt(self, slots(self, weight), self.window === 0 ? now : self.opensAt(now + 1000))
}

/** The request never left: the slots are free at once. */
export const notSent = (self: RollingWindow, weight: number): void => {
  self.inFlight -= slots(self, weight)
  if (self.reported !== undefined) self.reported.room += weight
}

/** The server says that its window is full. */
export const close = (self: RollingWindow, until: number): void => {
  self.closedUntil = Math.max(self.closedUntil, until)
}

/**
 * The server says with an answer how much room it has left. It may not yet have seen the other calls in flight; and as
 * its word only ever tightens, our own count stands beside it. Room comes back as fast as a full window that is evenly
 * used gives it back; the room of a day comes back when it ends.
 */
export const report = (self: RollingWindow, remaining: number, weight: number, now: number): void => {
  const others = Math.max(0, self.inFlight - weight)
  self.reported = { room: remaining - others, at: now, until: self.opensAt(now) }
}

/** The same calls, under other terms. */
export const change = (self: RollingWindow, { limit, opensAt, regain, window }: RollingWindow): void => {
  const longer = window - self.window
  for (let i = self.head; i < self.openings.length; i++) self.openings[i]! += longer
  Object.assign(self, { limit, window, opensAt, regain, reported: undefined })
}

/** Nearly always at the end; only behind an abandoned call there may be later ones to step over. */
const openAt = (self: RollingWindow, slots: number, at: number): void => {
  const { head, slotsOpening, openings } = self
  self.answered += slots
  let place = openings.length
  while (place > head && openings[place - 1]! > at) place--
  if (place > head && openings[place - 1] === at) {
    slotsOpening[place - 1]! += slots
  } else if (place === openings.length) {
    openings.push(at)
    slotsOpening.push(slots)
  } else {
    openings.splice(place, 0, at)
    slotsOpening.splice(place, 0, slots)
  }
}
