/** Which questions go together: plain data, and no time but that of the deadlines. */

/** One who asks. Equal keys are one question, whoever asks them. */
export interface Caller {
  readonly key: string
  /** The instant at which it stops; infinite if it has no such thing. */
  readonly deadline: number
}

/** Questions that can be answered together, and those who ask them. */
export interface Batch {
  readonly group: string
  readonly callers: Set<Caller>
  /** How many ask for each key. */
  readonly keys: Map<string, number>
}

/** The batches that can still be joined: one for each group. */
export type Open = Map<string, Batch>

/** The batch for a question: the open one of its group, or else a new one. It is closed once it has `most` keys. */
export const join = (open: Open, group: string, caller: Caller, most: number): Batch => {
  const batch = open.get(group) ?? { group, callers: new Set<Caller>(), keys: new Map<string, number>() }
  open.set(group, batch)
  batch.callers.add(caller)
  batch.keys.set(caller.key, (batch.keys.get(caller.key) ?? 0) + 1)
  if (batch.keys.size >= most) close(open, batch)
  return batch
}

/** What nobody else asks for is not asked for any more; without anybody the batch is closed. */
export const leave = (open: Open, batch: Batch, caller: Caller): void => {
  if (!batch.callers.delete(caller)) return
  const others = (batch.keys.get(caller.key) ?? 1) - 1
  if (others > 0) batch.keys.set(caller.key, others)
  else batch.keys.delete(caller.key)
  if (batch.callers.size === 0) close(open, batch)
}

/** Whoever comes from now on is in another one. */
export const close = (open: Open, batch: Batch): void => {
  if (isOpen(open, batch)) open.delete(batch.group)
}

export const isOpen = (open: Open, batch: Batch): boolean => open.get(batch.group) === batch

/** When the last of its callers stops. */
export const latest = ({ callers }: Batch): number => {
  let deadline = Number.NEGATIVE_INFINITY
  for (const caller of callers) deadline = Math.max(deadline, caller.deadline)
  return deadline
}
