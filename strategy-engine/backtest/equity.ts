// What an account was worth at the close of every candle, and what that says of it.
import type { CandleColumns } from '../market/candle-columns.ts'
import type { Fills } from './fills.ts'
import type { Ledger } from './ledger.ts'

const DAY = 86_400

/** Quote at each close: cash, and what was held at that price. */
export function equityOf(
  { balance, fills }: Ledger,
  { length, close }: CandleColumns,
): Float64Array {
  const equity = new Float64Array(length)
  let [cash, base, next] = [balance, 0, 0]
  let due = candleOf(fills, 0, length)
  for (let i = 0; i < length; i++) {
    while (i >= due) {
      cash = fills.cash(next)
      base = fills.base(next)
      next += 1
      due = candleOf(fills, next, length)
    }
    equity[i] = cash + base * (close[i] as number)
  }
  return equity
}

/** `none`: where there is no such fill. */
function candleOf(fills: Fills, row: number, none: number): number {
  return row < fills.length ? fills.at(row) : none
}

export interface Drawdown {
  /** The largest fall from a highest equity, percent of that. */
  readonly percent: number
  /** The same in quote. */
  readonly quote: number
  /** Index of the candle where it began and where it was deepest. */
  readonly from: number
  readonly to: number
  /** The longest time below a highest equity, seconds, whether it came back or not. */
  readonly longest: number
}

/** The start counts as a highest equity. `start`: when candles opened, Unix seconds. */
export function drawdownOf(equity: Float64Array, start: Float64Array, balance: number): Drawdown {
  let high = balance
  let highAt = 0
  /** Below it the fall is the largest so far. */
  let deep = high
  let worst = { percent: 0, quote: 0, from: 0, to: 0 }
  let longest = 0
  const { length } = equity
  for (let i = 0; i < length; i++) {
    const now = equity[i] as number
    if (now >= high) {
      if (i > highAt + 1) longest = Math.max(longest, since(i - 1))
      high = now
      highAt = i
      deep = high * (1 - worst.percent / 100)
    } else if (now < deep) {
      deep = now
      worst = { percent: ((high - now) / high) * 100, quote: high - now, from: highAt, to: i }
    }
  }
  if (length > highAt + 1) longest = Math.max(longest, since(length - 1))
  return { ...worst, longest }

  function since(at: number): number {
    return (start[at] as number) - (start[highAt] as number)
  }
}

/** Index of the last candle of each UTC day. A candle belongs to the day in which it opened. */
export function dayEndsOf(start: Float64Array, length: number): readonly number[] {
  const ends: number[] = []
  let over = Number.NEGATIVE_INFINITY
  for (let i = 0; i < length; i++) {
    const at = start[i] as number
    if (at < over) continue
    if (i > 0) ends.push(i - 1)
    over = (Math.floor(at / DAY) + 1) * DAY
  }
  if (length > 0) ends.push(length - 1)
  return ends
}

export interface Period {
  /** Begins, Unix seconds, UTC. */
  readonly start: number
  /** Equity at its last close. */
  readonly equity: number
}

/** Equity at the last close of each UTC day. */
export function daysOf(equity: Float64Array, start: Float64Array): readonly Period[] {
  return dayEndsOf(start, equity.length).map((at) => ({
    start: Math.floor((start[at] as number) / DAY) * DAY,
    equity: equity[at] as number,
  }))
}

/** Equity at the last close of each UTC month. */
export function monthsOf(days: readonly Period[]): readonly Period[] {
  const months = new Map<number, Period>()
  for (const { start, equity } of days) {
    const date = new Date(start * 1000)
    const month = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / 1000
    months.set(month, { start: month, equity })
  }
  return [...months.values()]
}

/** Change from period to period, as parts of one; the first from `balance`. */
export function returnsOf(
  periods: readonly Pick<Period, 'equity'>[],
  balance: number,
): readonly number[] {
  return periods.map(({ equity }, at) => equity / (periods[at - 1]?.equity ?? balance) - 1)
}
