/**
 * Records in the order of their ids. A page begins by binary search, so its cost does not grow with the shelf.
 */
export interface Shelf<A> {
  readonly items: Map<number, A>
  /** Every id of `items`, ascending, and some that have been removed since the last sweep. */
  ids: Array<number>
}

export const make = <A>(): Shelf<A> => ({ items: new Map(), ids: [] })

/** Where the first id above `id` stands. */
const indexAfter = (ids: ReadonlyArray<number>, id: number): number => {
  let low = 0
  let high = ids.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ids[middle]! <= id) low = middle + 1
    else high = middle
  }
  return low
}

export const put = <A>(self: Shelf<A>, id: number, item: A): void => {
  if (!self.items.has(id)) {
    const at = indexAfter(self.ids, id)
    if (at === self.ids.length) {
      if (self.ids[at - 1] !== id) self.ids.push(id)
    } else if (self.ids[at - 1] !== id) {
      self.ids.splice(at, 0, id)
    }
  }
  self.items.set(id, item)
}

/** Leaves the id behind; they are swept once they are the greater part, so that a removal stays cheap. */
export const remove = <A>(self: Shelf<A>, id: number): void => {
  self.items.delete(id)
  if (self.ids.length > 2 * self.items.size + 64) self.ids = self.ids.filter((id) => self.items.has(id))
}

/** The items with the highest ids, those first. */
export const last = <A>(self: Shelf<A>, limit: number): ReadonlyArray<A> => {
  const items: Array<A> = []
  for (let at = self.ids.length - 1; at >= 0 && items.length < limit; at--) {
    const item = self.items.get(self.ids[at]!)
    if (item !== undefined) items.push(item)
  }
  return items
}

/** Up to `limit` items with ids above `after`, and whether there are more. */
export const page = <A>(
  self: Shelf<A>,
  after: number,
  limit: number
): { readonly items: ReadonlyArray<A>; readonly more: boolean } => {
  const { items, more } = entries(self, after, limit)
  return { items: items.map(([, item]) => item), more }
}

/** A page that tells the ids as well. */
export const entries = <A>(
  self: Shelf<A>,
  after: number,
  limit: number
): { readonly items: ReadonlyArray<readonly [id: number, item: A]>; readonly more: boolean } => {
  const items: Array<readonly [id: number, item: A]> = []
  for (let at = indexAfter(self.ids, after); at < self.ids.length; at++) {
    const id = self.ids[at]!
    const item = self.items.get(id)
    if (item === undefined) continue
    if (items.length === limit) return { items, more: true }
    items.push([id, item])
  }
  return { items, more: false }
}
