// The account of a backtest, beside a slow one that walks every candle and sells by the venue's model.
import { expect, test } from 'vitest'
import type { CandleColumns } from '../market/candle-columns.ts'
import type { ExitRules } from '../strategies/candle-exits.ts'
import { ExitsOnVenue } from '../testing/exits-on-venue.ts'
import { randomCandles } from '../testing/random-candles.ts'
import { Account } from './account.ts'
import { Fills } from './fills.ts'
import type { AccountOptions, EntryOrder, Ledger } from './ledger.ts'
import { seededNumbers as numbers } from './search/seeded-numbers.ts'
import { ledgerOf } from './trades.ts'

const MINUTE = 60
const OPTIONS: AccountOptions = {
  seconds: MINUTE,
  balance: 10_000,
  fill: 'open',
  fee: 0.1,
  spread: 0,
  slippage: 0,
  steps: null,
  validFor: MINUTE,
}
const NONE: ExitRules = {
  stop: 1,
  takeProfits: [],
  trailingStop: null,
  breakEven: null,
  maxHold: null,
}
const ALL: EntryOrder['size'] = { unit: 'percent', value: 50 }

type Decided = ReadonlyMap<number, EntryOrder | 'exit'>

/** What a strategy might decide: an entry, some time later an exit, and so on. */
function randomDecisions(candles: CandleColumns, seed: number): Decided {
  const next = numbers(seed)
  const decided = new Map<number, EntryOrder | 'exit'>()
  for (let at = 5; at < candles.length; at += 3 + Math.floor(next() * 40)) {
    const close = candles.close[at] as number
    const above = (part: number) => close * (1 + part)
    decided.set(at, {
      size: { unit: 'percent', value: 10 + Math.floor(next() * 60) },
      rules: {
        stop: close * (1 - 0.0005 - next() * 0.004),
        takeProfits:
          next() < 0.5
            ? []
            : [
                { price: above(0.001), percent: 40, after: 0 },
                { price: above(0.002), percent: 60, after: next() < 0.5 ? 0 : 300 },
              ],
        trailingStop: next() < 0.7 ? null : { percent: 0.3, from: next() < 0.5 ? 0 : 0.1 },
        breakEven: next() < 0.7 ? null : 0.1,
        maxHold: next() < 0.7 ? null : 900,
      },
    })
    at += 1 + Math.floor(next() * 40)
    decided.set(at, 'exit')
  }
  return decided
}

function fast(candles: CandleColumns, decided: Decided, options: AccountOptions): Ledger {
  const fills = new Fills()
  const account = new Account(candles, null, options, fills)
  for (const [at, one] of decided)
    if (at < candles.length) one === 'exit' ? account.leave(at, 'rule') : account.enter(at, one)
  return ledgerOf(account.finish(), fills, options)
}

/** Candle by candle: what was decided before fills at the opening, the venue's model sells in between. */
function slow(candles: CandleColumns, decided: Decided, options: AccountOptions) {
  const fee = options.fee / 100
  const slip = options.spread / 200 + options.slippage / 100
  let [cash, base, trades] = [options.balance, 0, 0]
  let held: { venue: ExitsOnVenue; bought: number; seen: number } | null = null
  let due: EntryOrder | 'exit' | undefined
  const curve: number[] = []
  const fill = (order: EntryOrder | 'exit' | undefined, price: number, time: number) => {
    if (order === 'exit' && base > 0) {
      cash += base * price * (1 - slip) * (1 - fee)
      base = 0
      held = null
    } else if (order !== undefined && order !== 'exit' && price > order.rules.stop) {
      const paid = price * (1 + slip)
      const quote = (options.balance * order.size.value) / 100
      const amount = Math.min(quote / paid, cash / (paid * (1 + fee)))
      cash -= amount * paid * (1 + fee)
      base = amount
      trades += 1
      held = { venue: new ExitsOnVenue(paid, time, order.rules), bought: amount, seen: 0 }
    }
  }
  for (let i = 0; i < candles.length; i++) {
    const [start, open, high, low, close] = [
      candles.start[i] as number,
      candles.open[i] as number,
      candles.high[i] as number,
      candles.low[i] as number,
      candles.close[i] as number,
    ]
    if (options.fill === 'open') fill(due, open, start)
    const now = held as { venue: ExitsOnVenue; bought: number; seen: number } | null
    if (now !== null) {
      now.venue.walk({ start, open, high, low, close })
      for (const { price, percent } of now.venue.sold.slice(now.seen)) {
        cash += ((now.bought * percent) / 100) * price * (1 - slip) * (1 - fee)
        base -= (now.bought * percent) / 100
      }
      now.seen = now.venue.sold.length
      if (base < 1e-12) {
        base = 0
        held = null
      }
    }
    due = decided.get(i)
    if (options.fill === 'close') fill(due, close, start + MINUTE)
    curve.push(cash + base * close)
  }
  return { equity: cash + base * (candles.close.at(-1) as number), trades, curve }
}

test.for([
  ['at the next opening', { fill: 'open' }],
  ['at the close', { fill: 'close' }],
  ['with spread and slippage', { spread: 0.02, slippage: 0.01 }],
] as const)('it ends with the money of an account that walks every candle: %s', ([_, change]) => {
  const options = { ...OPTIONS, ...change }
  for (let seed = 1; seed <= 4; seed++) {
    const candles = randomCandles({ length: 1_500, seed })
    const decided = randomDecisions(candles, seed)
    const ledger = fast(candles, decided, options)
    const judge = slow(candles, decided, options)
    expect(ledger.trades.length).toBe(judge.trades)
    expect(ledger.equity).toBeCloseTo(judge.equity, 6)
    expect(ledger.trades.length).toBeGreaterThan(20)
    const brought = ledger.trades.reduce((sum, { proceeds, cost }) => sum + proceeds - cost, 0)
    expect(ledger.balance + brought, 'every trade says its part').toBeCloseTo(ledger.equity, 6)
  }
})

const BUY = new Map<number, EntryOrder | 'exit'>([
  [1, { size: ALL, rules: { ...NONE, stop: 90 } }],
  [3, 'exit'],
])

function candlesOf(rows: readonly (readonly [number, number, number, number])[]): CandleColumns {
  const column = (at: number) => Float64Array.from(rows, (row) => row[at] as number)
  const start = Float64Array.from(rows, (_, at) => at * MINUTE)
  return {
    length: rows.length,
    start,
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: start,
  }
}
const FLAT = [
  [100, 100, 100, 100],
  [100, 100, 100, 100],
  [102, 103, 101, 102],
  [102, 110, 101, 108],
  [109, 110, 108, 110],
] as const

test('fees are taken on both sides, and the fill is at the next opening or at the close', () => {
  const [open] = fast(candlesOf(FLAT), BUY, OPTIONS).trades
  const amount = 5_000 / 102
  expect(open).toMatchObject({
    entryPrice: 102,
    exitPrice: expect.closeTo(109, 9),
    end: 'rule',
    entryTime: 120,
    exitTime: 240,
  })
  expect(open?.cost).toBeCloseTo(5_000 * 1.001, 9)
  expect(open?.proceeds).toBeCloseTo(amount * 109 * 0.999, 9)
  expect(open?.fees).toBeCloseTo(5 + amount * 0.109, 9)
  const [close] = fast(candlesOf(FLAT), BUY, { ...OPTIONS, fill: 'close' }).trades
  expect(close).toMatchObject({
    entryPrice: 100,
    exitPrice: expect.closeTo(108, 9),
    entryTime: 120,
    exitTime: 240,
  })
})

test('half the spread and the slippage are lost on each side', () => {
  const [trade] = fast(candlesOf(FLAT), BUY, { ...OPTIONS, spread: 0.2, slippage: 0.1 }).trades
  expect(trade?.entryPrice).toBeCloseTo(102 * 1.002, 9)
  expect(trade?.exitPrice).toBeCloseTo(109 * 0.998, 9)
})

test('amounts are whole steps, and what is too little is not bought', () => {
  const steps = { step: 0.01, leastAmount: 0.01, leastValue: 10 }
  const [trade] = fast(candlesOf(FLAT), BUY, { ...OPTIONS, steps }).trades
  expect(trade?.amount).toBeCloseTo(49.01, 9)
  const much = { ...steps, leastValue: 6_000 }
  const { trades, missed } = fast(candlesOf(FLAT), BUY, { ...OPTIONS, steps: much })
  expect([trades, missed]).toEqual([[], { late: 0, underStop: 0, tooLittle: 1 }])
})

test('a part that is too little is sold with the next one, and no rest stays that nothing could sell', () => {
  const levels = [1, 9, 85].map((percent, at) => ({ price: 104 + at, percent, after: 0 }))
  const rules = { ...NONE, stop: 90, takeProfits: levels }
  const buy = new Map([[1, { size: ALL, rules }]])
  const steps = { step: 0.01, leastAmount: 0.01, leastValue: 300 }
  const { trades, fills } = fast(candlesOf(FLAT), buy, { ...OPTIONS, steps })
  // 1 % is 50 quote: it goes with the 9 %. The rest of 5 % is too little to keep.
  expect(trades).toMatchObject([{ sales: 2, end: 'take_profit' }])
  const held = [0, 1, 2].map((row) => Number(fills.base(row).toFixed(4)))
  expect([fills.length, ...held]).toEqual([3, 49.01, 44.11, 0])
})

test('an entry is not made too late, nor where the price opens at or under its stop', () => {
  const late = { ...candlesOf(FLAT), start: Float64Array.from([0, 60, 300, 360, 420]) }
  expect(fast(late, BUY, OPTIONS)).toMatchObject({ trades: [], missed: { late: 1 } })
  expect(fast(late, BUY, { ...OPTIONS, validFor: 180 }).trades).toHaveLength(1)
  const under = new Map([[1, { size: ALL, rules: { ...NONE, stop: 102 } }]])
  expect(fast(candlesOf(FLAT), under, OPTIONS)).toMatchObject({
    trades: [],
    missed: { underStop: 1 },
    equity: 10_000,
  })
})

test('a trade that is open at the end counts at the last close, without a fee for its sale', () => {
  const buy = new Map([[1, { size: ALL, rules: { ...NONE, stop: 90 } }]])
  const { trades, equity } = fast(candlesOf(FLAT), buy, OPTIONS)
  expect(trades).toMatchObject([{ end: 'open', exitPrice: expect.closeTo(110, 9), sales: 0 }])
  expect(equity).toBeCloseTo(10_000 + 5_000 * (110 / 102 - 1) - 5, 6)
})

test('no more is bought than the cash pays for', () => {
  const size = { unit: 'quote' as const, value: 50_000 }
  const buy = new Map([[1, { size, rules: { ...NONE, stop: 90 } }]])
  const [trade] = fast(candlesOf(FLAT), buy, OPTIONS).trades
  expect(trade?.cost).toBeCloseTo(10_000, 9)
})

test('a further entry adds to the trade: the average counts, its levels are new, the higher stop stays', () => {
  const further = new Map<number, EntryOrder | 'exit'>([
    [0, { size: { unit: 'base', value: 1 }, rules: { ...NONE, stop: 95 } }],
    [1, { size: { unit: 'base', value: 3 }, rules: { ...NONE, stop: 90 } }],
  ])
  const falling = candlesOf([...FLAT.slice(0, 4), [104, 104, 80, 85]])
  const { trades } = fast(falling, further, OPTIONS)
  expect(trades).toMatchObject([{ amount: 4, entryPrice: 101.5, exitPrice: 95, end: 'stop' }])
})

test('finer candles decide what a longer one leaves open', () => {
  const candles = candlesOf([...FLAT.slice(0, 3), [102, 120, 80, 100]])
  const rules = { ...NONE, stop: 90, takeProfits: [{ price: 115, percent: 100, after: 0 }] }
  const buy = new Map([[1, { size: ALL, rules }]])
  const run = (detail: CandleColumns | null) => {
    const fills = new Fills()
    const account = new Account(candles, detail, OPTIONS, fills)
    for (const [at, order] of buy) account.enter(at, order)
    return ledgerOf(account.finish(), fills, OPTIONS).trades
  }
  expect(run(null)).toMatchObject([{ exitPrice: 90, end: 'stop', assumed: true }])
  const finer = candlesOf([
    [102, 120, 101, 110],
    [110, 112, 80, 100],
  ])
  const detail = { ...finer, start: Float64Array.from([180, 210]) }
  expect(run(detail)).toMatchObject([{ exitPrice: 115, end: 'take_profit', assumed: false }])
  // Where there are none, the longer candle decides.
  expect(run({ ...finer, start: Float64Array.from([0, 30]) })).toMatchObject([{ exitPrice: 90 }])
})

test('a stop that the opening has passed is sold at the opening, and counted', () => {
  const candles = candlesOf([...FLAT.slice(0, 3), [80, 85, 79, 84]])
  const { trades } = fast(candles, BUY, OPTIONS)
  expect(trades).toMatchObject([{ exitPrice: 80, end: 'stop', stopPassed: true }])
})
