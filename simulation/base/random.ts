// Random numbers from one seed: everything that can happen differently is drawn here.

/** xoshiro128**, seeded through splitmix32: for nothing secret, the same on every machine. */
export class Random {
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(seed: number) {
    const next = splitmix(seed)
    this.#a = next()
    this.#b = next()
    this.#c = next()
    this.#d = next()
  }

  /** 32 bits. */
  word(): number {
    const result = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0
    const t = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= t
    this.#d = rotate(this.#d, 11)
    return result
  }

  /** In [0, 1). */
  part(): number {
    return this.word() / 2 ** 32
  }

  chance(probability: number): boolean {
    return this.part() < probability
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.part() * (high - low + 1))
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.between(0, list.length - 1)]
    if (one === undefined) throw new RangeError('nothing to pick from')
    return one
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.word() & 0xff)
  }
}

/** A separate stream of random numbers: draws here do not change the other draws of the seed. */
export function apart(seed: number, matter: string): Random {
  const mixed = [...matter].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), 7)
  return new Random(seed ^ mixed)
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function splitmix(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97)
    return (word ^ (word >>> 15)) >>> 0
  }
}
