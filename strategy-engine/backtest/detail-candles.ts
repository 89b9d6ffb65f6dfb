// Finer candles, looked up by the longer candle that they lie in.
import type { CandleColumns } from '../market/candle-columns.ts'

export class DetailCandles {
  readonly candles: CandleColumns
  readonly #seconds: number
  #from = 0

  /** `seconds`: the length of the longer candle. */
  constructor(candles: CandleColumns, seconds: number) {
    this.candles = candles
    this.#seconds = seconds
  }

  /** Those of the longer candle that opened at `start`: the first, and the one after the last. Asked with rising starts. */
  within(start: number): readonly [number, number] {
    const from = this.#firstAt(start)
    this.#from = from
    let to = from
    while (to < this.candles.length && (this.candles.start[to] as number) < start + this.#seconds)
      to += 1
    return [from, to]
  }

  #firstAt(start: number): number {
    let [low, high] = [this.#from, this.candles.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.candles.start[middle] as number) < start) low = middle + 1
      else high = middle
    }
    return low
  }
}
