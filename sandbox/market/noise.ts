// Reproducible random numbers: each depends on a seed and a position, not on the order of the calls.

/** A 32-bit number for a text (FNV-1a). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** A number in [0, 1), the same for the same seed and place. */
export function noise(seed: number, place: number): number {
  let mixed = (seed ^ Math.imul(place | 0, 0x9e3779b1)) >>> 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
}

/** Normally distributed, with a standard deviation of 1. */
export function gauss(seed: number, place: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - noise(seed, 2 * place)))
  return radius * Math.cos(2 * Math.PI * noise(seed, 2 * place + 1))
}

/** `gauss` at every whole number, and straight lines between. */
export class Drift {
  readonly #seed: number
  // Places are mostly asked for in order.
  #number = Number.NaN
  #before = 0
  #after = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  at(place: number): number {
    const number = Math.floor(place)
    if (number !== this.#number) {
      this.#number = number
      this.#before = gauss(this.#seed, number)
      this.#after = gauss(this.#seed, number + 1)
    }
    return this.#before + (this.#after - this.#before) * (place - number)
  }
}
