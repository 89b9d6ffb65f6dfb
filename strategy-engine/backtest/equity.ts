// What an account was worth at the close of every candle, and what that says of it.
import type { CandleColumns } from '../market/candle-columns.ts'
import type { Ledger } from './ledger.ts'

const DAY = 86_400

/** Quote at each close: cash, and what was held at that price. */
export function equityOf(
  { balance, fills }: Ledger,
  { length, close }: CandleColumns,
): Float64Array {
  const equity = new Float64Array(length)
  let [cash, base, next] = [balance, 0, 0]
  let due = fills.at[0] ?? length
  for (let i = 0; i < length; i++) {
    while (i >= due) {
      cash = fills.cash[next] as number
      base = fills.base[next] as number
      next += 1
      due = fills.at[next] ?? length
    }
    equity[i] = cash + base * (close[i] as number)
  }
  return equity
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
  let [high, highAt] = [balance, 0]
  let worst = { percent: 0, quote: 0, from: 0, to: 0 }
  let longest = 0
  for (let i = 0; i < equity.length; i++) {
    const now = equity[i] as number
    if (now >= high) {
      high = now
      highAt = i
      continue
    }
    const percent = ((high - now) / high) * 100
    if (percent > worst.percent) worst = { percent, quote: high - now, from: highAt, to: i }
    longest = Math.max(longest, (start[i] as number) - (start[highAt] as number))
  }
  return { ...worst, longest }
}

export interface Period {
  /** Begins, Unix seconds, UTC. */
  readonly start: number
  /** Equity at its last close. */
  readonly equity: number
}

/** Equity at the last close of each UTC day. A candle belongs to the day in which it opened. */
export function daysOf(equity: Float64Array, start: Float64Array): readonly Period[] {
  return lastOf(equity, start, (at) => Math.floor(at / DAY) * DAY)
}

/** Equity at the last close of each UTC month. */
export function monthsOf(equity: Float64Array, start: Float64Array): readonly Period[] {
  const days = daysOf(equity, start)
  return lastOf(
    Float64Array.from(days, (day) => day.equity),
    Float64Array.from(days, (day) => day.start),
    (at) => {
      const date = new Date(at * 1000)
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / 1000
    },
  )
}

function lastOf(
  equity: Float64Array,
  start: Float64Array,
  periodOf: (at: number) => number,
): readonly Period[] {
  const periods: { start: number; equity: number }[] = []
  for (let i = 0; i < equity.length; i++) {
    const at = periodOf(start[i] as number)
    const last = periods.at(-1)
    if (last?.start === at) last.equity = equity[i] as number
    else periods.push({ start: at, equity: equity[i] as number })
  }
  return periods
}

/** Change from period to period, as parts of one; the first from `balance`. */
export function returnsOf(periods: readonly Period[], balance: number): readonly number[] {
  return periods.map(({ equity }, at) => equity / (periods[at - 1]?.equity ?? balance) - 1)
}
