/** At most so many entries; where there are more, the one that was used longest ago is dropped. Changed in place. */
export interface Lru<K, V> {
  readonly capacity: number
  /** From the one used longest ago to the one used last, which is the order in which a `Map` keeps them. */
  readonly entries: Map<K, V>
}

export const make = <K, V>(capacity: number): Lru<K, V> => ({ capacity, entries: new Map() })

/** To read an entry is to use it. */
export const get = <K, V>(self: Lru<K, V>, key: K): V | undefined => {
  const value = self.entries.get(key)
  if (value !== undefined) touch(self, key, value)
  return value
}

export const set = <K, V>(self: Lru<K, V>, key: K, value: V): void => {
  touch(self, key, value)
  if (self.entries.size <= self.capacity) return
  // There is one, as there are more than there is room for.
  self.entries.delete(self.entries.keys().next().value as K)
}

const touch = <K, V>(self: Lru<K, V>, key: K, value: V): void => {
  self.entries.delete(key)
  self.entries.set(key, value)
}
