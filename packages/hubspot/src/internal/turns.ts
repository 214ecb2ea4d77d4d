/**
 * Who writes the same record goes one after the other, in the order in which they came: a write that is late must not take
 * the place of a later one.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"

/** A place in the line of a key. */
export interface Turn {
  readonly key: string
  /** Done once all who came before are through. */
  readonly hasCome: Deferred.Deferred<void>
  /** Its owner, and a batch that was sent with what the owner writes: it is over when both are through. */
  holders: number
}

/** The lines, by key; the first in each has its turn. */
export type Turns = Map<string, Set<Turn>>

export const join = (turns: Turns, key: string): Turn => {
  const turn: Turn = { key, hasCome: Deferred.unsafeMake<void>(FiberId.none), holders: 1 }
  const line = turns.get(key) ?? new Set<Turn>()
  turns.set(key, line.add(turn))
  call(turns, key)
  return turn
}

export const hold = (turn: Turn): void => {
  turn.holders += 1
}

export const release = (turns: Turns, turn: Turn): void => {
  turn.holders -= 1
  if (turn.holders > 0) return
  turns.get(turn.key)?.delete(turn)
  call(turns, turn.key)
}

const call = (turns: Turns, key: string): void => {
  const [first] = turns.get(key) ?? []
  if (first === undefined) turns.delete(key)
  else Deferred.unsafeDone(first.hasCome, Effect.void)
}
