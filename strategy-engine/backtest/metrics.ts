// What a backtest's figures are. Conventions, for all: a year has 365 days, the risk-free rate is 0, open trades count
// at the last close and not among won and lost ones, and null means undefined.
import type { CandleColumns } from '../market/candle-columns.ts'
import {
  type Drawdown,
  daysOf,
  drawdownOf,
  equityOf,
  monthsOf,
  type Period,
  returnsOf,
} from './equity.ts'
import type { Ledger, Trade } from './ledger.ts'

const DAY = 86_400
const DAYS_A_YEAR = 365

export interface Metrics {
  /** From the first candle's opening to the last one's close, days. */
  readonly days: number
  readonly start: number
  readonly end: number
  /** end / start - 1, percent. */
  readonly totalPercent: number
  /** (end / start) ^ (365 / days) - 1, percent; null below one day, or where nothing is left. */
  readonly cagr: number | null
  readonly drawdown: Drawdown
  /** Mean of the daily returns / their sample deviation (n - 1), times the root of 365; null below two days or without deviation. */
  readonly sharpe: number | null
  /** Mean of the daily returns / root of the mean of their squares below 0 (over all days), times the root of 365. */
  readonly sortino: number | null
  /** CAGR / largest drawdown, both in percent; null without a drawdown. */
  readonly calmar: number | null
  /** What won trades brought / what lost trades cost, after fees; null without a lost trade. */
  readonly profitFactor: number | null
  /** Mean profit of a closed trade, quote. */
  readonly expectancy: number | null
  /** The same in percent of what the trade cost, each trade alike. */
  readonly expectancyPercent: number | null
  /** Closed trades with a profit above 0 after fees, percent of the closed ones. */
  readonly winRate: number | null
  readonly bestPercent: number | null
  readonly worstPercent: number | null
  /** Time with a position / whole time, percent. */
  readonly exposure: number
  /** Mean time of a closed trade, seconds. */
  readonly meanSeconds: number | null
  /** Most won, and most lost, closed trades one after the other. */
  readonly longestWon: number
  readonly longestLost: number
  readonly trades: number
  readonly won: number
  readonly lost: number
  readonly open: number
  /** Trades for which another order of the prices within a candle would have given another sale. */
  readonly assumed: number
  /** Trades whose stop was passed by an opening. */
  readonly stopPassed: number
  readonly fees: number
  readonly months: readonly Month[]
  readonly hold: BuyAndHold
}

export interface Month {
  /** 2024-03 */
  readonly name: string
  /** Percent. */
  readonly change: number
}

/** The whole balance into the market at the first opening, fees of the purchase paid, valued at each close. */
interface BuyAndHold {
  readonly end: number
  readonly totalPercent: number
  readonly cagr: number | null
  readonly drawdown: Drawdown
  readonly sharpe: number | null
}

export interface Measured {
  readonly metrics: Metrics
  /** Quote at each candle's close. */
  readonly equity: Float64Array
}

/** `seconds`: the length of a candle. `cost`: what one side costs in all, as a part. At least one candle. */
export function measure(
  ledger: Ledger,
  candles: CandleColumns,
  { seconds, cost }: { readonly seconds: number; readonly cost: number },
): Measured {
  const { balance, trades } = ledger
  const equity = equityOf(ledger, candles)
  const first = candles.start[0] ?? 0
  const last = (candles.start[candles.length - 1] ?? 0) + seconds
  const days = (last - first) / DAY
  const closed = trades.filter(({ end }) => end !== 'open')
  const profits = closed.map(profitOf)
  const percents = closed.map(profitPercentOf)
  const won = profits.filter((profit) => profit > 0)
  const lost = profits.filter((profit) => profit <= 0)
  const drawdown = drawdownOf(equity, candles.start, balance)
  const periods = daysOf(equity, candles.start)
  const daily = returnsOf(periods, balance)
  const cagr = cagrOf(ledger.equity / balance, days)
  const held = trades.reduce((sum, { entryTime, exitTime }) => sum + exitTime - entryTime, 0)
  const metrics: Metrics = {
    days,
    start: balance,
    end: ledger.equity,
    totalPercent: (ledger.equity / balance - 1) * 100,
    cagr,
    drawdown,
    sharpe: sharpeOf(daily),
    sortino: sortinoOf(daily),
    calmar: cagr === null || drawdown.percent === 0 ? null : cagr / drawdown.percent,
    profitFactor: sum(lost) === 0 ? null : sum(won) / -sum(lost),
    expectancy: mean(profits),
    expectancyPercent: mean(percents),
    winRate: closed.length === 0 ? null : (won.length / closed.length) * 100,
    bestPercent: closed.length === 0 ? null : percents.reduce((a, b) => Math.max(a, b)),
    worstPercent: closed.length === 0 ? null : percents.reduce((a, b) => Math.min(a, b)),
    exposure: (held / (last - first)) * 100,
    meanSeconds: mean(closed.map(({ entryTime, exitTime }) => exitTime - entryTime)),
    longestWon: longestRun(profits, (profit) => profit > 0),
    longestLost: longestRun(profits, (profit) => profit <= 0),
    trades: trades.length,
    won: won.length,
    lost: lost.length,
    open: trades.length - closed.length,
    assumed: trades.filter(({ assumed }) => assumed).length,
    stopPassed: trades.filter(({ stopPassed }) => stopPassed).length,
    fees: ledger.fees,
    months: monthly(monthsOf(periods), balance),
    hold: buyAndHold(candles, balance, days, cost),
  }
  return { metrics, equity }
}

/** Quote, after fees. */
export function profitOf({ proceeds, cost }: Trade): number {
  return proceeds - cost
}

/** Of what the trade cost. */
export function profitPercentOf(trade: Trade): number {
  return (profitOf(trade) / trade.cost) * 100
}

function buyAndHold(
  candles: CandleColumns,
  balance: number,
  days: number,
  cost: number,
): BuyAndHold {
  const base = balance / ((candles.open[0] ?? 1) * (1 + cost))
  const equity = new Float64Array(candles.length)
  for (let i = 0; i < candles.length; i++) equity[i] = (candles.close[i] as number) * base
  const end = equity.at(-1) ?? balance
  return {
    end,
    totalPercent: (end / balance - 1) * 100,
    cagr: cagrOf(end / balance, days),
    drawdown: drawdownOf(equity, candles.start, balance),
    sharpe: sharpeOf(returnsOf(daysOf(equity, candles.start), balance)),
  }
}

function monthly(months: readonly Period[], balance: number): readonly Month[] {
  const changes = returnsOf(months, balance)
  return months.map(({ start }, at) => ({
    name: new Date(start * 1000).toISOString().slice(0, 7),
    change: (changes[at] ?? 0) * 100,
  }))
}

function cagrOf(growth: number, days: number): number | null {
  if (days < 1 || growth <= 0) return null
  const cagr = (growth ** (DAYS_A_YEAR / days) - 1) * 100
  return Number.isFinite(cagr) ? cagr : null
}

export function sharpeOf(returns: readonly number[]): number | null {
  const average = mean(returns)
  if (average === null || returns.length < 2) return null
  const squares = returns.map((one) => (one - average) ** 2)
  const deviation = Math.sqrt(sum(squares) / (returns.length - 1))
  return deviation < TINY ? null : (average / deviation) * Math.sqrt(DAYS_A_YEAR)
}

export function sortinoOf(returns: readonly number[]): number | null {
  const average = mean(returns)
  if (average === null || returns.length < 2) return null
  const deviation = Math.sqrt(sum(returns.map((one) => Math.min(one, 0) ** 2)) / returns.length)
  return deviation < TINY ? null : (average / deviation) * Math.sqrt(DAYS_A_YEAR)
}

/** Equal returns have no deviation: what is left is rounding. */
const TINY = 1e-12

function longestRun(values: readonly number[], isCounted: (value: number) => boolean): number {
  let [run, longest] = [0, 0]
  for (const value of values) {
    run = isCounted(value) ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length
}
