// What an account bought and sold, row by row as plain numbers: no object is made of a fill.
import type { ExitCause } from '../strategies/candle-exits.ts'

/** What ended a trade last: its protection, a rule, or nothing yet. */
export type TradeEnd = ExitCause | 'rule' | 'open'

/** Numbers of a row. */
const WIDTH = 7
const FIRST_ROWS = 1_024

const ENDS: readonly TradeEnd[] = [
  'open',
  'rule',
  'stop',
  'trailing_stop',
  'break_even',
  'take_profit',
  'max_hold',
]
const [ASSUMED, STOP_PASSED] = [16, 32]

export interface Fill {
  /** Index of the candle. */
  at: number
  /** Unix seconds. */
  time: number
  /** Quote per base, spread and slippage in it. */
  price: number
  /** Base bought; below 0, sold. */
  amount: number
  /** Quote and base after it. */
  cash: number
  base: number
  /** What sold it; `open` for what was bought. */
  end: TradeEnd
  /** Whether, up to this fill, another order of the prices within a candle would have sold otherwise. */
  assumed: boolean
  /** The opening had passed the stop. */
  stopPassed: boolean
}

/** Gets each fill of an account. The object is used again: what is kept of it is copied. */
export interface Keeper {
  add(fill: Readonly<Fill>): void
}

export class Fills implements Keeper {
  #rows = new Float64Array(FIRST_ROWS * WIDTH)
  #length = 0

  get length(): number {
    return this.#length
  }

  add(fill: Readonly<Fill>): void {
    const at = this.#length * WIDTH
    if (at === this.#rows.length) {
      const larger = new Float64Array(at * 2)
      larger.set(this.#rows)
      this.#rows = larger
    }
    const rows = this.#rows
    rows[at] = fill.at
    rows[at + 1] = fill.time
    rows[at + 2] = fill.price
    rows[at + 3] = fill.amount
    rows[at + 4] = fill.cash
    rows[at + 5] = fill.base
    rows[at + 6] =
      ENDS.indexOf(fill.end) + (fill.assumed ? ASSUMED : 0) + (fill.stopPassed ? STOP_PASSED : 0)
    this.#length += 1
  }

  /** Index of the candle of fill number `row`, from 0. */
  at(row: number): number {
    return this.#rows[row * WIDTH] as number
  }

  /** Quote after it. */
  cash(row: number): number {
    return this.#rows[row * WIDTH + 4] as number
  }

  /** Base after it. */
  base(row: number): number {
    return this.#rows[row * WIDTH + 5] as number
  }

  row(row: number): Fill {
    const value = (field: number) => this.#rows[row * WIDTH + field] as number
    const mark = value(6)
    return {
      at: value(0),
      time: value(1),
      price: value(2),
      amount: value(3),
      cash: value(4),
      base: value(5),
      end: ENDS[mark & 15] ?? 'open',
      assumed: (mark & ASSUMED) !== 0,
      stopPassed: (mark & STOP_PASSED) !== 0,
    }
  }
}
