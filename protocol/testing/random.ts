// Numbers for tests, the same for the same seed.

export interface Draw {
  /** A whole number from 0 to `below` - 1. */
  number(below: number): number
  /** One of the items. Throws a RangeError if there is none. */
  pick<Item>(items: readonly Item[]): Item
}

/** Marsaglia's xorshift with 32 bits. */
export function drawFrom(seed: number): Draw {
  let state = (seed * 2_654_435_761) >>> 0 || 1
  const number = (below: number) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
  return {
    number,
    pick: (items) => {
      if (items.length === 0) throw new RangeError('nothing to draw from')
      return items[number(items.length)] as (typeof items)[number]
    },
  }
}
