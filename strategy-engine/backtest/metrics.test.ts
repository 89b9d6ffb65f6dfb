// Each figure of a backtest, beside one worked by hand or reckoned the slow way.
import { expect, test } from 'vitest'
import type { CandleColumns } from '../market/candle-columns.ts'
import { randomCandles } from '../testing/random-candles.ts'
import { Account } from './account.ts'
import { daysOf, drawdownOf, equityOf, monthsOf, returnsOf } from './equity.ts'
import { type Fill, Fills } from './fills.ts'
import type { Ledger, Trade } from './ledger.ts'
import { measure, sharpeOf, sortinoOf } from './metrics.ts'
import { seededNumbers as numbers } from './search/seeded-numbers.ts'
import { ledgerOf } from './trades.ts'

const DAY = 86_400
const JANUARY_30 = Date.UTC(2024, 0, 30) / 1000

/** Daily candles whose closes are these; each opens at the close before. */
function daily(closes: readonly number[]): CandleColumns {
  const close = Float64Array.from(closes)
  const open = Float64Array.from(closes, (_, at) => closes[at - 1] ?? closes[0] ?? 0)
  const start = Float64Array.from(closes, (_, at) => JANUARY_30 + at * DAY)
  return {
    length: closes.length,
    start,
    open,
    high: close.map((one, at) => Math.max(one, open[at] as number)),
    low: close.map((one, at) => Math.min(one, open[at] as number)),
    close,
    volume: start,
  }
}

const trade = (profit: number, change: Partial<Trade> = {}): Trade => ({
  entryCandle: 0,
  entryTime: JANUARY_30,
  entryPrice: 100,
  amount: 1,
  cost: 100,
  exitCandle: 0,
  exitTime: JANUARY_30 + DAY / 2,
  exitPrice: 100 + profit,
  proceeds: 100 + profit,
  fees: 0,
  sales: 1,
  end: 'rule',
  assumed: false,
  stopPassed: false,
  ...change,
})

const BOUGHT: Fill = {
  at: 0,
  time: JANUARY_30,
  price: 100,
  amount: 10,
  cash: 0,
  base: 10,
  end: 'open',
  assumed: false,
  stopPassed: false,
}

function fillsOf(...all: readonly Fill[]): Fills {
  const fills = new Fills()
  for (const one of all) fills.add(one)
  return fills
}

/** All of 1,000 is held from the first close on: the equity is ten times the close of a market that begins at 100. */
const held = (closes: readonly number[], trades: readonly Trade[] = []): Ledger => ({
  balance: 1_000,
  trades,
  fills: fillsOf(BOUGHT),
  missed: { late: 0, underStop: 0, tooLittle: 0 },
  fees: 3,
  equity: (closes.at(-1) ?? 0) * 10,
})
const CLOSES = [100, 110, 99, 108.9, 87.12, 100]
const measured = (trades: readonly Trade[] = []) =>
  measure(held(CLOSES, trades), daily(CLOSES), { seconds: DAY, cost: 0 }).metrics

test('growth: in all, a year, and month by month', () => {
  const { totalPercent, cagr, days, months } = measured()
  expect([days, totalPercent]).toEqual([6, 0])
  expect(cagr).toBeCloseTo(0, 12)
  const grown = [100, 101, 102]
  const more = measure(held(grown), daily(grown), { seconds: DAY, cost: 0 }).metrics
  // 1.02 ^ (365 / 3) - 1
  expect(more.cagr).toBeCloseTo(1012.6389, 4)
  // 30 and 31 January end at 110, 1 to 4 February at 100.
  expect(months.map(({ name }) => name)).toEqual(['2024-01', '2024-02'])
  expect(months[0]?.change).toBeCloseTo(10, 9)
  expect(months[1]?.change).toBeCloseTo((100 / 110 - 1) * 100, 9)
})

test('drawdown: from the highest equity to the deepest, and the longest time below', () => {
  const { drawdown, calmar } = measured()
  // From 1,100 to 871.2 is 20.8 %; it never came back, four days long.
  expect(drawdown.percent).toBeCloseTo(20.8, 9)
  expect(drawdown).toMatchObject({ from: 1, to: 4, longest: 4 * DAY })
  expect(drawdown.quote).toBeCloseTo(228.8, 9)
  expect(calmar).toBeCloseTo(0, 9)
  const start = daily(CLOSES).start
  expect(drawdownOf(Float64Array.from([900, 950]), start, 1_000)).toMatchObject({
    percent: 10,
    from: 0,
    to: 0,
  })
  expect(drawdownOf(Float64Array.from([1_000, 1_001]), start, 1_000).percent).toBe(0)
})

test('Sharpe: mean over sample deviation of daily returns, a year of 365 days', () => {
  // Returns 0.01, 0.03, -0.01: mean 0.01, sample deviation 0.02.
  expect(sharpeOf([0.01, 0.03, -0.01])).toBeCloseTo(0.5 * Math.sqrt(365), 12)
  expect(sharpeOf([0.01])).toBeNull()
  expect(sharpeOf([0.01, 0.01, 0.01])).toBeNull()
})

test('Sortino: mean over the root of the mean square of the losses, over all days', () => {
  // The only loss is 0.01 of three days: sqrt(0.0001 / 3).
  expect(sortinoOf([0.01, 0.03, -0.01])).toBeCloseTo(
    (0.01 / Math.sqrt(0.0001 / 3)) * Math.sqrt(365),
    10,
  )
  expect(sortinoOf([0.01, 0.02])).toBeNull()
})

test('trades: profit factor, expectancy, win rate, streaks', () => {
  const metrics = measured([
    trade(30),
    trade(10, { assumed: true }),
    trade(-20, { stopPassed: true }),
    trade(0),
    trade(-10, { assumed: true }),
    trade(50, { end: 'open' }),
  ])
  expect(metrics).toMatchObject({
    trades: 6,
    open: 1,
    won: 2,
    lost: 3,
    longestWon: 2,
    longestLost: 3,
    assumed: 2,
    stopPassed: 1,
    fees: 3,
    bestPercent: 30,
    worstPercent: -20,
  })
  // 40 won, 30 lost; 10 in five trades; two of five.
  expect(metrics.profitFactor).toBeCloseTo(40 / 30, 12)
  expect(metrics.expectancy).toBeCloseTo(2, 12)
  expect(metrics.expectancyPercent).toBeCloseTo(2, 12)
  expect(metrics.winRate).toBeCloseTo(40, 12)
  expect(metrics.meanSeconds).toBe(DAY / 2)
  // Six trades of half a day each, in six days.
  expect(metrics.exposure).toBeCloseTo(50, 12)
})

test('what cannot be said is null', () => {
  expect(measured()).toMatchObject({
    profitFactor: null,
    expectancy: null,
    winRate: null,
    bestPercent: null,
    meanSeconds: null,
  })
})

test('buy and hold: all of it at the first opening, its fee paid', () => {
  const { hold } = measure(held(CLOSES), daily(CLOSES), { seconds: DAY, cost: 0.001 }).metrics
  expect(hold.end).toBeCloseTo(1_000 / 1.001, 9)
  expect(hold.drawdown.percent).toBeCloseTo(20.8, 9)
})

test('equity, days and months are what a slow walk finds', () => {
  const candles = randomCandles({ length: 4_000, seed: 3, seconds: 3_600 })
  const next = numbers(9)
  const options = {
    seconds: 3_600,
    balance: 10_000,
    fill: 'open',
    fee: 0.1,
    spread: 0,
    slippage: 0,
    steps: null,
    validFor: 3_600,
  } as const
  const fills = new Fills()
  const account = new Account(candles, null, options, fills)
  const rules = { stop: 1, takeProfits: [], trailingStop: null, breakEven: null, maxHold: null }
  for (let at = 3; at < 3_900; at += 1 + Math.floor(next() * 30)) {
    account.enter(at, { size: { unit: 'percent', value: 40 }, rules })
    at += 1 + Math.floor(next() * 30)
    account.leave(at, 'rule')
  }
  const ledger = ledgerOf(account.finish(), fills, options)
  const equity = equityOf(ledger, candles)
  const rows = Array.from({ length: ledger.fills.length }, (_, row) => ledger.fills.row(row))
  const worth = Array.from({ length: candles.length }, (_, i) => {
    const last = rows.findLast(({ at }) => at <= i)
    return (last?.cash ?? 10_000) + (last?.base ?? 0) * (candles.close[i] as number)
  })
  expect([...equity]).toEqual(worth)
  expect(worth.at(-1)).toBe(ledger.equity)
  const name = (at: number, chars: number) => new Date(at * 1000).toISOString().slice(0, chars)
  for (const [periods, chars] of [
    [daysOf(equity, candles.start), 10],
    [monthsOf(daysOf(equity, candles.start)), 7],
  ] as const) {
    const last = new Map(worth.map((one, i) => [name(candles.start[i] as number, chars), one]))
    expect(periods.map((one) => one.equity)).toEqual([...last.values()])
    const changes = returnsOf(periods, 10_000)
    const product = changes.reduce((all, change) => all * (1 + change), 10_000)
    expect(product).toBeCloseTo(ledger.equity, 6)
  }
})
