// When candles opened, by their index, reckoned where none is missing: to fetch one number out of the midst of a long
// column takes longer than all else that an entry does.
import type { CandleColumns } from './candle-columns.ts'

/** Candles that are looked at together for whether one is missing. */
const STRETCH = 1_024

export class StartTimes {
  readonly #start: Float64Array
  readonly #length: number
  readonly #seconds: number
  /** The stretch that was asked about last: from <= i < to, and when its first candle opened. */
  #from = 0
  #to = 0
  #first = 0
  #isWhole = false

  /** `seconds`: the length of a candle. Two never open closer to each other. */
  constructor({ start, length }: Pick<CandleColumns, 'start' | 'length'>, seconds: number) {
    this.#start = start
    this.#length = length
    this.#seconds = seconds
  }

  /** Unix seconds. */
  at(i: number): number {
    if (i < this.#from || i >= this.#to) this.#turnTo(i)
    return this.#isWhole
      ? this.#first + (i - this.#from) * this.#seconds
      : (this.#start[i] as number)
  }

  #turnTo(i: number): void {
    this.#from = i - (i % STRETCH)
    this.#to = Math.min(this.#from + STRETCH, this.#length)
    this.#first = this.#start[this.#from] as number
    const last = this.#start[this.#to - 1] as number
    this.#isWhole = last - this.#first === (this.#to - 1 - this.#from) * this.#seconds
  }
}
