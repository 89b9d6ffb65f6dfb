// Kernels made of parts: all parts remember in one array, so that copying it is copying the kernel.
import type { Kernel } from './kernel.ts'

/** Takes the next value, gives its own; NaN is unknown, in and out, and an unknown value changes nothing. */
export type Step = (value: number) => number

/** Stands for a column that is not there: a kernel is always given all of its own. */
export const NONE = new Float64Array(0)

export class Memory {
  readonly #whole: Float64Array | null
  #size = 0

  constructor(whole: Float64Array | null) {
    this.#whole = whole
  }

  get size(): number {
    return this.#size
  }

  /** Numbers for one part, all 0 at the beginning, or all as said. */
  take(size: number, first = 0): Float64Array {
    const part = this.#whole?.subarray(this.#size, this.#size + size) ?? new Float64Array(size)
    this.#size += size
    return part.fill(first)
  }
}

/** Builds twice: once to count what the parts need, once in an array of that size. */
export function kernel(build: (memory: Memory) => Kernel['update']): Kernel {
  const counted = new Memory(null)
  build(counted)
  const state = new Float64Array(counted.size)
  return { state, update: build(new Memory(state)) }
}
