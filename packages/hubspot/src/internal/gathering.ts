/** Which questions go together: plain data, and no time but that of the deadlines. */

/** One who asks. Equal keys are one question, whoever asks them. */
export interface Caller {
  readonly key: string
  /** The instant at which it stops; infinite if it has no such thing. */
  readonly deadline: number
}

/** Questions that can be answered together, and those who ask them. */
export interface Batch<C extends Caller = Caller> {
  readonly group: string
  readonly callers: Set<C>
  /** How many ask for each key. */
  readonly keys: Map<string, number>
}

/** The batches that can still be joined: one for each group. */
export type Open<C extends Caller = Caller> = Map<string, Batch<C>>

/** The batch for a question: the open one of its group, or else a new one. It is closed once it has `most` keys. */
export const join = <C extends Caller>(open: Open<C>, group: string, caller: C, most: number): Batch<C> => {
  const batch = open.get(group) ?? { group, callers: new Set<C>(), keys: new Map<string, number>() }
  open.set(group, batch)
  batch.callers.add(caller)
  batch.keys.set(caller.key, (batch.keys.get(caller.key) ?? 0) + 1)
  if (batch.keys.size >= most) close(open, batch)
  return batch
}

/** What nobody else asks for is not asked for any more; without anybody the batch is closed. */
export const leave = <C extends Caller>(open: Open<C>, batch: Batch<C>, caller: C): void => {
  if (!batch.callers.delete(caller)) return
  const others = (batch.keys.get(caller.key) ?? 1) - 1
  if (others > 0) batch.keys.set(caller.key, others)
  else batch.keys.delete(caller.key)
  if (batch.callers.size === 0) close(open, batch)
}

/** Whoever comes from now on is in another one. */
export const close = <C extends Caller>(open: Open<C>, batch: Batch<C>): void => {
  if (isOpen(open, batch)) open.delete(batch.group)
}

export const isOpen = <C extends Caller>(open: Open<C>, batch: Batch<C>): boolean => open.get(batch.group) === batch

/** When the last of its callers stops. */
export const latest = <C extends Caller>({ callers }: Batch<C>): number => {
  let deadline = Number.NEGATIVE_INFINITY
  for (const caller of callers) deadline = Math.max(deadline, caller.deadline)
  return deadline
}
