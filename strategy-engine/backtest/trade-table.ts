// Finished trades as plain numbers, row by row: no object is made of a trade until somebody reads it.
import type { Trade, TradeEnd } from './ledger.ts'

/** Numbers of a row. */
const WIDTH = 13
const [COST, PROCEEDS] = [4, 8]
const FIRST_ROWS = 64

export class TradeTable {
  #numbers = new Float64Array(FIRST_ROWS * WIDTH)
  readonly #ends: TradeEnd[] = []

  get length(): number {
    return this.#ends.length
  }

  /** Copies it: the object may be used again. */
  add(trade: Readonly<Trade>): void {
    const at = this.#ends.length * WIDTH
    if (at === this.#numbers.length) {
      const larger = new Float64Array(at * 2)
      larger.set(this.#numbers)
      this.#numbers = larger
    }
    const numbers = this.#numbers
    numbers[at] = trade.entryCandle
    numbers[at + 1] = trade.entryTime
    numbers[at + 2] = trade.entryPrice
    numbers[at + 3] = trade.amount
    numbers[at + COST] = trade.cost
    numbers[at + 5] = trade.exitCandle
    numbers[at + 6] = trade.exitTime
    numbers[at + 7] = trade.exitPrice
    numbers[at + PROCEEDS] = trade.proceeds
    numbers[at + 9] = trade.fees
    numbers[at + 10] = trade.sales
    numbers[at + 11] = Number(trade.assumed)
    numbers[at + 12] = Number(trade.stopPassed)
    this.#ends.push(trade.end)
  }

  /** What each brought, quote; those that are open are left out. */
  profits(): Float64Array {
    const profits = new Float64Array(this.length)
    let closed = 0
    for (const [row, end] of this.#ends.entries()) {
      if (end === 'open') continue
      const at = row * WIDTH
      profits[closed] =
        (this.#numbers[at + PROCEEDS] as number) - (this.#numbers[at + COST] as number)
      closed += 1
    }
    return profits.subarray(0, closed)
  }

  rows(): readonly Trade[] {
    return this.#ends.map((end, row) => {
      const value = (field: number) => this.#numbers[row * WIDTH + field] as number
      return {
        entryCandle: value(0),
        entryTime: value(1),
        entryPrice: value(2),
        amount: value(3),
        cost: value(COST),
        exitCandle: value(5),
        exitTime: value(6),
        exitPrice: value(7),
        proceeds: value(PROCEEDS),
        fees: value(9),
        sales: value(10),
        end,
        assumed: value(11) === 1,
        stopPassed: value(12) === 1,
      }
    })
  }
}

/** Of an account that has not bought yet. */
export const NO_TRADE: Trade = {
  entryCandle: 0,
  entryTime: 0,
  entryPrice: 0,
  amount: 0,
  cost: 0,
  exitCandle: 0,
  exitTime: 0,
  exitPrice: 0,
  proceeds: 0,
  fees: 0,
  sales: 0,
  end: 'open',
  assumed: false,
  stopPassed: false,
}
