// Values of a series at candles counted from the entry, whose distance is only known at run time.
import type { Column, Step } from './operators.ts'

/** A ring of its last values, and behind them where the next one goes. */
export class History {
  readonly memory: Float64Array
  readonly step: Step
  #fed = 0

  /** It reaches `most` candles back from each of the `block` candles that are fed at once. */
  constructor(of: Column, most: number, block: number) {
    const size = most + block
    this.memory = new Float64Array(size + 1).fill(Number.NaN, 0, size)
    this.step = (length) => {
      let at = this.memory[size] as number
      for (let i = 0; i < length; i++) {
        this.memory[at] = of[i] as number
        at = at + 1 === size ? 0 : at + 1
      }
      this.memory[size] = at
      this.#fed = length
    }
  }

  /** The value `back` candles before candle `i` of the block; `back` is a whole number that it reaches. */
  at(i: number, back: number): number {
    const size = this.memory.length - 1
    const place = (this.memory[size] as number) - this.#fed + i - back
    return this.memory[((place % size) + size) % size] as number
  }
}
